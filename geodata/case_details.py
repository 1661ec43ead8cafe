"""What the page of one case shows beside the report itself: whose it was before, and what else happened around it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from geodata.nearby import metres_from, within_metres
from geodata.reports import described
from geodata.scope import Scope
from geodata.tables import account, grid, owner_history, place_flag, report


def owners_of(conn: Connection, report_id: int) -> list[Row[Any]]:
    """Every owner a report ever had, oldest first: grid (code and names None without one), reason, cause, who decided, when."""
    return list(
        conn.execute(
            select(
                owner_history.c.at,
                owner_history.c.reason,
                owner_history.c.cause,
                owner_history.c.index_version,
                grid.c.code,
                grid.c.name,
                grid.c.name_en,
                account.c.display_name.label("decided_by"),
            )
            .select_from(
                owner_history.outerjoin(grid, grid.c.id == owner_history.c.grid_id).outerjoin(
                    account, account.c.id == owner_history.c.account_id
                )
            )
            .where(owner_history.c.report_id == report_id)
            .order_by(owner_history.c.id)
        )
    )


def same_kind_nearby(
    conn: Connection, scope: Scope, row: Row[Any], *, metres: float = 100, days: int = 30, limit: int = 10
) -> list[Row[Any]]:
    """Other reports of a listed row's category inside the scope, at most so many metres and days from it, nearest first, with ``metres``."""
    if row.lon is None:
        return []
    distance = metres_from(row.lon, row.lat)
    period = timedelta(days=days)
    query = (
        described()
        .add_columns(distance.label("metres"))
        .where(
            *scope.report_conditions(conn),
            report.c.category == row.category,
            report.c.id != row.id,
            *within_metres(row.lon, row.lat, metres),
            report.c.occurred_at.between(row.occurred_at - period, row.occurred_at + period),
            # What only bears the coordinate of a service hall, or a rounded one, did not happen there.
            ~exists(select(1).where(place_flag.c.report_id == report.c.id)),
        )
    )
    return list(conn.execute(query.order_by(distance, report.c.id).limit(limit)))
