"""One place on a map: a pin, how accurate it is, and the grid that owns it."""

from branca.element import MacroElement
from folium.template import Template


class PlaceMark(MacroElement):
    """A pin at a place in WGS84 degrees, a circle of its accuracy in metres, the grid of a key with the strong outline, and the way to a point
    of its edge (longitude, latitude)."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.placeMark({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        lat: float,
        lon: float,
        *,
        accuracy_m: float | None = None,
        grid_id: int | None = None,
        edge: tuple[float, float] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "PlaceMark"
        self.settings = {"lat": lat, "lon": lon, "accuracy": accuracy_m, "grid": grid_id, "edge": edge}
