"""Small cities drawn as text, for tests."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, text

from geodata.tables import (
    building,
    compound,
    compound_body,
    division,
    gate,
    grid,
    household,
    person,
    post,
    service_point,
    stairwell,
)

COMMUNITY = "150105001018"
#: A community in another district, with the grids x and y far from the nine.
OTHER_COMMUNITY = "150102001001"
OTHER_WEST = 111.60
#: Nine grids of 0.01 degree, drawn north up; the lower left corner lies at 111.70 E, 40.80 N.
NINE = """
    g h i
    d e f
    a b c
"""
WEST, SOUTH, SIDE = 111.70, 40.80, 0.01


def insert_divisions(conn: Connection) -> None:
    """Hohhot, Saihan, Renmin Road street, Shiqi community."""
    rows = (
        ("1501", "city", "呼和浩特市"),
        ("150105", "district", "赛罕区"),
        ("150105001", "street", "人民路街道"),
        (COMMUNITY, "community", "仕奇社区"),
    )
    conn.execute(division.insert(), [{"code": code, "level": level, "name": name} for code, level, name in rows])


def insert_grids(conn: Connection, drawing: str = NINE, *, valid: str = "(,)") -> None:
    """Square grids from a drawing; a letter is the grid's code, a dot a gap."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    for r, row in enumerate(reversed(rows)):
        for c, code in enumerate(row):
            if code != ".":
                insert_grid(conn, code, WEST + c * SIDE, SOUTH + r * SIDE, valid=valid)


def commit_nine_grids(engine: Engine, *, since: date | None = None) -> None:
    """The nine grids and the divisions above them for tests of several transactions: in force from a day, without one always."""
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn, valid=f"[{since},)" if since else "(,)")


def insert_other_district(conn: Connection, marker: str = "") -> None:
    """Xincheng district with one street, one community and two grids; their names begin with the marker."""
    rows = (
        (OTHER_COMMUNITY[:6], "district", "新城区"),
        (OTHER_COMMUNITY[:9], "street", "海拉尔东路街道"),
        (OTHER_COMMUNITY, "community", "车站社区"),
    )
    conn.execute(
        division.insert(), [{"code": code, "level": level, "name": f"{marker}{name}"} for code, level, name in rows]
    )
    for place, code in enumerate("xy"):
        insert_grid(
            conn, code, OTHER_WEST + place * SIDE, SOUTH, community=OTHER_COMMUNITY, name=f"{marker}{code} 网格"
        )


def insert_grid(
    conn: Connection,
    code: str,
    west: float,
    south: float,
    *,
    side: float = SIDE,
    valid: str = "(,)",
    community: str = COMMUNITY,
    name: str | None = None,
) -> int:
    """One square grid; gives its key."""
    found = conn.scalar(
        grid.insert()
        .values(
            code=code,
            name=name or f"{code} 网格",
            community_code=community,
            valid=text("CAST(:valid AS daterange)").bindparams(valid=valid),
            geom=text("ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326))").bindparams(
                w=west, s=south, e=west + side, n=south + side
            ),
        )
        .returning(grid.c.id)
    )
    assert found is not None
    return found


def middle_of(code: str, drawing: str = NINE) -> tuple[float, float]:
    """Longitude and latitude of the middle of a grid of the drawing."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    for r, row in enumerate(reversed(rows)):
        if code in row:
            return WEST + (row.index(code) + 0.5) * SIDE, SOUTH + (r + 0.5) * SIDE
    raise KeyError(code)


def insert_compound(conn: Connection, code: str, lon: float, lat: float, *, side: float = 0.004, **values: Any) -> int:
    """A square compound around a place; gives its key. ``values`` are columns, by default a name and the community."""
    row = {"code": code, "name": f"{code} 小区", "community_code": COMMUNITY, **values}
    return _key(conn.scalar(compound.insert().values(**row, geom=_square(lon, lat, side)).returning(compound.c.id)))


def insert_building(conn: Connection, code: str, lon: float, lat: float, *, side: float = 0.0004, **values: Any) -> int:
    """A square building around a place; gives its key."""
    row = {"code": code, "name": f"{code} 楼", **values}
    return _key(conn.scalar(building.insert().values(**row, geom=_square(lon, lat, side)).returning(building.c.id)))


def insert_stairwell(conn: Connection, building_id: int, number: str = "1") -> int:
    """A stairwell without a place; gives its key."""
    row = {"building_id": building_id, "number": number, "name": f"{number}单元"}
    return _key(conn.scalar(stairwell.insert().values(**row).returning(stairwell.c.id)))


def insert_household(conn: Connection, code: str, building_id: int, **values: Any) -> int:
    """A household; gives its key."""
    row = {"code": code, "building_id": building_id, "people": 2, **values}
    return _key(conn.scalar(household.insert().values(**row).returning(household.c.id)))


def insert_service_point(conn: Connection, code: str, lon: float, lat: float, **values: Any) -> int:
    """A service point; gives its key."""
    row = {"code": code, "name": f"{code} 服务点", "kind": "clinic", **values}
    return _key(conn.scalar(service_point.insert().values(**row, geom=_point(lon, lat)).returning(service_point.c.id)))


def insert_gate(conn: Connection, code: str, compound_id: int, lon: float, lat: float, **values: Any) -> int:
    """A gate; gives its key."""
    row = {"code": code, "compound_id": compound_id, "name": "北门", **values}
    return _key(conn.scalar(gate.insert().values(**row, geom=_point(lon, lat)).returning(gate.c.id)))


def insert_post(
    conn: Connection, name: str, kind: str, *, valid: str = "(,)", phone: str = "13800000000", **place: Any
) -> int:
    """A person with a post at a place (``area_code``, ``compound_id`` or ``building_id``); gives the person's key."""
    found = _key(conn.scalar(person.insert().values(code=name, name=name, phone=phone).returning(person.c.id)))
    conn.execute(post.insert().values(person_id=found, kind=kind, valid=_days(valid), **place))
    return found


def insert_body(conn: Connection, compound_id: int, kind: str, name: str, *, valid: str = "(,)", **values: Any) -> int:
    """A body of a compound; gives its key."""
    row = {"compound_id": compound_id, "kind": kind, "name": name, **values}
    return _key(conn.scalar(compound_body.insert().values(**row, valid=_days(valid)).returning(compound_body.c.id)))


def _days(valid: str) -> Any:
    return text("CAST(:valid AS daterange)").bindparams(valid=valid)


def _square(lon: float, lat: float, side: float) -> Any:
    half = side / 2
    return text("ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326))").bindparams(
        w=lon - half, s=lat - half, e=lon + half, n=lat + half
    )


def _point(lon: float, lat: float) -> Any:
    return text("ST_Point(:lon, :lat, 4326)").bindparams(lon=lon, lat=lat)


def _key(found: Any) -> int:
    assert found is not None
    return int(found)
