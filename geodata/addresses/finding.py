"""Addresses to places: the layers' names kept in memory, and what a text means with its position and grid."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy import Connection

from geodata.addresses.layers import LAYERS, Spot, read_layers
from geodata.days import today
from geodata.divisions import NamedPlace, names_of
from geodata.indexes.city import CityIndex, grid_index
from geodata.scope import Scope
from geodata.settings import Settings
from geodata.sql import statement
from geodata.versions import layer_versions
from gridmap.address import Candidate, Gazetteer, is_sure, match, parse

#: A thing lies in the grid of its point when at least this share of its ground does.
GROUND_SHARE = 0.8
#: Candidates of equal names that are looked through for those inside a scope.
_BEFORE_SCOPE = 60
_BUILDING_M, _NEAR_M = 15.0, 60.0


@dataclass(frozen=True, slots=True)
class AddressIndex:
    """Names of all layers at one state of them; ``spots`` are places of buildings and service points by kind and code."""

    gazetteer: Gazetteer
    spots: dict[tuple[str, str], Spot]
    roads: dict[str, tuple[str, ...]]
    at: date
    #: Ground that was asked for; the same for everybody while the layers stand.
    grounds: dict[tuple[str, str], "_Ground | None"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddressCandidate:
    """Something that an address may mean, with its place in degrees (WGS84) and the grid that owns that place today.

    ``kind``, ``key`` (the code in its layer; of a road_crossing the codes of both roads with a + between), ``score``, ``near``,
    ``matched``, ``spans`` and ``ambiguous_with`` are those of `gridmap.address.Candidate`. ``sure`` is True for the first candidate when it
    may be taken without asking: which thing is meant is clear, and the thing lies in one grid (``ground_share``, 1 for buildings).
    ``accuracy_m`` says how far from the point the place may be. Of a building ``compound_name`` says where it stands, and ``stairwell``
    (its number) which of its doors is meant, where the text names one that it has. ``ref`` is for links to buildings, compounds and service points.
    """

    kind: str
    key: str
    name: str
    score: float
    sure: bool
    near: bool
    lon: float
    lat: float
    accuracy_m: float
    ground_share: float
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None
    community_code: str | None
    community_name: str | None
    street_name: str | None
    district_name: str | None
    compound_code: str | None
    compound_name: str | None
    stairwell: str | None
    ref: UUID | None
    matched: dict[str, str]
    spans: tuple[tuple[str, int, int], ...]
    ambiguous_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """Divisions by code, compounds by key."""

    divisions: dict[str, NamedPlace]
    compounds: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Ground:
    lon: float
    lat: float
    radius_m: float
    share: float
    ref: UUID | None = None


_kept: dict[str, tuple[tuple[int, ...], date, AddressIndex]] = {}
_making = threading.Lock()


def address_index(conn: Connection, settings: Settings) -> AddressIndex:
    """Names of all layers as this transaction sees them, read once a process for each state of the layers and day.

    Only the newest is kept: a city of 80,000 buildings takes seconds to read and some 100 MB.
    """
    versions = layer_versions(conn)
    state = tuple(versions.get(layer, 0) for layer in LAYERS)
    day, database = today(settings.zone), str(conn.engine.url)
    with _making:
        known = _kept.get(database)
        if known is None or known[:2] != (state, day):
            gazetteer, spots, roads = read_layers(conn, grid_index(conn, settings))
            known = _kept[database] = (state, day, AddressIndex(gazetteer, spots, roads, day))
    return known[2]


def last_index(conn: Connection, settings: Settings) -> AddressIndex:
    """The index as this process read it last, whatever has changed since: for what is offered, never for what is decided."""
    known = _kept.get(str(conn.engine.url))
    return address_index(conn, settings) if known is None else known[2]


def find_address(
    conn: Connection,
    settings: Settings,
    scope: Scope,
    text: str,
    limit: int = 5,
    *,
    within: Sequence[str] | None = None,
) -> list[AddressCandidate]:
    """Candidates for one text, the likeliest first; see `find_addresses`."""
    return find_addresses(conn, settings, scope, [text], limit, within=within)[0]


def find_addresses(
    conn: Connection,
    settings: Settings,
    scope: Scope,
    texts: Sequence[str],
    limit: int = 5,
    *,
    within: Sequence[str] | None = None,
) -> list[list[AddressCandidate]]:
    """For each text at most ``limit`` candidates inside the scope, the likeliest first; texts that name nothing known have none.

    ``within`` are codes of divisions that the places are known to lie in, such as the district of an order. Scores are those among all
    places there: that others lie outside the scope makes no candidate surer. A candidate without any place (a division without
    boundary and grids) is left out.
    """
    index = address_index(conn, settings)
    most = limit if scope.everywhere else max(limit, _BEFORE_SCOPE)
    matches = [match(text, index.gazetteer, limit=most, within=within) for text in texts]
    grounds = _grounds(conn, index, {(found.kind, found.key) for each in matches for found in each})
    city = grid_index(conn, settings, index.at)
    owners = _owners(city, settings, grounds)
    names = _Names(names_of(conn, _codes(city, owners, matches)), index.gazetteer.compound_names)
    answers = []
    for text, each in zip(texts, matches, strict=True):
        sure = is_sure(each, settings.address_sure)
        found = [
            _candidate(
                city, names, text, candidate, ground, owners[candidate.kind, candidate.key], sure=sure and place == 0
            )
            for place, candidate in enumerate(each)
            if (ground := grounds.get((candidate.kind, candidate.key))) is not None
        ]
        answers.append([one for one in found if scope.holds(one.grid_code, one.community_code)][:limit])
    return answers


def _stairwell(text: str, found: Candidate) -> str | None:
    named = parse(text).part("stairwell") if "stairwell" in found.matched else None
    return None if named is None else named.value


def _grounds(conn: Connection, index: AddressIndex, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], _Ground]:
    """Places of things by kind and key; a thing without any is left out."""
    unknown = sorted(key for key in wanted if key not in index.spots and key not in index.grounds)
    if unknown:
        index.grounds.update(_read_grounds(conn, index, unknown))
    found: dict[tuple[str, str], _Ground] = {}
    for key in wanted:
        if (spot := index.spots.get(key)) is not None and key[0] != "compound":
            found[key] = _Ground(spot.lon, spot.lat, _BUILDING_M, 1.0, spot.ref)
        elif (ground := index.grounds.get(key)) is not None:
            found[key] = ground
    return found


def _read_grounds(
    conn: Connection, index: AddressIndex, wanted: list[tuple[str, str]]
) -> dict[tuple[str, str], _Ground | None]:
    kinds = [kind for kind, _ in wanted]
    keys = ["+".join("|".join(index.roads.get(each, (each,))) for each in key.split("+")) for _, key in wanted]
    rows = conn.execute(statement("address_ground"), {"kinds": kinds, "keys": keys, "at": index.at})
    found: dict[tuple[str, str], _Ground | None] = dict.fromkeys(wanted)
    for row in rows:
        found[wanted[row.place - 1]] = _Ground(row.lon, row.lat, round(row.radius_m, 1), row.share or 0.0, row.ref)
    return found


def _owners(city: CityIndex, settings: Settings, grounds: dict[tuple[str, str], _Ground]) -> dict[tuple[str, str], int]:
    """Positions in the index of the grids that own the places, -1 for none."""
    places = list(grounds.values())
    lon, lat = (
        np.array(values, dtype=float) for values in ([place.lon for place in places], [place.lat for place in places])
    )
    positions = city.index.locate(lon, lat, gap_limit_m=settings.gap_limit_m)
    return dict(zip(grounds, positions.tolist(), strict=True))


def _codes(city: CityIndex, owners: dict[tuple[str, str], int], matches: list[list[Candidate]]) -> set[str]:
    communities = {city.communities[position] for position in owners.values() if position >= 0}
    communities.update(found.community for each in matches for found in each)
    return {code[:length] for code in communities if code for length in (6, 9, 12)}


def _candidate(
    city: CityIndex, names: _Names, text: str, found: Candidate, ground: _Ground, owner: int, *, sure: bool
) -> AddressCandidate:
    community = (city.communities[owner] if owner >= 0 else None) or found.community

    def named(length: int) -> str | None:
        place = names.divisions.get(community[:length]) if community else None
        return None if place is None else place.name

    return AddressCandidate(
        kind=found.kind,
        key=found.key,
        name=found.name,
        score=found.score,
        sure=sure and ground.share >= GROUND_SHARE and owner >= 0,
        near=found.near,
        lon=ground.lon,
        lat=ground.lat,
        accuracy_m=ground.radius_m + (_NEAR_M if found.near else 0.0),
        ground_share=round(ground.share, 3),
        grid_id=int(city.grid_ids[owner]) if owner >= 0 else None,
        grid_code=city.codes[owner] if owner >= 0 else None,
        grid_name=city.names[owner] if owner >= 0 else None,
        community_code=community,
        community_name=named(12),
        street_name=named(9),
        district_name=named(6),
        compound_code=found.compound,
        compound_name=names.compounds.get(found.compound or ""),
        stairwell=_stairwell(text, found),
        ref=ground.ref,
        matched=found.matched,
        spans=found.spans,
        ambiguous_with=found.ambiguous_with,
    )
