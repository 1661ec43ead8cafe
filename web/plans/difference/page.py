"""What changes between two versions of a plan (对比): totals, grids, who gets what from whom, buildings; on the map and as files."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.comparing import PlanComparison
from geodata.days import today
from gridmap.access import Permission
from gridmap.planning.fates import Fate
from gridmap.planning.telling import WORDS, rows_of
from web import db
from web.access import requires
from web.acting import actor
from web.downloads import as_download
from web.errors import NotFound
from web.i18n import language
from web.paging import part_of
from web.plans.blueprint import blueprint
from web.plans.difference.compared import check_export, compared, may_export
from web.plans.difference.features import (
    building_name,
    building_points,
    move_features,
    moved_ground,
    outlines,
    told_number,
    told_share,
)
from web.plans.difference.map import change_map
from web.plans.pair import Pair, asked_pair, pair_url, version_choices
from web.sheets import SHEET_FORMATS, Cells, sheet_response

TABLES: Final = {
    "totals": _l("Totals of the change"),
    "grids": _l("What becomes of the grids"),
    "lineage": _l("Who gets what from whom"),
    "buildings": _l("Buildings that change hands"),
}
FATE_ICONS: Final = {
    Fate.KEPT: "check", Fate.CHANGED: "pencil", Fate.SPLIT: "diagram-2", Fate.MERGED: "union", Fate.NEW: "plus-lg", Fate.ENDED: "x-lg",
}  # fmt: skip
#: Everything that becomes of grids, those that stay as they are among it.
ALL: Final = "all"


class UnknownPlanTable(NotFound):
    """A table that a comparison or a replay does not have."""

    code = "unknown_plan_table"
    zh = "没有名为“{value}”的表，可用：{allowed}。"
    en = "There is no table “{value}”; use one of {allowed}."


@blueprint.get("/<uuid:ref>/compare")
@requires(Permission.VIEW_PLANS)
def compare(ref: UUID) -> str | AnyResponse:
    """The versions ``from`` and ``to``; ``part`` (grids, lineage, buildings) and ``fate`` choose the table below the map."""
    conn = db.connection()
    pair = asked_pair(conn, ref)
    if pair is None:
        return redirect(url_for("plans.making", ref=ref))
    found = compared(conn, pair)
    part = request.args.get("part", "")
    part = part if part in TABLES and part != "totals" else "grids"
    fate = request.args.get("fate", "")
    return render_template(
        "plans/compare.html",
        plan=pair.plan,
        pair=pair,
        choices=version_choices(conn, pair.plan.id),
        totals={row["what"]: row for row in found.found.totals.to_dict("records")},
        fates=Counter(found.found.grids["fate"]),
        fate=fate if fate in {*Fate, ALL} else "",
        counts=_counts(found),
        part=part,
        tables=TABLES,
        rows=part_of(_rows(found, part, fate)),
        grid_words=_grid_words(pair),
        url=pair_url(pair),
        parts=change_map(conn, pair, pair_url(pair)("compare_map")),
        formats=SHEET_FORMATS,
        may_export=may_export(),
    )


@blueprint.get("/<uuid:ref>/compare/map.json")
@requires(Permission.VIEW_PLANS)
def compare_map(ref: UUID) -> Response:
    """What the map draws: ``old`` and ``new`` outlines, ``moves`` (ground that changes hands), ``buildings`` that do."""
    conn = db.connection()
    pair = asked_pair(conn, ref)
    if pair is None:
        return jsonify({"old": [], "new": [], "moves": [], "buildings": []})
    found = compared(conn, pair)
    return jsonify(
        {
            "old": outlines(found.old.codes, found.old.names, found.old.shapes),
            "new": outlines(found.new.codes, found.new.names, found.new.shapes),
            "moves": [each for each in move_features(found) if each["geometry"]],
            "buildings": building_points(found),
        }
    )


@blueprint.get("/<uuid:ref>/compare/<table>/<kind>")
@requires(Permission.VIEW_PLANS)
def compare_export(ref: UUID, table: str, kind: str) -> Response:
    """One table as ``csv`` or ``excel``; ``moves/geojson`` is the ground that changes hands.

    Errors: ``UnknownPlanTable``, ``UnknownFormat``, ``NotAllowed``.
    """
    conn = db.connection()
    pair = asked_pair(conn, ref)
    check_export()
    geojson = (table, kind) == ("moves", "geojson")
    if pair is None or (table not in TABLES and not geojson):
        raise UnknownPlanTable(field="table", value=table, allowed=", ".join(TABLES))
    found = compared(conn, pair)
    name = f"{pair.plan.name}-{pair.old.version}-{pair.new.version}"
    response = (
        _geojson(name, found) if geojson else sheet_response(f"{name}-{TABLES[table]}", kind, cells(found, table))
    )
    with db.transaction() as noting:
        actor().note(noting, "plan_compared", str(ref), table=table, format=kind, versions=[*pair.key[1:]])
    return response


def cells(found: PlanComparison, table: str) -> Cells:
    """A table as it goes into a file, heading first; of the buildings with names and addresses instead of keys."""
    if table != "buildings":
        return rows_of(getattr(found.found, table), language())
    first, *rest = rows_of(found.found.buildings.drop(columns="building"), language())
    names = found.buildings[["name", "code", "compound", "address"]].to_numpy().tolist()
    head = [_("Building"), _("Building code"), _("Compound"), _("Address")]
    return [[*map(str, head), *first], *([*name, *row] for name, row in zip(names, rest, strict=True))]


def heading(name: str) -> str:
    """What a column or a line of the tables is called."""
    return WORDS[name][0 if language() == "zh" else 1]


def _rows(found: PlanComparison, part: str, fate: str) -> list[Any]:
    if part == "buildings":
        moved, named = found.found.buildings.to_dict("records"), found.buildings.to_dict("records")
        return [{**name, **row, "words": building_name(name)} for name, row in zip(named, moved, strict=True)]
    if part == "lineage":
        return [{**row, "number": number} for number, row in enumerate(found.found.moves.to_dict("records"))]
    grids = found.found.grids.to_dict("records")
    return [row for row in grids if fate in (ALL, row["fate"]) or (not fate and row["fate"] != Fate.KEPT)]


def _grid_words(pair: Pair) -> Callable[[str], str]:
    """Names for codes that are joined by 、."""
    names: dict[str, str] = {}
    for layer in (pair.old, pair.new):
        names |= {code: name or code for code, name in zip(layer.codes, layer.names, strict=True)}
    return lambda codes: "、".join(names[code] for code in codes.split("、") if code)


def _counts(found: PlanComparison) -> dict[str, int]:
    return {
        "grids": int((found.found.grids["fate"] != Fate.KEPT).sum()),
        "lineage": len(found.found.moves),
        "buildings": len(found.buildings),
    }


def _geojson(name: str, found: PlanComparison) -> Response:
    response = jsonify(moved_ground(found))
    response.mimetype = "application/geo+json"
    day = today(db.settings().zone)
    return as_download(response, f"{name}-{day}.geojson")


@blueprint.context_processor
def _compare_words() -> dict[str, Any]:
    return {
        "heading": heading,
        "told_number": told_number,
        "told_share": told_share,
        "fate_icons": FATE_ICONS,
        "fate_word": lambda fate: Fate(fate).text(language()),
    }
