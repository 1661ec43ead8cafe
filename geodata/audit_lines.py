"""The audit log as it is read: lines of the accounts that the reader manages, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select

from geodata.account_list import inside
from geodata.accounts import normal_name
from geodata.report_order import BadCursor
from geodata.scope import Scope
from geodata.tables import account, audit_log

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for: an account's name, an action, words in the object, days of the city (``to_day`` excluded)."""

    person: str = ""
    action: str = ""
    subject: str = ""
    from_day: date | None = None
    to_day: date | None = None

    def conditions(self, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """Conditions on ``audit_log`` joined with ``account``."""
        found: list[ColumnElement[bool]] = []
        if self.person:
            shown = account.c.display_name.contains(self.person, autoescape=True)
            found.append(or_(account.c.name == normal_name(self.person), shown))
        if self.action:
            found.append(audit_log.c.action == self.action)
        if self.subject:
            found.append(audit_log.c.object.contains(self.subject, autoescape=True))
        if self.from_day:
            found.append(audit_log.c.at >= datetime.combine(self.from_day, time.min, zone))
        if self.to_day:
            found.append(audit_log.c.at < datetime.combine(self.to_day, time.min, zone))
        return found


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines (columns of ``audit_log`` with ``name`` and ``display_name`` of the account), and the cursor of the page after."""

    rows: list[Row[Any]]
    next_cursor: str | None


def list_lines(
    conn: Connection,
    scope: Scope,
    day: date,
    chosen: AuditFilter,
    zone: ZoneInfo,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> AuditPage:
    """Lines of accounts inside the scope; lines of nobody (failed sign-ins, the command line) are for the whole city's readers.

    Errors: ``BadCursor``.
    """
    query = _chosen(scope, day, chosen, zone)
    if cursor:
        query = query.where(audit_log.c.id < _key(cursor))
    rows = list(conn.execute(query.limit(limit + 1)))
    return AuditPage(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


def all_lines(
    conn: Connection, scope: Scope, day: date, chosen: AuditFilter, zone: ZoneInfo, most: int
) -> Iterator[Row[Any]]:
    """The same lines for an export, the newest ``most``."""
    yield from conn.execute(_chosen(scope, day, chosen, zone).limit(most))


def actions_there(conn: Connection) -> list[str]:
    """Every action that the log holds."""
    return list(conn.scalars(select(audit_log.c.action).distinct().order_by(audit_log.c.action)))


def day_after(day: date | None) -> date | None:
    """The day that ends a period which includes ``day``."""
    return day + timedelta(days=1) if day else None


def _chosen(scope: Scope, day: date, chosen: AuditFilter, zone: ZoneInfo) -> Select[Any]:
    query = (
        select(audit_log, account.c.name, account.c.display_name)
        .outerjoin(account, account.c.id == audit_log.c.account_id)
        .where(*chosen.conditions(zone))
        .order_by(audit_log.c.id.desc())
    )
    return query if scope.everywhere else query.where(account.c.id.is_not(None), inside(scope, day))


def _key(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _MOST_DIGITS):
        raise BadCursor(field="cursor")
    return int(cursor)
