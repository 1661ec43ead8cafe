"""Owners in doubt (归属存疑): one after another, each with its map; one click confirms or transfers."""

from flask import render_template

from gridmap.access import Permission
from web.access import requires
from web.data.blueprint import blueprint


@blueprint.get("/doubts")
@requires(Permission.PLACE_REPORTS)
def doubts() -> str:
    """Reports whose owner is in doubt."""
    return render_template("data/doubts.html")
