"""Data: grids to edit, layers in, findings, jobs."""

from web.data import doubts, editions, findings, grids, jobs, layers, piles, sources, upload
from web.data.blueprint import blueprint

__all__ = ["blueprint", "doubts", "editions", "findings", "grids", "jobs", "layers", "piles", "sources", "upload"]
