"""The subject of grid governance: datums, codes, assignment, hotspots, planning. No database, no web, no files."""

__version__ = "0.1.0"
