"""Two maps that move together."""

from collections.abc import Mapping
from typing import Any

from branca.element import MacroElement
from folium.template import Template

from web.maps.grid_map import GridMap


class Together(MacroElement):
    """Ties the map that it is added to to ``other``, which the page draws before it: where one goes, the other goes.

    The page must load maps/together.js, after the script of both maps.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.together({{ this.other.get_name() }}, {{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, other: GridMap) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "Together"
        self.other = other


class SidesLayer(MacroElement):
    """Grids on the map that it is added to and on ``other``, from ``url`` (``{"left", "right": [feature], "pairs": [[left, right], ...]}``).

    A click on a grid shows what lies there on the other side. ``words``: ``said`` by side with {grid} and {grids} left in, ``and`` between
    names, ``none`` for no grid. The page must load maps/sides.js.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.sides({{ this.other.get_name() }}, {{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, other: GridMap, url: str, words: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "SidesLayer"
        self.other = other
        self.settings = {**words, "url": url}
