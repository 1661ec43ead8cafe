"""The outlines of grids as plain arrays, as the kernels read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import GridmapError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_POLYGONAL = (shapely.GeometryType.MISSING, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class NotAPolygon(GridmapError):
    """A grid that is a point, a line or a mixture."""

    code = "not_a_polygon"
    zh = "网格必须是面（Polygon 或 MultiPolygon），而不是 {kind}。"
    en = "A grid must be a Polygon or a MultiPolygon, not {kind}."


@dataclass(frozen=True)
class Outlines:
    """Rings of all grids, one after another.

    Ring r has the vertices `ring_start[r]` to `ring_start[r + 1] - 1` of `x`, `y` (degrees, closed); grid g the rings
    `grid_start[g]` to `grid_start[g + 1] - 1`; a grid without rings holds nothing.
    """

    x: Floats
    y: Floats
    ring_start: Ints
    grid_start: Ints

    @classmethod
    def of(cls, polygons: NDArray[np.object_]) -> "Outlines":
        """The outlines of polygons from `checked_polygons`."""
        parts, grid_of_part = shapely.get_parts(polygons, return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        coordinates, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
        return cls(
            x=np.ascontiguousarray(coordinates[:, 0]),
            y=np.ascontiguousarray(coordinates[:, 1]),
            ring_start=_starts(ring_of_vertex, rings.size),
            grid_start=_starts(grid_of_part[part_of_ring], polygons.size),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Outlines":
        """What `to_arrays` gave; memory-mapped arrays are read in place."""
        return cls(
            x=np.asarray(arrays["x"], dtype=np.float64),
            y=np.asarray(arrays["y"], dtype=np.float64),
            ring_start=np.asarray(arrays["ring_start"], dtype=np.int64),
            grid_start=np.asarray(arrays["grid_start"], dtype=np.int64),
        )

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by name."""
        return {"x": self.x, "y": self.y, "ring_start": self.ring_start, "grid_start": self.grid_start}

    @property
    def kernel_arguments(self) -> tuple[Floats, Floats, Ints, Ints]:
        """What every kernel takes last."""
        return self.x, self.y, self.ring_start, self.grid_start

    def boxes(self) -> NDArray[np.object_]:
        """The bounding box of each grid as a polygon, None for a grid that holds nothing."""
        boxes = np.full(self.grid_start.size - 1, None, dtype=object)
        vertex_start = self.ring_start[self.grid_start]
        held = np.flatnonzero(np.diff(vertex_start))
        if held.size:
            firsts = vertex_start[held]
            low_x, low_y = (np.minimum.reduceat(values, firsts) for values in (self.x, self.y))
            high_x, high_y = (np.maximum.reduceat(values, firsts) for values in (self.x, self.y))
            boxes[held] = shapely.box(low_x, low_y, high_x, high_y)
        return boxes


def checked_polygons(polygons: Iterable[shapely.Geometry | None]) -> NDArray[np.object_]:
    """Polygons in two dimensions; None for those that hold nothing: missing, empty, or with a coordinate not finite.

    Raises `NotAPolygon` with the row.
    """
    given = list(polygons)
    shapes = np.full(len(given), None, dtype=object)
    for position, polygon in enumerate(given):
        shapes[position] = _geometry(polygon, position)
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, _POLYGONAL) & ~shapely.is_empty(shapes))
    if wrong.size:
        row = int(wrong[0])
        raise NotAPolygon(kind=shapes[row].geom_type, row=row, field="geometry")
    shapes[shapely.is_empty(shapes)] = None
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    shapes[owners[~np.isfinite(coordinates).all(axis=1)]] = None
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def _geometry(value: object, row: int) -> shapely.Geometry | None:
    if isinstance(value, shapely.Geometry):
        return value
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    raise NotAPolygon(kind=type(value).__name__, row=row, field="geometry")


def _starts(owner_of_each: Ints, owners: int) -> Ints:
    """Where the things of each owner start, in a list sorted by owner; one longer than the owners."""
    starts = np.zeros(owners + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner_of_each, minlength=owners), out=starts[1:])
    return starts
