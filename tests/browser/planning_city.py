"""Two communities of thirty units each, drawn so that a reader can count them, with a plan that begins with eight grids."""

from uuid import UUID

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, text

from geodata.accounts import account_by_name
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version

STREET = "150105001"
LEFT, RIGHT = f"{STREET}018", f"{STREET}019"
WEST, SOUTH, STEP = 111.700, 40.800, 0.002
COLUMNS, ROWS = 6, 5
#: Metres of a step to the east and to the north.
EAST_M, NORTH_M = 168.5, 222.1
FIXED = f"{LEFT}009"
#: Present grids by the letter of each unit, north up; a dot is in no grid. The park at the lower left stays as it is.
DRAWING = """
    a a a b b b   e e e f f f
    a a a b b b   e e e f f f
    a a a b b b   e e e f f f
    c c c d d .   g g g h h h
    P c c d d .   g g g h h h
"""
NAMES = {"P": "公园网格", **{letter: f"第{number}网格" for number, letter in enumerate("abcdefgh", start=1)}}

CITY = text(
    """
    INSERT INTO division (code, level, name, name_en) VALUES ('1501', 'city', '呼和浩特市', 'Hohhot'), ('150105', 'district', '赛罕区', 'Saihan'),
        (:street, 'street', '人民路街道', NULL), (:left, 'community', '仕奇社区', 'Shiqi'), (:right, 'community', '东风社区', 'Dongfeng');
    INSERT INTO grid (code, name, community_code, valid, households, geom)
    VALUES (:left || '001', '第1网格', :left, '[2020-01-01,)', 400, ST_Multi(ST_MakeEnvelope(111.700, 40.804, 111.706, 40.810, 4326)))
    """
)


def unit_at(column: int, row: int) -> int:
    """The number of a unit by its place: twelve columns from the west, five rows from the north."""
    community, column = divmod(column, COLUMNS)
    return community * COLUMNS * ROWS + row * COLUMNS + column


def street_ground() -> PlanGround:
    """Squares; in the right community every second column is shifted by half a square, so that corners meet sides."""
    boxes, rows = [], []
    for community, code in enumerate((LEFT, RIGHT)):
        for row in range(ROWS):
            for column in range(COLUMNS):
                boxes.append(_box(community, column, row))
                rows.append(_facts(community, code, column, row))
    shapes = np.array(boxes, dtype=object)
    edges, border_m = _borders(shapes)
    barrier = np.array(
        ["water" if {a % 6, b % 6} == {2, 3} and a < 12 else "" for a, b in edges.tolist()], dtype=object
    )
    metres = _metres(shapes)
    units = pd.DataFrame(rows).assign(
        area_m2=shapely.area(metres),
        perimeter_m=shapely.length(metres),
        x_m=shapely.get_x(shapely.centroid(metres)),
        y_m=shapely.get_y(shapely.centroid(metres)),
    )
    units["compound_id"] = units["compound_id"].astype("Int64")
    buildings = pd.DataFrame({"building_id": [], "unit": []}).astype(np.int64)
    return PlanGround(units, shapes, edges, border_m, barrier, buildings)


def insert_street(conn: Connection, author: str) -> UUID:
    """The city, and the plan of its street with the present grids as its first version; ``author`` is an account's name."""
    for statement in str(CITY).split(";"):
        conn.execute(text(statement), {"street": STREET, "left": LEFT, "right": RIGHT} if ":left" in statement else {})
    conn.execute(
        text(
            "UPDATE division SET geom = ST_Multi(ST_MakeEnvelope(111.69, 40.79, 111.73, 40.82, 4326)) WHERE code = '1501'"
        )
    )
    ground = street_ground()
    compounds = ground.units["compound_id"].dropna().unique().tolist()
    conn.execute(
        text("INSERT INTO compound (id, code, name, geom) VALUES (:id, :code, :name, ST_Multi(ST_MakeEnvelope(111.7, 40.8, 111.71, 40.81, 4326)))"),
        [{"id": key, "code": f"c{key}", "name": f"{key}号小区"} for key in compounds],
    )  # fmt: skip
    made = account_by_name(conn, author)
    assert made
    row = add_plan(conn, "人民路街道 2027", STREET, target=400, lower=300, upper=500, account_id=made.id)
    write_ground(conn, row.id, ground)
    add_version(conn, row.id, PlanVersion(PRESENT, None, present_labels(), present_grids(), "present"))
    change_plan(conn, row.id, version=PRESENT)
    return UUID(str(row.ref))


def present_labels() -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """The labels of the drawing, in the order of ``NAMES``."""
    letters = [line.split() for line in DRAWING.strip().splitlines()]
    order = list(NAMES)
    found = np.full(2 * COLUMNS * ROWS, -1, dtype=np.int32)
    for row, line in enumerate(letters):
        for column, letter in enumerate(line):
            if letter != ".":
                found[unit_at(column, row)] = order.index(letter)
    return found


def present_grids() -> tuple[PlannedGrid, ...]:
    """The grids of the drawing; the park is a special one."""
    return tuple(
        PlannedGrid(name, "special" if letter == "P" else "general", FIXED if letter == "P" else None)
        for letter, name in NAMES.items()
    )


def _box(community: int, column: int, row: int) -> shapely.Polygon:
    west = WEST + (community * COLUMNS + column) * STEP
    north, south = (SOUTH + (ROWS - each) * STEP for each in (row, row + 1))
    if community and column % 2:
        # Shifted down by half: the uppermost is taller, the lowest shorter.
        north, south = north - (STEP / 2 if row else 0), south - (STEP / 2 if row < ROWS - 1 else 0)
    return shapely.box(*np.round([west, south, west + STEP, north], 6).tolist())


def _facts(community: int, code: str, column: int, row: int) -> dict[str, object]:
    park = not community and (column, row) == (0, ROWS - 1)
    number = row * COLUMNS + column
    households = 0 if park else 30 + number * 7 % 31
    pair = community * 9 + row // 2 * 3 + column // 2 + 1
    return {
        "community_code": code,
        "kind": "fixed" if park else "compound",
        "name": "公园" if park else f"{pair}号小区",
        "compound_id": pd.NA if park else pair,
        "fixed_code": FIXED if park else None,
        "households": households,
        "care": households // 10,
        "cases": number % 4,
    }


def _metres(shapes: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    scale = np.array([EAST_M, NORTH_M]) / STEP
    found: np.ndarray[tuple[int], np.dtype[np.object_]] = shapely.transform(
        shapes, lambda at: (at - (WEST, SOUTH)) * scale
    )
    return found


def _borders(
    shapes: "np.ndarray[tuple[int], np.dtype[np.object_]]",
) -> "tuple[np.ndarray[tuple[int, int], np.dtype[np.int32]], np.ndarray[tuple[int], np.dtype[np.float64]]]":
    metres = _metres(shapes)
    pairs = shapely.STRtree(metres).query(metres, predicate="intersects").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    length = shapely.length(shapely.intersection(metres[pairs[:, 0]], metres[pairs[:, 1]]))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    kept = order[length[order] > 0.5]
    return pairs[kept].astype(np.int32), length[kept]
