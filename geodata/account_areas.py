"""Areas of accounts: given, handed over, lent to a deputy, ended. Rows end, they are not deleted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, cast, delete, func, insert, literal, select, update

from geodata.accounts import EVERYWHERE, Account
from geodata.days import valid_on
from geodata.tables import account, account_area, division, grid
from gridmap.access import GRANTS
from gridmap.errors import GridmapError

_LEVEL_WORDS = {
    "zh": {"city": "市", "district": "旗县区", "street": "街道", "community": "社区", "grid": "网格"},
    "en": {"city": "city", "district": "district", "street": "street", "community": "community", "grid": "grid"},
}


class UnknownArea(GridmapError):
    """A code that no division and no grid has."""

    code = "unknown_area"
    zh = "没有编码为“{value}”的行政区划或网格。"
    en = "No division or grid has the code “{value}”."


class AreaOfOtherLevel(GridmapError):
    """An area that is too large or too small for the role."""

    code = "area_of_other_level"
    zh = "该角色的责任范围应为：{zh_levels}；“{value}”不是。"
    en = "The area of this role must be a {en_levels}; “{value}” is not."


class RoleHasNoArea(GridmapError):
    """A role that belongs to a unit is given an area."""

    code = "role_has_no_area"
    zh = "该角色按单位授权，不按区域授权，请选择所属单位。"
    en = "This role belongs to a unit, not to an area; choose the unit instead."


class DeputyNeedsEnd(GridmapError):
    """Somebody stands in without an end date, or with one that is not after the start."""

    code = "deputy_needs_end"
    zh = "代班（AB岗）须填写结束日期，且晚于开始日期。"
    en = "A deputy needs an end date after the start."


def level_of_area(conn: Connection, code: str) -> str:
    """``city``, ``district``, ``street``, ``community`` or ``grid``. Errors: ``UnknownArea``."""
    if code == EVERYWHERE:
        return "city"
    level = conn.scalar(select(division.c.level).where(division.c.code == code))
    if level is None and conn.scalar(select(grid.c.id).where(grid.c.code == code).limit(1)) is not None:
        level = "grid"
    if level is None:
        raise UnknownArea(field="area", value=code)
    return str(level)


def check_area(conn: Connection, role: str, code: str) -> None:
    """Whether a role may be given an area. Errors: ``UnknownArea``, ``AreaOfOtherLevel``, ``RoleHasNoArea``."""
    levels = GRANTS[role].levels  # type: ignore[index]  # a Role is its word
    if not levels:
        raise RoleHasNoArea(field="area")
    if level_of_area(conn, code) not in levels:
        zh, en = (" / ".join(_LEVEL_WORDS[language][level] for level in levels) for language in ("zh", "en"))
        raise AreaOfOtherLevel(field="area", value=code, zh_levels=zh, en_levels=en)


def give_area(
    conn: Connection,
    to: Account,
    code: str,
    start: date | None = None,
    end: date | None = None,
    *,
    for_: Account | None = None,
) -> None:
    """Give an account an area from a day (None: since ever) until before another (None: without end); ``for_`` makes it a deputy.

    Errors: ``UnknownArea``, ``AreaOfOtherLevel``, ``RoleHasNoArea``, ``DeputyNeedsEnd``.
    """
    check_area(conn, for_.role if for_ else to.role, code)
    if for_ is not None and (end is None or (start is not None and end <= start)):
        raise DeputyNeedsEnd(field="until")
    days = func.daterange(cast(literal(start), Date), cast(literal(end), Date))
    row = {"account_id": to.id, "area_code": code, "valid": days, "stands_in_for": for_.id if for_ else None}
    conn.execute(insert(account_area).values(row))


def set_areas(conn: Connection, of: Account, codes: Sequence[str]) -> None:
    """Give a new account these areas instead of what its role starts with; none given: leave it. Errors: those of ``give_area``."""
    if codes:
        conn.execute(delete(account_area).where(account_area.c.account_id == of.id))
    for code in codes:
        give_area(conn, of, code)


def end_areas(conn: Connection, of: Account, day: date, *, code: str | None = None) -> int:
    """End an account's own areas (all, or one code) before a day; how many. What would only have started then never does."""
    mine = [account_area.c.account_id == of.id, account_area.c.stands_in_for.is_(None)]
    if code is not None:
        mine.append(account_area.c.area_code == code)
    return end_rows(conn, day, *mine)


def end_rows(conn: Connection, day: date, *mine: ColumnElement[bool]) -> int:
    """End the rows of ``account_area`` that conditions choose before a day; how many."""
    lower, upper = func.lower(account_area.c.valid), func.upper(account_area.c.valid)
    never = conn.execute(delete(account_area).where(*mine, lower >= day)).rowcount
    running = update(account_area).where(*mine, (upper > day) | func.upper_inf(account_area.c.valid))
    return never + conn.execute(running.values(valid=func.daterange(lower, cast(literal(day), Date)))).rowcount


def own_areas(conn: Connection, of: Account, day: date) -> tuple[str, ...]:
    """Codes of the areas that an account has in its own right, on a day or later."""
    later = func.upper_inf(account_area.c.valid) | (func.upper(account_area.c.valid) > cast(literal(day), Date))
    mine = (account_area.c.account_id == of.id, account_area.c.stands_in_for.is_(None), later)
    return tuple(
        conn.scalars(select(account_area.c.area_code).where(*mine).distinct().order_by(account_area.c.area_code))
    )


def area_name() -> ColumnElement[str]:
    """The name of the division, or of the grid's last edition, that a row of ``account_area`` is about."""
    editions = select(grid.c.name).where(grid.c.code == account_area.c.area_code).order_by(grid.c.id.desc()).limit(1)
    return func.coalesce(
        select(division.c.name).where(division.c.code == account_area.c.area_code).scalar_subquery(),
        editions.scalar_subquery(),
    )


def areas_of(conn: Connection, account_ids: list[int], day: date | None = None) -> list[Row[Any]]:
    """Areas of accounts, all or those of a day: ``account_id``, ``area_code``, ``name``, ``valid_from``, ``valid_to``, ``for_name``."""
    principal = account.alias()
    query = (
        select(
            account_area.c.id,
            account_area.c.account_id,
            account_area.c.area_code,
            area_name().label("name"),
            func.lower(account_area.c.valid).label("valid_from"),
            func.upper(account_area.c.valid).label("valid_to"),
            principal.c.display_name.label("for_name"),
            principal.c.name.label("for_account"),
        )
        .outerjoin(principal, principal.c.id == account_area.c.stands_in_for)
        .where(account_area.c.account_id.in_(account_ids))
        .order_by(account_area.c.account_id, account_area.c.stands_in_for.nulls_first(), account_area.c.area_code)
    )
    return list(conn.execute(query.where(valid_on(account_area, day)) if day else query))
