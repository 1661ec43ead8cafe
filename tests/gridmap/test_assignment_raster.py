"""The raster of the index: every kind of cell that it has, against the oracle, and however it is stored."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridmap.assignment import REASONS, Candidates, GridIndex, Reason, choose_owner
from gridmap.assignment._kernel import (
    _REFERENCE_X,
    _REFERENCE_Y,
    BLOCK,
    HEAP,
    OUTSIDE,
    RASTER,
    metres_per_degree,
)
from scripts.benchmarks.tessellation import clustered_points, tessellation
from tests.gridmap.owner_oracle import agree

Floats = NDArray[np.float64]
REFERENCE = np.array([_REFERENCE_X, _REFERENCE_Y])
seeds = st.integers(0, 2**32 - 1)
slow = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def lattice_city(rng: np.random.Generator) -> list[shapely.Geometry]:
    """Grids of squares of a small lattice: gaps, holes, enclaves, many parts, T-junctions; and grids upon them."""
    side = int(rng.integers(2, 7))
    labels = rng.integers(-1, rng.integers(1, 9), (side, side))
    step = 2.0 ** rng.integers(-3, 3)
    grids: list[shapely.Geometry] = []
    for label in range(labels.max() + 1):
        rows, columns = np.nonzero(labels == label)
        squares = shapely.box(columns * step, rows * step, (columns + 1) * step, (rows + 1) * step)
        if squares.size == 0:
            continue
        # Side by side as parts of one grid, its parts' shared edges count twice; united, long edges meet short ones.
        grids.append(shapely.MultiPolygon(list(squares)) if rng.random() < 0.3 else shapely.union_all(squares))
    for _ in range(int(rng.integers(0, 5))):
        corners = rng.integers(0, 4 * side + 1, (int(rng.integers(3, 6)), 2)) * step / 4
        grids += [shapely.Polygon(corners)] * int(rng.choice([1, 1, 2]))  # bow ties, spikes and doubles among them
    return grids or [shapely.box(0, 0, step, step)]


def awkward_points(
    index: GridIndex, grids: list[shapely.Geometry], rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Corners, points on edges and an ulp beside them, borders of the raster's cells and its reference points."""
    frame = index.to_arrays()["frame"].astype(np.float64)
    corners = shapely.get_coordinates(grids)
    ends = corners[rng.integers(0, len(corners) - 1, 20)[:, None] + [0, 1]]
    on_edges = ends[:, 0] + rng.choice([0.0, 0.5, 0.25], (20, 1)) * (ends[:, 1] - ends[:, 0])
    beside = np.nextafter(on_edges, rng.choice([-np.inf, np.inf], (20, 2)))
    cells = rng.integers(0, 8 * frame[10:12].astype(np.int64) + 1, (20, 2))
    borders = frame[4:6] + cells * frame[8:10] / 8
    references = frame[4:6] + (cells + REFERENCE) * (frame[8:10] / 8)
    mixed = np.where(rng.random((20, 2)) < 0.5, references, on_edges)
    anywhere = rng.uniform(frame[:2] - 0.1, frame[2:4] + 0.1, (10, 2))
    points = np.concatenate([corners[rng.integers(0, len(corners), 20)], on_edges, beside, borders, mixed, anywhere])
    return [(x, y) for x, y in points.tolist()]


@slow
@given(seeds)
def test_lattice_cities_agree_with_exact_arithmetic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grids = lattice_city(rng)
    agree(grids, awkward_points(GridIndex(grids), grids, rng), rng.permutation(len(grids)).tolist())


@slow
@given(seeds)
def test_ragged_cities_agree_with_exact_arithmetic(seed: int) -> None:
    """Voronoi cells with ragged edges, some left out, some drawn again a little aside: slivers of gap and overlap."""
    rng = np.random.default_rng(seed)
    cells = tessellation(int(rng.integers(10, 60)), rng).cells
    cells = cells[rng.random(cells.size) < 0.9]
    aside = [shapely.transform(cell, lambda places: places + rng.normal(0, 1e-9, 2)) for cell in cells[:3]]
    grids = [*cells.tolist(), *aside]
    agree(grids, awkward_points(GridIndex(grids), grids, rng), rng.permutation(len(grids)).tolist())


def kinds(index: GridIndex) -> set[int]:
    """The kinds of things that cells of this index refer to."""
    cells = index.to_arrays()["cells"].astype(np.int64)
    return set(((-2 - cells[cells < -1]) & 3).tolist())


def fan(blades: int, radius: float = 1.0) -> list[shapely.Geometry]:
    """Triangles around a common corner, on coordinates that doubles hold."""
    angles = np.linspace(0, 2 * np.pi, blades, endpoint=False)
    rim = np.round(np.stack([np.cos(angles), np.sin(angles)], axis=1) * 1024) / 1024 * radius
    return [shapely.Polygon([(0, 0), rim[blade], rim[blade - 1]]) for blade in range(blades)]


@pytest.mark.parametrize("blades", [5, 8, 30, 100])
def test_many_grids_around_one_corner(blades: int) -> None:
    grids = fan(blades)
    near = [(x * 2.0**-k, y * 2.0**-k) for k in (1, 4, 12, 40) for x in (-1, 0, 0.5, 1) for y in (-1, 0, 0.25, 1)]
    index = agree(grids, [(0.0, 0.0), *near], list(range(blades))[::-1])
    assert blades < 8 or HEAP in kinds(index)
    assert blades < 30 or RASTER in kinds(index)


def test_many_grids_upon_each_other() -> None:
    """Copies, and squares within squares: more grids at a place than a block holds."""
    copies = [shapely.box(0, 0, 1, 1)] * 5 + [shapely.box(0, 0, 1, 1).reverse()] * 5
    nested = [shapely.box(-k / 8, -k / 8, 1 + k / 16, 1 + k / 16) for k in range(1, 12)]
    points = [(x / 16, y / 16) for x in range(-24, 32, 3) for y in (-22, -2, 0, 5, 8, 16, 17, 21)]
    index = agree([*copies, *nested], points, list(range(21)))
    assert HEAP in kinds(index)


def test_a_dense_town_in_a_wide_district() -> None:
    """Four hundred small grids in a corner of one that is a thousand times wider."""
    rng = np.random.default_rng(4)
    columns, rows = np.divmod(np.arange(400), 20)
    town = shapely.box(columns / 4096, rows / 4096, (columns + 1) / 4096, (rows + 1) / 4096)
    district = shapely.difference(shapely.box(-4, -4, 4, 4), shapely.union_all(town))
    grids = [*town.tolist(), district]
    within = rng.integers(-2, 84, (150, 2)) / 4 / 4096
    index = agree(grids, [*map(tuple, within.tolist()), (3.0, 3.0), (-4.0, 0.0)], list(range(401)))
    assert {BLOCK, RASTER} <= kinds(index)


@pytest.mark.parametrize(
    ("west", "south", "width", "height"),
    [
        (111.7, 40.8, 1e-9, 1e-9),
        (111.7, 40.8, 1e-13, 1e-13),
        (4.2e7, 4.5e6, 1e4, 2e4),
        (-4.2e7, 4.5e6, 1e-7, 1e-7),
        (0.0, 0.0, 1e300, 1e300),
        (-1e308, -1e308, 1.7e308, 1.7e308),
        (0.0, 0.0, 1e6, 1e-6),
        (111.7, 40.8, 1e-3, 0.0),
        (0.0, 0.0, 1e-320, 1e-320),
    ],
)
def test_any_extent(west: float, south: float, width: float, height: float) -> None:
    """A skew lattice of any size at any place: metres, millimetres, no height, numbers at the ends of the doubles."""
    rng = np.random.default_rng(6)
    share = np.arange(7) / 6
    x, y = np.meshgrid(share, share)
    x, y = west + (x / 2 + y / 32) * width, south + y * height
    corner = np.stack([x, y], axis=-1)
    grids = [shapely.Polygon(corner[[j, j, j + 1, j + 1], [i, i + 1, i + 1, i]]) for j in range(6) for i in range(6)]
    picked = corner.reshape(-1, 2)[rng.integers(0, 49, (40, 2))]
    points = np.concatenate([picked[:, 0], picked[:, 0] / 2 + picked[:, 1] / 2])
    agree(grids, [(x, y) for x, y in points.tolist()], list(range(36)))
    index = GridIndex(grids)
    index.locate([west - 1, 1.7e308, np.nextafter(west, -np.inf)], [south, -1.7e308, south], gap_limit_m=np.inf)


def test_a_large_city_agrees_with_shapely_off_the_edges_and_has_one_owner_on_them() -> None:
    rng = np.random.default_rng(7)
    city = tessellation(3_000, rng)
    index = GridIndex(city.cells)
    lon, lat = clustered_points(60_000, rng)
    points, found = shapely.STRtree(city.cells).query(shapely.points(lon, lat), predicate="intersects")
    owners = np.full(lon.size, -1)
    owners[points] = found
    assert points.size == lon.size
    np.testing.assert_array_equal(index.locate(lon, lat), owners)

    located = index.locate_explained(*city.middles.T)
    touching = shapely.distance(city.cells[located.position], shapely.points(city.middles))
    assert set(located.reason_names) == {Reason.EDGE_TIE}
    assert touching.max() == 0.0


def test_the_order_of_grids_and_points_never_matters_in_a_large_city() -> None:
    rng = np.random.default_rng(8)
    city = tessellation(1_000, rng)
    over = shapely.buffer(city.cells[:200], 1e-4, quad_segs=1)
    grids = np.concatenate([np.delete(city.cells, slice(300, 330)), over])
    codes = np.array([f"{code:05d}" for code in rng.permutation(grids.size)])
    points = np.concatenate([np.stack(clustered_points(20_000, rng), axis=1), city.middles])
    mixed, turned = rng.permutation(grids.size), rng.permutation(len(points))
    plain = GridIndex(grids, codes=codes).locate_explained(*points.T, gap_limit_m=40)
    index = GridIndex(shapely.reverse(grids[mixed]), codes=codes[mixed])
    again = index.locate_explained(*points[turned].T, gap_limit_m=40)
    np.testing.assert_array_equal(np.append(mixed, -1)[again.position], plain.position[turned])
    np.testing.assert_array_equal(again.reason, plain.reason[turned])
    np.testing.assert_array_equal(again.distance_to_edge_m, plain.distance_to_edge_m[turned])
    assert set(plain.reason_names) == {"inside", "edge", "edge_tie", "overlap", "gap", "none"}


def distances_m(grid: shapely.Geometry, lon: float, lat: float) -> float:
    """Metres to the edges of a grid in the plane that touches the ellipsoid at the point, by shapely."""
    scale = np.abs(metres_per_degree(lat))
    edges = shapely.transform(shapely.boundary(grid), lambda places: (places - (lon, lat)) * scale)
    return float(shapely.distance(edges, shapely.Point(0, 0)))


@slow
@given(seeds, st.sampled_from([30.0, 500.0, 5_000.0, np.inf]))
def test_gaps_go_to_the_nearest_as_when_all_grids_are_measured(seed: int, limit_m: float) -> None:
    rng = np.random.default_rng(seed)
    cells = tessellation(int(rng.integers(20, 120)), rng).cells
    grids = shapely.buffer(cells[rng.random(cells.size) < 0.5], -1e-4).tolist()
    if rng.random() < 0.5:
        grids += [shapely.transform(grid, lambda places: places / 64 + (110, 40)) for grid in grids]  # a town far off
    grids = [grid for grid in grids if not grid.is_empty]
    lon, lat = rng.uniform((111.2, 40.4), (112.2, 41.4), (30, 2)).T
    lon[:5], lat[:5] = 110 + lon[:5] / 64, 40 + lat[:5] / 64
    index = GridIndex(grids)
    located = index.locate_explained(lon, lat, gap_limit_m=limit_m)
    order = index.to_arrays()["code_order"].astype(np.int64)
    for point, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        if located.reason_names[point] in {Reason.INSIDE, Reason.OVERLAP}:
            continue
        measured = np.array([distances_m(grid, x, y) for grid in grids])
        outside = np.full(len(grids), OUTSIDE, dtype=np.int8)
        all_grids = Candidates(np.array([0, len(grids)]), np.arange(len(grids)), outside, measured)
        owner, reason = choose_owner(all_grids, order, order, limit_m)
        assert (located.position[point], located.reason[point]) == (owner[0], reason[0])
        assert index.locate_one(x, y, gap_limit_m=limit_m) == owner[0]
        if owner[0] >= 0:
            assert REASONS[reason[0]] == Reason.GAP
            assert located.distance_to_edge_m[point] == pytest.approx(measured[owner[0]], abs=1e-6)


def test_a_saved_index_is_read_in_place(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    city = tessellation(500, rng)
    index = GridIndex(city.cells, codes=[f"{code:03d}" for code in range(500)])
    for name, array in index.to_arrays().items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {file.stem: np.load(file, mmap_mode="r") for file in tmp_path.iterdir()}
    again = GridIndex.from_arrays(mapped)
    for name, array in again.to_arrays().items():
        assert not array.flags.writeable, name
        assert array.size == 0 or np.shares_memory(array, mapped[name]), name
    points = np.concatenate([np.stack(clustered_points(5_000, rng)), city.middles.T], axis=1)
    before, after = (each.locate_explained(*points, gap_limit_m=50) for each in (index, again))
    np.testing.assert_array_equal(before.position, after.position)
    np.testing.assert_array_equal(before.reason, after.reason)
    np.testing.assert_array_equal(before.distance_to_edge_m, after.distance_to_edge_m)
    assert (again.codes, len(again)) == (index.codes, 500)


def test_points_of_any_shape_and_kind_of_number() -> None:
    index = GridIndex([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    strided = np.arange(8.0)[::4] / 4
    strided.flags.writeable = False
    assert index.locate(strided, np.array([0.5, 0.5], dtype=np.float32)).tolist() == [0, 1]
    assert index.locate(1, 0).tolist() == [1]
    assert index.locate_one(np.int64(1), np.float32(0.5)) == 1
    assert index.locate_one(float("nan"), 0.5, gap_limit_m=10) == -1
