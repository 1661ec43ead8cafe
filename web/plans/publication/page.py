"""Publish a plan: choose the day, see what it brings, sign off what may be signed off; withdraw it before its day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import shapely
from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.changing import grid_changes
from geodata.actions.planning.checking import CHECKS
from geodata.actions.planning.drafting import drafted
from geodata.actions.planning.publishing import check_day, publish_plan, withdraw_plan
from geodata.actions.planning.stepping import REASON_MOST, steps_for
from geodata.days import today
from geodata.grids import grid_names
from geodata.plans.versions import PRESENT, version_of
from geodata.report_filter import parse_day
from geodata.reports import reports_by_id
from gridmap.access import Permission
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanState, PlanStep
from gridmap.privacy import shown
from web import db
from web.access import requires
from web.acting import actor
from web.cases.words import case_helpers
from web.errors import status_of
from web.forms import day_field, field, troubles
from web.map_assets import grid_layer, page_map
from web.maps import LayerSwitch, Legend, LegendRow, MapParts, render
from web.maps.shapes import ShapeLayer
from web.paging import part_of
from web.plans.answers import as_json
from web.plans.asked import asked_ground, asked_plan
from web.plans.blueprint import blueprint
from web.plans.publication.foreseen import Foreseen, GridLine, foresee, grid_lines, published_reports
from web.plans.words import FATE_WORDS, step_hindrance
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url

_COLOURS = {"begins": "#1f5f8b", "changes": "#b8860b", "stays": "#8b959c"}


@blueprint.get("/<uuid:ref>/publish")
@requires(Permission.VIEW_PLANS)
def publish(ref: UUID) -> AnyResponse:
    """The day, and with ``day`` in the address what that day would bring. Nothing is written."""
    return _page(ref)


@blueprint.post("/<uuid:ref>/publish")
@requires(Permission.APPROVE_PLANS)
def published(ref: UUID) -> AnyResponse:
    """Publish the version in view from a day, with the reasons of those checks that are signed off."""
    try:
        day = day_field("day") or today(db.settings().zone)  # no day is told as one that is too early
        signed = {check: request.form.get(f"sign-{check}", "") for check in CHECKS}
        with db.transaction() as conn:
            publish_plan(conn, db.settings(), actor(), ref, day, version=_version(), signed=signed)
    except GridmapError as error:
        db.forget()
        return _page(ref, error, day=request.form.get("day", "").strip())
    flash(_("Published: the grids come into force on %(day)s at midnight. Those who work there were told.", day=day))
    return redirect(url_for("plans.publish", ref=ref))


@blueprint.post("/<uuid:ref>/withdraw")
@requires(Permission.APPROVE_PLANS)
def withdrawn(ref: UUID) -> AnyResponse:
    """Take a publication back before its day."""
    try:
        with db.transaction() as conn:
            reason = request.form.get("reason", "")
            withdraw_plan(conn, db.settings(), actor(), ref, version=_version(), reason=reason)
    except GridmapError as error:
        db.forget()
        return _page(ref, error)
    flash(_("Withdrawn: the present grids go on, and those who had been told were told again."))
    return redirect(url_for("plans.publish", ref=ref))


@blueprint.get("/<uuid:ref>/publish/cases")
@requires(Permission.VIEW_PLANS)
def publish_cases(ref: UUID) -> str:
    """Cases that would be ``rerouted`` or ``asked`` about on a ``day``; ``from`` and ``to`` (codes) narrow them to one move."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    fate = "asked" if request.args.get("fate") == "asked" else "rerouted"
    if row.status == PlanState.PUBLISHED:
        rows, day = published_reports(conn, db.settings(), row).rows, row.valid_from
    else:
        day = _asked_day(request.args.get("day", ""))
        check_day(db.settings(), day)
        rows = foresee(conn, db.settings(), row, asked_ground(conn, row), day).reports.rows
    chosen = rows["fate"] == fate
    move = (request.args["from"], request.args["to"]) if {"from", "to"} <= request.args.keys() else None
    if move:
        chosen &= (rows["old_code"] == move[0]) & (rows["new_code"] == move[1])
    part = part_of(sorted(rows.loc[chosen, "report_id"].tolist(), reverse=True))
    return render_template(
        "plans/publish_cases.html",
        plan=row,
        day=day,
        fate=fate,
        part=part,
        pager=part.pager,
        rows=reports_by_id(conn, scope(), part.rows),
        **case_helpers(),
    )


@blueprint.get("/<uuid:ref>/publish/grids.json")
@requires(Permission.VIEW_PLANS)
def publish_grids(ref: UUID) -> Response:
    """The grids of the latest version as GeoJSON, coloured by what they are to the present ones."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    draft = drafted(conn, row.area_code, asked_ground(conn, row), version_of(conn, row.id, row.version))
    day = row.valid_from or today(db.settings().zone) + timedelta(days=1)
    lines = grid_lines(version_of(conn, row.id, row.version), draft, grid_changes(conn, draft, day))
    texts = shapely.to_geojson(shapely.transform(draft.shapes, lambda at: at.round(6)))
    features = (
        b'{"type":"Feature","properties":%s,"geometry":%s}' % (_properties(line), text.encode())
        for line, text in zip(lines, texts, strict=True)
    )
    response = make_response(b'{"type":"FeatureCollection","features":[' + b",".join(features) + b"]}")
    response.mimetype = "application/geo+json"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _properties(line: GridLine) -> bytes:
    words = [line.name, line.code, str(FATE_WORDS[line.fate]), _("%(count)s households", count=shown(line.households))]
    return as_json({"kind": line.fate, "words": words})


def _asked_day(raw: str) -> date:
    """A day of the address; none is told as one that is too early. Errors: ``BadDay``."""
    return parse_day(raw.strip()[:20], "day") or today(db.settings().zone)


def _version() -> int:
    raw = field("version", 10)
    return int(raw) if raw.isdecimal() else 0


def _page(ref: UUID, error: GridmapError | None = None, day: str = "") -> AnyResponse:
    conn, settings = db.connection(), db.settings()
    row = asked_plan(conn, ref)
    raw = day or request.args.get("day", "").strip()
    seen = None
    try:
        seen = _seen(conn, row, raw)
    except GridmapError as refused:
        error = error or refused
    possible = steps_for(conn, actor(), row)
    tomorrow = today(settings.zone) + timedelta(days=1)
    page = render_template(
        "plans/publish.html",
        plan=row,
        possible=possible,
        hindrance=step_hindrance(row, PlanStep.PUBLISH) if PlanStep.PUBLISH not in possible else "",
        begun=row.status == PlanState.PUBLISHED and row.valid_from < tomorrow,
        after=published_reports(conn, settings, row) if row.status == PlanState.PUBLISHED else None,
        tomorrow=tomorrow,
        day=raw or tomorrow.isoformat(),
        seen=seen,
        names=grid_names(conn, _codes(seen)),
        parts=_map(conn, row) if seen else None,
        may_edition=scope().may(Permission.MANAGE_DATA),
        present=PRESENT,
        reason_most=REASON_MOST,
        asked=request.form,
        errors=troubles(
            error, version="", step="", plan="", signed="", area="", **{each: f"sign-{each}" for each in CHECKS}
        ),
    )
    return make_response(page, status_of(error) if error else 200)


def _seen(conn: Connection, row: Row[Any], raw: str) -> Foreseen | None:
    """What the day would bring, None without one or where nothing is to be published."""
    if not raw or row.version <= PRESENT or row.status in (PlanState.PUBLISHED, PlanState.DISCARDED):
        return None
    day = _asked_day(raw)
    check_day(db.settings(), day)
    return foresee(conn, db.settings(), row, asked_ground(conn, row), day)


def _codes(seen: Foreseen | None) -> set[str]:
    return {code for old, new, _count in seen.moves for code in (old, new)} if seen else set()


def _map(conn: Connection, row: Row[Any]) -> MapParts:
    settings = db.settings()
    made, _has_grids = page_map(
        conn, scope(), settings, today(settings.zone), _("Grids as they would be"), row.area_code
    )
    made.add_js_link("shapes", static_url("maps/shapes.js"))
    grid_layer().add_to(made)
    title = _("Grids of the plan")
    layer = ShapeLayer(url_for("plans.publish_grids", ref=row.ref), name=title, colours=_COLOURS)
    layer.add_to(made)
    rows = [LegendRow(colour, str(FATE_WORDS[fate])) for fate, colour in _COLOURS.items()]
    made.add_child(Legend(title, rows, layer=layer))
    LayerSwitch().add_to(made)
    return render(made, csp_nonce())
