"""Planted flaws are found, with their ground; a clean tiling has none; nothing else is made up."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.coverage import Flaw, geodesic, planar, tiling_flaws

TOWN = shapely.box(0, 0, 300, 300)


def nine() -> list[Any]:
    """Nine squares of 100 m, row by row from the lower left: 0 1 2 / 3 4 5 / 6 7 8."""
    return [shapely.box(x, y, x + 100, y + 100) for y in (0, 100, 200) for x in (0, 100, 200)]


def found(grids: list[Any], communities: list[Any] | None = None, of: list[int] | None = None) -> list[Flaw]:
    return tiling_flaws(grids, [TOWN] if communities is None else communities, of or [0] * len(grids), measure=planar)


def test_a_clean_tiling_has_no_flaws() -> None:
    assert found(nine()) == []


def test_a_missing_grid_is_a_gap_beside_its_longest_neighbours() -> None:
    grids = nine()
    grids[4] = None
    (flaw,) = found(grids)
    assert (flaw.kind, flaw.grids, flaw.community, flaw.sliver) == ("gap", (1, 3), 0, False)
    assert flaw.area_m2 == 10_000
    assert flaw.shape.equals(shapely.box(100, 100, 200, 200))


def test_a_gap_without_a_boundary_is_what_grids_enclose() -> None:
    grids = nine()
    grids[4] = None
    assert [flaw.area_m2 for flaw in found(grids, [None])] == [10_000]
    grids[8] = None  # at the rim nobody knows where the community ends
    assert [flaw.area_m2 for flaw in found(grids, [None])] == [10_000]


def test_an_overlap_names_both_and_its_ground() -> None:
    grids = nine()
    grids[0] = shapely.box(0, 0, 130, 100)
    (flaw,) = found(grids)
    assert (flaw.kind, flaw.grids, flaw.area_m2) == ("overlap", (0, 1), 3000)


def test_twins_and_a_grid_inside_another_overlap() -> None:
    grids = [*nine(), shapely.box(0, 0, 100, 100), shapely.box(140, 140, 150, 150)]
    assert [(flaw.kind, flaw.grids, flaw.area_m2) for flaw in found(grids)] == [
        ("overlap", (0, 9), 10_000),
        ("overlap", (4, 10), 100),
    ]


def test_outside_the_community() -> None:
    grids = nine()
    grids[2] = shapely.box(200, 0, 320, 100)
    (flaw,) = found(grids)
    assert (flaw.kind, flaw.grids, flaw.area_m2) == ("outside", (2,), 2000)


def test_ground_of_a_neighbouring_community_is_outside_and_no_gap() -> None:
    west, east = shapely.box(0, 0, 150, 300), shapely.box(150, 0, 300, 300)
    flaws = found(nine(), [west, east], [0, 0, 1] * 3)
    assert [(flaw.kind, flaw.grids, flaw.community) for flaw in flaws] == [("outside", (g,), 0) for g in (1, 4, 7)]


def test_slivers_are_told_apart_and_rounding_is_none() -> None:
    grids = nine()
    grids[0] = shapely.box(0, 0, 99.5, 100)
    (flaw,) = found(grids)
    assert flaw.sliver
    assert flaw.width_m == pytest.approx(2 * 50 / 201)
    grids[0] = shapely.box(0, 0, 99.9999, 100)
    assert found(grids) == []


def test_two_separate_gaps_are_two_flaws() -> None:
    grids = nine()
    grids[0] = grids[8] = None
    assert [flaw.shape.bounds for flaw in found(grids)] == [(0, 0, 100, 100), (200, 200, 300, 300)]


def test_multi_part_invalid_missing_and_empty_grids() -> None:
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])  # two triangles of the lower left square
    assert not bow.is_valid
    grids = [bow, *nine()[1:], None, shapely.Polygon()]
    assert sum(flaw.area_m2 for flaw in found(grids)) == pytest.approx(5000)
    parts = shapely.MultiPolygon([nine()[0], nine()[8]])
    assert found([parts, *nine()[1:8]]) == []


def test_nothing_at_all() -> None:
    assert tiling_flaws([], [], [], measure=planar) == []
    assert [flaw.area_m2 for flaw in found([])] == [90_000]
    assert found([shapely.box(0, 0, 1, 1)], [], [-1]) == []


def test_degrees_are_measured_on_the_ellipsoid() -> None:
    a, b = shapely.box(111.70, 40.80, 111.71, 40.81), shapely.box(111.71, 40.80, 111.72, 40.81)
    (flaw,) = tiling_flaws([a], [shapely.union(a, b)], [0])
    area, perimeter = geodesic(np.array([b], dtype=object))
    assert flaw.area_m2 == pytest.approx(float(area[0]))
    assert 930_000 < flaw.area_m2 < 940_000
    assert 3_900 < float(perimeter[0]) < 3_920


def test_a_corner_within_the_last_digit_of_an_edge_does_not_mislead_the_overlay() -> None:
    community = shapely.Polygon(
        [(-5.7212, 5.507), (602.8482, -4.9147), (633.333, 300), (600, 600), (200, 558.7655), (1, 591.1805)]
    )
    grid = shapely.Polygon(
        [(602.8482, -4.9147), (307.9499213678697, 0.13540832030081074), (617.0225432611651, 136.85974572951724)]
    )
    assert shapely.difference(grid, community).area > 0  # what would be told
    found = tiling_flaws(
        [grid, shapely.difference(community, grid, grid_size=1e-9)], [community], [0, 0], measure=planar
    )
    assert found == []


def test_a_corner_in_the_middle_of_a_long_side_is_no_flaw() -> None:
    """The corner misses the side by the last digit of a coordinate; as geodesics the two halves of the side would enclose 50 square metres."""
    community = shapely.Polygon([(111.30, 40.80), (111.35, 40.8001), (111.35, 40.83), (111.30, 40.83)])
    middle = shapely.line_interpolate_point(
        shapely.LineString([(111.30, 40.80), (111.35, 40.8001)]), 0.3, normalized=True
    )
    split = shapely.Polygon([(111.30, 40.80), middle.coords[0], (111.35, 40.8001), (111.35, 40.83), (111.30, 40.83)])
    assert tiling_flaws([split], [community], [0]) == []


@st.composite
def drawings(draw: st.DrawFn) -> list[Any]:
    """Up to eight boxes on a lattice of 10 m: touching, overlapping, apart."""
    edge = st.integers(0, 8)
    boxes = []
    for _ in range(draw(st.integers(1, 8))):
        x, y, w, h = draw(edge), draw(edge), draw(st.integers(1, 5)), draw(st.integers(1, 5))
        boxes.append(shapely.box(10 * x, 10 * y, 10 * (x + w), 10 * (y + h)))
    return boxes


@settings(max_examples=200, deadline=None)
@given(drawings())
def test_flaws_are_what_plain_overlays_say(grids: list[Any]) -> None:
    town = shapely.box(0, 0, 100, 100)
    flaws = found(grids, [town])
    united = shapely.union_all(grids)
    assert sum(f.area_m2 for f in flaws if f.kind == "gap") == pytest.approx(town.difference(united).area)
    for i, a in enumerate(grids):
        beyond = sum(f.area_m2 for f in flaws if f.kind == "outside" and f.grids == (i,))
        assert beyond == pytest.approx(a.difference(town).area)
        for j in range(i + 1, len(grids)):
            shared = sum(f.area_m2 for f in flaws if f.kind == "overlap" and f.grids == (i, j))
            assert shared == pytest.approx(a.intersection(grids[j]).area)
    assert all(f.shape.geom_type == "Polygon" and f.shape.is_valid for f in flaws)


def test_a_large_city_without_flaws() -> None:
    """6,400 grids in 400 communities, with corners shifted so that nothing is a rectangle."""
    n = 80
    rng = np.random.default_rng(1)
    corner = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1) * 100
    corner += rng.uniform(-30, 30, corner.shape)
    cells = [shapely.Polygon([corner[r, c], corner[r, c + 1], corner[r + 1, c + 1], corner[r + 1, c]]) for r in range(n) for c in range(n)]  # fmt: skip
    of = [(r // 4) * 20 + c // 4 for r in range(n) for c in range(n)]
    communities = [shapely.union_all([cells[i] for i in np.flatnonzero(np.array(of) == k)]) for k in range(400)]
    assert tiling_flaws(cells, communities, of, measure=planar) == []
