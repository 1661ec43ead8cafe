"""What is beside a thing is never placed at it without asking, whatever the words and wherever they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.address import Building, Compound, Gazetteer, Road, is_sure, match
from gridmap.address.words import AT_WORDS, NEAR_WORDS, NOISE_WORDS, OUTSIDE_WORDS, TOWARDS_WORDS

COMMUNITY = "150105001018"
COMPOUNDS = [Compound(name, name, COMMUNITY) for name in ("富邦小区", "金桥花园", "塞外名邸", "康乐家属院")]
GAZETTEER = Gazetteer(
    compounds=COMPOUNDS,
    buildings=[
        Building(f"{each.key}-{n}", f"{each.name}{n}号楼", each.key, COMMUNITY) for each in COMPOUNDS for n in (3, 5)
    ],
    roads=[Road("r1", "学苑路", (COMMUNITY,)), Road("r2", "健康街", (COMMUNITY,))],
    crossings=[("r1", "r2")],
)
DIRECTED = ("东侧", "西边", "南面", "东北角", "西南方向", "北100米", "往东50米处", "向西二百米左右", "约30米", "以东300米", "路东", "西头", "路口", "十字路口")  # fmt: skip

compounds = st.sampled_from([each.name for each in COMPOUNDS])
houses = st.sampled_from(("", "3号楼", "5号楼2单元", "3栋"))
gaps = st.sampled_from(("", " ", "，", "的", "　"))
noises = st.sampled_from(("", *NOISE_WORDS))
rests = st.sampled_from(("", "有人施工", "堆垃圾", "的路灯不亮", "，麻烦处理一下"))


@given(noises, compounds, houses, gaps, st.sampled_from((*NEAR_WORDS, *OUTSIDE_WORDS, *DIRECTED)), rests)
def test_words_behind_the_thing(before: str, name: str, house: str, gap: str, word: str, rest: str) -> None:
    text = f"{before}{name}{house}{gap}{word}{rest}"
    assert not is_sure(match(text, GAZETTEER), 0.0), text


@given(noises, st.sampled_from((*NEAR_WORDS, *TOWARDS_WORDS)), gaps, compounds, houses, rests)
def test_words_before_the_thing(before: str, word: str, gap: str, name: str, house: str, rest: str) -> None:
    text = f"{before}{word}{gap}{name}{house}{rest}"
    assert not is_sure(match(text, GAZETTEER), 0.0), text


@pytest.mark.parametrize("word", [word for word in AT_WORDS if word != "小区里"] + ["北门", "东门口"])
def test_words_that_say_at_are_no_doubt(word: str) -> None:
    assert is_sure(match(f"富邦小区3号楼{word}", GAZETTEER)), word


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("富邦小区对面的金桥花园3号楼", "金桥花园-3"),
        ("塞外名邸3号楼", "塞外名邸-3"),
        ("到富邦小区3号楼", "富邦小区-3"),
        ("学苑路与健康街交叉口", "r1+r2"),
        ("学苑路路口富邦小区3号楼", "富邦小区-3"),
    ],
)
def test_words_that_are_about_something_else(text: str, key: str) -> None:
    found = match(text, GAZETTEER)
    assert (found[0].key, found[0].near) == (key, False)
