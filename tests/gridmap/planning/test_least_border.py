"""The mode ``border`` against proven optima."""

import pytest

from gridmap.planning import plan
from scripts.benchmarks.voronoi_city import voronoi_city
from tests.gridmap.planning.least_border import least_border
from tests.gridmap.planning.plan_oracle import border_of, check_plan

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


@pytest.mark.parametrize(("units", "k", "seed", "share"), CITIES)
def test_nine_seeds_of_ten_reach_the_least_border(units: int, k: int, seed: int, share: float) -> None:
    city = voronoi_city(units, seed)
    mean = city["weights"].sum() / k
    lower, upper = (1 - share) * mean, (1 + share) * mean
    edges = city["edges"].tolist()
    least = least_border(city["weights"].tolist(), edges, city["border_m"], k, lower, upper)
    reached = 0
    for rng in range(SEEDS):
        made = plan(**city, target=mean, lower=lower, upper=upper, k=k, mode="border", rng=rng)
        check_plan(made, city["weights"], edges, lower=lower, upper=upper)
        found = border_of(made.labels.tolist(), edges, city["border_m"])
        assert found >= least * (1 - 1e-9)
        reached += found <= least * (1 + 1e-9)
    assert reached >= 0.9 * SEEDS
