"""Synthetic cities for benchmarks: tessellations that share ragged edges exactly, and points in clusters."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

WEST, SOUTH, SIDE = 111.4, 40.6, 0.6  # degrees, around Hohhot
STEP = 2.0**-33  # coordinates are multiples of this, so that the middle of an edge is exactly on it
PIECES = (4, 17)  # of an edge between two cells: from and below
ASIDE = 0.03  # of an edge's length, the farthest that it strays from straight

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tessellation:
    """Cells as polygons, and the exact middles of some edges that two cells share."""

    cells: NDArray[np.object_]
    middles: Floats


def tessellation(count: int, rng: np.random.Generator) -> Tessellation:
    """Voronoi cells of points in a square, each edge broken into pieces with the same jitter on both sides.

    The points near the sides are mirrored, which makes the sides of the square straight.
    """
    seeds = rng.uniform(0, 1, (count, 2))
    near = max(0.02, 6 / np.sqrt(count))
    mirrored = [seeds]
    for axis in (0, 1):
        for side in (0, 1):
            close = seeds[np.abs(seeds[:, axis] - side) < near]
            mirrored.append(np.where(np.arange(2) == axis, 2 * side - close, close))
    diagram = Voronoi(np.concatenate(mirrored))
    nodes = np.round((diagram.vertices * SIDE + (WEST, SOUTH)) / STEP) * STEP
    ends = np.array(diagram.ridge_vertices)
    between = diagram.ridge_points
    ours = (between.min(axis=1) < count) & (ends[:, 0] >= 0)
    ends, inner = ends[ours], between[ours].max(axis=1) < count
    start, chains = _ragged_edges(nodes, ends, inner, rng)
    half = ((start[:-1] + start[1:]) // 2)[inner]
    regions = [diagram.regions[region] for region in diagram.point_region[:count]]
    return Tessellation(_cells(regions, ends, start, chains), (chains[half - 1] + chains[half]) / 2)


def clustered_points(count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Three quarters of the points in 40 clusters, the rest anywhere."""
    centres = rng.uniform(0.2, 0.8, (40, 2))
    near = centres[rng.integers(0, 40, count * 3 // 4)] + rng.normal(0, 0.02, (count * 3 // 4, 2))
    places = np.concatenate([near, rng.uniform(0, 1, (count - len(near), 2))]).clip(0, 1)
    lon, lat = (rng.permutation(places) * SIDE + (WEST, SOUTH)).T.copy()
    return lon, lat


def _ragged_edges(
    nodes: Floats, ends: Ints, ragged: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """All edges as chains of points, one after another: where each starts, and the points."""
    pieces = np.where(ragged, rng.integers(*PIECES, len(ends)), 1)
    start = np.concatenate([[0], np.cumsum(pieces + 1)])
    edge = np.repeat(np.arange(len(ends)), pieces + 1)
    share = ((np.arange(start[-1]) - start[edge]) / pieces[edge])[:, None]
    one, other = nodes[ends[edge, 0]], nodes[ends[edge, 1]]
    along = other - one
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * ASIDE
    points = one + share * along + np.sin(np.pi * share) * rng.uniform(-1, 1, (len(edge), 1)) * aside
    points = np.round(points / STEP) * STEP
    points[start[:-1]], points[start[1:] - 1] = nodes[ends[:, 0]], nodes[ends[:, 1]]
    return start, points


def _cells(regions: list[list[int]], ends: Ints, start: Ints, chains: Floats) -> NDArray[np.object_]:
    """The polygons of cells given by their corners, from the chains between these."""
    base = int(ends.max()) + 1
    keys = ends.min(axis=1) * base + ends.max(axis=1)
    order = np.argsort(keys)
    corners = np.array([corner for region in regions for corner in region])
    sides = np.array([len(region) for region in regions])
    cell_start = np.concatenate([[0], np.cumsum(sides)])
    follows = np.arange(1, len(corners) + 1)
    follows[cell_start[1:] - 1] = cell_start[:-1]
    into = corners[follows]
    chain = order[np.searchsorted(keys, np.minimum(corners, into) * base + np.maximum(corners, into), sorter=order)]
    forward = ends[chain, 0] == corners
    # Each side gives all points of its chain but the last; the first point of a cell ends it too.
    length = np.diff(start)[chain] - 1
    side = np.repeat(np.arange(len(chain)), length)
    place = np.arange(len(side)) - np.repeat(np.cumsum(length) - length, length)
    at = np.where(forward[side], start[chain[side]] + place, start[chain[side] + 1] - 1 - place)
    points = chains[at]
    cell_of_side = np.repeat(np.arange(len(regions)), sides)
    cell = cell_of_side[side]
    first = np.searchsorted(cell, np.arange(len(regions) + 1))
    closed = np.insert(points, first[1:], points[first[:-1]], axis=0)
    rings = first + np.arange(len(regions) + 1)
    polygons: NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, closed, (rings, np.arange(len(regions) + 1))
    )
    return polygons
