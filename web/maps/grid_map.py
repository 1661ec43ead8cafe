"""A Folium map with our own assets: nothing comes from another host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
from folium.template import Template
from markupsafe import escape

MAX_ZOOM = 19


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of scripts and style sheets on our own server, in order, as (name, address)."""

    js: Sequence[tuple[str, str]]
    css: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MapView:
    """What a map shows as a whole, and what it opens on instead: south, west, north, east in degrees (EPSG:4326)."""

    bounds: tuple[float, float, float, float]
    opens_on: tuple[float, float, float, float] | None = None

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the middle."""
        south, west, north, east = self.bounds
        return (south + north) / 2, (west + east) / 2


@dataclass(frozen=True, slots=True)
class Background:
    """An XYZ source of pictures inside the own network, under everything else."""

    url: str
    attribution: str
    name: str


class GridMap(folium.Map):
    """A map that fills its element, keeps its position in the address and tells the page where somebody clicked.

    Folium's Map brings lists of files on other hosts that belong to the class; this one has lists of its own for each map, and
    a template without inline styles. ``label`` names the map for screen readers; ``words`` are texts its script shows.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="gm-map" id={{ this.get_name()|tojson }} role="application" aria-label="{{ this.label|e }}" tabindex="0"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = gridmap.createMap({{ this.get_name()|tojson }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        assets: Assets,
        view: MapView,
        *,
        label: str,
        attribution: str = "",
        background: Background | None = None,
        words: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(location=list(view.centre), tiles=None, max_zoom=MAX_ZOOM)
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []
        for name, url in assets.js:
            self.add_js_link(name, url)
        for name, url in assets.css:
            self.add_css_link(name, url)
        self.label = label
        # With tiles=None Leaflet has no largest zoom unless it is said here; some layers fail without.
        self.settings: dict[str, Any] = {
            "bounds": [list(view.bounds[:2]), list(view.bounds[2:])],
            "opensOn": [list(view.opens_on[:2]), list(view.opens_on[2:])] if view.opens_on else None,
            "maxZoom": MAX_ZOOM,
            "attribution": str(escape(attribution)),
            "words": dict(words or {}),
        }
        if background:
            folium.TileLayer(
                background.url,
                attr=str(escape(background.attribution)) or " ",
                name=str(escape(background.name)),
                max_zoom=MAX_ZOOM,
                overlay=True,
            ).add_to(self)

    def add_js_link(self, name: str, url: str) -> None:
        """Add a script to this map. A script and a style sheet may have one name; Folium would keep only one of them."""
        super().add_js_link(f"{name}.js", url)

    def add_css_link(self, name: str, url: str) -> None:
        """Add a style sheet to this map."""
        super().add_css_link(f"{name}.css", url)
