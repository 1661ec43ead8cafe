"""Folium maps in our pages: own assets only, nothing leaks from map to map, nothing breaks out of a script."""

import re
from pathlib import Path

import pytest

from web.maps import (
    Assets,
    Background,
    GridChoropleth,
    GridMap,
    HeatTileLayer,
    LayerSwitch,
    Legend,
    LegendRow,
    MapView,
    VectorTileLayer,
    render,
)  # fmt: skip

ASSETS = Assets(
    js=(("leaflet", "/static/leaflet.js"), ("map", "/static/map.js")), css=(("leaflet", "/static/leaflet.css"),)
)
VIEW = MapView((40.7, 111.5, 40.9, 111.8))
EVIL = "</script><script>alert(1)</script><!--\"'&"


def full_map(word: str = "网格", background: Background | None = None) -> GridMap:
    made = GridMap(ASSETS, VIEW, label=word, attribution=word, background=background, words={"legend": word})
    VectorTileLayer("grids", "/tiles/grids/{z}/{x}/{y}.mvt", name=word, language=word).add_to(made)
    heat = HeatTileLayer("/tiles/heat/{z}/{x}/{y}.png?category=" + word, name=word + " 2").add_to(made)
    GridChoropleth("/tiles/grids/{z}/{x}/{y}.mvt", "/heat/grids.json", name=word + " 3", colours=("#ffffb2",)).add_to(
        made
    )
    made.add_child(Legend(word, [LegendRow("#ffffb2", word)], unit=word, note=word, layer=heat))
    LayerSwitch().add_to(made)
    return made


def html_of(made: GridMap) -> str:
    parts = render(made, nonce="n0nce")
    return str(parts.head + parts.body + parts.script)


def test_no_outside_host_is_named() -> None:
    html = html_of(full_map())
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", html) == []
    assert re.findall(r'(?:src|href)="(?!/static/)', html) == []


def test_assets_come_once_and_in_order() -> None:
    head = str(render(full_map(), nonce="n").head)
    assert re.findall(r'(?:src|href)="([^"]+)"', head) == [
        "/static/leaflet.js",
        "/static/map.js",
        "/static/leaflet.css",
    ]


def test_two_maps_do_not_leak() -> None:
    first = full_map()
    first.add_js_link("extra", "/static/extra.js")
    first.add_css_link("extra", "/static/extra.css")
    assert "/static/extra.js" in html_of(first)
    assert "extra" not in html_of(full_map())
    assert "extra" not in str(GridMap.default_js) + str(GridMap.default_css)


def test_values_cannot_leave_the_script() -> None:
    background = Background("/background/{z}/{x}/{y}.png", EVIL, EVIL)
    parts = render(full_map(EVIL, background), nonce="n0nce")
    inside = str(parts.script).removeprefix('<script nonce="n0nce">').removesuffix("</script>")
    assert "</" not in inside
    assert "<!--" not in inside
    assert "alert(1)</script>" not in str(parts.body)
    assert "<script>" not in str(parts.body) + str(parts.head)


def test_layer_names_are_text_not_html() -> None:
    # Leaflet puts the names of layers into the page as HTML.
    made = full_map("<img src=x onerror=alert(1)>")
    assert "<img" not in str(render(made, nonce="n").script)


def test_every_script_has_the_nonce_and_no_style_is_inline() -> None:
    parts = render(full_map(), nonce="n0nce")
    html = str(parts.head + parts.body + parts.script)
    assert re.findall(r"<(?:script|style)(?![^>]*nonce=\"n0nce\")", html) == []
    assert "style=" not in html
    assert not re.search(r"\son\w+=", html)


def test_the_largest_zoom_is_told() -> None:
    assert '"maxZoom": 19' in str(render(full_map(), nonce="n").script)


def test_a_choropleth_has_five_classes_at_most() -> None:
    with pytest.raises(ValueError, match="five"):
        GridChoropleth("/t", "/v", name="x", colours=("#000",) * 6)


def test_our_own_files_name_no_outside_host() -> None:
    static = Path(__file__).resolve().parents[2] / "web" / "static"
    for file in [*static.rglob("*.js"), *static.rglob("*.css")]:
        assert not re.search(r"https?://(?!www\.w3\.org)", file.read_text(encoding="utf-8")), file
