"""Deputies (AB岗): who stands in for whom, where, until when."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Row, cast, func, literal, select

from geodata.account_areas import area_name, end_rows
from geodata.account_list import area_inside
from geodata.scope import Scope
from geodata.tables import account, account_area


def list_deputies(conn: Connection, scope: Scope, day: date, *, limit: int = 500) -> list[Row[Any]]:
    """Those who stand in on a day or later inside the scope, the first to end first.

    ``id``, ``area_code``, ``area_name``, ``valid_from``, ``valid_to`` (excluded), names of deputy and principal.
    """
    deputy, principal = account.alias(), account.alias()
    query = (
        select(
            account_area.c.id,
            account_area.c.area_code,
            area_name().label("area_name"),
            func.lower(account_area.c.valid).label("valid_from"),
            func.upper(account_area.c.valid).label("valid_to"),
            *(
                named.c[column].label(f"{who}_{column}")
                for who, named in (("deputy", deputy), ("principal", principal))
                for column in ("name", "display_name")
            ),
        )
        .join(deputy, deputy.c.id == account_area.c.account_id)
        .join(principal, principal.c.id == account_area.c.stands_in_for)
        .where(func.upper(account_area.c.valid) > cast(literal(day), Date), area_inside(scope))
        .order_by(func.upper(account_area.c.valid), account_area.c.id)
    )
    return list(conn.execute(query.limit(limit)))


def end_deputy(conn: Connection, scope: Scope, key: int, day: date) -> Row[Any] | None:
    """End one before a day; the row as it was, None when nothing of the scope has that key or it is over."""
    found = next((row for row in list_deputies(conn, scope, day) if row.id == key), None)
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
