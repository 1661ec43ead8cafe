"""Sheets of the grids of a version for print (网格单): a list, one grid, or all of them, a page of A4 each."""

from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.layering import PlanLayer, layer_of
from geodata.days import today
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlanVersion
from gridmap.access import Permission
from gridmap.coverage import Size
from gridmap.coverage.bounds import Bounds
from web import db
from web.access import requires
from web.coverage.blueprint import SIZE_WORDS, square_metres
from web.errors import NotFound
from web.paging import part_of, whole_number
from web.plans.asked import asked_ground, asked_plan, asked_version
from web.plans.blueprint import blueprint
from web.plans.pair import version_choices
from web.plans.sheets.facts import Sheet, portfolio_of, sheet_of

#: Sheets that are printed in one go; a street has about a hundred grids.
AT_ONCE: Final = 60


class UnknownSheet(NotFound):
    """A grid that the version does not have."""

    code = "unknown_plan_sheet"
    zh = "第 {version} 版没有第 {number} 个网格。"
    en = "Version {version} has no grid {number}."


@blueprint.get("/<uuid:ref>/sheets")
@requires(Permission.VIEW_PLANS)
def sheets(ref: UUID) -> str | AnyResponse:
    """The grids of ``version`` (default: the latest), each with its sheet."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        return redirect(url_for("plans.making", ref=ref))
    ground, version, layer = _asked(conn, row)
    households = layer.sums(ground.units["households"].to_numpy()).tolist()
    lines = [
        {
            "number": number,
            "grid": grid,
            "code": "" if fresh else code,
            "households": count,
            "size": size_of(row, grid.kind, count),
        }
        for number, (grid, code, fresh, count) in enumerate(
            zip(layer.grids, layer.codes, layer.fresh, households, strict=True), start=1
        )
    ]
    return render_template(
        "plans/sheets.html",
        plan=row,
        version=version,
        choices=version_choices(conn, row.id),
        rows=part_of(lines),
        batches=[(first, min(first + AT_ONCE, len(layer)) - 1) for first in range(0, len(layer), AT_ONCE)],
        size_words=SIZE_WORDS,
    )


@blueprint.get("/<uuid:ref>/sheets/<int:number>")
@requires(Permission.VIEW_PLANS)
def sheet(ref: UUID, number: int) -> str | AnyResponse:
    """The sheet of one grid, counted from 1, of ``version``. Errors: ``UnknownSheet``."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        return redirect(url_for("plans.making", ref=ref))
    ground, version, layer = _asked(conn, row)
    if not 1 <= number <= len(layer):
        raise UnknownSheet(field="number", number=number, version=version.version)
    found = portfolio_of(conn, row, ground, version, [number - 1])
    return _page(row, version, [sheet_of(found, number - 1)], number=number, last=len(layer))


@blueprint.get("/<uuid:ref>/sheets/all")
@requires(Permission.VIEW_PLANS)
def all_sheets(ref: UUID) -> str | AnyResponse:
    """The sheets of ``version``, from the grid ``start`` (from 0) on, ``AT_ONCE`` at most."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        return redirect(url_for("plans.making", ref=ref))
    ground, version, layer = _asked(conn, row)
    numbers = list(range(len(layer)))[whole_number("start", 0) :][:AT_ONCE]
    if not numbers:
        raise UnknownSheet(field="start", number=whole_number("start", 0) + 1, version=version.version)
    found = portfolio_of(conn, row, ground, version, numbers)
    return _page(row, version, [sheet_of(found, each) for each in numbers])


def size_of(row: Row[Any], kind: str, households: int) -> Size:
    """Where households lie against the plan's bounds; other than general grids have none."""
    return Bounds(row.lower, row.upper).size(households) if kind == "general" else Size.UNBOUNDED


def _asked(conn: Connection, row: Row[Any]) -> tuple[PlanGround, PlanVersion, PlanLayer]:
    ground = asked_ground(conn, row)
    version = asked_version(conn, row, whole_number("version", None))
    return ground, version, layer_of(conn, row.id, ground, version)


def _page(row: Row[Any], version: PlanVersion, made: list[Sheet], **more: Any) -> str:
    return render_template(
        "plans/sheet.html",
        plan=row,
        version=version,
        sheets=made,
        sizes=[size_of(row, each.grid.kind, each.households) for each in made],
        size_words=SIZE_WORDS,
        square_metres=square_metres,
        today=today(db.settings().zone),
        title=made[0].grid.name if len(made) == 1 else _("Sheets of the grids"),
        **more,
    )
