"""Shares of many points, held against the exact normal distribution and against independent draws."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.stats import norm

from gridmap.assignment import GridIndex, InvalidAccuracy, Located, Shares, owner_shares
from gridmap.assignment.ambiguity import _FEW, _FEW_ERR
from gridmap.assignment.explanation import SAMPLES, unit_positions

LON, LAT = 111.7, 40.8
#: Metres of a degree at 40.8 degrees north, from the ellipsoid's radii of curvature.
EAST_M, NORTH_M = 84_413.1, 111_044.5
Floats = NDArray[np.float64]


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> shapely.Polygon:
    """A rectangle in metres from the origin."""
    return shapely.box(LON + west_m / EAST_M, LAT + south_m / NORTH_M, LON + east_m / EAST_M, LAT + north_m / NORTH_M)


def block(side_m: float = 100.0, reach: int = 2) -> list[shapely.Polygon]:
    """Squares side by side, the origin being a corner of four."""
    sides = range(-reach, reach)
    return [box(x * side_m, y * side_m, (x + 1) * side_m, (y + 1) * side_m) for y in sides for x in sides]


def shares_at(
    polygons: list[shapely.Polygon],
    east_m: object,
    north_m: object,
    accuracy_m: object,
    *,
    gap_limit_m: float = 0.0,
    sure: float = 0.8,
) -> tuple[Shares, Located]:
    index = GridIndex(polygons, codes=[f"{place:03}" for place in range(len(polygons))])
    east, north = np.broadcast_arrays(np.asarray(east_m, dtype=float), np.asarray(north_m, dtype=float))
    lon, lat = LON + east.ravel() / EAST_M, LAT + north.ravel() / NORTH_M
    located = index.locate_explained(lon, lat, gap_limit_m=gap_limit_m)
    accuracy = np.broadcast_to(np.array(accuracy_m, dtype=float), lon.shape)
    return owner_shares(index, lon, lat, accuracy, located, gap_limit_m=gap_limit_m, sure=sure), located


def drawn_shares(polygons: list[shapely.Polygon], east_m: float, north_m: float, accuracy_m: float) -> Floats:
    """By independent draws, which shape holds each of them: the accuracy is the radius of 68 %."""
    rng = np.random.default_rng(68)
    off = rng.normal(0.0, accuracy_m / np.sqrt(-2 * np.log(0.32)), (2, 40_000))
    places = shapely.points(LON + (east_m + off[0]) / EAST_M, LAT + (north_m + off[1]) / NORTH_M)
    return np.array([np.mean(shapely.contains(polygon, places)) for polygon in polygons])


@pytest.mark.parametrize("accuracy_m", [5.0, 20.0, 100.0])
def test_shares_of_a_half_plane_are_those_of_the_normal_distribution(accuracy_m: float) -> None:
    far = 5_000.0
    halves = [box(-far, -far, 0, far), box(0, -far, far, far)]
    deviations = np.linspace(0.02, 1.2, 60)
    deviation_m = accuracy_m / np.sqrt(-2 * np.log(0.32))
    found, located = shares_at(halves, -deviations * deviation_m, 0.0, accuracy_m)
    exact = norm.cdf(deviations)
    assert np.all(located.position == 0)
    counted = ~np.isnan(found.share)
    assert np.all(counted[exact < 0.8])
    assert found.share[counted] == pytest.approx(exact[counted], abs=0.002)
    clear = np.abs(exact - 0.8) > 0.002
    assert np.array_equal(found.ambiguous[clear], exact[clear] < 0.8)
    for point in np.flatnonzero(found.ambiguous).tolist():
        told = dict(found.alternatives(point))
        assert told == pytest.approx({0: exact[point], 1: 1 - exact[point]}, abs=0.002)


def test_four_grids_at_their_corner_share_alike_and_stand_in_order_of_share_then_code() -> None:
    found, located = shares_at(block(), [0.0, 6.0], [0.0, 3.0], 30.0)
    assert found.ambiguous.tolist() == [True, True]
    assert dict(found.alternatives(0)) == pytest.approx({5: 0.25, 6: 0.25, 9: 0.25, 10: 0.25}, abs=0.003)
    assert found.share[0] == pytest.approx(0.25, abs=0.003)
    assert [grid for grid, _ in found.alternatives(1)] == [10, 6, 9, 5]
    for point in (0, 1):
        shares = [share for _, share in found.alternatives(point)]
        assert shares == sorted(shares, reverse=True)
        assert dict(found.alternatives(point))[int(located.position[point])] == found.share[point]
    assert found.start.tolist() == [0, 4, 8]


def test_shares_agree_with_independent_draws() -> None:
    slanted = [
        shapely.affinity.rotate(square, 27, origin=(LON, LAT)) if square.area > 0 else square
        for square in block(side_m=60.0, reach=3)
    ]
    rng = np.random.default_rng(5)
    east, north = rng.uniform(-60, 60, (2, 25))
    accuracy = rng.choice([8.0, 25.0, 60.0, 500.0], 25)
    found, located = shares_at(slanted, east, north, accuracy)
    assert found.ambiguous.sum() > 5
    for point in range(25):
        chance = drawn_shares(slanted, east[point], north[point], accuracy[point])
        own = chance[located.position[point]]
        if abs(own - 0.8) > 0.01:
            assert bool(found.ambiguous[point]) == (own < 0.8)
        if not np.isnan(found.share[point]):
            assert found.share[point] == pytest.approx(own, abs=0.01)
        for grid, share in found.alternatives(point):
            assert share == pytest.approx(chance[grid], abs=0.01)


def test_many_points_are_told_what_one_is_told() -> None:
    polygons = [*block(), box(20, 20, 45, 70)]  # a grid upon a grid
    index = GridIndex(polygons, codes=[f"{place:03}" for place in range(len(polygons))])
    rng = np.random.default_rng(17)
    east, north = rng.uniform(-230, 230, (2, 150))
    accuracy = rng.choice([np.nan, 0.0, 5.0, 20.0, 80.0, 500.0], 150)
    lon, lat = LON + east / EAST_M, LAT + north / NORTH_M
    located = index.locate_explained(lon, lat, gap_limit_m=30.0)
    found = owner_shares(index, lon, lat, accuracy, located, gap_limit_m=30.0, sure=0.7)
    for point in range(150):
        one = index.explain(
            lon[point],
            lat[point],
            None if np.isnan(accuracy[point]) else accuracy[point],
            gap_limit_m=30.0,
            sure_share=0.7,
        )
        assert one.ambiguous == found.ambiguous[point]
        if not np.isnan(found.share[point]):
            assert one.share == found.share[point]
        if one.ambiguous:
            assert one.alternatives == [(f"{grid:03}", share) for grid, share in found.alternatives(point)]
        else:
            assert found.alternatives(point) == []
    again = owner_shares(index, lon, lat, accuracy, located, gap_limit_m=30.0, sure=0.7, threads=2)
    for name in ("share", "ambiguous", "start", "grid", "grid_share"):
        assert np.array_equal(getattr(found, name), getattr(again, name), equal_nan=name == "share")


def test_exact_positions_and_missing_ones_are_not_asked() -> None:
    found, _ = shares_at(block(), [0.0, 0.0, np.nan, 0.0], 0.0, [0.0, np.nan, 20.0, None])
    assert np.isnan(found.share).all()
    assert not found.ambiguous.any()
    assert found.start.tolist() == [0] * 5


def test_a_point_in_no_grid_is_as_sure_as_no_grid_is_likely() -> None:
    alone = [box(-200, -200, 0, 200)]
    found, located = shares_at(alone, [5.0, 200.0], 0.0, 20.0)
    assert located.position.tolist() == [-1, -1]
    exact = norm.cdf(5.0 / (20.0 / np.sqrt(-2 * np.log(0.32))))
    assert found.share[0] == pytest.approx(exact, abs=0.002)
    assert dict(found.alternatives(0)) == pytest.approx({0: 1 - exact}, abs=0.002)
    assert found.ambiguous.tolist() == [True, False]
    near, held = shares_at(alone, 5.0, 0.0, 20.0, gap_limit_m=200.0)
    assert held.position.tolist() == [0]
    assert not near.ambiguous.any()


def test_an_owner_is_in_doubt_beside_a_small_grid_drawn_upon_it() -> None:
    upon = [box(-500, -500, 500, 500), box(10, -100, 200, 100)]
    found, located = shares_at(upon, 5.0, 0.0, 20.0)
    assert located.position.tolist() == [0]
    assert located.distance_to_edge_m[0] > 400  # its own edge says nothing
    assert found.ambiguous.all()


def test_most_points_of_a_city_need_no_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    index = GridIndex(block(side_m=400.0))
    rng = np.random.default_rng(3)
    east, north = rng.uniform(-780, 780, (2, 2_000))
    lon, lat = LON + east / EAST_M, LAT + north / NORTH_M
    located = index.locate_explained(lon, lat)
    owner_shares(index, lon[:1], lat[:1], 20.0, index.locate_explained(lon[:1], lat[:1]))
    asked: list[int] = []
    locate = GridIndex.locate

    def counted(self: GridIndex, lon: Floats, lat: Floats, **options: float) -> NDArray[np.int64]:
        asked.append(lon.size)
        return locate(self, lon, lat, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(GridIndex, "locate", counted)
    found = owner_shares(index, lon, lat, np.full(2_000, 10.0), located)
    assert 0 < found.ambiguous.mean() < 0.1
    assert sum(asked) < 2_000 * SAMPLES * 0.1


def test_few_positions_tell_shares_closely_enough_to_leave_the_rest_uncounted() -> None:
    east, north = unit_positions(_FEW)
    worst = 0.0
    for turn in np.linspace(0, 2 * np.pi, 90, endpoint=False):
        across = np.sort(east * np.cos(turn) + north * np.sin(turn))
        for below, (low, high) in enumerate(pairwise(across), 1):
            worst = max(worst, *(abs(below / _FEW - norm.cdf(edge)) for edge in (low, high)))
    assert worst < _FEW_ERR


@pytest.mark.parametrize("wrong", [-1.0, np.inf])
def test_an_accuracy_is_a_distance(wrong: float) -> None:
    with pytest.raises(InvalidAccuracy) as caught:
        shares_at(block(), [0.0, 0.0], 0.0, [10.0, wrong])
    assert caught.value.row == 1


def test_of_nothing_nothing_is_told() -> None:
    index = GridIndex([])
    found = owner_shares(index, [111.7], [40.8], [20.0], index.locate_explained([111.7], [40.8]))
    assert not found.ambiguous.any()
    empty = owner_shares(index, [], [], [], index.locate_explained([], []))
    assert (empty.share.size, empty.start.tolist()) == (0, [0])
