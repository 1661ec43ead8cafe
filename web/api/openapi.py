"""``GET /api/v1/openapi.json``: the interface for machines, written by hand; a test holds it to the routes there are."""

from pathlib import Path

from flask import Response

from gridmap.access import Permission
from web.access import requires
from web.api.blueprint import blueprint

#: The description itself.
DOCUMENT = Path(__file__).with_name("openapi.json")


@blueprint.get("/openapi.json")
@requires(Permission.VIEW_MAP)
def openapi() -> Response:
    """The description (OpenAPI 3.1)."""
    return Response(DOCUMENT.read_bytes(), mimetype="application/json")
