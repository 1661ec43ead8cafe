"""Maps from frames and plain values, through Folium; knows neither the database nor Flask.

>>> page_map = GridMap(Assets(js=(), css=()), MapView((40.7, 111.5, 40.9, 111.8)), label="Map")
>>> VectorTileLayer("grids", "/tiles/grids/{z}/{x}/{y}.mvt", name="Grids").add_to(page_map)  # doctest: +ELLIPSIS
<web.maps.layers.VectorTileLayer object at ...>
>>> parts = render(page_map, nonce="abc")
"""

from web.maps.grid_map import Assets, Background, GridMap, MapView
from web.maps.layers import GridChoropleth, HeatTileLayer, LayerSwitch, VectorTileLayer
from web.maps.legend import Legend, LegendRow
from web.maps.rendering import MapParts, render
from web.maps.tools import MapTools

__all__ = [
    "Assets",
    "Background",
    "GridChoropleth",
    "GridMap",
    "HeatTileLayer",
    "LayerSwitch",
    "Legend",
    "LegendRow",
    "MapParts",
    "MapTools",
    "MapView",
    "VectorTileLayer",
    "render",
]
