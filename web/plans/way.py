"""The way of a plan: its versions, the steps it took, and those that may be taken now."""

from uuid import UUID

from flask import render_template

from gridmap.access import Permission
from web import db
from web.access import requires
from web.plans.asked import asked_plan
from web.plans.blueprint import blueprint


@blueprint.get("/<uuid:ref>/way")
@requires(Permission.VIEW_PLANS)
def way(ref: UUID) -> str:
    """Steps, versions and what was said."""
    return render_template("plans/way.html", plan=asked_plan(db.connection(), ref))
