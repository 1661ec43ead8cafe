"""Layers of a map: vector tiles, heat tiles, a choropleth by grid, and the switch between them."""

from collections.abc import Mapping
from typing import Any

import folium
from folium.map import Layer
from folium.template import Template
from markupsafe import escape


class VectorTileLayer(Layer):
    """Vector tiles drawn by protomaps-leaflet with the rules called ``style`` in our own style.js.

    ``url`` is the tiles' address with {z}, {x}, {y}; ``options`` go to the script (``language``, ``pane`` ...).
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = gridmap.vectorLayer({{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, style: str, url: str, *, name: str, show: bool = True, **options: Any) -> None:
        super().__init__(name=str(escape(name)), overlay=True, control=True, show=show)
        self._name = "VectorTileLayer"
        self.settings = {**options, "style": style, "url": url}


class HeatTileLayer(folium.TileLayer):
    """Heat tiles drawn by the server; ``url`` holds {z}, {x}, {y} and the filter."""

    def __init__(self, url: str, *, name: str, show: bool = True) -> None:
        super().__init__(
            url,
            attr=" ",
            name=str(escape(name)),
            overlay=True,
            show=show,
            max_zoom=19,
            class_name="gm-heat-tiles",
            pane="heat",
            z_index=300,
        )
        self._name = "HeatTileLayer"
        self.options["attribution"] = ""  # Folium insists on one; our own data need none


class GridChoropleth(Layer):
    """Grids coloured by class. ``values_url`` answers ``{"classes": [[grid ids], ...], "hatched": [grid ids]}``.

    Five classes at most, lowest first; grids that are named nowhere stay uncoloured, hatched ones have too little data.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = gridmap.choropleth({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self, tiles_url: str, values_url: str, *, name: str, colours: tuple[str, ...], show: bool = True
    ) -> None:
        if len(colours) > 5:
            raise ValueError("a choropleth has five classes at most")
        super().__init__(name=str(escape(name)), overlay=True, control=True, show=show)
        self._name = "GridChoropleth"
        self.settings: Mapping[str, Any] = {"url": tiles_url, "values": values_url, "colours": list(colours)}


class LayerSwitch(folium.LayerControl):
    """The list of layers to switch on and off, at the upper right; add it last."""

    def __init__(self) -> None:
        super().__init__(position="topright", collapsed=True)
