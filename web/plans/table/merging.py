"""A save that came too late, put together with what was saved meanwhile."""

from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.merging import merged
from geodata.plans.versions import PRESENT, PlanVersion
from gridmap.access import Permission
from web import db
from web.access import requires
from web.api.body import json_object
from web.api.fields import only
from web.plans.answers import fresh
from web.plans.asked import asked_ground, asked_plan, asked_version
from web.plans.blueprint import blueprint
from web.plans.table.drawn import body_whole, drawn_grids


@blueprint.post("/<uuid:ref>/merge")
@requires(Permission.DRAFT_PLANS)
def merge(ref: UUID) -> AnyResponse:
    """Both in one, and the units that both changed differently (the saved one stands there); nothing is saved.

    Errors: those of ``drawn_grids``, ``UnknownVersion``.
    """
    body = json_object()
    only(body, ("base", "labels", "grids"))
    conn = db.connection()
    row = asked_plan(conn, ref)
    ground = asked_ground(conn, row)
    labels, grids = drawn_grids(body, ground)
    base = asked_version(conn, row, body_whole(body, "base"))
    mine = PlanVersion(0, base.version, labels, grids, "drawn")
    saved, present = asked_version(conn, row, None), asked_version(conn, row, PRESENT)
    found = merged(ground, present, base, mine, saved)
    return fresh(
        {
            "version": saved.version,
            "author": saved.author,
            "labels": found.made.labels.tolist(),
            "grids": [grid.as_json() for grid in found.made.grids],
            "conflicts": found.conflicts.tolist(),
            "mine": found.mine.tolist(),
            "both_changed": found.both_changed.tolist(),
        }
    )
