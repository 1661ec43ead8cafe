"""Numbering the grids of one community."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.codes.grid import BEIJING, GridCodeScheme, InvalidGridCode
from gridmap.errors import GridmapError


class DuplicateGridCode(GridmapError):
    """Two grids that would keep one code."""

    code = "duplicate_grid_code"
    zh = "网格编码 {value} 重复出现。"
    en = "Grid code {value} is given twice."


class SerialsExhausted(GridmapError):
    """A community that has used up the serial numbers of its scheme."""

    code = "serials_exhausted"
    zh = "社区 {community} 的顺序号已用尽（编码规则 {scheme} 每社区至多 {last} 个，用过的不再使用）。"
    en = "Community {community} has no serials left (scheme {scheme} has {last} a community; used ones stay used)."


def number_grids(
    community: str,
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    scheme: GridCodeScheme = BEIJING,
    used: Iterable[str] = (),
    keep: Sequence[str | None] | None = None,
) -> list[str]:
    """Codes for the grids of one community, in the order given.

    `lon`, `lat` (degrees, n each) are a point in each grid. Serials run in reading order: rows from north to south, in a
    row from west to east. `keep` (n) names the code of each unchanged grid, None for a new one; `used` are all codes ever
    given in the community, retired ones too: no new grid gets one of them. Raises `DuplicateGridCode`, `SerialsExhausted`
    and what the scheme raises.

    >>> number_grids("150105001018", [111.71, 111.70, 111.70], [40.8, 40.8, 40.9], used=["150105001018001"])
    ['150105001018004', '150105001018003', '150105001018002']
    """
    lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    kept = list(keep) if keep is not None else [None] * lons.size
    repeated = [code for code, times in Counter(code for code in kept if code).items() if times > 1]
    if repeated:
        raise DuplicateGridCode(value=repeated[0], field="code")
    for code in filter(None, kept):
        scheme.validate(code)

    taken = set(used) | {code for code in kept if code}
    serials = count(1)
    codes = [code or "" for code in kept]
    for position in reading_order(lons, lats):
        while not codes[position]:
            serial = next(serials)
            if serial > scheme.last_serial:
                raise SerialsExhausted(community=community, scheme=scheme.name, last=scheme.last_serial)
            code = scheme.compose(community, serial)
            if code not in taken:
                codes[position] = code
    return codes


def number_plan(
    communities: Sequence[str],
    lon: ArrayLike,
    lat: ArrayLike,
    keep: Sequence[str | None],
    *,
    scheme: GridCodeScheme = BEIJING,
    used: Iterable[str] = (),
) -> list[str]:
    """Codes for the grids of a plan over many communities (the code of each grid's community, n), in the order given.

    An unchanged grid keeps its code, also one that is older than the scheme; only where it came under another community, whose code its own
    would contradict, it gets a fresh one. ``used`` are all codes ever given, ended ones too. Parameters and errors else as in
    ``number_grids``.

    >>> number_plan(["150105001018", "150105001019"], [111.7, 111.8], [40.8, 40.8], [None, "150105001019004"])
    ['150105001018001', '150105001019004']
    """
    lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    ever = set(used) | {code for code in keep if code}
    stays = [
        code if code and _may_stay(scheme, code, home) else None for code, home in zip(keep, communities, strict=True)
    ]
    repeated = [code for code, times in Counter(filter(None, stays)).items() if times > 1]
    if repeated:
        raise DuplicateGridCode(value=repeated[0], field="code")
    fresh: dict[str, list[int]] = {}
    for grid, (code, community) in enumerate(zip(stays, communities, strict=True)):
        if code is None:
            fresh.setdefault(community, []).append(grid)
    codes = [code or "" for code in stays]
    for community, grids in fresh.items():
        numbered = number_grids(community, lons[grids], lats[grids], scheme=scheme, used=ever)
        for grid, code in zip(grids, numbered, strict=True):
            codes[grid] = code
    return codes


def _may_stay(scheme: GridCodeScheme, code: str, community: str) -> bool:
    """Whether a code does not name another community; one that the scheme cannot read names none."""
    try:
        return scheme.parse(code).community in (None, community)
    except InvalidGridCode:
        return True


def reading_order(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[int]:
    """Positions of points (degrees) row by row from the north, each row from the west.

    A row ends where a point lies more than half the usual spacing, the side of the square that each point would have of
    the extent, south of the row's first point. Equal places keep the order of their coordinates only, so they are told
    apart by their position in the input.
    """
    if lon.size == 0:
        return []
    width = np.ptp(lon) * np.cos(np.radians(lat.mean()))
    half_spacing = 0.5 * np.sqrt(width * np.ptp(lat) / lon.size)
    rows: list[list[int]] = []
    for position in np.lexsort((lon, -lat)).tolist():
        if not rows or lat[rows[-1][0]] - lat[position] > half_spacing:
            rows.append([])
        rows[-1].append(position)
    return [position for row in rows for position in sorted(row, key=lambda each: (lon[each], -lat[each]))]
