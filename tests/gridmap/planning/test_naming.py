"""Names of grids: after compounds and roads, told apart by numbers, never given twice."""

from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.planning.naming import GridName, largest_compounds, longest_roads, name_grids

HERE, THERE = "150105001018", "150105001019"
METRE = 1e-5  # about a metre in degrees


def named(after: list[str | None], **options: Any) -> list[str]:
    """Names of grids side by side from west to east in one community."""
    places = {"lon": np.arange(len(after)) * 0.01 + 111.0, "lat": np.full(len(after), 40.8)}
    options.setdefault("communities", [HERE] * len(after))
    return [each.name for each in name_grids(after, **places, **options)]


def test_one_grid_needs_no_number_two_do() -> None:
    assert named(["金色家园", "富邦小区", "金色家园"]) == ["金色家园第1网格", "富邦小区网格", "金色家园第2网格"]


def test_alike_names_in_two_communities_are_no_twins() -> None:
    assert named(["新华大街", "新华大街"], communities=[HERE, THERE]) == ["新华大街网格", "新华大街网格"]


def test_kept_names_stay_and_new_ones_step_aside() -> None:
    kept = [GridName("金色家园第1网格"), None, None]
    assert named(["x", "金色家园", "金色家园"], kept=kept) == ["金色家园第1网格", "金色家园第2网格", "金色家园第3网格"]
    assert named(["x", "金色家园"], kept=[GridName("金色家园网格"), None]) == ["金色家园网格", "金色家园第2网格"]


def test_a_name_that_was_given_is_not_given_again_however_its_number_was_written() -> None:
    taken = [(HERE, "仕奇社区第一网格"), (HERE, "仕奇社区第三网格"), (THERE, "仕奇社区第2网格")]
    assert named(["仕奇社区", "仕奇社区"], taken=taken) == ["仕奇社区第2网格", "仕奇社区第4网格"]
    assert named(["仕奇社区"], taken=taken) == ["仕奇社区第2网格"]


def test_special_grids_say_so() -> None:
    kinds = ["special", "special", "general", "special"]
    assert named(["万达广场", "一中", "一中", "一中"], kinds=kinds) == [
        "万达广场专属网格",
        "一中第1专属网格",
        "一中网格",
        "一中第2专属网格",
    ]


def test_without_anything_to_be_called_after_there_are_numbers() -> None:
    assert named([None, ""]) == ["第1网格", "第2网格"]


def test_numbers_run_in_reading_order() -> None:
    found = name_grids(["路"] * 3, communities=[HERE] * 3, lon=[111.9, 111.1, 111.5], lat=[40.8, 40.8, 40.9])
    assert [each.name for each in found] == ["路第3网格", "路第2网格", "路第1网格"]


def test_english_names_where_there_are_any() -> None:
    after = ["金色家园", "金色家园", "富邦小区", "学府路"]
    english = {"金色家园": "Jinse Jiayuan", "学府路": "Xuefu Road"}
    found = name_grids(after, communities=[HERE] * 4, lon=[1, 2, 3, 4], lat=[1] * 4, english=english)
    assert [each.name_en for each in found] == ["Jinse Jiayuan grid 1", "Jinse Jiayuan grid 2", "", "Xuefu Road grid"]


def test_nothing_to_name() -> None:
    assert name_grids([], communities=[], lon=[], lat=[]) == []


@given(
    st.lists(st.tuples(st.sampled_from(["甲", "乙第1", "丙网格", None]), st.booleans()), max_size=12), st.integers(0, 3)
)
def test_no_two_names_are_alike(rows: list[tuple[str | None, bool]], ended: int) -> None:
    after = [base for base, _ in rows]
    kept = [GridName(f"甲第{place + 1}网格") if stays else None for place, (_, stays) in enumerate(rows)]
    taken = [(HERE, f"乙第1第{number + 1}网格") for number in range(ended)]
    names = named(after, kept=kept, taken=taken)
    assert len(set(names)) == len(names)
    assert not {name for name, stays in zip(names, kept, strict=True) if stays is None} & {name for _, name in taken}


def test_the_largest_compound_by_households() -> None:
    grid = [0, 0, 0, 1, 1, 2, -1]
    names = ["甲", "乙", "乙", "甲", None, "", "甲"]
    assert largest_compounds(grid, names, [100, 60, 50, 20, 300, 40, 900], 4) == ["乙", None, None, None]
    assert largest_compounds([0, 0], ["乙", "甲"], [5, 5], 1) == ["乙" if "乙" < "甲" else "甲"]
    assert largest_compounds([0], ["甲"], [0], 1) == [None]
    assert largest_compounds([], [], [], 2) == [None, None]


def ground(x: float, y: float, wide: float, high: float) -> Any:
    return shapely.box(111.7 + x * METRE, 40.8 + y * METRE, 111.7 + (x + wide) * METRE, 40.8 + (y + high) * METRE)


def road(*at: tuple[float, float]) -> Any:
    return shapely.LineString([(111.7 + x * METRE, 40.8 + y * METRE) for x, y in at])


def test_the_longest_road_inside_or_along() -> None:
    grids = np.array([ground(0, 0, 300, 300), ground(300, 0, 300, 300), ground(900, 900, 50, 50)])
    roads = np.array(
        [
            road((300, 0), (300, 300)),  # along both
            road((0, 100), (210, 100)),
            road((0, 200), (230, 200)),  # two pieces of one road are longer than the other
            road((400, 100), (800, 100)),  # 200 m inside the second
            road((920, 900), (940, 900)),  # too short to name anything
        ]
    )
    names = ["昭乌达路", "巷子", "巷子", "学府路", "小巷"]
    assert longest_roads(grids, roads, names) == ["巷子", "昭乌达路", None]
    assert longest_roads(grids, roads, [None, "", None, None, None]) == [None, None, None]
    assert longest_roads(grids[:0], roads, names) == []
