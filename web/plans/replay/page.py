"""Last year on a version of a plan (方案回放) beside the present grids: load per worker, peak day, walking, evenness; in words, bars and files."""

from collections.abc import Hashable, Mapping
from typing import Any, Final
from uuid import UUID

import numpy as np
from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.replaying import Replayed
from geodata.actions.planning.year import DAYS, Year
from geodata.report_filter import ReportFilter
from gridmap.access import Permission
from web import db
from web.access import requires
from web.acting import actor
from web.figures.tables import list_url
from web.paging import part_of
from web.plans.blueprint import blueprint
from web.plans.difference.compared import check_export, may_export, replayed
from web.plans.difference.page import UnknownPlanTable
from web.plans.pair import Pair, asked_pair, pair_url, version_choices
from web.plans.replay.words import GRID_COLUMNS, TOTAL_WORDS, WEEKDAYS, said
from web.scope import scope
from web.sheets import SHEET_FORMATS, Cells, sheet_response

TABLES: Final = {"totals": _l("Totals of the replay"), "grids": _l("The replay grid by grid")}
WEEKS: Final = DAYS / 7
#: More grids than this are in the table only.
MOST_BARS: Final = 24
#: What the versions are called in the address.
NAMES: Final = ("beside", "version")


@blueprint.get("/<uuid:ref>/replay")
@requires(Permission.VIEW_PLANS)
def replay(ref: UUID) -> str | AnyResponse:
    """The last year on ``version`` (default: the latest), beside the version ``beside`` (default: the present grids)."""
    conn = db.connection()
    pair = asked_pair(conn, ref, one=NAMES[0], other=NAMES[1])
    if pair is None:
        return redirect(url_for("plans.making", ref=ref))
    year, found = replayed(conn, pair)
    rows = _grid_rows(pair, year, found)
    return render_template(
        "plans/replay.html",
        plan=pair.plan,
        pair=pair,
        year=year,
        choices=version_choices(conn, pair.plan.id),
        said=said(found),
        rows=part_of(rows),
        charts=[_grid_chart(rows), _weekday_chart(found)],
        most_bars=MOST_BARS,
        channels=_channels(year),
        url=pair_url(pair, *NAMES),
        formats=SHEET_FORMATS,
        tables=TABLES,
        may_export=may_export(),
        columns=GRID_COLUMNS,
    )


@blueprint.get("/<uuid:ref>/replay/<table>/<kind>")
@requires(Permission.VIEW_PLANS)
def replay_export(ref: UUID, table: str, kind: str) -> Response:
    """A table (totals, grids) as ``csv`` or ``excel``. Errors: ``UnknownPlanTable``, ``UnknownFormat``, ``NotAllowed``."""
    conn = db.connection()
    pair = asked_pair(conn, ref, one=NAMES[0], other=NAMES[1])
    check_export()
    if pair is None or table not in TABLES:
        raise UnknownPlanTable(field="table", value=table, allowed=", ".join(TABLES))
    year, found = replayed(conn, pair)
    rows = _total_cells(found) if table == "totals" else _grid_cells(_grid_rows(pair, year, found))
    name = f"{pair.plan.name}-{TABLES[table]}-{pair.old.version}-{pair.new.version}"
    response = sheet_response(name, kind, rows)
    with db.transaction() as noting:
        actor().note(noting, "plan_replayed", str(ref), table=table, format=kind, versions=[*pair.key[1:]])
    return response


def _grid_rows(pair: Pair, year: Year, found: Replayed) -> list[dict[Hashable, Any]]:
    """A row a grid of either version, most work afterwards first: figures before and after (None for a grid that there is not), and its cases."""
    names = {
        **dict(zip(pair.old.codes, pair.old.names, strict=True)),
        **dict(zip(pair.new.codes, pair.new.names, strict=True)),
    }
    in_force = {grid.code for grid in pair.old.grids if grid.code}
    peaks = {side: _peaks(replayed_side) for side, replayed_side in (("before", found.before), ("after", found.after))}
    rows = []
    for row in found.both.grids.to_dict("records"):
        code = row["code"]
        figures: dict[Hashable, Any] = {name: None if _missing(value) else value for name, value in row.items()}
        for side, peak in peaks.items():
            figures[f"peak_day_{side}"] = peak.get(code)
        cases = _cases(code, year) if code in in_force and scope().may(Permission.VIEW_REPORTS) else None
        rows.append({**figures, "name": names[code], "cases_url": cases})
    return sorted(rows, key=lambda row: (-(row["events_after"] or -1), -(row["events_before"] or -1), row["code"]))


def _peaks(side: Any) -> dict[str, Any]:
    """The day with most work of each grid that has any."""
    table = side.grids
    busy = table["peak_day"].notna()
    return dict(zip(table.loc[busy, "code"], table.loc[busy, "peak_day"].dt.date, strict=True))


def _missing(value: Any) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))


def _cases(code: str, year: Year) -> str:
    """The list of the cases that a grid in force had in the year."""
    return list_url(ReportFilter(area=code, from_day=year.first, to_day=year.after))


def _channels(year: Year) -> dict[str, int]:
    counts = np.bincount(year.events.channel, minlength=len(year.events.channels))
    return dict(zip(year.events.channels, counts.tolist(), strict=True))


def _grid_chart(rows: list[dict[Hashable, Any]]) -> dict[str, Any]:
    most = sorted(rows, key=lambda row: -max(row["events_before"] or 0, row["events_after"] or 0))[:MOST_BARS]
    return {
        "words": [row["name"] for row in most],
        "before": [row["events_before"] for row in most],
        "after": [row["events_after"] for row in most],
        "urls": [row["cases_url"] for row in most],
        "names": [str(_("before")), str(_("after"))],
        "unit": str(_("cases")),
    }


def _weekday_chart(found: Replayed) -> dict[str, Any]:
    table = found.weekdays
    return {
        "words": [str(word) for word in WEEKDAYS],
        "before": (table["busiest_before"] / WEEKS).round(1).tolist(),
        "after": (table["busiest_after"] / WEEKS).round(1).tolist(),
        "urls": [None] * 7,
        "names": [str(_("before")), str(_("after"))],
        "unit": str(_("cases")),
        "upright": True,
    }


def _total_cells(found: Replayed) -> Cells:
    head: list[str | int | float | None] = [str(_("What")), str(_("before")), str(_("after"))]
    return [
        head,
        *(
            [str(TOTAL_WORDS[row["what"]]), *(_number(row[side]) for side in ("before", "after"))]
            for row in _totals(found)
        ),
    ]


def _totals(found: Replayed) -> list[Mapping[Hashable, Any]]:
    return list(found.both.totals.to_dict("records"))


def _grid_cells(rows: list[dict[Hashable, Any]]) -> Cells:
    sides = {"before": _("before"), "after": _("after")}
    head = [
        str(_("Grid code")),
        str(_("Grid")),
        *(f"{word} ({sides[side]})" for _name, word in GRID_COLUMNS for side in sides),
    ]
    return [
        head,
        *(
            [
                row["code"],
                row["name"],
                *(_cell(row[f"{name}_{side}"]) for name, _word in GRID_COLUMNS for side in sides),
            ]
            for row in rows
        ),
    ]


def _cell(value: Any) -> str | int | float | None:
    return value.isoformat() if hasattr(value, "isoformat") else None if value is None else _number(value)


def _number(value: float) -> int | float | None:
    return None if np.isnan(value) else int(value) if float(value).is_integer() else round(float(value), 3)
