"""Buildings to grids by the largest share of ground, held against plain shapely."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.coverage import BOUNDS, Bounds, Size, bounds_of, hold_buildings, size_of
from gridmap.coverage.measures import geodesic, square_metres_per_square_degree

LON, LAT, M = 111.7, 40.8, 1e-5  # one step is about a metre


def plot(x: float, y: float, w: float, h: float) -> Any:
    return shapely.box(LON + x * M, LAT + y * M, LON + (x + w) * M, LAT + (y + h) * M)


GRIDS = [plot(0, 0, 100, 100), plot(100, 0, 100, 100)]


def test_whole_split_and_outside() -> None:
    held = hold_buildings([plot(10, 10, 20, 20), plot(90, 10, 30, 20), plot(300, 0, 20, 20), None], GRIDS)
    assert held.grid.tolist() == [0, 1, -1, -1]
    assert held.grids.tolist() == [1, 2, 0, 0]
    assert held.share == pytest.approx([1, 2 / 3, 0, 0], abs=1e-6)


def test_inaccuracy_of_drawing_is_no_second_grid() -> None:
    # Half a metre of a long block, then 10 m of a long block: less than a square metre, less than a percent.
    held = hold_buildings([plot(99.5, 0, 40, 1), plot(60, 0, 40.3, 20), plot(60, 0, 42, 20)], GRIDS)
    assert held.grids.tolist() == [1, 1, 2]
    assert held.grid.tolist() == [1, 0, 0]


def test_a_kiosk_counts_however_small() -> None:
    held = hold_buildings([plot(5, 5, 0.5, 0.5)], GRIDS)
    assert (held.grid.tolist(), held.grids.tolist()) == ([0], [1])


def test_equal_shares_go_to_the_first() -> None:
    house = plot(90, 0, 20, 10)
    assert hold_buildings([house], GRIDS).grid.tolist() == [0]
    assert hold_buildings([house], GRIDS[::-1]).grid.tolist() == [0]


def test_an_overlap_of_grids_holds_twice() -> None:
    held = hold_buildings([plot(10, 10, 20, 20)], [*GRIDS, plot(0, 0, 50, 50)])
    assert (held.grid.tolist(), held.grids.tolist()) == ([0], [2])


def test_nothing_to_hold() -> None:
    assert hold_buildings([], GRIDS).grid.tolist() == []
    assert hold_buildings([plot(0, 0, 1, 1)], []).grid.tolist() == [-1]


boxes = st.builds(plot, st.integers(0, 180), st.integers(0, 180), st.integers(2, 60), st.integers(2, 60))


@settings(max_examples=200, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=6), st.lists(boxes, min_size=1, max_size=6))
def test_shares_are_those_of_plain_shapely(houses: list[Any], grids: list[Any]) -> None:
    held = hold_buildings(houses, grids)
    for i, house in enumerate(houses):
        share = np.array([house.intersection(grid).area / house.area for grid in grids])
        ground = share * geodesic(np.array([house], dtype=object))[0][0]
        sure = (share > 0.0101) & (ground > 1.01)
        maybe = (share > 0.0099) & (ground > 0.99)
        assert sure.sum() <= held.grids[i] <= maybe.sum()
        if sure.any():
            assert held.share[i] == pytest.approx(share.max())
            assert share[held.grid[i]] == pytest.approx(share.max())
            assert (held.grid[i] == -1) == (held.grids[i] == 0)


def test_square_degrees() -> None:
    for latitude in (0.0, 40.8, 66.0):
        square = np.array([shapely.box(10, latitude - 0.001, 10.002, latitude + 0.001)], dtype=object)
        assert float(square_metres_per_square_degree(latitude)) * 4e-6 == pytest.approx(
            geodesic(square)[0][0], rel=1e-5
        )


def test_bounds_per_kind() -> None:
    assert [size_of("general", n) for n in (0, 299, 300, 500, 501)] == [
        Size.BELOW, Size.BELOW, Size.WITHIN, Size.WITHIN, Size.ABOVE,
    ]  # fmt: skip
    assert all(size_of(kind, 7) is Size.UNBOUNDED for kind in ("special", "rural", "pastoral", "unheard of"))
    assert set(BOUNDS) == {"general", "special", "rural", "pastoral"}
    assert bounds_of("unheard of") == Bounds()
    assert Bounds(upper=5).size(6) is Size.ABOVE
