"""Building heads whose buildings lie in several units keep to one grid where they can."""

import numpy as np
import pytest

from gridmap.planning import Wishes, partition, plan
from gridmap.planning.errors import BadLabels, UnequalLengths
from gridmap.planning.graph import link
from gridmap.planning.ties import REACH, tied_borders
from scripts.benchmarks.voronoi_city import voronoi_city
from tests.gridmap.planning.plan_oracle import check_plan

ROW = np.array([(unit, unit + 1) for unit in range(9)])


def heads_of(city: dict[str, np.ndarray], count: int, seed: int) -> np.ndarray:
    """So many heads, each of two units that touch and half of them of a third that touches the second."""
    rng = np.random.default_rng(seed)
    rows = []
    for head, (a, b) in enumerate(city["edges"][rng.choice(len(city["edges"]), count, replace=False)].tolist()):
        rows += [(head, a), (head, b)]
        if head % 2:
            beside = city["edges"][(city["edges"] == b).any(axis=1)]
            rows.append((head, int(rng.choice(beside[beside != b]))))
    return np.array(rows)


def torn(labels: np.ndarray, ties: np.ndarray) -> int:
    return sum(len(set(labels[ties[ties[:, 0] == head, 1]].tolist())) > 1 for head in np.unique(ties[:, 0]))


@pytest.mark.parametrize("mode", ["fast", "balanced"])
def test_few_heads_are_torn_when_wished(mode: str) -> None:
    city = voronoi_city(400, 11)
    ties = heads_of(city, 60, 3)
    without = partition(**city, ties=ties, wishes=Wishes(keep_ties=0.0), mode=mode)
    assert (without == partition(**city, mode=mode)).all()
    made = plan(**city, ties=ties, mode=mode)
    check_plan(made, city["weights"], city["edges"].tolist())
    assert not made.flags
    assert torn(made.labels, ties) <= 0.4 * torn(without, ties)


def test_planning_anew_brings_torn_heads_together() -> None:
    city = voronoi_city(400, 11)
    ties = heads_of(city, 40, 4)
    first = partition(**city)
    made = plan(**city, ties=ties, previous=first)
    assert not made.flags
    assert torn(made.labels, ties) <= 0.5 * torn(first, ties)


def test_a_tie_runs_along_the_fewest_borders_and_far_units_have_none() -> None:
    links = link(ROW, 10)

    def pulls(*units: int) -> list[float]:
        return tied_borders(links, np.array([(7, unit) for unit in units]), len(ROW)).tolist()

    assert pulls(2, 3) == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert pulls(1, 3, 4) == [0, 0.5, 0.5, 1, 0, 0, 0, 0, 0]
    assert pulls(0, 1 + REACH) == [0] * 9
    assert pulls(0, 1, 8, 9) == [1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert pulls(4) == pulls(4, 4) == [0] * 9
    assert tied_borders(links, np.array([(1, 2), (1, 3), (5, 3), (5, 2)]), len(ROW))[2] == 2


def test_heads_and_units_are_checked() -> None:
    city = voronoi_city(30, 1)
    for ties in ([(1, 30)], [(1, -1)], [(1.5, 2.0)]):
        with pytest.raises(BadLabels):
            plan(**city, ties=ties)
    with pytest.raises(UnequalLengths):
        plan(**city, ties=[1, 2, 3])
    assert (partition(**city, ties=[]) == partition(**city)).all()
