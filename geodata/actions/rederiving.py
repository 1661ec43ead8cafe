"""Reports whose owner is to be derived anew, because boundaries changed or a place was corrected."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Date, Select, cast, func, select

from geodata.copying import copy_out
from geodata.points import degrees_reached
from geodata.settings import Settings
from geodata.tables import grid, owner, report

Moves = list[tuple[str, str, int]]

_COLUMNS = {"report_id": "int64", "status": "str", "grid_id": "Int64", "reason": "str", "intake_district": "str"}


def deciding_day(settings: Settings) -> ColumnElement[date]:
    """The day whose grids decide over the owner of a report: the city's day on which it was reported, unless a publication re-routed
    it or its pin was moved later. For queries that join ``owner``."""
    reported = func.date(func.timezone(settings.time_zone, report.c.reported_at))
    return func.coalesce(owner.c.as_of, cast(reported, Date))


def reach_degrees(settings: Settings) -> float:
    """How far in degrees a grid reaches at most: a report in no grid goes to the nearest within the limit."""
    return degrees_reached(settings.gap_limit_m + 1)


def chosen_reports(*where: ColumnElement[bool]) -> Select[Any]:
    """Placed reports with their owner, as ``read_reports`` takes them; the conditions may use ``report`` and ``owner``."""
    return (
        select(report.c.id, report.c.status, owner.c.grid_id, owner.c.reason, owner.c.intake_district)
        .select_from(report.join(owner, owner.c.report_id == report.c.id))
        .where(report.c.geom.is_not(None), *where)
        .order_by(report.c.id)
    )


def read_reports(conn: Connection, query: Select[Any]) -> pd.DataFrame:
    """The reports of ``chosen_reports`` as a frame: report_id, status, and the owner's grid_id (-1 none), reason, intake_district."""
    rows = copy_out(conn, query, _COLUMNS)
    return rows.assign(grid_id=rows["grid_id"].fillna(-1).astype("int64"))


def codes_of(conn: Connection, *keys: Iterable[int]) -> dict[int, str]:
    """Codes of grids by key; -1 has none: ""."""
    wanted = {int(key) for each in keys for key in each} - {-1}
    known = select(grid.c.id, grid.c.code).where(grid.c.id == func.any(sorted(wanted)))
    return {-1: "", **{row.id: row.code for row in conn.execute(known)}}


def moves_between(old: Iterable[str], new: Iterable[str]) -> Moves:
    """Pairs of codes that differ: from, to ("" for none), how many, most first."""
    counts = Counter(pair for pair in zip(old, new, strict=True) if pair[0] != pair[1])
    return sorted(((*pair, count) for pair, count in counts.items()), key=lambda move: (-move[2], move[0], move[1]))
