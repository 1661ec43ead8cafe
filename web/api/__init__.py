"""The HTTP interface for programs, ``/api/v1``: ``docs/api.md`` describes it for readers, ``openapi.json`` for machines."""

from web.api import address, grids, hotline, locate, openapi, photos, reports
from web.api.blueprint import blueprint

__all__ = ["address", "blueprint", "grids", "hotline", "locate", "openapi", "photos", "reports"]
