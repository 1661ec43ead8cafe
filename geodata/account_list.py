"""Accounts as those who manage them see them: the ones whose areas lie inside the manager's scope."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from geodata.accounts import COLUMNS, Account, NoSuchAccount, account_from, normal_name
from geodata.scope import Scope
from geodata.tables import account, account_area, audit_log, grid, person, unit


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What a list of accounts is narrowed to: words in name or display name, a role, ``enabled`` or ``disabled``."""

    words: str = ""
    role: str = ""
    state: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Conditions on the table ``account``."""
        found: list[ColumnElement[bool]] = []
        if self.words:
            found.append(
                or_(
                    account.c.name.contains(normal_name(self.words), autoescape=True),
                    account.c.display_name.contains(self.words, autoescape=True),
                )
            )
        if self.role:
            found.append(account.c.role == self.role)
        if self.state:
            ended = account.c.disabled_at.is_not(None)
            found.append(ended if self.state == "disabled" else ~ended)
        return found


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Rows by name (an account's columns, ``unit_name``, ``person_name``, ``last_sign_in``), and the name to go on after, None at the end."""

    rows: list[Row[Any]]
    next_cursor: str | None
    total: int


def area_inside(scope: Scope) -> ColumnElement[bool]:
    """The condition that a row of ``account_area`` lies inside the scope; the whole city only inside the whole city."""
    if scope.areas is None:
        return true()
    community = select(grid.c.community_code).where(grid.c.code == account_area.c.area_code).limit(1).scalar_subquery()
    areas = cast(list(scope.areas), ARRAY(TEXT))
    above = func.coalesce(community, account_area.c.area_code)
    return func.in_areas(areas, account_area.c.area_code, above, type_=Boolean())


def inside(scope: Scope, day: date) -> ColumnElement[bool]:
    """The condition that an account is managed from the scope: some area of it lies inside and none that it has, or will have, outside.

    Accounts of units reach over the whole city, and so does an account without an area yet: they belong to the whole city's managers.
    """
    if scope.everywhere:
        return true()
    mine = account_area.c.account_id == account.c.id
    running = or_(func.upper_inf(account_area.c.valid), func.upper(account_area.c.valid) > cast(literal(day), Date))
    within = area_inside(scope)
    return and_(
        account.c.unit_id.is_(None),
        select(1).where(mine, within).exists(),
        ~select(1).where(mine, running, ~within).exists(),
    )


def list_accounts(
    conn: Connection,
    scope: Scope,
    day: date,
    chosen: AccountFilter | None = None,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> AccountPage:
    """Accounts that are managed from the scope, by name, after the name ``cursor``."""
    conditions = [inside(scope, day), *(chosen or AccountFilter()).conditions()]
    last_sign_in = (
        select(func.max(audit_log.c.at))
        .where(audit_log.c.account_id == account.c.id, audit_log.c.action == "signed_in")
        .scalar_subquery()
    )
    query: Select[Any] = (
        select(
            *COLUMNS,
            unit.c.name.label("unit_name"),
            person.c.name.label("person_name"),
            last_sign_in.label("last_sign_in"),
        )
        .outerjoin(unit, unit.c.id == account.c.unit_id)
        .outerjoin(person, person.c.id == account.c.person_id)
        .where(*conditions)
        .order_by(account.c.name)
    )
    if cursor:
        query = query.where(account.c.name > cursor)
    rows = list(conn.execute(query.limit(limit + 1)))
    total = conn.scalar(select(func.count()).select_from(account).where(*conditions)) or 0
    return AccountPage(rows[:limit], rows[limit - 1].name if len(rows) > limit else None, total)


def managed_account(conn: Connection, scope: Scope, name: str, day: date, *, field: str = "name") -> Account:
    """The account of a name that is managed from the scope. Errors: ``NoSuchAccount`` (in ``field``), also for one outside."""
    row = conn.execute(select(*COLUMNS).where(account.c.name == normal_name(name), inside(scope, day))).one_or_none()
    if row is None:
        raise NoSuchAccount(field=field, name=name)
    return account_from(row)
