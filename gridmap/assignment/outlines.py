"""The outlines of grids as plain arrays, as the kernels read them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import GridmapError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_AT_A_TIME = 20_000
_NOTHING = np.empty(0, dtype=np.int64)
_POLYGONAL = (shapely.GeometryType.MISSING, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class NotAPolygon(GridmapError):
    """A grid that is a point, a line or a mixture."""

    code = "not_a_polygon"
    zh = "网格必须是面（Polygon 或 MultiPolygon），而不是 {kind}。"
    en = "A grid must be a Polygon or a MultiPolygon, not {kind}."


@dataclass(frozen=True)
class Outlines:
    """Rings of all grids, one after another.

    Vertex v stands at `xy[2 * v]`, `xy[2 * v + 1]` (degrees); ring r has the vertices `ring_start[r]` to
    `ring_start[r + 1] - 1`, the first repeated as the last; grid g the rings `grid_start[g]` to `grid_start[g + 1] - 1`.
    A grid without rings holds nothing. An edge goes by its first vertex.
    """

    xy: Floats
    ring_start: Ints
    grid_start: Ints

    def __len__(self) -> int:
        return self.grid_start.size - 1

    @classmethod
    def of(cls, polygons: NDArray[np.object_]) -> "Outlines":
        """The outlines of polygons from `checked_polygons`."""
        xy = np.empty((int(shapely.get_num_coordinates(polygons).sum()), 2))
        lengths, rings_of_grids, end = [_NOTHING], [_NOTHING], 0
        for few in _in_parts(polygons):
            # Parts and rings are copies: of a million grids at once they would take gigabytes.
            parts, grid_of_part = shapely.get_parts(few, return_index=True)
            rings, part_of_ring = shapely.get_rings(parts, return_index=True)
            coordinates = shapely.get_coordinates(rings)
            xy[end : end + len(coordinates)] = coordinates
            end += len(coordinates)
            lengths.append(shapely.get_num_coordinates(rings))
            rings_of_grids.append(np.bincount(grid_of_part[part_of_ring], minlength=few.size))
        return cls(xy=xy.ravel(), ring_start=_starts(lengths), grid_start=_starts(rings_of_grids))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Outlines":
        """What `to_arrays` gave; memory-mapped arrays are read in place."""
        return cls(
            xy=np.ascontiguousarray(arrays["xy"], dtype=np.float64),
            ring_start=np.ascontiguousarray(arrays["ring_start"], dtype=np.int64),
            grid_start=np.ascontiguousarray(arrays["grid_start"], dtype=np.int64),
        )

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by name."""
        return {"xy": self.xy, "ring_start": self.ring_start, "grid_start": self.grid_start}

    def grid_of_vertices(self) -> NDArray[np.int32]:
        """The grid of each vertex, -1 for the last of a ring, where no edge starts."""
        vertices = np.diff(self.ring_start[self.grid_start])
        grid_of = np.repeat(np.arange(len(self), dtype=np.int32), vertices)
        grid_of[self.ring_start[1:] - 1] = -1
        return grid_of


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
    for few in _in_parts(shapes):
        coordinates, owners = shapely.get_coordinates(few, return_index=True)
        few[owners[~np.isfinite(coordinates).all(axis=1)]] = None
        raised = shapely.has_z(few)
        few[raised] = shapely.force_2d(few[raised])
    return shapes


def _geometry(value: object, row: int) -> shapely.Geometry | None:
    if isinstance(value, shapely.Geometry):
        return value
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    raise NotAPolygon(kind=type(value).__name__, row=row, field="geometry")


def _in_parts(shapes: NDArray[np.object_]) -> Iterator[NDArray[np.object_]]:
    """Views of some shapes after another, so that what is worked out of them takes little memory at a time."""
    for first in range(0, shapes.size, _AT_A_TIME):
        yield shapes[first : first + _AT_A_TIME]


def _starts(lengths: list[Ints]) -> Ints:
    """Where things of these lengths start, one after another; one longer than there are things."""
    return np.concatenate([[0], np.cumsum(np.concatenate(lengths), dtype=np.int64)])
