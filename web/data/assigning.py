"""Assign reports anew (归属重算): choose which, try, look at what would move, apply. Trying and applying are jobs."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.days import today
from geodata.doubts import grids_asked
from geodata.jobs import job_by_ref
from geodata.jobs.assign import KIND, ask_for_assigning
from geodata.jobs.queue import UnknownJob
from geodata.owners.batches import ReportChoice, Which
from geodata.owners.concerned import reports_moving
from geodata.places import FoundPlace, named_place
from geodata.reports import reports_by_id
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.areas import area_choice
from web.cases.words import case_helpers
from web.data.blueprint import blueprint, check_whole_city
from web.errors import status_of
from web.forms import argument, field, troubles
from web.paging import part_of
from web.scope import scope
from web.words import reason_word

#: Cases of a move that are shown; who wants to see more applies and asks the list of cases.
_MOST_SHOWN = 1000
WHICH: dict[Which, object] = {
    "unassigned": _l("Reports without a grid"),
    "open": _l("Reports whose work is not over"),
    "all": _l("Every report"),
}


@blueprint.get("/assigning")
@requires(Permission.MANAGE_DATA)
def assigning() -> str:
    """The form: which reports, and of which area."""
    check_whole_city()
    return _form(request.args.get("which", ""), request.args.get("area", ""))


@blueprint.post("/assigning")
@requires(Permission.MANAGE_DATA)
def assigning_tried() -> AnyResponse:
    """Try it: a job that writes nothing."""
    check_whole_city()
    area = field("area")
    which: Which = next((known for known in WHICH if known == field("which")), "unassigned")
    try:
        with db.transaction() as conn:
            made = ask_for_assigning(conn, ReportChoice(which, area or None), commit=False, account_id=g.account.id)
    except GridmapError as error:
        return make_response(_form(which, area, error), status_of(error))
    return redirect(url_for("data.job", ref=made))


@blueprint.post("/assigning/<uuid:ref>/apply")
@requires(Permission.MANAGE_DATA)
def assigning_applied(ref: UUID) -> AnyResponse:
    """Write what was tried: the same reports, derived once more when they are written."""
    check_whole_city()
    choice = _choice(_tried(ref))
    with db.transaction() as conn:
        made = ask_for_assigning(conn, choice, commit=True, account_id=g.account.id)
    return redirect(url_for("data.job", ref=made))


@blueprint.get("/assigning/<uuid:ref>/cases")
@requires(Permission.MANAGE_DATA)
def assigning_cases(ref: UUID) -> str:
    """The cases that what was tried would move, with ``move`` (two codes with a comma, blank for no grid) those of one move alone;
    with ``same=1`` those that would stay in their grid, for another reason."""
    check_whole_city()
    tried, conn = _tried(ref), db.connection()
    same = request.args.get("same") == "1"
    staying = [(code, code) for code in tried.result.get("same", ())]
    moves = staying if same else [(old, new) for old, new, _ in tried.result["pairs"]]
    asked = tuple(argument("move").split(","))
    chosen = [move for move in moves if move == asked]
    part = part_of(reports_moving(conn, db.settings(), _choice(tried), chosen or moves, _MOST_SHOWN))
    return render_template(
        "data/assign_cases.html",
        job=tried,
        move=chosen[0] if chosen else None,
        same=same,
        part=part,
        pager=part.pager,
        rows=reports_by_id(conn, scope(), part.rows),
        most=_MOST_SHOWN,
        **case_helpers(),
    )


def _tried(ref: UUID) -> Row[Any]:
    """A job that has tried and written nothing. Errors: ``UnknownJob``."""
    found = job_by_ref(db.connection(), ref)
    if found.kind != KIND or found.state != "done" or found.arguments["commit"]:
        raise UnknownJob(field="ref")
    return found


def _choice(tried: Row[Any]) -> ReportChoice:
    return ReportChoice(tried.arguments["which"], tried.arguments["area"])


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"which_words": WHICH, "reason_word": reason_word, "named_grids": _named_grids, "named_area": _named_area}


def _named_grids(moves: Iterable[tuple[str, str, int]]) -> dict[str, Row[Any]]:
    """The grids of moves by their codes."""
    codes = {code for old, new, _ in moves for code in (old, new) if code}
    return grids_asked(db.connection(), codes, today(db.settings().zone))


def _named_area(code: str) -> FoundPlace:
    return named_place(db.connection(), scope(), code, today(db.settings().zone))


def _form(which: str, area: str, error: GridmapError | None = None) -> str:
    return render_template("data/assigning.html", which=which, errors=troubles(error), **area_choice(area or None))
