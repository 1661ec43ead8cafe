from flask import render_template

from geodata.layers import layer_states
from gridmap.access import Permission
from web import db
from web.access import requires
from web.data.blueprint import blueprint
from web.scope import scope


@blueprint.get("/layers")
@requires(Permission.MANAGE_DATA)
def layers() -> str:
    """Every layer with its version and last change; how many rows it has is for those who may see the whole city."""
    return render_template(
        "data/layers.html", layers=layer_states(db.connection()), may_upload=scope().everywhere
    )  # fmt: skip
