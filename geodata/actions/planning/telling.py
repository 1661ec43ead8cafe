"""Tell those who work in grids, and the secretaries of their communities, that a plan was published or withdrawn."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from geodata.actions.acting import Actor
from geodata.actions.planning.changing import GridFate
from geodata.notices import secretaries_of, tell, workers_of
from geodata.tables import grid


def tell_published(conn: Connection, by: Actor, plan: Row[Any], day: date) -> None:
    """Once the grids of a plan are written: which grid ends, begins, or gets other ground on the day."""
    _tell(conn, by, "plan_published", plan, day)


def tell_withdrawn(conn: Connection, by: Actor, plan: Row[Any], day: date) -> None:
    """Before the grids of a plan are taken back: everything stays as it is."""
    _tell(conn, by, "plan_withdrawn", plan, day)


def _tell(conn: Connection, by: Actor, kind: str, plan: Row[Any], day: date) -> None:
    changes = _changes(conn, plan, day)
    about = {"name": plan.name, "day": day.isoformat()}
    # Whoever works in a grid until the day, and whoever has a new one as their area already.
    workers: dict[str, set[int]] = {}
    for on in (day - timedelta(days=1), day):
        for code, accounts in workers_of(conn, [row.code for row, _ in changes], on).items():
            workers.setdefault(code, set()).update(accounts)
    for row, fate in changes:
        detail = {**about, "grid": row.code, "grid_name": row.name, "fate": fate.value}
        tell(conn, workers.get(row.code, ()), kind, detail, but=by.account_id)
    counts: dict[str, Counter[str]] = {}
    for row, fate in changes:
        counts.setdefault(row.community_code, Counter())[fate.value] += 1
    for community, accounts in secretaries_of(conn, counts, day).items():
        fates = {fate.value: counts[community][fate.value] for fate in GridFate if fate is not GridFate.STAYS}
        tell(conn, accounts, f"{kind}_in", {**about, "plan": str(plan.ref), **fates}, but=by.account_id)


def _changes(conn: Connection, plan: Row[Any], day: date) -> list[tuple[Row[Any], GridFate]]:
    """Grids of the plan's area with a bound on the day, each code once, and what becomes of it there."""
    begins, ends = func.lower(grid.c.valid) == day, func.upper(grid.c.valid) == day
    query = select(grid.c.code, grid.c.name, grid.c.community_code, begins.label("begins")).where(
        grid.c.community_code.startswith(plan.area_code, autoescape=True), or_(begins, ends)
    )
    editions: dict[str, list[Row[Any]]] = {}
    for row in conn.execute(query.order_by(grid.c.code, begins.desc())):
        editions.setdefault(row.code, []).append(row)
    return [
        (rows[0], GridFate.CHANGES if len(rows) > 1 else GridFate.BEGINS if rows[0].begins else GridFate.ENDS)
        for rows in editions.values()
    ]
