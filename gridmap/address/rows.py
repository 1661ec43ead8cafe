"""What a gazetteer is made of: rows of the layers, as plain tuples."""

from typing import NamedTuple


class Division(NamedTuple):
    """District, street, community: nested codes of 6, 9 and 12 digits (a city has 4)."""

    code: str
    name: str


class Compound(NamedTuple):
    """A named residential compound; ``aliases`` are other names that it is or was called by."""

    key: str
    name: str
    community: str | None = None
    aliases: tuple[str, ...] = ()
    address: str = ""


class Building(NamedTuple):
    """A building; ``stairwells`` are the numbers of its stairwells and ``floors`` its storeys, where they are known."""

    key: str
    name: str
    compound: str | None = None
    community: str | None = None
    address: str = ""
    stairwells: tuple[str, ...] = ()
    floors: int | None = None


class Road(NamedTuple):
    """A road, one however many lines it is drawn with; ``communities`` are those that it passes."""

    key: str
    name: str
    communities: tuple[str, ...] = ()


class Place(NamedTuple):
    """A service point (``kind`` service_point) or another named place (landmark)."""

    key: str
    name: str
    kind: str = "service_point"
    community: str | None = None
    address: str = ""
