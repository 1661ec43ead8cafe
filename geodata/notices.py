"""Notices (提醒): what an account is told of, in the transaction of what happened, and read by that account alone."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, literal, or_, select, update

from geodata.accounts import EVERYWHERE
from geodata.days import valid_on
from geodata.tables import account, account_area, notice, report
from gridmap.access import GRANTS, Permission, Role

#: Notices on a page; older ones are reached by none: what matters stands in the history of the case or the grid.
MOST = 200


def workers_of(conn: Connection, codes: Iterable[str], day: date) -> dict[str, set[int]]:
    """Accounts of those who work in grids on a day, by the grid's code: its grid worker and whoever stands in there."""
    return _accounts_of(
        conn, codes, day, or_(account.c.role == Role.GRID_WORKER, account_area.c.stands_in_for.is_not(None))
    )


def secretaries_of(conn: Connection, communities: Iterable[str], day: date) -> dict[str, set[int]]:
    """Accounts of the secretaries of communities on a day, by the community's code."""
    return _accounts_of(conn, communities, day, account.c.role == Role.COMMUNITY_SECRETARY)


def deciders_of(conn: Connection, area: str, permission: Permission, day: date, *, but: set[int]) -> set[int]:
    """Accounts that have a permission on a day for an area as a whole, ``but`` some; of them those with the smallest area around it."""
    roles = [role.value for role, grant in GRANTS.items() if permission in grant.permissions]
    holds = (account_area.c.area_code == EVERYWHERE) | func.starts_with(literal(area), account_area.c.area_code)
    query = (
        select(account.c.id, account_area.c.area_code)
        .join(account_area, account_area.c.account_id == account.c.id)
        .where(account.c.role.in_(roles), account.c.disabled_at.is_(None), valid_on(account_area, day), holds)
    )
    found = [row for row in conn.execute(query) if row.id not in but]
    nearest = max((len(row.area_code) for row in found), default=0)
    return {row.id for row in found if len(row.area_code) == nearest}


def _accounts_of(conn: Connection, codes: Iterable[str], day: date, who: ColumnElement[bool]) -> dict[str, set[int]]:
    query = (
        select(account_area.c.area_code, account.c.id)
        .join(account, account.c.id == account_area.c.account_id)
        .where(
            account_area.c.area_code.in_(list(codes)), valid_on(account_area, day), account.c.disabled_at.is_(None), who
        )
    )
    found: dict[str, set[int]] = {}
    for code, key in conn.execute(query):
        found.setdefault(code, set()).add(key)
    return found


def tell(
    conn: Connection,
    accounts: Iterable[int],
    kind: str,
    detail: dict[str, Any],
    *,
    report_id: int | None = None,
    but: int | None = None,
) -> int:
    """Leave a notice for each account, ``but`` for the one who did it; how many."""
    rows = [
        {"account_id": key, "kind": kind, "detail": detail, "report_id": report_id}
        for key in sorted(set(accounts))
        if key != but
    ]
    if rows:
        conn.execute(insert(notice), rows)
    return len(rows)


def notices_of(conn: Connection, account_id: int, *, unread: bool = False, limit: int = MOST) -> list[Row[Any]]:
    """Notices of an account, the latest first: ``ref``, ``kind``, ``detail``, ``at``, ``read_at``, ``report_id``, ``report_ref``."""
    query = (
        select(notice, report.c.ref.label("report_ref"))
        .outerjoin(report, report.c.id == notice.c.report_id)
        .where(notice.c.account_id == account_id)
        .order_by(notice.c.id.desc())
        .limit(limit)
    )
    return list(conn.execute(query.where(notice.c.read_at.is_(None)) if unread else query))


def unread_count(conn: Connection, account_id: int) -> int:
    """How many notices an account has not read."""
    query = select(func.count()).where(notice.c.account_id == account_id, notice.c.read_at.is_(None))
    return conn.scalar(query) or 0


def mark_read(conn: Connection, account_id: int, ref: Any = None) -> int:
    """Mark one notice of an account, or all of them, as read; how many were not."""
    mine = update(notice).where(notice.c.account_id == account_id, notice.c.read_at.is_(None))
    if ref is not None:
        mine = mine.where(notice.c.ref == ref)
    return conn.execute(mine.values(read_at=func.now())).rowcount
