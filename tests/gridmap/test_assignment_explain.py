"""One point explained, and how sure its owner is."""

import numpy as np
import pytest
import shapely

from gridmap.assignment import GridIndex, InvalidAccuracy, Reason

CODES = list("abcdefghi")
METRE_LON, METRE_LAT = 1 / 84_400, 1 / 111_050


@pytest.fixture(scope="module")
def block() -> GridIndex:
    """3 x 3 grids of about 100 m around (111.7, 40.8), the point being the centre of grid e."""
    sides = [(column, row) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return GridIndex(
        [
            shapely.box(
                111.7 + (column - 0.5) * 100 * METRE_LON,
                40.8 + (row - 0.5) * 100 * METRE_LAT,
                111.7 + (column + 0.5) * 100 * METRE_LON,
                40.8 + (row + 0.5) * 100 * METRE_LAT,
            )
            for column, row in sides
        ],
        codes=CODES,
    )


def test_an_exact_point_needs_no_alternatives(block: GridIndex) -> None:
    for accuracy_m in (None, 0.0):
        explanation = block.explain(111.7, 40.8, accuracy_m)
        assert (explanation.position, explanation.code, explanation.reason) == (4, "e", Reason.INSIDE)
        assert explanation.distance_to_edge_m == pytest.approx(50, rel=5e-3)
        assert (explanation.alternatives, explanation.ambiguous) == ([], False)


def test_a_sure_owner_and_an_unsure_one(block: GridIndex) -> None:
    sure = block.explain(111.7, 40.8, 10.0)
    assert (sure.alternatives, sure.ambiguous) == ([], False)
    unsure = block.explain(111.7 + 45 * METRE_LON, 40.8, 20.0)
    assert unsure.ambiguous
    assert [code for code, _ in unsure.alternatives][:2] == ["e", "f"]
    fairly = block.explain(111.7 + 25 * METRE_LON, 40.8, 20.0)
    assert not fairly.ambiguous
    assert fairly.alternatives[0][1] > 0.9


def test_on_an_edge_both_sides_are_as_likely(block: GridIndex) -> None:
    explanation = block.explain(111.7 + (0 - 0.5) * 100 * METRE_LON, 40.8, 20.0)
    assert explanation.reason == Reason.EDGE_TIE
    assert explanation.distance_to_edge_m == 0.0
    assert dict(explanation.alternatives) == pytest.approx({"d": 0.5, "e": 0.5}, abs=0.02)
    assert explanation.ambiguous


@pytest.mark.parametrize("accuracy_m", [5.0, 20.0, 60.0, 200.0])
@pytest.mark.parametrize("east_m", [0.0, 30.0, 48.0])
def test_shares_agree_with_chance(block: GridIndex, accuracy_m: float, east_m: float) -> None:
    lon, lat = 111.7 + east_m * METRE_LON, 40.8 + 20 * METRE_LAT
    rng = np.random.default_rng(11)
    deviation_m = accuracy_m / np.sqrt(-2 * np.log(0.32))
    off = rng.normal(0, deviation_m, (2, 200_000))
    assert np.mean(np.hypot(*off) < accuracy_m) == pytest.approx(0.68, abs=0.005)  # what an accuracy means
    owners = block.locate(lon + off[0] * METRE_LON, lat + off[1] * METRE_LAT)
    chance = {CODES[grid]: float(np.mean(owners == grid)) for grid in range(9)}
    explanation = block.explain(lon, lat, accuracy_m)
    shares = dict(explanation.alternatives) or {"e": 1.0}
    for code, share in chance.items():
        assert shares.get(code, 0.0) == pytest.approx(share, abs=0.006)
    assert sum(shares.values()) <= 1.0 + 1e-12
    assert [share for _, share in explanation.alternatives] == sorted(
        dict(explanation.alternatives).values(), reverse=True
    )
    if abs(chance["e"] - 0.8) > 0.006:
        assert explanation.ambiguous == (chance["e"] < 0.8)
    assert explanation == block.explain(lon, lat, accuracy_m)


def test_likely_positions_reach_into_gaps_by_the_same_rule() -> None:
    alone = GridIndex([shapely.box(111.70, 40.80, 111.71, 40.81)])
    lon = 111.71 - 2 * METRE_LON
    assert alone.explain(lon, 40.805, 20.0).ambiguous
    assert not alone.explain(lon, 40.805, 20.0, gap_limit_m=100.0).ambiguous
    outside = alone.explain(111.71 + 5 * METRE_LON, 40.805, 20.0)
    assert (outside.position, outside.reason, outside.ambiguous) == (-1, Reason.NONE, True)
    assert outside.alternatives[0][0] == "0"  # without codes grids go by their position
    assert outside.alternatives[0][1] < 0.5


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_an_accuracy_is_a_distance(block: GridIndex, wrong: float) -> None:
    with pytest.raises(InvalidAccuracy):
        block.explain(111.7, 40.8, wrong)


def test_an_index_of_nothing_explains_that_there_is_no_owner() -> None:
    found = GridIndex([], codes=[]).explain(111.7, 40.8, accuracy_m=20.0, gap_limit_m=30.0)
    assert (found.position, found.reason, found.alternatives, found.ambiguous) == (-1, Reason.NONE, [], False)
