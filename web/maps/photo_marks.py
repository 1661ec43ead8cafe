"""Where a photo was taken, and where the camera looked."""

from branca.element import MacroElement
from folium.template import Template


class PhotoMark(MacroElement):
    """A numbered small circle at a place in WGS84 degrees, with a wedge towards ``direction_deg`` (clockwise from north) if it is known.

    ``label`` is what a screen reader says; choosing the mark opens the picture of that number on the page.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.photoMark({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, lat: float, lon: float, *, number: int, label: str, direction_deg: float | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "PhotoMark"
        self.settings = {"lat": lat, "lon": lon, "number": number, "label": label, "direction": direction_deg}
