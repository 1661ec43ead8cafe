"""The lists behind the figures."""

from collections.abc import Callable

from flask import render_template, request

from geodata.coverage.figures import GridSize, grid_sizes, households_shown
from geodata.coverage.findings import list_findings
from gridmap.access import Permission
from gridmap.coverage import Size
from web import db
from web.access import requires
from web.areas import area_choice, asked_area
from web.coverage.blueprint import STEP, blueprint
from web.coverage.state import renewal_state
from web.days import asked_day, other_day
from web.map_words import GRID_KIND
from web.paging import A_PAGE, pager, part_of, whole_number
from web.scope import scope

#: What the list of grids can be narrowed to beside their size.
LACKS: dict[str, Callable[[GridSize], bool]] = {
    "worker": lambda each: each.worker is None,
    "households": lambda each: each.households == 0,
}


@blueprint.get("/grids")
@requires(Permission.VIEW_COVERAGE)
def grids() -> str:
    """Grids of an area, narrowed by ``kind``, ``size`` (outside: below or above), ``lacks``, ``low`` and ``high`` households."""
    conn, area, at = db.connection(), asked_area(), asked_day()
    part = part_of([each for each in grid_sizes(conn, scope(), at, area) if _fits(each)])
    return render_template(
        "coverage/grids.html",
        **area_choice(area),
        area_code=area,
        told=households_shown(grid_sizes(conn, scope(), at), part.rows),
        part=part,
        pager=part.pager,
        kinds=GRID_KIND,
        query=request.args,
    )


@blueprint.get("/findings")
@requires(Permission.VIEW_COVERAGE)
def findings() -> str:
    """Findings of a kind in an area."""
    conn, area, kind = db.connection(), asked_area(), request.args.get("kind") or None
    asked_day()
    cursor = whole_number("cursor", 0)
    page = list_findings(conn, scope(), kind, area, limit=A_PAGE, cursor=cursor, on_day=other_day())
    return render_template(
        "coverage/findings.html",
        **area_choice(area),
        area_code=area,
        kind=kind,
        state=renewal_state(conn, other_day()),
        page=page,
        pager=pager(page.next_cursor),
    )


def _fits(each: GridSize) -> bool:
    asked = request.args
    # Only whole bars can be asked for: narrower ranges would tell numbers that the list hides.
    size, kind, lacks = asked.get("size"), asked.get("kind"), asked.get("lacks")
    low, high = whole_number("low", 0), whole_number("high", None)
    return (
        (not kind or each.kind == kind)
        and (not size or each.size == size or (size == "outside" and each.size in (Size.BELOW, Size.ABOVE)))
        and (lacks not in LACKS or LACKS[lacks](each))
        and each.households >= low // STEP * STEP
        and (high is None or each.households // STEP <= high // STEP)
    )
