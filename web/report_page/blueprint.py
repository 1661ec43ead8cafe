from flask import Blueprint

from web import photos
from web.map_words import helpers
from web.words import datum_word

blueprint = Blueprint("report_page", __name__, url_prefix="/report")
blueprint.context_processor(lambda: {**helpers(), **photos.helpers(), "datum_word": datum_word})
