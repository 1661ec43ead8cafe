from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import gettext as _

from geodata.places import FoundPlace, named_place
from geodata.report_filter import ReportFilter
from geodata.selections import Selection, choose, first_day, last_day
from geodata.snapshots import open_snapshot
from gridmap.access import Permission, may
from gridmap.report import SOURCES
from web import db
from web.access import requires
from web.acting import actor
from web.areas import area_choice
from web.days import asked_day
from web.figures.tables import Line, Table, all_tables, list_url, period_words, table_named
from web.heat_address import chosen_filter, filter_query
from web.map_words import helpers
from web.periods import periods
from web.scope import scope
from web.sheets import SHEET_FORMATS, Cells, check_sheet_format, sheet_response

blueprint = Blueprint("figures", __name__, url_prefix="/figures")
blueprint.context_processor(helpers)

#: More bars than this are in the table only.
MOST_BARS = 20


@blueprint.get("")
@requires(Permission.VIEW_FIGURES)
def index() -> str:
    """The tables of the filter in the address, each with its chart."""
    selection, chosen = _asked()
    snapshot = selection.snapshot
    tables = all_tables(db.connection(), selection, chosen)
    return render_template(
        "figures/index.html",
        chosen=chosen,
        selection=selection,
        tables=tables,
        charts=[_chart(table) for table in tables],
        formats=SHEET_FORMATS,
        may_export=may(g.account.role, Permission.EXPORT),
        may_list=may(g.account.role, Permission.VIEW_REPORTS),
        query=filter_query(chosen),
        period_words=period_words(chosen, first_day(snapshot), last_day(snapshot)),
        periods=periods(chosen, last_day(snapshot), lambda first, after: _url(chosen, from_day=first, to_day=after)),
        figures_url=_url,
        list_url=list_url,
        above=_above(chosen.area),
        known_categories=sorted(snapshot.header.categories),
        known_sources=SOURCES,
        **area_choice(chosen.area),
    )


@blueprint.get("/<name>/<kind>")
@requires(Permission.EXPORT)
def export(name: str, kind: str) -> Response:
    """One table as a file: ``csv`` or ``excel``. Errors: ``UnknownFormat``, ``UnknownTable``."""
    check_sheet_format(kind)
    selection, chosen = _asked()
    table = table_named(name, db.connection(), selection, chosen)
    rows = _cells(table)
    with db.transaction() as conn:
        actor().note(conn, "figures_exported", name, format=kind, rows=len(table.lines), filter=chosen.query())
    return sheet_response(table.title, kind, rows)


def _asked() -> tuple[Selection, ReportFilter]:
    snapshot = open_snapshot(db.engine(), db.settings())
    chosen = chosen_filter(request.args, last_day(snapshot))
    return choose(db.connection(), scope(), snapshot, chosen), chosen


def _url(chosen: ReportFilter, **changes: Any) -> str:
    """This page with some parts of the filter changed."""
    return url_for("figures.index", **filter_query(replace(chosen, **changes)))


def _above(area: str | None) -> list[FoundPlace]:
    """The divisions above an area that the caller sees, from the largest down."""
    if not (area and area.isdigit()):
        return []
    conn, at = db.connection(), asked_day()
    codes = [area[:length] for length in (4, 6, 9, 12) if length < len(area)]
    return [named_place(conn, scope(), code, at) for code in codes if scope().holds_area(code)]


def _chart(table: Table) -> dict[str, Any]:
    """What the chart of a table is drawn from, largest or oldest first."""
    lines = table.lines if table.upright else table.lines[:MOST_BARS]
    return {
        "words": [line.words for line in lines],
        "reports": [line.reports for line in lines],
        "urls": [line.list_url for line in lines],
        "upright": table.upright,
        "unit": _("reports"),
    }


def _cells(table: Table) -> Cells:
    """A table as it goes into a file, heading first."""
    heading = [table.heading, _("Reports"), _("Share (%)")]
    if table.households:
        heading += [_("Households"), _("Reports per 1,000 households")]
    return [heading, *(_line_cells(line, households=table.households) for line in table.lines)]


def _line_cells(line: Line, *, households: bool) -> list[str | int | float | None]:
    found: list[str | int | float | None] = [line.words, line.reports, round(line.share, 1)]
    if households:
        found += [line.households, None if line.rate is None else round(line.rate, 1)]
    return found
