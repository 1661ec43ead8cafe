"""Chinese address text: its parts, and the things of the layers that it means.

>>> gazetteer = Gazetteer(compounds=[Compound("x1", "富邦小区")], buildings=[Building("b3", "富邦小区3号楼", "x1")])
>>> [(found.kind, found.key) for found in match("我住在富邦小区三号楼2单元501", gazetteer)]
[('building', 'b3')]
"""

from gridmap.address.candidates import Candidate, CandidateKind, is_sure
from gridmap.address.gazetteer import Gazetteer
from gridmap.address.match import match
from gridmap.address.parse import parse
from gridmap.address.parts import PART_KINDS, Address, Part, PartKind
from gridmap.address.rows import Building, Compound, Division, Place, Road
from gridmap.address.teaching import unknown_name

__all__ = [
    "PART_KINDS",
    "Address",
    "Building",
    "Candidate",
    "CandidateKind",
    "Compound",
    "Division",
    "Gazetteer",
    "Part",
    "PartKind",
    "Place",
    "Road",
    "is_sure",
    "match",
    "parse",
    "unknown_name",
]
