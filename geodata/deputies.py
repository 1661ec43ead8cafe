"""Deputies (AB岗): who stands in for whom, where, until when."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, Select, cast, func, literal, select

from geodata.account_areas import area_name, end_rows
from geodata.account_list import area_inside
from geodata.scope import Scope
from geodata.tables import account, account_area


def list_deputies(conn: Connection, scope: Scope, day: date, *, limit: int = 500) -> list[Row[Any]]:
    """Those who stand in on a day or later inside the scope, the first to end first.

    ``id``, ``area_code``, ``area_name``, ``valid_from``, ``valid_to`` (excluded), names of deputy and principal.
    """
    return list(conn.execute(_standing_in(day, area_inside(scope)).limit(limit)))


def deputies_of(conn: Connection, account_id: int, day: date) -> list[Row[Any]]:
    """Those who stand in for an account on a day or later, wherever; columns as in ``list_deputies``."""
    return list(conn.execute(_standing_in(day, account_area.c.stands_in_for == account_id)))


def end_deputy(conn: Connection, scope: Scope, key: int, day: date) -> Row[Any] | None:
    """End one before a day; the row as it was, None when nothing of the scope has that key or it is over."""
    found: Row[Any] | None = conn.execute(_standing_in(day, area_inside(scope), account_area.c.id == key)).one_or_none()
    if found is not None:
        end_rows(conn, day, account_area.c.id == key)
    return found


def lent_until(conn: Connection, account_id: int, area_code: str, for_id: int, start: date, end: date) -> bool:
    """Whether an account stands in for another there already from and until exactly these days."""
    days = func.daterange(cast(literal(start), Date), cast(literal(end), Date))
    same = (
        account_area.c.account_id == account_id,
        account_area.c.area_code == area_code,
        account_area.c.stands_in_for == for_id,
        account_area.c.valid == days,
    )
    return conn.scalar(select(account_area.c.id).where(*same).limit(1)) is not None


def _standing_in(day: date, *conditions: ColumnElement[bool]) -> Select[Any]:
    deputy, principal = account.alias(), account.alias()
    names = (
        named.c[column].label(f"{who}_{column}")
        for who, named in (("deputy", deputy), ("principal", principal))
        for column in ("name", "display_name")
    )
    lower, upper = func.lower(account_area.c.valid), func.upper(account_area.c.valid)
    return (
        select(
            account_area.c.id,
            account_area.c.area_code,
            area_name().label("area_name"),
            lower.label("valid_from"),
            upper.label("valid_to"),
            *names,
        )
        .join(deputy, deputy.c.id == account_area.c.account_id)
        .join(principal, principal.c.id == account_area.c.stands_in_for)
        .where(upper > cast(literal(day), Date), *conditions)
        .order_by(upper, account_area.c.id)
    )
