"""Homes of a building: first the purpose, then the rows; each look and each export is a line in the audit log."""

from itertools import groupby
from uuid import UUID

from flask import Response, make_response, render_template, request

from geodata.actions.viewing_homes import view_homes
from geodata.buildings import building_by_ref
from geodata.days import today
from geodata.homes import Home, Purpose, PurposeMissing, PurposeUnclear
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import NotAllowed, requires
from web.errors import status_of
from web.i18n import language
from web.logs import request_id
from web.map_page.blueprint import blueprint
from web.map_page.homes_file import homes_csv
from web.scope import scope


@blueprint.get("/buildings/<uuid:ref>/homes")
@requires(Permission.VIEW_HOMES)
def ask_homes(ref: UUID) -> Response:
    """The form that asks for the purpose. A fragment of the building's card."""
    return _ask(ref)


@blueprint.post("/buildings/<uuid:ref>/homes")
@requires(Permission.VIEW_HOMES)
def show_homes(ref: UUID) -> Response:
    """The homes of a building by stairwell, noted with their purpose; without one, the form again."""
    try:
        purpose = Purpose.parse(request.form)
    except (PurposeMissing, PurposeUnclear) as error:
        return _ask(ref, error)
    building, homes = _viewed(ref, purpose, "homes_viewed")
    page = render_template(
        "map_page/cards/homes.html",
        building=building,
        count=len(homes),
        stairwells=[(name, list(rows)) for name, rows in groupby(homes, key=lambda home: home.stairwell)],
        purpose=purpose,
        may_export=scope().may(Permission.EXPORT),
    )
    return _kept_nowhere(make_response(page))


@blueprint.post("/buildings/<uuid:ref>/homes.csv")
@requires(Permission.VIEW_HOMES)
def export_homes(ref: UUID) -> Response:
    """The homes of a building as CSV, noted with their purpose."""
    found = building_by_ref(db.connection(), scope(), ref, today(db.settings().zone))
    if not scope().may(Permission.EXPORT):
        raise NotAllowed
    purpose = Purpose.parse(request.form)
    _, homes = _viewed(ref, purpose, "homes_exported")
    response = make_response(homes_csv(homes))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="homes-{found.ref}.csv"'
    return _kept_nowhere(response)


def _viewed(ref: UUID, purpose: Purpose, action: str) -> tuple[object, list[Home]]:
    """Building and homes once their line in the audit log is committed: what cannot be noted is not shown."""
    with db.transaction() as conn:
        return view_homes(
            conn, scope(), ref, purpose, today(db.settings().zone), action=action, request_id=request_id()
        )


def _ask(ref: UUID, error: GridmapError | None = None) -> Response:
    building = building_by_ref(db.connection(), scope(), ref, today(db.settings().zone))
    form = render_template(
        "map_page/cards/homes_form.html",
        building=building,
        error=error,
        error_text=error.text(language()) if error else "",
        chosen=request.form.get("purpose", ""),
        words_given=request.form.get("words", ""),
    )
    return _kept_nowhere(make_response(form, status_of(error) if error else 200))


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
