import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import GridmapError
from gridmap.planning import InfeasibleDemand, InvalidUnits, Wishes, partition, plan, score_plan
from gridmap.planning.errors import (
    BadBounds,
    BadEdge,
    BadGridCount,
    BadLabels,
    BadNumber,
    BadPosition,
    BoundsDiffer,
    BoundsExclude,
    EmptyCommunity,
    FewerGridsThanPieces,
    LockedAcross,
    LockedApart,
    MoreGridsThanUnits,
    UnequalLengths,
    UnknownMode,
)
from gridmap.planning.graph import read_graph
from scripts.benchmarks.voronoi_city import communities, voronoi_city
from tests.gridmap.planning.plan_oracle import border_of, check_plan, grids_of


def lattice(columns: int, rows: int, weight: float = 100.0) -> dict[str, np.ndarray]:
    """Squares of 100 m, numbered row by row from the south-west."""
    at = np.arange(columns * rows).reshape(rows, columns)
    edges = np.concatenate(
        [np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]), np.column_stack([at[:-1].ravel(), at[1:].ravel()])]
    )
    n = columns * rows
    return {
        "weights": np.full(n, weight),
        "edges": edges,
        "border_m": np.full(len(edges), 100.0),
        "area_m2": np.full(n, 1e4),
        "perimeter_m": np.full(n, 400.0),
        "xy": np.column_stack([np.tile(np.arange(columns), rows), np.repeat(np.arange(rows), columns)]) * 100.0,
    }


@pytest.mark.parametrize("mode", ["fast", "balanced", "tight", "border"])
def test_every_mode_makes_a_plan_that_holds(mode: str) -> None:
    city = voronoi_city(120, 3)
    made = plan(**city, mode=mode, rng=4)
    check_plan(made, city["weights"], city["edges"].tolist())
    assert not made.flags


def test_squares_of_four_are_found() -> None:
    made = plan(**lattice(4, 4), mode="balanced")
    assert made.k == 4
    assert sorted(map(sorted, grids_of(made.labels).values())) == [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
        [8, 9, 12, 13],
        [10, 11, 14, 15],
    ]


def test_the_same_seed_gives_the_same_plan_with_any_threads() -> None:
    city = communities(4, 60)
    first = partition(**city, rng=5, threads=1)
    assert (first == partition(**city, rng=5, threads=4)).all()
    assert (first == partition(**city, rng=5, threads=1)).all()
    assert (first != partition(**city, rng=6, threads=1)).any()
    drawn = [partition(**city, rng=np.random.default_rng(5)) for _ in range(2)]
    assert (drawn[0] == drawn[1]).all()


def test_no_grid_crosses_a_community() -> None:
    city = voronoi_city(300, 2)
    within = (city["xy"][:, 0] > 900).astype(int)
    made = plan(**city, within=within)
    check_plan(made, city["weights"], city["edges"].tolist(), within=within)
    names = np.where(within, "新城社区", "回民社区")
    assert (plan(**city, within=names).labels == made.labels).all() or len(np.unique(names)) == 2


class TestBoundsOfCommunities:
    def test_each_community_keeps_its_own(self) -> None:
        city = communities(3, 60)
        within = city["within"]
        rural = within == 1
        bounds = {
            "target": np.where(rural, 150, 400),
            "lower": np.where(rural, 100, 300),
            "upper": np.where(rural, 200, 500),
        }
        made = plan(**city, **bounds, rng=2)
        assert not [flag for flag in made.flags if flag.code == "outside_bounds"]
        for community in range(3):
            units = np.flatnonzero(within == community)
            total = np.bincount(made.labels[units], city["weights"][units])
            light, heavy = (100, 200) if community == 1 else (300, 500)
            fits = (total[total > 0] >= light) & (total[total > 0] <= heavy)
            assert fits.sum() >= fits.size - len(made.flags)
        alone = plan(**voronoi_city(60, 10_001), target=150, lower=100, upper=200)
        assert len(np.unique(made.labels[rural])) == alone.k

    def test_flags_and_messages_name_the_bounds_that_hold_there(self) -> None:
        field = lattice(2, 1, weight=250.0)
        made = plan(**field, within=[0, 1], target=[400, 150], lower=[300, 100], upper=[500, 200])
        said = {flag.label: (flag.code, flag.values["lower"], flag.values["upper"]) for flag in made.flags}
        assert said == {made.labels[0]: ("no_k_fits", 300, 500), made.labels[1]: ("oversize_unit", 100, 200)}
        counted = [(message.code, message.values.get("upper")) for message in made.messages]
        assert counted == [("grid_count", None), ("oversize_units", 200), ("no_k_fits", 500)]

    def test_one_community_has_one_pair_of_bounds(self) -> None:
        field = lattice(2, 2)
        with pytest.raises(BoundsDiffer):
            plan(**field, upper=[500, 500, 500, 600])
        with pytest.raises(UnequalLengths):
            plan(**field, upper=[500, 600])
        with pytest.raises(BadBounds):
            plan(**field, lower=[300, 300, 300, np.nan], upper=500)


def test_so_many_grids_as_asked_for() -> None:
    city = voronoi_city(200, 7)
    for k in (15, 17, 20):
        made = plan(**city, k=k)
        assert made.k == k
        check_plan(made, city["weights"], city["edges"].tolist())
    pieces = communities(5, 40)
    assert plan(**pieces, k=19, lower=200, upper=600).k == 19


def test_an_oversize_unit_is_alone_and_flagged() -> None:
    field = lattice(5, 5)
    field["weights"][12] = 900.0
    made = plan(**field)
    check_plan(made, field["weights"], field["edges"].tolist())
    assert [flag.code for flag in made.flags] == ["oversize_unit"]
    assert "900" in made.flags[0].text("zh")
    assert "900" in made.flags[0].text("en")
    assert "oversize_units" in [message.code for message in made.messages]


def test_a_total_that_no_number_of_grids_fits_is_said() -> None:
    made = plan(**lattice(3, 1, weight=185.0))
    assert [message.code for message in made.messages] == ["grid_count", "no_k_fits"]
    assert {flag.code for flag in made.flags} == {"no_k_fits"}
    assert "555" in made.messages[1].text("zh")


def test_parts_that_do_not_touch_are_planned_apart() -> None:
    field = lattice(4, 2)
    gap = (field["edges"] == (1, 2)).all(axis=1) | (field["edges"] == (5, 6)).all(axis=1)
    field["edges"], field["border_m"] = field["edges"][~gap], field["border_m"][~gap]
    made = plan(**field)
    check_plan(made, field["weights"], field["edges"].tolist())
    assert made.k == 2
    assert "pieces" in [message.code for message in made.messages]
    with pytest.raises(FewerGridsThanPieces, match="at least 2"):
        plan(**field, k=1)


class TestLocks:
    def test_locked_units_keep_their_label_and_light_grids_grow(self) -> None:
        city = voronoi_city(100, 3)
        locked = np.full(100, -1)
        locked[[5, 50, 80]] = [3, 0, 6]
        made = plan(**city, locked=locked)
        check_plan(made, city["weights"], city["edges"].tolist(), locked=locked)

    def test_a_complete_locked_grid_stays_as_it_is(self) -> None:
        city = voronoi_city(100, 3)
        first = plan(**city, rng=1).labels
        locked = np.where(np.isin(first, (1, 4)), first, -1)
        made = plan(**city, locked=locked, rng=9)
        check_plan(made, city["weights"], city["edges"].tolist(), locked=locked)
        for label in (1, 4):
            assert ((made.labels == label) == (first == label)).all()

    def test_a_mask_locks_into_the_previous_plan(self) -> None:
        city = voronoi_city(100, 3)
        first = plan(**city, rng=1).labels
        mask = first == 2
        made = plan(**city, locked=mask, previous=first, rng=2)
        assert (made.labels[mask] == 2).all()
        with pytest.raises(BadLabels):
            plan(**city, locked=mask)

    def test_locked_units_apart_are_joined_by_free_ones_or_refused(self) -> None:
        row = lattice(6, 1, weight=60.0)
        made = plan(**row, locked=[0, -1, 0, -1, -1, -1], target=180, lower=150, upper=250)
        assert made.labels[:3].tolist() == [0, 0, 0]
        with pytest.raises(LockedApart):
            plan(**row, locked=[0, 1, 0, -1, -1, -1], lower=150, target=180, upper=250)
        with pytest.raises(LockedAcross):
            plan(**row, locked=[0, -1, -1, -1, -1, 0], within=[1, 1, 1, 2, 2, 2])

    def test_all_locked_is_the_same_plan(self) -> None:
        city = voronoi_city(100, 3)
        first = plan(**city, rng=1).labels
        assert (plan(**city, locked=first, rng=2).labels == first).all()


class TestBarriers:
    def test_grids_keep_to_one_side(self) -> None:
        city = voronoi_city(300, 4)
        east = city["xy"][:, 0] > 870.0
        crossing = east[city["edges"][:, 0]] != east[city["edges"][:, 1]]

        def crossed(cost: float) -> float:
            labels = partition(**city, barrier_cost=np.where(crossing, cost, 0.0), mode="balanced")
            inside = labels[city["edges"][:, 0]] == labels[city["edges"][:, 1]]
            return float(city["border_m"][crossing & inside].sum())

        assert crossed(2.0) < 0.2 * crossed(0.0)

    def test_no_grid_reaches_across_an_infinite_one(self) -> None:
        field = lattice(4, 2)
        cost = np.where((field["edges"] % 4 == (1, 2)).all(axis=1), np.inf, 0.0)
        labels = partition(**field, barrier_cost=cost)
        assert len(set(labels[[0, 1, 4, 5]])) == 1
        assert len(set(labels[[2, 3, 6, 7]])) == 1


class TestReplanning:
    def test_few_households_change_hands_and_all_come_back_within_bounds(self) -> None:
        city = voronoi_city(1500, 5)
        first = plan(**city, rng=1, mode="balanced").labels
        rng = np.random.default_rng(6)
        weights = city["weights"] * rng.uniform(0.9, 1.1, 1500)
        grown = rng.choice(1500, 30, replace=False)
        weights[grown] += rng.uniform(50, 250, 30)
        city["weights"] = np.round(weights)
        made = plan(**city, previous=first, rng=2)
        check_plan(made, city["weights"], city["edges"].tolist())
        assert not made.flags
        assert city["weights"][made.labels != first].sum() <= 0.08 * city["weights"].sum()

    def test_nothing_to_do_changes_next_to_nothing(self) -> None:
        city = voronoi_city(500, 5)
        first = plan(**city, rng=1, mode="tight").labels
        made = plan(**city, previous=first, rng=2)
        assert city["weights"][made.labels != first].sum() <= 0.01 * city["weights"].sum()

    @pytest.mark.parametrize("factor", [0.6, 1.6])
    def test_grids_split_and_merge_when_the_total_changes(self, factor: float) -> None:
        city = voronoi_city(400, 5)
        first = plan(**city, rng=1).labels
        city["weights"] = city["weights"] * factor
        made = plan(**city, previous=first, rng=2)
        check_plan(made, city["weights"], city["edges"].tolist())
        assert (made.k > first.max() + 1) == (factor > 1)

    def test_new_units_and_pieces_of_old_grids_find_a_grid(self) -> None:
        city = voronoi_city(200, 5)
        first = plan(**city, rng=1).labels
        first[::17] = -1
        made = plan(**city, previous=first, rng=2)
        check_plan(made, city["weights"], city["edges"].tolist())


def test_work_is_evened_out_when_wished() -> None:
    city = voronoi_city(400, 8)
    work = np.random.default_rng(1).lognormal(0, 1, 400) * (1 + (city["xy"][:, 0] > 1000))
    graph = read_graph(**city, work=work)

    def uneven(wishes: Wishes) -> float:
        figures = score_plan(graph, partition(**city, work=work, wishes=wishes, mode="balanced")).work
        return float(figures.std() / figures.mean())

    assert uneven(Wishes(even_work=3.0, compact=0.3)) < 0.6 * uneven(Wishes())


def test_progress_reaches_one_and_can_cancel() -> None:
    city = communities(3, 60)
    shares: list[float] = []
    plan(**city, progress=shares.append, threads=1)
    assert shares[-1] == pytest.approx(1.0)
    assert shares == sorted(shares)

    class Cancelled(Exception):
        pass

    def cancel(_: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        plan(**city, progress=cancel)


class TestBadInput:
    def test_nothing_and_little(self) -> None:
        with pytest.raises(EmptyCommunity):
            plan([], [], [], [], [], np.zeros((0, 2)))
        one = plan([350], [], [], [1e4], [400], [(0, 0)])
        assert one.labels.tolist() == [0]
        assert not one.flags
        few = plan([20], [], [], [1e4], [400], [(0, 0)])
        assert [flag.code for flag in few.flags] == ["no_k_fits"]

    def test_no_households(self) -> None:
        made = plan(**lattice(3, 3, weight=0.0))
        assert made.labels.tolist() == [0] * 9
        assert "no_households" in [message.code for message in made.messages]
        with pytest.raises(InfeasibleDemand):
            plan(**lattice(3, 3, weight=0.0), k=10)

    @pytest.mark.parametrize(
        ("name", "row", "value", "error"),
        [
            ("weights", 2, -1.0, BadNumber),
            ("weights", 2, np.nan, BadNumber),
            ("weights", 2, np.inf, BadNumber),
            ("area_m2", 1, -5.0, BadNumber),
            ("perimeter_m", 0, np.nan, BadNumber),
            ("border_m", 3, np.nan, BadNumber),
            ("xy", 1, np.nan, BadPosition),
            ("edges", 0, (1, 0), BadEdge),
            ("edges", 0, (0, 99), BadEdge),
            ("edges", 0, (3, 3), BadEdge),
            ("edges", 0, (1, 2), BadEdge),
        ],
    )
    def test_wrong_values_are_named(self, name: str, row: int, value: object, error: type[GridmapError]) -> None:
        field = lattice(3, 3)
        field[name][row] = value
        with pytest.raises(error) as caught:
            plan(**field)
        assert caught.value.field == name
        assert caught.value.text("zh") != caught.value.text("en")

    @pytest.mark.parametrize("name", ["weights", "border_m", "area_m2", "perimeter_m", "xy"])
    def test_wrong_lengths_are_named(self, name: str) -> None:
        field = lattice(3, 3)
        field[name] = field[name][:-1]
        with pytest.raises(InvalidUnits):
            plan(**field)

    def test_missing_weights_are_refused(self) -> None:
        field = lattice(2, 2)
        with pytest.raises(BadNumber):
            plan(**{**field, "weights": [100.0, None, 100.0, 100.0]})
        with pytest.raises(UnequalLengths):
            plan(**{**field, "weights": ["a", "b", "c", "d"]})

    def test_options(self) -> None:
        field = lattice(3, 3)
        with pytest.raises(BadBounds):
            plan(**field, lower=500, upper=300)
        with pytest.raises(BadBounds):
            plan(**field, lower=0)
        with pytest.raises(UnknownMode):
            plan(**field, mode="quick")
        for k in (0, -1, 2.5):
            with pytest.raises(BadGridCount):
                plan(**field, k=k)
        with pytest.raises(MoreGridsThanUnits):
            plan(**field, k=10)
        with pytest.raises(BoundsExclude, match="from 2 to 3 grids"):
            plan(**field, k=5)
        with pytest.raises(BadLabels):
            plan(**field, previous=[0.5] * 9)
        with pytest.raises(UnequalLengths):
            plan(**field, within=[1, 2])


@settings(max_examples=60)
@given(st.data())
def test_any_plan_holds(data: st.DataObject) -> None:
    """Any weights, pieces, communities, locks and ties: the plan holds, or the demand is refused."""
    columns, rows = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 6))
    field = lattice(columns, rows)
    n = columns * rows
    field["weights"] = np.array(
        data.draw(st.lists(st.sampled_from([0, 20, 60, 120, 300, 700]), min_size=n, max_size=n)), float
    )
    kept = np.array(
        data.draw(st.lists(st.booleans() | st.just(True), min_size=len(field["edges"]), max_size=len(field["edges"]))),
        bool,
    )
    field["edges"], field["border_m"] = field["edges"][kept], field["border_m"][kept]
    within = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=n, max_size=n)))
    locked = np.array(data.draw(st.lists(st.sampled_from([-1, -1, -1, -1, 0, 1]), min_size=n, max_size=n)))
    k = data.draw(st.none() | st.integers(1, n + 1))
    ties = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, n - 1)), max_size=8))
    try:
        made = plan(**field, within=within, locked=locked, ties=ties, k=k, rng=1)
    except InfeasibleDemand:
        return
    assert k in (None, made.k)
    kept_locks = locked if locked.max(initial=-1) < made.k else None
    heavy_locked = [unit for unit in range(n) if locked[unit] >= 0]
    weights = field["weights"].copy()
    check_plan(
        made, np.where(np.isin(np.arange(n), heavy_locked), np.minimum(weights, 500), weights), field["edges"].tolist(),
        within=within.tolist(), locked=kept_locks,
    )  # fmt: skip


def test_scores_agree_with_sums_by_hand() -> None:
    field = lattice(3, 2)
    graph = read_graph(**field)
    figures = score_plan(graph, [0, 0, 1, 0, 0, -1])
    assert figures.weight.tolist() == [400.0, 100.0]
    assert figures.outline_m.tolist() == [800.0, 400.0]
    assert figures.polsby_popper == pytest.approx([np.pi / 4, np.pi / 4])
    assert figures.pieces.tolist() == [1, 1]
    assert (figures.unlabelled, figures.unlabelled_weight, figures.contiguous) == (1, 100.0, False)
    split = score_plan(graph, [0, 1, 0, 1, 1, 1])
    assert split.pieces.tolist() == [2, 1]
    assert split.border_m == border_of([0, 1, 0, 1, 1, 1], field["edges"], field["border_m"])
    assert score_plan(graph, [0] * 6).contiguous
