import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.assignment import (
    GridIndex,
    InvalidGapLimit,
    NotAPolygon,
    Reason,
    UnequalCodes,
    UnequalPoints,
)

Drawing = Callable[[str], dict[str, shapely.Geometry]]

NINE = """
    ghi
    def
    abc
"""


def owners(index: GridIndex, points: list[tuple[float, float]], gap_limit_m: float = 0.0) -> list[tuple[str, str]]:
    located = index.locate_explained(*zip(*points, strict=True), gap_limit_m=gap_limit_m)
    assert index.codes is not None
    names = [index.codes[position] if position >= 0 else "-" for position in located.position]
    return list(zip(names, located.reason_names.tolist(), strict=True))


def with_corner_at(lon: float) -> shapely.Geometry:
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(0, 0), (1, 0), (lon, 1)])


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        float("nan"),
        shapely.Polygon(),
        shapely.MultiPolygon(),
        shapely.GeometryCollection(),
        shapely.Point(),
        with_corner_at(np.nan),
        with_corner_at(np.inf),
    ],
)
def test_missing_empty_and_unreal_polygons_hold_nothing(nothing: shapely.Geometry | None) -> None:
    alone = GridIndex([nothing, nothing])
    assert alone.locate([0.0, 0.5], [0.0, 0.5], gap_limit_m=1e9).tolist() == [-1, -1]
    assert alone.explain(0.5, 0.5, 10.0, gap_limit_m=1e9).reason == Reason.NONE
    beside = GridIndex([nothing, shapely.box(0, 0, 1, 1), nothing], codes=["a", "b", "c"])
    assert beside.locate([0.5, 1.0, 2.0], [0.5, 1.0, 0.5], gap_limit_m=1e9).tolist() == [1, 1, 1]
    assert len(beside) == 3


def test_no_grids_and_no_points() -> None:
    empty = GridIndex([])
    assert empty.locate([1.0], [1.0], gap_limit_m=10.0).tolist() == [-1]
    assert empty.locate([], []).shape == (0,)
    located = GridIndex([shapely.box(0, 0, 1, 1)]).locate_explained([], [])
    assert (located.position.dtype, located.distance_to_edge_m.dtype) == (np.int64, np.float64)


@pytest.mark.parametrize("lost", [None, np.nan, np.inf, -np.inf])
def test_points_that_are_nowhere_have_no_owner(lost: float | None) -> None:
    index = GridIndex([shapely.box(0, 0, 1, 1)], codes=["a"])
    assert index.locate([lost, 0.5, 0.5], [0.5, lost, 0.5], gap_limit_m=1e9).tolist() == [-1, -1, 0]
    assert index.locate_one(lost, 0.5) == -1
    explanation = index.explain(0.5, lost, 20.0)
    assert (explanation.position, explanation.code, explanation.reason) == (-1, None, Reason.NONE)
    assert explanation.distance_to_edge_m is None


def test_nine_grids(draw: Drawing) -> None:
    grids = draw(NINE)
    index = GridIndex(list(grids.values()), codes=list(grids))
    assert owners(index, [(0.5, 0.5), (1.5, 1.5), (2.5, 0.5)]) == [("a", "inside"), ("e", "inside"), ("c", "inside")]
    # On an edge between two: the eastern, or the northern where the edge is level; at a corner the north-eastern.
    assert owners(index, [(1, 0.5), (0.5, 1), (1, 1), (2, 2)]) == [
        ("b", "edge_tie"),
        ("d", "edge_tie"),
        ("e", "edge_tie"),
        ("i", "edge_tie"),
    ]
    # On the outer border: the one grid that touches it, where only one does.
    assert owners(index, [(0, 0.5), (3, 0.5), (0.5, 3), (0, 0), (3, 3)]) == [
        (name, "edge") for name in ("a", "c", "g", "a", "i")
    ]
    # Where an edge meets the eastern or northern border nobody holds the moved point, and the code decides.
    assert owners(index, [(3, 1), (3, 2), (1, 3), (2, 3)]) == [(name, "edge_tie") for name in ("c", "f", "g", "h")]
    assert owners(index, [(0, 1), (1, 0)]) == [("d", "edge_tie"), ("b", "edge_tie")]
    assert owners(index, [(3.1, 0.5)]) == [("-", "none")]


def test_enclave_hole_and_parts(draw: Drawing) -> None:
    grids = draw("""
        aaa.
        aeab
        aaa.
        b..b
    """)
    index = GridIndex(list(grids.values()), codes=list(grids))
    assert owners(index, [(1.5, 2.5), (0.5, 2.5), (0.5, 0.5), (3.5, 2.5)]) == [
        ("e", "inside"),
        ("a", "inside"),
        ("b", "inside"),
        ("b", "inside"),
    ]
    # On the ring around the enclave: eastward on its west side, away from it on its east side.
    assert owners(index, [(1, 2.5), (2, 2.5), (1.5, 2), (1.5, 3), (1, 2), (2, 3), (2, 2), (1, 3)]) == [
        (name, "edge_tie") for name in ("e", "a", "e", "a", "e", "a", "a", "a")
    ]
    without = GridIndex([grids["a"]], codes=["a"])
    assert owners(without, [(1.5, 2.5), (1, 2.5), (2, 2.5), (2, 2)]) == [("-", "none")] + [("a", "edge")] * 3


def test_overlaps(draw: Drawing) -> None:
    lower = draw("""
        ...
        aab
        aab
    """)
    small, equal = shapely.box(1, 0, 2, 1), shapely.box(1, 0, 3, 2)
    index = GridIndex([lower["a"], lower["b"], small, equal], codes=["m", "b", "z", "c"])
    assert owners(index, [(1.5, 0.5), (1.5, 1.5), (2.5, 1.5), (0.5, 0.5), (1.5, 1.0)]) == [
        ("z", "overlap"),  # the smallest
        ("c", "overlap"),  # as large as m, first by code
        ("b", "overlap"),
        ("m", "inside"),
        ("c", "overlap"),  # the edge of z does not count: two interiors hold the point
    ]
    # One interior and one edge: the interior. Several edges, and two of their grids hold the moved point: the smaller.
    assert owners(index, [(1.0, 0.5), (3, 0.5), (2, 0)]) == [("m", "inside"), ("b", "edge_tie"), ("b", "edge_tie")]


def test_codes_compare_as_text_and_missing_ones_come_last() -> None:
    square = shapely.box(0, 0, 1, 1)
    assert GridIndex([square, square, square], codes=[10, 9, 100]).locate_one(0.5, 0.5) == 0
    assert GridIndex([square, square], codes=[None, "z"]).locate_one(0.5, 0.5) == 1
    assert GridIndex([square, square], codes=[float("nan"), ""]).locate_one(0.5, 0.5) == 1


def test_without_codes_the_smallest_normalised_wkb_decides() -> None:
    first, second = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)
    by_wkb = sorted([first, second], key=lambda grid: shapely.to_wkb(shapely.normalize(grid), byte_order=1))
    for given_order in ([first, second], [second, first], [second.reverse(), first.reverse()]):
        chosen = given_order[GridIndex(given_order).locate_one(1.5, 0.5)]
        assert shapely.equals(chosen, by_wkb[0])


def test_areas_compare_exactly() -> None:
    """Squares of 0.1 degree differ in their last digits: the exactly smallest wins, where rounding might say equal."""
    squares = [shapely.box(0.1 + k / 100, 0.0, 0.2 + k / 100, 0.1) for k in range(5)]
    widths = [Fraction(east) - Fraction(west) for west, _, east, _ in (square.bounds for square in squares)]
    assert len(set(widths)) > 1
    index = GridIndex([shapely.box(0, 0, 1, 1), *squares], codes=["0", *"12345"])
    assert index.locate_one(0.17, 0.05) == 1 + widths.index(min(widths))


def test_invalid_polygons_follow_the_odd_rule_and_never_crash() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    doubled = shapely.MultiPolygon([shapely.box(5, 0, 7, 2), shapely.box(6, 0, 8, 2)])
    flat = shapely.Polygon([(9, 0), (10, 0), (9, 0)])
    spot = shapely.Polygon([(12, 0), (12, 0), (12, 0)])
    index = GridIndex([bow_tie, doubled, flat, spot], codes=["a", "b", "c", "d"])
    assert owners(index, [(0.2, 1), (1.8, 1), (1, 1.8), (1, 1)]) == [
        ("a", "inside"),
        ("a", "inside"),
        ("-", "none"),
        ("a", "edge"),
    ]
    assert owners(index, [(5.5, 1), (6.5, 1), (7.5, 1), (6, 1)]) == [
        ("b", "inside"),
        ("-", "none"),
        ("b", "inside"),
        ("b", "edge"),
    ]
    assert owners(index, [(9.5, 0), (9.5, 0.1), (12, 0)]) == [("c", "edge"), ("-", "none"), ("d", "edge")]


@pytest.mark.parametrize(
    "wrong",
    [shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)]), shapely.GeometryCollection([shapely.Point(0, 0)]), 7],
)
def test_what_is_no_polygon_is_told_with_its_row(wrong: object) -> None:
    with pytest.raises(NotAPolygon) as caught:
        GridIndex([None, wrong])
    assert caught.value.row == 1


def test_wrong_lengths_and_limits_are_told() -> None:
    square = shapely.box(0, 0, 1, 1)
    with pytest.raises(UnequalCodes):
        GridIndex([square], codes=[])
    index = GridIndex([square])
    with pytest.raises(UnequalPoints):
        index.locate([1.0], [1.0, 2.0])
    for limit in (-1.0, np.nan):
        with pytest.raises(InvalidGapLimit):
            index.locate([1.0], [1.0], gap_limit_m=limit)


def test_three_dimensions_are_flattened_and_series_accepted() -> None:
    import geopandas

    raised = shapely.force_3d(shapely.box(0, 0, 1, 1), 5.0)
    assert GridIndex(geopandas.GeoSeries([None, raised])).locate_one(0.5, 0.5) == 1


def test_arrays_round_trip(draw: Drawing) -> None:
    grids = draw("""
        aa.
        ab.
        .bb
    """)
    points = np.random.default_rng(1).integers(0, 13, (500, 2)) / 4.0
    for codes in (None, [*grids, None]):
        index = GridIndex([*grids.values(), None], codes=codes)
        arrays = index.to_arrays()
        assert all(isinstance(values, np.ndarray) and values.dtype != object for values in arrays.values())
        again = GridIndex.from_arrays(arrays)
        assert (again.codes, len(again)) == (index.codes, 3)
        before, after = (each.locate_explained(*points.T, gap_limit_m=2e5) for each in (index, again))
        np.testing.assert_array_equal(before.position, after.position)
        np.testing.assert_array_equal(before.reason, after.reason)
        np.testing.assert_array_equal(before.distance_to_edge_m, after.distance_to_edge_m)


def test_threads_and_chunks_change_nothing() -> None:
    rng = np.random.default_rng(2)
    columns, rows = np.divmod(np.arange(400), 20)
    index = GridIndex(shapely.box(columns, rows, columns + 1, rows + 1))
    lon, lat = rng.uniform(-1, 21, (2, 200_000)).round(1)
    one = index.locate_explained(lon, lat, gap_limit_m=50_000)
    four = index.locate_explained(lon, lat, gap_limit_m=50_000, threads=4)
    np.testing.assert_array_equal(one.position, four.position)
    np.testing.assert_array_equal(one.reason, four.reason)
    np.testing.assert_array_equal(one.distance_to_edge_m, four.distance_to_edge_m)
    single = [index.locate_one(x, y, gap_limit_m=50_000) for x, y in zip(lon[:300], lat[:300], strict=True)]
    assert single == one.position[:300].tolist()


@given(st.integers(0, 2**32 - 1))
def test_agrees_with_shapely_off_the_edges(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 1, (12, 2)))))
    lon, lat = rng.uniform(0, 1, (2, 200))
    found = GridIndex(cells).locate(lon, lat)
    for position, point in zip(found, shapely.points(lon, lat), strict=True):
        assert cells[position].covers(point)


def test_every_public_name_is_there_and_reasons_load_no_compiler() -> None:
    from gridmap import assignment

    assert all(getattr(assignment, name) is not None for name in assignment.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = assignment.nothing
    program = "import sys; from gridmap.assignment import Reason; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).resolve().parents[2])
