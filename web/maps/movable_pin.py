"""A pin that people move: by dragging, by a click on the map, by arrow keys."""

from branca.element import MacroElement
from folium.template import Template


class MovablePin(MacroElement):
    """A pin at a place in WGS84 degrees with a ghost where it was; ``words`` name it to screen readers.

    The map's element hears ``gridmap:moved`` with ``lon`` and ``lat`` whenever it has been moved.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.movablePin({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, lat: float, lon: float, *, grid_id: int | None = None, words: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "MovablePin"
        self.settings = {"lat": lat, "lon": lon, "grid": grid_id, "words": words}
