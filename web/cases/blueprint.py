from flask import Blueprint

from web import photos
from web.cases.words import case_helpers

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
blueprint.context_processor(lambda: {**case_helpers(), **photos.helpers()})
