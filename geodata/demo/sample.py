"""The sample in the database: put in, and noted, so that exactly its rows can be found again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, exists, func, select, text

from geodata.accounts import account_by_name
from geodata.demo.accounts import PASSWORD, add_accounts, demo_accounts, lay_reports
from geodata.demo.city import City
from geodata.demo.decisions import settle_doubts
from geodata.demo.histories import write_histories
from geodata.demo.order_numbers import write_order_numbers
from geodata.demo.pictures import lay_photos
from geodata.demo_accounts import SYNTHETIC
from geodata.settings import Settings
from geodata.tables import (
    account,
    building,
    compound,
    compound_body,
    division,
    fact,
    gate,
    grid,
    household,
    landcover,
    person,
    post,
    report,
    road,
    service_point,
    stairwell,
    unit,
)  # fmt: skip
from gridmap.errors import GridmapError

FACT = SYNTHETIC
#: Tables whose rows are noted by their ids, so that the removal finds them.
TABLES = (
    division, grid, compound, gate, building, stairwell, household, unit, person, post, compound_body, account, road, landcover,
    service_point, report,
)  # fmt: skip
_SECRETARY = "secretary"
_OCCUPYING = (division, grid, unit, person, report)
#: Gets the kind that is written, how many of its rows are in, and how many there are.
Progress = Callable[[str, int, int], None]
#: Kinds that come in parts, so that there is progress to show, an end within seconds after Ctrl-C, and less memory in use.
_IN_PARTS = ("households", "reports")
_PART_ROWS = 150_000


class NotEmpty(GridmapError):
    """Real data, or a sample, is already there."""

    code = "database_not_empty"
    zh = "数据库中已有数据（{tables}），示例城市只能装入空数据库。"
    en = "The database already holds data ({tables}); the sample city goes into an empty one only."


def occupied_by(conn: Connection) -> list[str]:
    """Names of the tables that make a database count as not empty and hold rows: division, grid, unit, person, report."""
    return [table.name for table in _OCCUPYING if conn.scalar(select(exists(select(1).select_from(table))))]


def sample_of(conn: Connection) -> dict[str, Any] | None:
    """What was noted when the sample was loaded; None when there is none.

    ``seed``, ``size``, ``until``, ``ids``, ``shapes``; ``accounts`` (id, name, role, where in ``zh`` and ``en``) with their one
    ``password``, and ``names_taken`` that other accounts had already.
    """
    found: dict[str, Any] | None = conn.scalar(select(fact.c.value).where(fact.c.name == FACT))
    return found


def load_city(
    conn: Connection,
    settings: Settings,
    city: City,
    progress: Progress = lambda _kind, _done, _rows: None,
    *,
    accounts: bool = True,
) -> None:
    """Put a city into an empty database, with owners and ``accounts`` for every role, and mark it as synthetic; the caller commits.

    Errors: ``NotEmpty``.
    """
    if tables := occupied_by(conn):
        raise NotEmpty(tables=", ".join(tables))
    before = {table.name: conn.scalar(select(func.max(table.c.id))) or 0 for table in TABLES}
    for kind, frame in city.frames().items():
        for done in _load_frame(conn, settings, kind, frame):
            progress(kind, done, len(frame))
    _write_histories(conn, city, before[report.name], progress)
    _lay_photos(conn, settings, city, before[report.name], progress)
    signing_in = _add_accounts(conn, settings, city, progress) if accounts else {}
    conn.execute(fact.insert().values(name=FACT, value={**_noted(conn, city, before), **signing_in}))


def _load_frame(conn: Connection, settings: Settings, kind: str, frame: pd.DataFrame) -> Iterator[int]:
    """Load a frame through the loader that files go through; gives the number of rows that are in after each part."""
    from geodata.loaders import LoadOptions, apply_frame

    options = LoadOptions(state_events=False)
    step = _PART_ROWS if kind in _IN_PARTS else max(len(frame), 1)
    for start in range(0, len(frame), step):
        part = frame.iloc[start : start + step]
        summary = apply_frame(conn, settings, kind, part, options)
        assert not summary.rejects, f"{kind}: {summary.rejects[0].reason}"
        yield start + len(part)


def _write_histories(conn: Connection, city: City, before: int, progress: Progress) -> None:
    last = conn.scalar(select(func.max(report.c.id))) or 0
    write_order_numbers(conn, before + 1, last)
    written = write_histories(conn, before + 1, last, city.until)
    progress("events", written, written)


def _lay_photos(conn: Connection, settings: Settings, city: City, before: int, progress: Progress) -> None:
    last = conn.scalar(select(func.max(report.c.id))) or 0
    laid = lay_photos(conn, settings, city.seed, before + 1, last)
    progress("photos", laid, laid)


def _add_accounts(conn: Connection, settings: Settings, city: City, progress: Progress) -> dict[str, Any]:
    from geodata.demo.planning import lay_plan

    chosen = demo_accounts(city)
    made = add_accounts(conn, chosen, city.until - timedelta(days=1))
    progress("accounts", len(made), len(made))
    lay_reports(conn, made)
    if _SECRETARY in {each["name"] for each in made}:
        settle_doubts(conn, settings, account_by_name(conn, _SECRETARY), city.until)
    if {"secretary", "street", "leader"} <= {each["name"] for each in made}:
        progress("plans", lay_plan(conn, settings, city.until), 1)
    taken = sorted({each.name for each in chosen} - {each["name"] for each in made})
    return {"accounts": made, "password": PASSWORD, "names_taken": taken}


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
