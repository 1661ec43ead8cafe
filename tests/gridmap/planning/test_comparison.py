"""What changes hands between two layers: every figure by hand, fates in words, nothing that is too small to be told."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.codes import DuplicateGridCode
from gridmap.planning.comparison import Comparison, Grids, compare
from gridmap.planning.fates import Fate
from gridmap.planning.labels import LabelBeyond, NotALabel
from gridmap.planning.telling import UNTOLD, ground_of_moves, rows_of, told
from gridmap.privacy import FEW, hidden_places, protected

Draw = Any


def grids(draw: Draw, text: str, names: str = "", **options: Any) -> Grids:
    """Grids drawn as text, whose codes are the letters; small ones, so that square degrees do not matter."""
    shapes = draw(text)
    codes = list(shapes)
    cells = np.array([shapely.transform(shapes[code], lambda at: at * 0.001 + (111.7, 40.8)) for code in codes])
    return Grids(codes, [f"{names}{code}网格" for code in codes], cells, **options)


def city(old: str, new: str, homes: list[int], draw: Draw, **options: Any) -> Comparison:
    """A building in every square, row by row from the north; ``homes`` households in each."""
    before, after = grids(draw, old), grids(draw, new)
    places = {
        side: [layer.codes.index(sign) if sign != "." else -1 for row in text.split() for sign in row]
        for side, layer, text in (("old", before, old), ("new", after, new))
    }
    buildings = pd.DataFrame(
        {
            "building": [f"{number + 1}号楼" for number in range(len(homes))],
            "households": homes,
            "key_households": [count // 10 for count in homes],
            **places,
        }
    )
    return compare(before, after, buildings, **options)


def fate_of(found: Comparison) -> dict[str, str]:
    return dict(zip(found.grids["code"], map(str, found.grids["fate"]), strict=True))


def test_a_building_goes_to_the_neighbour(draw: Draw) -> None:
    found = city("AABB", "AAAB", [100, 100, 60, 40], draw)
    totals = found.totals.set_index("what")
    assert totals.loc["households", ["total", "moved", "share"]].tolist() == [300, 60, 0.2]
    assert totals.loc["key_households", ["total", "moved"]].tolist() == [30, 6]
    assert totals.loc["buildings", ["total", "moved"]].tolist() == [4, 1]
    (row,) = found.buildings.itertuples(index=False)
    assert (row.building, row.old_code, row.new_code, row.households, row.key_households) == ("3号楼", "B", "A", 60, 6)
    (move,) = found.moves.itertuples(index=False)
    assert (move.old_name, move.new_name, move.share_of_old, move.share_of_new) == ("B网格", "A网格", 0.6, 60 / 260)
    assert fate_of(found) == {"A": "changed", "B": "changed"}
    line = found.grids.set_index("code").loc["A"]
    assert line[["old_households", "new_households", "counterparts"]].tolist() == [200, 260, "B"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("AABB", "AABB", {"A": "kept", "B": "kept"}),
        ("AAAA", "CCDD", {"A": "split", "C": "split", "D": "split"}),
        ("AAAA", "AACC", {"A": "changed", "C": "split"}),
        ("AABB", "CCCC", {"A": "merged", "B": "merged", "C": "merged"}),
        ("AABB", "AAAA", {"A": "changed", "B": "merged"}),
        ("AA..", "AABB", {"A": "kept", "B": "new"}),
        ("AABB", "AA..", {"A": "kept", "B": "ended"}),
        ("AABB", "AACC", {"A": "kept", "B": "ended", "C": "new"}),
        ("AABB", "CDDE", {"A": "split", "B": "split", "C": "split", "D": "merged", "E": "split"}),
    ],
)
def test_fates(draw: Draw, old: str, new: str, expected: dict[str, str]) -> None:
    assert fate_of(city(old, new, [50, 50, 50, 50], draw)) == expected


def test_every_fate_has_words() -> None:
    assert [(fate.text("zh"), fate.text("en")) for fate in Fate] == [
        ("不变", "kept"),
        ("调整", "changed"),
        ("拆分", "split"),
        ("合并", "merged"),
        ("新设", "new"),
        ("撤销", "ended"),
    ]


def test_grids_without_homes_go_by_ground(draw: Draw) -> None:
    found = city("AABB", "AAAB", [0, 0, 0, 0], draw)
    assert fate_of(found) == {"A": "changed", "B": "changed"}
    assert found.moves["share_of_old"].tolist() == pytest.approx([0.5])
    assert found.totals.set_index("what").loc["households", "share"] == 0


def test_cases_workers_and_heads(draw: Draw) -> None:
    cases = (np.array([0, 0, 1, -1, -1]), np.array([0, 1, 1, 0, -1]))
    heads = pd.DataFrame({"head": ["a", "b", "b", "c", "c"], "building": [0, 0, 1, 2, 3]})
    old = grids(draw, "AABB", workers=[2, 1])
    new = grids(draw, "ABBC")  # one building of A goes to B, one of B to C
    buildings = pd.DataFrame(
        {"building": range(4), "households": 50, "key_households": 5, "old": [0, 0, 1, 1], "new": [0, 1, 1, 2]}
    )
    found = compare(old, new, buildings, cases=cases, heads=heads)
    totals = found.totals.set_index("what")
    assert totals.loc["cases", ["total", "moved"]].tolist() == [5, 2]
    assert totals.loc["workers", ["total", "moved"]].tolist() == [3, 0]
    assert totals.loc["building_heads", ["total", "moved"]].tolist() == [3, 2]
    assert totals.loc["broken_ties", ["total", "moved"]].tolist() == [3, 2]
    assert found.moves[["old_code", "new_code", "cases", "building_heads"]].values.tolist() == [
        ["", "A", 1, 0],
        ["A", "B", 1, 1],
        ["B", "C", 0, 1],
    ]
    assert found.buildings["building_heads"].tolist() == [1, 1]


def test_the_worker_of_a_grid_that_ends_is_suggested_for_its_successor(draw: Draw) -> None:
    found = compare(
        grids(draw, "AABB", workers=[1, 1]),
        grids(draw, "AADE"),
        pd.DataFrame(
            {
                "building": range(4),
                "households": [9, 9, 9, 8],
                "key_households": 0,
                "old": [0, 0, 1, 1],
                "new": [0, 0, 1, 2],
            }
        ),
    )
    lines = found.grids.set_index("code")
    assert lines["worker_from"].to_dict() == {"A": "", "B": "", "D": "B", "E": ""}
    assert found.totals.set_index("what").loc["workers", ["total", "moved"]].tolist() == [2, 1]


def test_nothing_to_compare(draw: Draw) -> None:
    nothing = Grids([], [], np.empty(0, dtype=object))
    empty = pd.DataFrame(
        {name: np.empty(0, dtype=int) for name in ("building", "households", "key_households", "old", "new")}
    )
    found = compare(nothing, nothing, empty)
    assert (len(found.grids), len(found.lineage), found.totals["moved"].sum()) == (0, 0, 0)
    first = compare(nothing, grids(draw, "A"), empty.reindex([0]).fillna(0).astype(int).assign(old=-1))
    assert fate_of(first) == {"A": "new"}


def test_bad_input(draw: Draw) -> None:
    one = grids(draw, "A")
    row = pd.DataFrame({"building": [1], "households": [1], "key_households": [0], "old": [0], "new": [-2]})
    with pytest.raises(NotALabel):
        compare(one, one, row)
    twins = Grids(["A", "A"], ["", ""], np.array([one.shapes[0]] * 2))
    with pytest.raises(DuplicateGridCode):
        compare(twins, one, row.assign(new=0))
    with pytest.raises(LabelBeyond):
        compare(one, one, row.assign(new=1))


homes = st.lists(st.integers(0, 30), min_size=12, max_size=12)
layers = st.lists(st.sampled_from("ABC."), min_size=12, max_size=12).map(
    lambda signs: " ".join("".join(signs[row : row + 4]) for row in (0, 4, 8))
)


@settings(max_examples=30)
@given(layers, layers, homes)
def test_rows_add_up_to_the_totals(draw: Draw, old: str, new: str, counts: list[int]) -> None:
    found = city(old, new, counts, draw)
    totals = found.totals.set_index("what")["moved"]
    for rows in (found.moves, found.buildings):
        assert rows["households"].sum() == totals["households"]
        assert rows["key_households"].sum() == totals["key_households"]
    assert found.moves["buildings"].sum() == totals["buildings"] == len(found.buildings)
    for side in ("old", "new"):
        held = found.lineage[found.lineage[f"{side}_code"] != ""]
        assert held.groupby(f"{side}_code")[f"share_of_{side}"].sum().tolist() == pytest.approx(
            [1.0] * held[f"{side}_code"].nunique()
        )
        by_code = found.grids.set_index("code")[f"{side}_households"]
        sums = held.groupby(f"{side}_code")["households"].sum()
        assert (by_code.reindex(sums.index) == sums).all()
    assert (found.buildings["old_code"] != found.buildings["new_code"]).all()


@settings(max_examples=30)
@given(layers, layers, homes)
def test_no_small_number_about_people_is_told(draw: Draw, old: str, new: str, counts: list[int]) -> None:
    found = city(old, new, counts, draw)
    shown = told(found)
    for table, side in ((shown.lineage, ""), (shown.buildings, ""), (shown.grids, "old_"), (shown.grids, "new_")):
        for name in ("households", "key_households"):
            values = table[f"{side}{name}"].dropna()
            assert not ((values > 0) & (values < FEW)).any()
    moved = shown.totals.set_index("what").loc[["households", "key_households"], "moved"].dropna()
    assert not ((moved > 0) & (moved < FEW)).any()
    # Who knows a pair's total cannot work out the one building that is hidden.
    for pair, rows in shown.buildings.groupby(["old_code", "new_code"]):
        known = shown.lineage.set_index(["old_code", "new_code"])["households"].get(pair)
        hidden = rows["households"].isna().sum()
        if not pd.isna(known) and hidden:
            assert known - rows["households"].sum() >= FEW or (hidden > 1 and known - rows["households"].sum() == known)
    assert found.buildings["households"].notna().all()  # the original stays as it is


def test_places_hidden_in_a_table() -> None:
    assert hidden_places([50, 60], [0, 0]) == set()
    assert hidden_places([3, 60, 50], ["a", "a", "b"], ["x", "y", "x"]) == {0, 1, 2}
    assert [place for place, told in enumerate(protected([3, 60, 50])) if told is None] == sorted(
        hidden_places([3, 60, 50], [0, 0, 0])
    )


def test_the_ground_that_changes_hands(draw: Draw) -> None:
    old, new = grids(draw, "AAB."), grids(draw, "ABBB")
    empty = pd.DataFrame(
        {name: np.empty(0, dtype=int) for name in ("building", "households", "key_households", "old", "new")}
    )
    moves = compare(old, new, empty).moves
    assert moves[["old_code", "new_code"]].values.tolist() == [["", "B"], ["A", "B"]]
    ground = ground_of_moves(old, new, moves)
    assert [shape.geom_type for shape in ground] == ["MultiPolygon"] * 2
    assert shapely.area(ground).tolist() == pytest.approx([1e-6, 1e-6])


def test_rows_for_a_sheet(draw: Draw) -> None:
    found = told(city("AABB", "AAAB", [100, 100, 30, 40], draw))
    totals = rows_of(found.totals)
    assert totals[:3] == [
        ["项目", "合计", "变动", "占比"],
        ["户数", 270, 30, 0.1111],
        ["重点人群户数", 27, UNTOLD, UNTOLD],
    ]
    lines = rows_of(found.grids, "en")
    assert lines[1][:4] == ["A", "changed", "A网格", "A网格"]
    for table in (found.lineage, found.moves, found.buildings, found.grids, found.totals):
        assert len(rows_of(table)) == len(table) + 1
