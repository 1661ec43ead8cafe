from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from gridmap.coverage import Size
from web.map_words import helpers, thousands

blueprint = Blueprint("coverage", __name__, url_prefix="/coverage")

FINDING_WORDS = {
    "gap": _l("Gaps"),
    "overlap": _l("Overlaps"),
    "outside": _l("Beyond the community"),
    "building_in_none": _l("Buildings in no grid"),
    "building_in_several": _l("Buildings in several grids"),
}
SIZE_WORDS = {
    Size.BELOW: _l("Below the bounds"),
    Size.WITHIN: _l("Within the bounds"),
    Size.ABOVE: _l("Above the bounds"),
    Size.UNBOUNDED: _l("No bounds"),
}
#: Households that one bar of the histogram stands for.
STEP = 50


def square_metres(area: float) -> str:
    """Ground as a page writes it: whole square metres, one decimal below ten, never a nonzero one as 0.

    >>> square_metres(12345.6), square_metres(0.04)
    ('12,346', '0.1')
    """
    return thousands(round(area)) if area >= 10 else f"{max(area, 0.1) if area > 0 else 0:.1f}"


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        **helpers(),
        "finding_words": FINDING_WORDS,
        "size_words": SIZE_WORDS,
        "square_metres": square_metres,
    }
