"""The page of a grid's past: its editions, what it was before, what became of it."""

from flask import render_template

from geodata.days import today
from geodata.divisions import division_chain
from geodata.editions import editions_of
from geodata.grids import UnknownGrid
from geodata.lineage import told_lineage
from gridmap.access import Permission
from web import db
from web.access import requires
from web.map_page.blueprint import blueprint
from web.scope import scope


@blueprint.get("/grids/<code>/history")
@requires(Permission.VIEW_MAP)
def grid_history(code: str) -> str:
    """Editions and lineage of a grid, also of one that has ended."""
    conn, at = db.connection(), today(db.settings().zone)
    editions = editions_of(conn, scope(), code)
    if not editions:
        raise UnknownGrid(field="code", grid_code=code, at=at.isoformat())
    return render_template(
        "map_page/history.html",
        code=code,
        editions=editions,
        chain=division_chain(conn, editions[0].community_code),
        steps=told_lineage(conn, code),
        at=at,
        may_list=scope().may(Permission.MANAGE_DATA) and scope().everywhere,
        may_see=lambda place, community: scope().holds(place.code, community),
    )
