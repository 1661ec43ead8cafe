"""The sample in the database: put in, and noted, so that exactly its rows can be found again."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Table, exists, func, select, text

from geodata.demo.city import City
from geodata.settings import Settings
from geodata.tables import (
    building,
    compound,
    division,
    fact,
    grid,
    household,
    landcover,
    report,
    road,
    service_point,
    stairwell,
)  # fmt: skip
from gridmap.errors import GridmapError

FACT = "synthetic"
#: Tables whose rows are noted by their ids, so that the removal finds them.
TABLES = (division, grid, compound, building, stairwell, household, road, landcover, service_point, report)
#: Gets the kind that is written now and its number of rows.
Progress = Callable[[str, int], None]


class NotEmpty(GridmapError):
    """Real data, or a sample, is already there."""

    code = "database_not_empty"
    zh = "数据库中已有数据（{tables}），示例城市只能装入空数据库。"
    en = "The database already holds data ({tables}); the sample city goes into an empty one only."


def occupied_by(conn: Connection) -> list[str]:
    """Names of the tables that make a database count as not empty and hold rows: division, grid, report."""
    return [
        table.name for table in (division, grid, report) if conn.scalar(select(exists(select(1).select_from(table))))
    ]


def sample_of(conn: Connection) -> dict[str, Any] | None:
    """What was noted when the sample was loaded (seed, size, until, ids, shapes); None when there is none."""
    found: dict[str, Any] | None = conn.scalar(select(fact.c.value).where(fact.c.name == FACT))
    return found


def load_city(conn: Connection, settings: Settings, city: City, progress: Progress = lambda _kind, _rows: None) -> None:
    """Put a city into an empty database, with owners, and mark it as synthetic; the caller commits.

    Errors: ``NotEmpty``.
    """
    from geodata.loaders import apply_frame

    if tables := occupied_by(conn):
        raise NotEmpty(tables=", ".join(tables))
    before = {table.name: conn.scalar(select(func.max(table.c.id))) or 0 for table in TABLES}
    for kind, frame in city.frames().items():
        progress(kind, len(frame))
        summary = apply_frame(conn, settings, kind, frame)
        assert not summary.rejects, f"{kind}: {summary.rejects[0].reason}"
    conn.execute(fact.insert().values(name=FACT, value=_noted(conn, city, before)))


def digests(conn: Connection, table: Table, codes: Iterable[str]) -> dict[str, str]:
    """Codes with a digest of their shape, for rows that have one: tells whether a shape is still the invented one."""
    digest = func.md5(func.ST_AsBinary(table.c.geom))
    rows = conn.execute(select(table.c.code, digest).where(table.c.code.in_(list(codes)), table.c.geom.is_not(None)))
    return {code: found for code, found in rows}  # noqa: C416  (rows are no pairs to the type checker)


def _noted(conn: Connection, city: City, before: dict[str, int]) -> dict[str, Any]:
    ids = {table.name: _written(conn, table, before[table.name]) for table in TABLES}
    shapes = {
        table.name: digests(conn, table, frame["code"])
        for table, frame in ((division, city.divisions), (grid, city.grids))
    }
    return {"seed": city.seed, "size": city.size, "until": city.until.isoformat(), "ids": ids, "shapes": shapes}


def _written(conn: Connection, table: Table, before: int) -> list[list[int]]:
    """First and last id of each run of rows that this very transaction added after the row numbered ``before``."""
    own = text("xmin = pg_current_xact_id()::xid")
    run = (table.c.id - func.row_number().over(order_by=table.c.id)).label("run")
    numbered = select(table.c.id, run).where(table.c.id > before, own).subquery()
    runs = select(func.min(numbered.c.id), func.max(numbered.c.id)).group_by(numbered.c.run).order_by(numbered.c.run)
    return [list(found) for found in conn.execute(runs)]
