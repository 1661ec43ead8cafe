"""The map of the heatmap page: one measured layer with its legend, over base map and grids."""

from flask_babel import gettext as _
from folium.map import Layer

from geodata.selections import choose
from geodata.snapshots import Snapshot
from web import db
from web.days import asked_day
from web.heat.legends import CHANGE_COLOURS, LegendText, density_legend, grid_legend
from web.heat.shading import shade
from web.heat_address import HeatAddress, density_breaks
from web.map_assets import grid_layer, grid_tiles, page_map
from web.maps import GridChoropleth, GridMap, HeatTileLayer, LayerSwitch, Legend, MapParts, render
from web.scope import scope
from web.security import csp_nonce
from web.tiles.picture import COLOURS


def heat_map(snapshot: Snapshot, asked: HeatAddress) -> tuple[MapParts, bool]:
    """The map of an address, and whether there are any grids."""
    settings, conn = db.settings(), db.connection()
    made, has_grids = page_map(conn, scope(), settings, asked_day(), _("Issue heatmap"), asked.chosen.area)
    if asked.compare or asked.measure != "density":
        text = grid_legend(asked, shade(snapshot, asked))
        colours = CHANGE_COLOURS if asked.compare else COLOURS
        layer: Layer = GridChoropleth(grid_tiles(), asked.url("heat.grids"), name=text.title, colours=colours)
    else:
        drawn = choose(conn, scope(), snapshot, asked.on_site)
        text = density_legend(asked, density_breaks(conn, scope(), snapshot, asked, drawn), drawn.bandwidth_m)
        layer = HeatTileLayer(asked.tile_url(), name=text.title)
    layer.add_to(made)
    grid_layer().add_to(made)
    _add_legend(made, text, layer)
    LayerSwitch().add_to(made)
    return render(made, csp_nonce()), has_grids


def _add_legend(made: GridMap, text: LegendText, layer: Layer) -> None:
    made.add_child(Legend(text.title, text.rows, unit=text.unit, note=text.note, layer=layer))
