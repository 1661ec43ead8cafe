"""Points that a correction would move: from where to where."""

from branca.element import MacroElement
from folium.template import Template

BEFORE, AFTER = "#b2182b", "#08519c"


class ShiftLayer(MacroElement):
    """Pairs of points from ``url`` (``{"pairs": [[lat, lon, lat, lon], ...]}``), each joined by a line; the map goes to where they lie.

    The page must load maps/shifts.js.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.shifts({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "ShiftLayer"
        self.settings = {"url": url, "before": BEFORE, "after": AFTER}
