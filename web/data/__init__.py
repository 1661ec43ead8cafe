"""Data: grids to edit, layers in, findings, jobs; owners in doubt and addresses to be placed."""

from web.data import (
    addresses,
    assigning,
    corrections,
    desk,
    doubts,
    edition_cases,
    editions,
    findings,
    grids,
    jobs,
    layers,
    piles,
    sources,
    upload,
)
from web.data.blueprint import blueprint

__all__ = [
    "addresses",
    "assigning",
    "blueprint",
    "corrections",
    "desk",
    "doubts",
    "edition_cases",
    "editions",
    "findings",
    "grids",
    "jobs",
    "layers",
    "piles",
    "sources",
    "upload",
]
