from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from gridmap.errors import GridmapError
from web import db
from web.access import NotSignedIn
from web.errors import answer, status_of
from web.i18n import language
from web.map_page.words import words
from web.map_words import helpers

blueprint = Blueprint("map_page", __name__, url_prefix="/map")

blueprint.context_processor(helpers)
blueprint.context_processor(words)


@blueprint.errorhandler(GridmapError)
def _refused(error: GridmapError) -> Response:
    """A fragment of the page says in words why there is no card; everything else is answered as everywhere."""
    if isinstance(error, NotSignedIn) or "HX-Request" not in request.headers:
        return answer(error)
    db.forget()
    card = render_template("map_page/cards/refused.html", error=error, text=error.text(language()))
    response = make_response(card, status_of(error))
    response.headers["Cache-Control"] = "no-store"
    return response
