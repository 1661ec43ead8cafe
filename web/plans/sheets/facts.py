"""What is said on the printed sheet of a grid beside its map: buildings, households, people, neighbours; and how it fills a page."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, func, select

from geodata.actions.planning.layering import PlanLayer, layer_of, lineage_between
from geodata.days import today, valid_on
from geodata.plans.ground import PlanGround
from geodata.plans.homes import buildings_of, heads_of, workers_of
from geodata.plans.scenery import Scenery, scenery_of
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion
from geodata.tables import division, grid
from gridmap.access import Reach
from gridmap.planning.matching import matched_grids
from gridmap.planning.paper import Paper
from gridmap.privacy import protected, shown
from web import db
from web.plans.asked import asked_version
from web.plans.difference.features import building_name
from web.plans.sheets.map import Numbered, SheetMap, draw_sheet, width_of
from web.scope import scope

#: The paper inside its margins, and the height of what stands beside map and table, in millimetres.
WIDTH: Final = 190.0
_HEIGHT: Final = 277.0
_HEAD_MM: Final = 62.0
_HEAD_ALONE_MM: Final = 30.0
_LINE_MM: Final = 4.5
_MAP_MM: Final = (90.0, 160.0)
#: Columns of the table, and how many Chinese characters a building's name and its heads have in a line of each.
_FEWEST_LINES: Final = 12
_COLUMNS: Final = {1: (26, 22), 2: (12, 10), 3: (7.5, 6)}
#: Chinese characters in a line of the names of neighbours, and its height.
_NEIGHBOURS, _NEIGHBOURS_MM = 54, 4.3
#: Grids nearer than this have a border; common ground of one grid and a rim so wide around the other is a corner below so many squares of it.
_TOUCH_DEGREES: Final = 2e-5
_CORNER: Final = 8.0


@dataclass(frozen=True, slots=True)
class House:
    """A line of the table: number, name with its compound, households as they may be told, building heads."""

    number: int
    name: str
    households: str
    heads: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid on paper. ``code`` is "" while it has none; ``worker`` has the grid now, ``suggested`` is who could take a new one."""

    number: int
    grid: PlannedGrid
    code: str
    community: str
    households: int
    area_m2: float
    worker: str
    suggested: str
    neighbours: list[str]
    map: SheetMap
    columns: list[list[House]]
    pages: list[list[list[House]]]

    @property
    def houses(self) -> int:
        """How many buildings there are."""
        return sum(map(len, self.columns)) + self.more

    @property
    def more(self) -> int:
        """How many of them stand on further pages."""
        return sum(len(column) for page in self.pages for column in page)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything that the sheets of a version are made from, read once for all of them."""

    ground: PlanGround
    version: PlanVersion
    layer: PlanLayer
    buildings: pd.DataFrame
    heads: dict[int, list[str]]
    workers: dict[str, str]
    before: list[str]
    communities: dict[str, str]
    around: list[tuple[str, Any]]
    scenery: Scenery


def portfolio_of(conn: Connection, row: Any, ground: PlanGround, version: PlanVersion, numbers: list[int]) -> Portfolio:
    """What the sheets of the grids ``numbers`` (places in the version) need."""
    day = today(db.settings().zone)
    layer = layer_of(conn, row.id, ground, version)
    bounds = _bounds(layer, numbers)
    present = layer_of(conn, row.id, ground, asked_version(conn, row, PRESENT))
    workers = workers_of(conn, [*layer.codes, *present.codes], day)
    heads: dict[int, list[str]] = {}
    if scope().reach is not Reach.OWN:
        for head in heads_of(conn, row.id, day):
            heads.setdefault(head.building_id, []).append(head.name)
    return Portfolio(
        ground,
        version,
        layer,
        buildings_of(conn, row, ground),
        heads,
        workers,
        _before(ground, present, layer),
        _communities(conn, set(layer.communities)),
        _around(conn, layer, bounds, day),
        scenery_of(conn, bounds),
    )


def sheet_of(found: Portfolio, number: int) -> Sheet:
    """The sheet of the grid at a place of the version."""
    layer = found.layer
    rows = _rows(found, number)
    houses = _houses(found, rows)
    code = "" if layer.fresh[number] else layer.codes[number]
    shape = layer.shapes[number]
    named = zip(layer.names, layer.codes, layer.shapes, strict=True)
    others = [(name or code, other) for at, (name, code, other) in enumerate(named) if at != number] + found.around
    neighbours = _neighbours(shape, others)
    more = math.ceil(width_of("、".join(neighbours)) / _NEIGHBOURS) - 1
    room = _HEIGHT - _HEAD_MM - max(more, 0) * _NEIGHBOURS_MM
    columns, pages, lines = _laid_out(houses, room)
    height = min(max(room - lines * _LINE_MM, _MAP_MM[0]), _MAP_MM[1])
    numbered = [
        Numbered(
            house.number, str(row["name"]).removeprefix(str(row["compound"])), float(row["lon"]), float(row["lat"])
        )
        for house, row in zip(houses, rows, strict=True)
    ]
    own = [int(row["id"]) for row in rows]
    units = found.ground.units
    return Sheet(
        number=number + 1,
        grid=layer.grids[number],
        code=code,
        community=found.communities.get(layer.communities[number], layer.communities[number]),
        households=int(units["households"][layer.label == number].sum()),
        area_m2=float(units["area_m2"][layer.label == number].sum()),
        worker=found.workers.get(code, ""),
        suggested="" if code else found.workers.get(found.before[number], ""),
        neighbours=neighbours,
        map=draw_sheet(shape, others, found.scenery, numbered, own, width=WIDTH, height=round(height, 1)),
        columns=columns,
        pages=pages,
    )


def _rows(found: Portfolio, number: int) -> list[dict[Hashable, Any]]:
    """Buildings of a grid by compound and name, those in none last, in the order of their numbers: 2号楼 before 10号楼."""
    inside = found.layer.label[found.buildings["unit"].to_numpy()] == number
    rows = found.buildings[inside].to_dict("records")
    return sorted(
        rows,
        key=lambda row: (
            not row["compound"],
            row["compound"],
            len(str(row["name"])),
            str(row["name"]),
            str(row["code"]),
        ),
    )


def _houses(found: Portfolio, rows: list[dict[Hashable, Any]]) -> list[House]:
    counts = [int(row["households"]) for row in rows]
    told = protected(counts)
    return [
        House(
            number,
            building_name(row),
            shown(count, seen is not None),
            "、".join(found.heads.get(int(row["id"]), [])),
        )
        for number, (row, count, seen) in enumerate(zip(rows, counts, told, strict=True), start=1)
    ]


def _laid_out(houses: list[House], room: float) -> tuple[list[list[House]], list[list[list[House]]], int]:
    """Columns of the table on the page of the map, those of further pages, and how many lines the longest column on the first has.

    ``room`` is what map and table have together, in millimetres.
    """
    for count in _COLUMNS:
        columns = _split(houses, count)
        lines = _longest(columns, count)
        if lines <= _FEWEST_LINES and count < max(_COLUMNS):
            return columns, [], lines
    columns, rest = _filled(houses, int((room - _MAP_MM[0]) / _LINE_MM))
    lines, pages = _longest(columns, max(_COLUMNS)), []
    while rest:
        more, rest = _filled(rest, int((_HEIGHT - _HEAD_ALONE_MM) / _LINE_MM))
        pages.append(more)
    return columns, pages, lines


def _filled(houses: list[House], most: int) -> tuple[list[list[House]], list[House]]:
    """As many houses as fit in columns of so many lines, at least one, and the others."""
    count = max(_COLUMNS)
    kept = next(
        (place for place in range(1, len(houses)) if _longest(_split(houses[: place + 1], count), count) > most),
        len(houses),
    )
    return _split(houses[:kept], count), houses[kept:]


def _longest(columns: list[list[House]], count: int) -> int:
    return max((sum(_lines(house, count) for house in column) for column in columns), default=0)


def _split(houses: list[House], count: int) -> list[list[House]]:
    """Columns of about as many lines each."""
    lines = [_lines(house, count) for house in houses]
    columns: list[list[House]] = [[] for _column in range(count)]
    above = 0
    for house, more in zip(houses, lines, strict=True):
        columns[min(above * count // sum(lines), count - 1)].append(house)
        above += more
    return [column for column in columns if column]


def _lines(house: House, columns: int) -> int:
    """How many lines a house takes in a table of so many columns."""
    name, heads = _COLUMNS[columns]
    return max(1, math.ceil(width_of(house.name) / name), math.ceil(width_of(house.heads) / heads))


def _neighbours(shape: Any, others: list[tuple[str, Any]]) -> list[str]:
    """Names of the grids that have a border with one, not only a corner."""
    around = shapely.buffer(shape, _TOUCH_DEGREES)
    shapes = np.array([other for _name, other in others], dtype=object)
    shared = shapely.area(shapely.intersection(shapes, around))
    return [others[each][0] for each in np.flatnonzero(shared > _CORNER * _TOUCH_DEGREES**2).tolist()]


def _around(
    conn: Connection, layer: PlanLayer, bounds: tuple[float, float, float, float], day: date
) -> list[tuple[str, Any]]:
    """Grids in force in a box, of communities that the plan does not divide, as far as the caller sees them: name, shape."""
    query = select(grid.c.name, grid.c.code, func.ST_AsBinary(grid.c.geom).label("shape")).where(
        valid_on(grid, day),
        scope().grid_condition(),
        grid.c.geom.op("&&")(func.ST_MakeEnvelope(*bounds, 4326)),
        grid.c.community_code.not_in(set(layer.communities)),
    )
    return [
        (row.name or row.code, shapely.from_wkb(bytes(row.shape))) for row in conn.execute(query.order_by(grid.c.code))
    ]


def _before(ground: PlanGround, present: PlanLayer, layer: PlanLayer) -> list[str]:
    """For each grid the code of the present one that it succeeds, "" for none."""
    lineage = lineage_between(ground, present.label, layer.label)
    return [present.codes[old] if old >= 0 else "" for old in matched_grids(lineage, len(present), len(layer)).tolist()]


def _communities(conn: Connection, codes: set[str]) -> dict[str, str]:
    rows = conn.execute(
        division.select().with_only_columns(division.c.code, division.c.name).where(division.c.code.in_(codes))
    )
    return {row.code: row.name for row in rows}


def _bounds(layer: PlanLayer, numbers: list[int]) -> tuple[float, float, float, float]:
    """A box around the maps of these grids, whatever their height."""
    boxes = np.array([Paper.around(layer.shapes[each], WIDTH, height).bounds for each in numbers for height in _MAP_MM])
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    return west, south, east, north
