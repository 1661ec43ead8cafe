"""Heat tiles drawn in blocks: neighbours share their points, and a screen needs few blocks."""

from dataclasses import dataclass

from geodata.selections import Selection
from geodata.tiles import TileAddress
from gridmap.hotspot.heat_window import TILE, window_density, zoom_of_lattice
from web.tiles.picture import EMPTY_PICTURE, heat_picture


@dataclass(frozen=True, slots=True)
class Block:
    """``side`` x ``side`` tiles of a zoom from the tile ``x``, ``y`` on."""

    z: int
    x: int
    y: int
    side: int


def block_of(tile: TileAddress, selection: Selection) -> Block:
    """The block that a tile is drawn in: 4 x 4 tiles, fewer where the smoothing is finer than the pixels."""
    finer = max(0, zoom_of_lattice(tile.z, selection.bandwidth_m, selection.latitude) - tile.z)
    side = min(4 >> finer, 2**tile.z)
    return Block(tile.z, tile.x - tile.x % side, tile.y - tile.y % side, side)


def draw_block(selection: Selection, block: Block, breaks: tuple[float, ...]) -> dict[TileAddress, bytes]:
    """The pictures of a block's tiles, in classes with these lower limits."""
    tiles = {
        (row, column): TileAddress(block.z, block.x + column, block.y + row)
        for row in range(block.side)
        for column in range(block.side)
    }
    if not breaks:
        return dict.fromkeys(tiles.values(), EMPTY_PICTURE)
    length = block.side * TILE
    density = window_density(
        *selection.places,
        block.z,
        block.x * TILE,
        block.y * TILE,
        width=length,
        height=length,
        bandwidth_m=selection.bandwidth_m,
        latitude=selection.latitude,
    )
    if not density.any():
        return dict.fromkeys(tiles.values(), EMPTY_PICTURE)
    return {
        tile: heat_picture(density[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE], breaks)
        for (row, column), tile in tiles.items()
    }
