"""The owner rule on small cities, against the oracle, and case by case."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridmap.assignment import REASONS, Candidates, GridIndex, choose_owner
from gridmap.assignment._kernel import INSIDE, ON_EDGE, ON_EDGE_MOVED_INSIDE, OUTSIDE, orientation
from tests.gridmap.owner_oracle import agree

coordinate = st.integers(-20, 20).map(lambda k: k / 64)  # short enough for points exactly on oblique edges
ragged = st.floats(-0.3, 0.3)
ulps = st.integers(-1, 1)


@st.composite
def cities(draw: st.DrawFn) -> tuple[list[shapely.Geometry], np.ndarray]:
    """3 x 3 grids with shared oblique edges; some missing, some merged, an enclave, overlapping others."""
    shifts = draw(st.sampled_from([coordinate, ragged]))
    nodes = np.array([[(c + draw(shifts), r + draw(shifts)) for c in range(4)] for r in range(4)])
    cells = [
        shapely.Polygon([nodes[r, c], nodes[r, c + 1], nodes[r + 1, c + 1], nodes[r + 1, c]])
        for r in range(3)
        for c in range(3)
    ]
    if draw(st.booleans()):
        cells[0], cells[4] = shapely.MultiPolygon([cells[0], cells[4]]), None  # two parts that touch in a corner
    if draw(st.booleans()):
        west, south = nodes[2, 2] + 0.375
        enclave = shapely.Polygon([(west, south), (west + 0.125, south), (west + 0.0625, south + 0.125)])
        cells[8] = shapely.Polygon(cells[8].exterior.coords, [enclave.exterior.coords])
        cells.append(draw(st.sampled_from([enclave, None])))
    if draw(st.booleans()):
        cells.append(shapely.Polygon([nodes[0, 1], nodes[1, 3], nodes[3, 2], nodes[1, 1]]))
    gone = draw(st.sets(st.integers(0, len(cells) - 1), max_size=3))
    return [cell for place, cell in enumerate(cells) if cell is not None and place not in gone], nodes


@st.composite
def points_of(draw: st.DrawFn, grids: list[shapely.Geometry]) -> list[tuple[float, float]]:
    """Corners, points on edges or within an ulp of them, and points anywhere."""
    corners = [shapely.get_coordinates(grid) for grid in grids]
    points = []
    for _ in range(12):
        ring = corners[draw(st.integers(0, len(corners) - 1))]
        start = draw(st.integers(0, len(ring) - 2))
        share = draw(st.sampled_from([0.0, 0.5, 0.25, 0.375]))
        lon, lat = ring[start] + share * (ring[start + 1] - ring[start])
        for _ in range(abs(east := draw(ulps))):
            lon = np.nextafter(lon, np.inf * east)
        for _ in range(abs(north := draw(ulps))):
            lat = np.nextafter(lat, np.inf * north)
        points.append((float(lon), float(lat)))
    points.append((draw(st.floats(-0.5, 3.5)), draw(st.floats(-0.5, 3.5))))
    return points


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_owner_and_reason_are_those_of_exact_arithmetic(data: st.DataObject) -> None:
    grids, _ = data.draw(cities())
    order = data.draw(st.permutations(range(len(grids))))
    agree(grids, data.draw(points_of(grids)), order)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_order_of_grids_and_points_never_matters(data: st.DataObject) -> None:
    grids, _ = data.draw(cities())
    points = np.array(data.draw(points_of(grids)))
    mixed, turned = data.draw(st.permutations(range(len(grids)))), data.draw(st.permutations(range(len(points))))
    for codes in ([f"g{place}" for place in range(len(grids))], None):
        plain = GridIndex(grids, codes=codes).locate_explained(*points.T, gap_limit_m=40_000)
        shuffled_codes = None if codes is None else [codes[place] for place in mixed]
        shuffled = GridIndex([grids[place].reverse() for place in mixed], codes=shuffled_codes)
        again = shuffled.locate_explained(*points[turned].T, gap_limit_m=40_000)
        back = np.array([*mixed, -1])[again.position]
        np.testing.assert_array_equal(back, plain.position[turned])
        np.testing.assert_array_equal(again.reason, plain.reason[turned])
        # A ring runs the other way round now, and its distances are rounded otherwise.
        np.testing.assert_allclose(again.distance_to_edge_m, plain.distance_to_edge_m[turned], atol=1e-6)


@settings(max_examples=300)
@given(st.lists(st.floats(-180, 180), min_size=6, max_size=6))
def test_orientation_is_exact(numbers: list[float]) -> None:
    ax, ay, bx, by, px, py = (Fraction(number) for number in numbers)
    determinant = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    assert orientation(*numbers) == (determinant > 0) - (determinant < 0)


@settings(max_examples=300)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=4), st.integers(-3, 3), ulps)
def test_orientation_is_exact_on_and_beside_the_line_for_any_doubles(
    numbers: list[float], multiple: int, off: int
) -> None:
    ax, ay, bx, by = numbers
    px, py = (ax, ay) if multiple == 0 else (ax / 2 + bx / 2, ay / 2 + by / 2)
    px = math.nextafter(px, math.copysign(sys.float_info.max, off)) if off else px
    left = (Fraction(bx) - Fraction(ax)) * (Fraction(py) - Fraction(ay))
    right = (Fraction(by) - Fraction(ay)) * (Fraction(px) - Fraction(ax))
    assert orientation(ax, ay, bx, by, px, py) == (left > right) - (left < right)


@pytest.mark.parametrize("scale", [1.0, 1e-150, 1e-300, 5e-324, 1e150])
def test_shared_edges_at_any_scale(scale: float) -> None:
    """Two triangles that share an oblique edge, down to the smallest numbers there are."""
    far = 8.0 * scale
    upper = shapely.Polygon([(0, 0), (far, far), (0, far)])
    lower = shapely.Polygon([(0, 0), (far, 0), (far, far)])
    for place in (0.25, 0.5):
        on = place * far
        agree(
            [upper, lower],
            [(on, on), (on, np.nextafter(on, np.inf)), (np.nextafter(on, np.inf), on), (far, far)],
            [0, 1],
        )


@pytest.mark.parametrize("seed", range(3))
def test_no_owner_is_missed_on_a_large_tiling(seed: int) -> None:
    """Midpoints of shared edges, rounded to doubles: each has exactly one owner, and it touches the point or is beside it."""
    rng = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(21.0), np.arange(21.0)), axis=-1) * 0.01 + rng.uniform(
        -0.003, 0.003, (21, 21, 2)
    )
    nodes += (111.6, 40.7)
    corners = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=2).reshape(400, 4, 2)
    cells = shapely.polygons(corners)
    inner = ((nodes[1:-1, :-1] + nodes[1:-1, 1:]) / 2).reshape(-1, 2)
    located = GridIndex(cells).locate_explained(*inner.T)
    assert (located.position >= 0).all()
    assert shapely.distance(cells[located.position], shapely.points(inner)).max() < 1e-12
    assert set(located.reason_names) <= {"inside", "edge_tie"}


@pytest.mark.parametrize(
    ("relations", "distances_m", "want"),
    [
        ([], [], (-1, "none")),
        ([OUTSIDE, OUTSIDE], [np.nan, np.nan], (-1, "none")),
        ([OUTSIDE, INSIDE], [1.0, np.nan], (1, "inside")),
        ([INSIDE, INSIDE, INSIDE], [np.nan] * 3, (2, "overlap")),
        ([ON_EDGE, INSIDE], [np.nan] * 2, (1, "inside")),
        ([ON_EDGE, OUTSIDE], [np.nan, 1.0], (0, "edge")),
        ([ON_EDGE, ON_EDGE_MOVED_INSIDE], [np.nan] * 2, (1, "edge_tie")),
        ([ON_EDGE_MOVED_INSIDE, ON_EDGE, ON_EDGE_MOVED_INSIDE], [np.nan] * 3, (2, "edge_tie")),
        ([OUTSIDE, ON_EDGE, ON_EDGE], [np.nan] * 3, (1, "edge_tie")),
        ([OUTSIDE, OUTSIDE, OUTSIDE], [30.0, 29.0, 31.0], (1, "gap")),
        ([OUTSIDE, OUTSIDE], [30.0, 30.0 + 1e-9], (0, "gap")),
        ([OUTSIDE, OUTSIDE], [30.0 + 1e-3, np.nan], (-1, "none")),
    ],
)
def test_the_rule_case_by_case(relations: list[int], distances_m: list[float], want: tuple[int, str]) -> None:
    """Grids 0, 1, 2 in the order of their codes and, from the smallest, 2, 1, 0; listed forwards and backwards."""
    by_area, by_code = np.array([2, 1, 0]), np.array([0, 1, 2])
    count = len(relations)
    for order in (np.arange(count), np.arange(count)[::-1]):
        candidates = Candidates(
            start=np.array([0, count]),
            grid=order.copy(),
            relation=np.array(relations, dtype=np.int8)[order],
            distance_m=np.array(distances_m, dtype=np.float64)[order],
        )
        owner, reason = choose_owner(candidates, by_area, by_code, gap_limit_m=30.0)
        assert (owner[0], REASONS[reason[0]]) == want
