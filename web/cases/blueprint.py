from flask import Blueprint

from web.cases.words import case_helpers

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
blueprint.context_processor(case_helpers)
