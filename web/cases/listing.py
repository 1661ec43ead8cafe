"""The list: what is chosen, how many, a page of them."""

from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request
from sqlalchemy import Connection, Row

from geodata.divisions import names_of
from geodata.report_order import ORDERS
from geodata.report_pages import page_of_reports
from geodata.reports import categories
from geodata.saved_filters import MAX_NAME, saved_filters
from gridmap.access import Permission, Reach
from gridmap.report import SOURCES, STATES
from web import db
from web.access import requires
from web.areas import area_choice
from web.cases.asked import SIZES, AskedList
from web.cases.blueprint import blueprint
from web.doubt_words import STATE
from web.paging import Pager
from web.scope import scope

PAGE = "cases"
#: Counting stops behind this many.
MOST_COUNTED = 10_000
#: Periods to choose with one click, in days up to today.
PERIODS = (1, 7, 30, 90, 365)


@blueprint.get("")
@requires(Permission.VIEW_REPORTS)
def index() -> str:
    """A page of the list that the address asks for."""
    conn, seen = db.connection(), scope()
    asked = AskedList.parse(request.args)
    cursor = request.args.get("cursor") or None
    found = page_of_reports(
        conn, db.engine(), db.settings(), seen, asked.search,
        most=MOST_COUNTED, order=asked.order, limit=asked.size, cursor=cursor,
    )  # fmt: skip
    page = found.page
    return render_template(
        "cases/index.html",
        asked=asked,
        search=asked.search,
        chosen=asked.search.chosen,
        rows=page.rows,
        communities=communities_of(conn, page.rows),
        pager=Pager(asked.url() if cursor else None, asked.page_url(page.next_cursor) if page.next_cursor else None),
        count=found.count,
        most=MOST_COUNTED,
        orders=tuple(ORDERS),
        sizes=sorted(SIZES),
        periods=PERIODS,
        states=STATES,
        sources=SOURCES,
        doubt_states=STATE,
        known_categories=categories(conn),
        saved=saved_filters(conn, g.account.id, PAGE),
        query=urlencode(asked.query(), doseq=True),
        max_name=MAX_NAME,
        may_export=seen.may(Permission.EXPORT),
        may_file=seen.may(Permission.FILE_REPORT),
        may_heat=seen.may(Permission.VIEW_FIGURES) and seen.reach is not Reach.OWN,
        **area_choice(asked.search.chosen.area),
    )


def communities_of(conn: Connection, rows: list[Row[Any]]) -> dict[str, Any]:
    """Communities of listed reports by code."""
    return names_of(conn, {row.community_code for row in rows if row.community_code})
