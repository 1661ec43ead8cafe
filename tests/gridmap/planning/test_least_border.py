"""The mode ``border`` against proven optima."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridmap.planning import plan
from scripts.benchmarks.voronoi_city import voronoi_city
from tests.gridmap.planning.least_border import least_border
from tests.gridmap.planning.plan_oracle import border_of, check_plan, grids_of, pieces_of

# Units, grids, seed of the city, deviation from the mean that the bounds allow.
CITIES = [
    (12, 3, 1, 0.2),
    (16, 4, 2, 0.2),
    pytest.param(20, 4, 4, 0.2, marks=pytest.mark.slow),
    pytest.param(24, 5, 5, 0.2, marks=pytest.mark.slow),
    pytest.param(30, 6, 6, 0.1, marks=pytest.mark.slow),
    pytest.param(30, 7, 7, 0.1, marks=pytest.mark.slow),
]
SEEDS = 10
#: Larger cities with what HiGHS proved of them: `tests/gridmap/planning/store_optima.py`.
STORED = json.loads((Path(__file__).parent / "data/least_border.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("units", "k", "seed", "share"), CITIES)
def test_nine_seeds_of_ten_reach_the_least_border(units: int, k: int, seed: int, share: float) -> None:
    city = voronoi_city(units, seed)
    mean = city["weights"].sum() / k
    lower, upper = (1 - share) * mean, (1 + share) * mean
    edges = city["edges"].tolist()
    least = least_border(city["weights"].tolist(), edges, city["border_m"], k, lower, upper)
    assert seeds_that_reach(least, city, k, lower, upper) >= 0.9 * SEEDS


@pytest.mark.slow
@pytest.mark.parametrize("proven", STORED, ids=[f"{len(each['labels'])} units" for each in STORED])
def test_nine_seeds_of_ten_reach_a_stored_optimum(proven: dict[str, Any]) -> None:
    city = {name: np.array(values) for name, values in proven["city"].items()}
    reached = seeds_that_reach(proven["least_m"], city, proven["k"], proven["lower"], proven["upper"])
    assert reached >= 0.9 * SEEDS


@pytest.mark.parametrize("proven", STORED, ids=[f"{len(each['labels'])} units" for each in STORED])
def test_a_stored_optimum_is_attained_and_has_a_bound(proven: dict[str, Any]) -> None:
    """The labels that are stored with it are grids as asked for, and nothing is shorter than the bound that was proved."""
    city, labels, (lower, upper) = proven["city"], proven["labels"], (proven["lower"], proven["upper"])
    grids = grids_of(labels)
    assert len(grids) == proven["k"]
    for units in grids.values():
        assert pieces_of(units, city["edges"]) == 1
        assert lower <= sum(city["weights"][unit] for unit in units) <= upper
    assert border_of(labels, city["edges"], city["border_m"]) == pytest.approx(proven["least_m"], rel=1e-9)
    assert proven["bound_m"] == pytest.approx(proven["least_m"], rel=1e-6)


def seeds_that_reach(least: float, city: dict[str, Any], k: int, lower: float, upper: float) -> int:
    """How many of ``SEEDS`` plans have the least border; none may have less."""
    edges = city["edges"].tolist()
    reached = 0
    for rng in range(SEEDS):
        made = plan(**city, target=(lower + upper) / 2, lower=lower, upper=upper, k=k, mode="border", rng=rng)
        check_plan(made, city["weights"], edges, lower=lower, upper=upper)
        found = border_of(made.labels.tolist(), edges, city["border_m"])
        assert found >= least * (1 - 1e-6)  # HiGHS proves to a millionth
        reached += found <= least * (1 + 1e-6)
    return reached
