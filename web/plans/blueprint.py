"""Everything below /plans."""

from flask import Blueprint

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
