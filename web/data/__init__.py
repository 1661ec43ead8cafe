"""Data: grids to edit, layers in, findings, jobs."""

from web.data import addresses, desk, doubts, editions, findings, grids, jobs, layers, piles, sources, upload
from web.data.blueprint import blueprint

__all__ = ["addresses", "blueprint", "desk", "doubts", "editions", "findings", "grids", "jobs", "layers", "piles", "sources", "upload"]
