"""What every map page gives its map: assets, first view, background, words."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Connection

from geodata.grids import grid_extent
from geodata.places import extent_of_everything
from geodata.scope import Scope
from geodata.settings import Settings
from web.days import other_day
from web.i18n import language
from web.maps import Assets, Background, GridMap, MapView, VectorTileLayer
from web.static_files import static_url
from web.vendor import vendor_url

#: Hohhot, shown while there is nothing else to show.
FIRST_VIEW = (40.70, 111.45, 40.95, 111.95)
GRID_TILES = "/tiles/grids/{z}/{x}/{y}.mvt"


def assets() -> Assets:
    """Leaflet, protomaps-leaflet and our own scripts, from this server."""
    return Assets(
        js=(
            ("leaflet", vendor_url("leaflet", "dist/leaflet.js")),
            ("protomaps", vendor_url("protomaps-leaflet", "dist/protomaps-leaflet.js")),
            ("svg", static_url("maps/svg.js")),
            ("style", static_url("maps/style.js")),
            ("layers", static_url("maps/layers.js")),
            ("points", static_url("maps/points.js")),
            ("map", static_url("maps/map.js")),
            ("panels", static_url("maps/panels.js")),
            ("cards", static_url("maps/cards.js")),
            ("geodesic", static_url("maps/geodesic.js")),
            ("measure", static_url("maps/measure.js")),
            ("print", static_url("maps/print.js")),
        ),
        css=(
            ("leaflet", vendor_url("leaflet", "dist/leaflet.css")),
            ("maps", static_url("maps/maps.css")),
            ("cards", static_url("maps/cards.css")),
            ("tools", static_url("maps/tools.css")),
        ),
    )


def page_map(
    conn: Connection,
    scope: Scope,
    settings: Settings,
    at: date,
    label: str,
    area: str | None = None,
    *,
    opens_on: tuple[float, float, float, float] | None = None,
    compound_names: bool = True,
) -> tuple[GridMap, bool]:
    """A map of the grids in force with base map and background, and whether there are any grids.

    The whole is the scope's grids, or those of ``area``; ``opens_on`` (south, west, north, east) is shown first instead.
    """
    extent = grid_extent(conn, scope, at, area) or (grid_extent(conn, scope, at) if area else None)
    bounds = (extent[1], extent[0], extent[3], extent[2]) if extent else extent_of_everything(conn) or FIRST_VIEW
    background = None
    if settings.tile_source_url:
        background = Background(settings.tile_source_url, settings.tile_source_attribution, _("Background"))
    made = GridMap(
        assets(),
        MapView(bounds, opens_on),
        label=label,
        attribution=settings.background_attribution,
        background=background,
        words={
            "failed": _("Part of the map could not be loaded. Check the connection and try again."),
            "layers": _("Layers"),
            "legend": _("Legend"),
            "zoom_in": _("Zoom in"),
            "whole": _("Show the whole area"),
            "zoom_out": _("Zoom out"),
        },
    )
    base = "/tiles/base/{z}/{x}/{y}.mvt"
    VectorTileLayer("base", base, name=_("Base map"), language=language(), compoundNames=compound_names).add_to(made)
    return made, extent is not None


def grid_tiles(at: date | None = None) -> str:
    """The address of the tiles of grids of a day (None: the page's), with {z}, {x}, {y} left in."""
    day = at or other_day()
    return f"{GRID_TILES}?at={day.isoformat()}" if day else GRID_TILES


def grid_layer(at: date | None = None) -> VectorTileLayer:
    """Outlines and names of the grids in force on a day (None: the page's)."""
    return VectorTileLayer("grids", grid_tiles(at), name=_("Grids"), language=language())
