"""Filters that a person keeps under a name, page by page."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from geodata.tables import account, saved_filter
from gridmap.errors import GridmapError

MOST = 50
MAX_NAME = 60


class FilterNameBad(GridmapError):
    """A filter without a name, or with one that is too long."""

    code = "filter_name_bad"
    zh = "请填写筛选名称（1 到 {limit} 字）。"
    en = "Give the filter a name of 1 to {limit} characters."


class FilterNameTaken(GridmapError):
    """A second filter of a name."""

    code = "filter_name_taken"
    zh = "您已有名为“{name}”的筛选，请换一个名称。"
    en = "You have a filter named “{name}” already; choose another name."


class TooManyFilters(GridmapError):
    """One filter more than a person may keep."""

    code = "too_many_filters"
    zh = "最多保存 {limit} 个筛选，请先删除不用的。"
    en = "At most {limit} filters can be kept; delete one first."


class UnknownFilter(GridmapError):
    """No filter of this person has that reference."""

    code = "unknown_filter"
    zh = "没有找到该筛选，可能已删除。"
    en = "There is no such filter; it may have been deleted."


def saved_filters(conn: Connection, account_id: int, page: str) -> list[Row[Any]]:
    """A person's filters of a page by name: ``ref``, ``name``, ``query``."""
    query = select(saved_filter.c.ref, saved_filter.c.name, saved_filter.c.query)
    mine = query.where(saved_filter.c.account_id == account_id, saved_filter.c.page == page)
    return list(conn.execute(mine.order_by(saved_filter.c.name)))


def save_filter(conn: Connection, account_id: int, page: str, name: str, query: str) -> None:
    """Keep a query string under a name. Errors: ``FilterNameBad``, ``FilterNameTaken``, ``TooManyFilters``."""
    wanted = _checked(name)
    # Two at once wait here, so that the limit holds.
    conn.execute(select(account.c.id).where(account.c.id == account_id).with_for_update())
    kept = select(func.count()).where(saved_filter.c.account_id == account_id)
    if (conn.scalar(kept) or 0) >= MOST:
        raise TooManyFilters(limit=MOST)
    values = {"account_id": account_id, "page": page, "name": wanted, "query": query}
    _write(conn, insert(saved_filter).values(values), wanted)


def rename_filter(conn: Connection, account_id: int, ref: UUID, name: str) -> None:
    """Give a filter another name. Errors: ``UnknownFilter``, ``FilterNameBad``, ``FilterNameTaken``."""
    wanted = _checked(name)
    mine = (saved_filter.c.account_id == account_id, saved_filter.c.ref == ref)
    if not _write(conn, update(saved_filter).where(*mine).values(name=wanted), wanted):
        raise UnknownFilter(field="ref")


def delete_filter(conn: Connection, account_id: int, ref: UUID) -> None:
    """Forget a filter. Errors: ``UnknownFilter``."""
    mine = (saved_filter.c.account_id == account_id, saved_filter.c.ref == ref)
    if not conn.execute(delete(saved_filter).where(*mine)).rowcount:
        raise UnknownFilter(field="ref")


def _checked(name: str) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= MAX_NAME:
        raise FilterNameBad(field="name", limit=MAX_NAME)
    return wanted


def _write(conn: Connection, statement: Any, name: str) -> int:
    try:
        with conn.begin_nested():
            return conn.execute(statement).rowcount
    except IntegrityError as error:
        raise FilterNameTaken(field="name", name=name) from error
