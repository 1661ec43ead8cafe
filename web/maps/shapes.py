"""A few thousand shapes with words, drawn by Leaflet itself."""

from collections.abc import Mapping
from typing import Any

from folium.map import Layer
from folium.template import Template
from markupsafe import escape


class ShapeLayer(Layer):
    """GeoJSON fetched from ``url``; a feature's ``kind`` chooses its colour, its ``words`` are the lines of its popup.

    The page must load maps/shapes.js.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = gridmap.shapes({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, url: str, *, name: str, colours: Mapping[str, str], show: bool = True) -> None:
        super().__init__(name=str(escape(name)), overlay=True, control=True, show=show)
        self._name = "ShapeLayer"
        self.settings: Mapping[str, Any] = {"url": url, "colours": dict(colours)}
