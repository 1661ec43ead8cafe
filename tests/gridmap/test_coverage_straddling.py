"""Which shapes may reach over an edge: none is missed, and skipping the others changes no answer."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridmap.coverage import hold_buildings, holding
from gridmap.coverage.straddling import near_edges

WEST, SOUTH = 111.70, 40.80


def box(x: float, y: float, width: float, height: float) -> Any:
    """A box with a corner in metres, or nearly so, from (WEST, SOUTH)."""
    return shapely.box(WEST + x * 1e-5, SOUTH + y * 1e-5, WEST + (x + width) * 1e-5, SOUTH + (y + height) * 1e-5)


places = st.floats(-50, 250)
sizes = st.floats(0.5, 120)
boxes = st.builds(box, places, places, sizes, sizes)


@settings(max_examples=200, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=8), st.lists(boxes, min_size=1, max_size=6))
def test_no_shape_that_an_edge_meets_is_missed(shapes: list[Any], grids: list[Any]) -> None:
    near = near_edges(np.array(shapes), np.array(grids))
    edges = shapely.union_all(shapely.boundary(grids))
    met = shapely.intersects(shapely.envelope(np.array(shapes)), edges)
    assert not (met & ~near).any()


def test_far_from_every_edge_is_told() -> None:
    shapes = np.array([box(50, 50, 3, 3), box(99, 50, 3, 3), None, shapely.Polygon(), box(-500, 0, 3, 3)])
    assert near_edges(shapes, np.array([box(0, 0, 100, 100), None])).tolist() == [False, True, False, False, False]
    assert near_edges(shapes, np.array([None])).tolist() == [False] * 5


def test_a_long_slanting_edge_is_followed() -> None:
    sliver = shapely.Polygon([(WEST, SOUTH), (WEST + 0.1, SOUTH + 0.07), (WEST, SOUTH + 0.07)])
    x = np.linspace(0.001, 0.099, 400)
    on = shapely.box(WEST + x - 1e-6, SOUTH + 0.7 * x - 1e-6, WEST + x + 1e-6, SOUTH + 0.7 * x + 1e-6)
    off = shapely.box(WEST + x, SOUTH + 0.3 * x - 1e-6, WEST + x + 1e-6, SOUTH + 0.3 * x)
    near = near_edges(np.concatenate([on, off]), np.array([sliver]))
    assert near[:400].all()
    assert not near[450:].any()


def city(seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Grids with a gap, an overlap and one inside another; houses all over them and beyond."""
    rng = np.random.default_rng(seed)
    cells = [box(x, y, 100, 100) for x in range(0, 500, 100) for y in range(0, 500, 100)]
    cells[7] = box(100, 200, 90, 90)
    cells[12] = box(195, 195, 130, 120)
    cells.append(box(330, 330, 30, 30))
    houses = [box(*rng.uniform(-60, 560, 2), *rng.uniform(1, 40, 2)) for _ in range(3000)]
    return np.array([*houses, None, shapely.Polygon()], dtype=object), np.array([*cells, None], dtype=object)


@pytest.mark.parametrize("seed", range(3))
def test_asking_for_one_point_gives_what_laying_over_gives(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    houses, grids = city(seed)
    slow = hold_buildings(houses, grids)
    monkeypatch.setattr(holding, "_MANY", 1)
    quick = hold_buildings(houses, grids)
    assert quick.grid.tolist() == slow.grid.tolist()
    assert quick.grids.tolist() == slow.grids.tolist()
    assert quick.share == pytest.approx(slow.share)
    assert {-1} < set(quick.grid.tolist())
    assert max(quick.grids) > 2
