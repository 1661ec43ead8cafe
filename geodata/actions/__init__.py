"""What crosses nouns: called alike from page, command and job. The caller commits."""

from geodata.actions.assign import AssignSummary, assign_reports
from geodata.actions.filing import FiledReport, KeyReused, file_report
from geodata.actions.locating import PlaceAnswer, locate_place

__all__ = ["AssignSummary", "FiledReport", "KeyReused", "PlaceAnswer", "assign_reports", "file_report", "locate_place"]
