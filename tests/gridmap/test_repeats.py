"""Repeated places against scikit-learn's DBSCAN and against neighbours counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from gridmap.hotspot.plane import metres_per_degree
from gridmap.hotspot.repeats import repeat_places
from gridmap.hotspot.repeats.repeating import BadRepeatInput

CENTRE = (111.7, 40.8)


def places(metres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of metres east and north of the centre."""
    east, north = metres_per_degree(*CENTRE)
    return CENTRE[0] + metres[:, 0] / east, CENTRE[1] + metres[:, 1] / north


def groups(labels: np.ndarray, among: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(among[labels[among] == label].tolist()) for label in set(labels[among].tolist()) - {-1}}


@pytest.mark.parametrize(("seed", "least"), [(1, 3), (2, 1), (3, 6), (4, 12)])
def test_scikit_learn_finds_the_same_places(seed: int, least: int) -> None:
    rng = np.random.default_rng(seed)
    middles = rng.uniform(0, 3000, (60, 2))
    metres = np.concatenate(
        [middles[rng.integers(0, 60, 2500)] + rng.normal(0, 25, (2500, 2)), rng.uniform(0, 3000, (1500, 2))]
    )
    metres[:50] = metres[0]
    kind = rng.integers(0, 3, len(metres))
    found = repeat_places(*places(metres), kind, least=least)
    for each in range(3):
        of_kind = np.flatnonzero(kind == each)
        theirs = DBSCAN(eps=50, min_samples=least).fit(metres[of_kind])
        core = of_kind[theirs.core_sample_indices_]
        again = np.full(len(metres), -1)
        again[of_kind] = theirs.labels_
        assert groups(found, core) == groups(again, core)
        assert ((found >= 0) == (again >= 0))[of_kind].all()
    size = np.bincount(found[found >= 0])
    assert (np.diff(size) <= 0).all()


@given(st.integers(0, 10_000), st.integers(1, 5), st.booleans())
def test_neighbours_counted_one_by_one(seed: int, least: int, with_compounds: bool) -> None:
    rng = np.random.default_rng(seed)
    metres = rng.integers(0, 9, (30, 2)) * 20.0
    kind = rng.integers(0, 2, 30)
    home = rng.integers(-1, 3, 30) if with_compounds else np.full(30, -1)
    found = repeat_places(*places(metres), kind, least=least, compound=home, reach_m=50.1)
    apart = np.hypot(*(metres[:, None] - metres[None]).transpose(2, 0, 1))
    in_one = (home[:, None] == home[None]) & (home >= 0)[:, None]
    alike = kind[:, None] == kind[None]
    close = alike & (apart <= 50.1)
    core = (close.sum(axis=1) >= least) | ((alike & in_one).sum(axis=1) >= least) & (home >= 0)
    linked = (close | (alike & in_one & ((alike & in_one).sum(axis=1) >= least)[:, None])) & core[:, None] & core[None]
    for _ in range(30):
        linked = linked | ((linked.astype(int) @ linked.astype(int)) > 0)
    both = core[:, None] & core[None] & ~np.eye(30, dtype=bool)
    assert ((found[:, None] == found[None])[both] == linked[both]).all()
    assert (found[core] >= 0).all()
    for edge in np.flatnonzero(~core):
        near = np.flatnonzero(close[edge] & core)
        if len(near) == 0:
            assert found[edge] == -1
        else:
            nearest = near[apart[edge][near] == apart[edge][near].min()]
            assert found[edge] in set(found[nearest].tolist())


def test_the_order_of_reports_does_not_matter_and_nowhere_is_no_place() -> None:
    rng = np.random.default_rng(9)
    lon, lat = places(rng.uniform(0, 600, (300, 2)))
    kind = rng.integers(0, 2, 300)
    lon[7] = np.nan
    found = repeat_places(lon, lat, kind)
    assert found[7] == -1
    order = rng.permutation(300)
    again = np.empty(300, dtype=np.int64)
    again[order] = repeat_places(lon[order], lat[order], kind[order])
    everything = np.arange(300)
    assert groups(found, everything) == groups(again, everything)


def test_nothing_and_one_and_bad_input() -> None:
    assert repeat_places([], [], []).shape == (0,)
    assert repeat_places([np.nan] * 3, [40.8] * 3, [1] * 3).tolist() == [-1, -1, -1]
    assert repeat_places([111.7], [40.8], [1]).tolist() == [-1]
    assert repeat_places([111.7] * 3, [40.8] * 3, [1, 1, 2]).tolist() == [-1, -1, -1]
    assert repeat_places([111.7, 111.8, 111.9], [40.8] * 3, [1] * 3, compound=[5, 5, 5]).tolist() == [0, 0, 0]
    for changed in ({"reach_m": 0}, {"reach_m": np.inf}, {"least": 0}, {"compound": [1]}):
        with pytest.raises(BadRepeatInput):
            repeat_places([111.7, 111.7], [40.8, 40.8], [1, 1], **changed)
