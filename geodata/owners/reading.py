"""Placed reports with their owner, read in bulk: those whose owner is to be derived anew, because boundaries changed."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, select

from geodata.copying import copy_out
from geodata.points import degrees_reached
from geodata.settings import Settings
from geodata.tables import owner, report

_COLUMNS = {"report_id": "int64", "status": "str", "grid_id": "Int64", "reason": "str", "intake_district": "str"}


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
