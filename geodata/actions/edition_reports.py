"""The reports behind the figures of a day on which other boundaries come into force: as they would be, or as they were, re-routed."""

from datetime import date

from sqlalchemy import Connection, Select, and_, func, select

from geodata.actions.rerouting import concerned_reports
from geodata.settings import Settings
from geodata.tables import doubt, grid, owner, owner_history, report
from gridmap.report import OVER

#: What becomes of reports: open ones follow their place (rerouted), or a person is asked; closed ones stay (kept).
FATES = ("open", "rerouted", "asked", "kept")


def edition_reports(
    conn: Connection,
    settings: Settings,
    day: date,
    fate: str,
    *,
    applied: bool,
    move: tuple[str, str] | None = None,
    status: str | None = None,
) -> list[int]:
    """Keys of the reports of a fate on a day, the latest first; ``open`` are both those re-routed and those asked about.

    ``move`` (codes from and to, "" for none) and ``status`` narrow them. Before the day is ``applied`` they are worked out as things are
    now, afterwards they are those of the history of owners, of the questions asked since, and of the editions that ended.
    """
    if fate == "open":
        both = (
            edition_reports(conn, settings, day, each, applied=applied, move=move, status=status)
            for each in ("rerouted", "asked")
        )
        return sorted({key for keys in both for key in keys}, reverse=True)
    if fate == "kept":
        return _keys(conn, _kept(day), status)
    if applied:
        return _keys(conn, _rerouted(day, move) if fate == "rerouted" else _asked(settings, day, move), status)
    rows = concerned_reports(conn, settings, day)
    chosen = rows["fate"] == fate
    if status:
        chosen &= rows["status"] == status
    if move:
        chosen &= (rows["old_code"] == move[0]) & (rows["new_code"] == move[1])
    return sorted(rows.loc[chosen, "report_id"].tolist(), reverse=True)


def _keys(conn: Connection, found: Select[tuple[int]], status: str | None) -> list[int]:
    query = select(report.c.id).where(report.c.id.in_(found)).order_by(report.c.id.desc())
    return list(conn.scalars(query.where(report.c.status == status) if status else query))


def _kept(day: date) -> Select[tuple[int]]:
    ended = select(grid.c.id).where(func.upper(grid.c.valid) == day)
    over = report.join(owner, owner.c.report_id == report.c.id)
    return select(report.c.id).select_from(over).where(owner.c.grid_id.in_(ended), report.c.status.in_(OVER))


def _rerouted(day: date, move: tuple[str, str] | None) -> Select[tuple[int]]:
    """Those whose history has a step between the editions of two codes that the day brought."""
    mine = owner_history.c.report_id
    step = select(
        mine.label("report_id"),
        owner_history.c.cause,
        owner_history.c.grid_id,
        func.lag(owner_history.c.grid_id).over(partition_by=mine, order_by=owner_history.c.id).label("was"),
    ).where(mine.in_(select(mine).where(owner_history.c.cause == "published")))
    steps, old, new = step.subquery(), grid.alias(), grid.alias()
    sides = steps.outerjoin(old, old.c.id == steps.c.was).outerjoin(new, new.c.id == steps.c.grid_id)
    before, after = func.coalesce(old.c.code, ""), func.coalesce(new.c.code, "")
    of_the_day = (func.upper(old.c.valid) == day) | (func.lower(new.c.valid) == day)
    found = select(steps.c.report_id).select_from(sides)
    found = found.where(and_(steps.c.cause == "published", of_the_day, before != after))
    return found.where(before == move[0], after == move[1]) if move else found


def _asked(settings: Settings, day: date, move: tuple[str, str] | None) -> Select[tuple[int]]:
    """Those about whom a person was asked since the day, and who belonged to a grid that it ended, or may belong to one that it began."""
    ended = select(grid.c.id).where(func.upper(grid.c.valid) == day)
    begun = select(grid.c.code).where(func.lower(grid.c.valid) == day)
    offered = func.jsonb_array_elements(doubt.c.alternatives).table_valued("value").render_derived()
    possible = select(1).select_from(offered).where(offered.c.value.op("->>")(0).in_(begun)).exists()
    since = func.date(func.timezone(settings.time_zone, doubt.c.opened_at)) >= day
    found = select(doubt.c.report_id).where(doubt.c.kind == "published", since, doubt.c.grid_id.in_(ended) | possible)
    if move is None:
        return found
    # The new grid is asked about first, the present one last; where there is none, it is left out.
    asked_code = select(grid.c.code).where(grid.c.id == doubt.c.grid_id).scalar_subquery()
    offered_code = doubt.c.alternatives.op("->")(0).op("->>")(0)
    goes_to = func.coalesce(func.nullif(offered_code, asked_code), "") if move[1] == "" else offered_code
    return found.where(func.coalesce(asked_code, "") == move[0], goes_to == move[1])
