"""Texts to things of a small gazetteer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.address import Building, Candidate, Compound, Division, Gazetteer, Place, Road, is_sure, match

SHIQI, FUXING, OTHER, VILLAGE = "150105001018", "150105001021", "150102001001", "150121103204"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    compounds = [
        Compound("fubang", "富邦小区", SHIQI, aliases=("纺织厂家属院",)), Compound("jinqiao", "金桥花园", SHIQI), Compound("jinqiao2", "金桥花园二区", SHIQI),
        Compound("yijing", "怡景家园", SHIQI), Compound("yijing2", "怡景佳苑", FUXING), Compound("here", "阳光小区", SHIQI), Compound("there", "阳光小区", OTHER),
        Compound("new", "新城小区", SHIQI), Compound("east", "东瓦窑小区", OTHER), Compound("bare", "锦绣园", SHIQI), Compound("at", "德馨佳苑", SHIQI, address="新华大街12号"),
    ]  # fmt: skip
    return Gazetteer(
        divisions=[
            Division("1501", "呼和浩特市"), Division("150105", "赛罕区"), Division("150102", "新城区"), Division("150121", "土默特左旗"),
            Division("150105001", "人民路街道"), Division("150102001", "海拉尔东路街道"), Division("150121103", "台阁牧镇"),
            Division(SHIQI, "仕奇社区居委会"), Division(FUXING, "富兴社区居委会"), Division(OTHER, "车站社区居委会"), Division(VILLAGE, "前毛道村民委员会"),
            Division("150121103205", "西乌素图社区居民委员会"),
        ],
        compounds=compounds,
        buildings=[
            *(Building(f"{each.key}-{n}", f"{each.name}{n}号楼", each.key, each.community, "", ("1", "2"), 6) for each in compounds if each.key != "bare" for n in (1, 3, 30)),
            Building("tower", "富邦小区A座", "fubang", SHIQI), Building("extra", "怡景家园7号楼", "yijing", SHIQI), Building("short", "8号楼", "fubang", SHIQI),
            Building("mall", "仕奇生活广场", None, SHIQI), *(Building(f"row-{n}", f"前毛道村平房{n}排", None, VILLAGE) for n in (4, 5)),
            *(Building(f"shop-{n}", "临街商铺", None, SHIQI) for n in range(60)), Building("numbered", "", None, SHIQI, "人民路25号"),
        ],
        roads=[
            Road("r1", "海拉尔东路", (OTHER,)), Road("r2", "海拉尔西路", (OTHER,)), Road("r3", "呼伦路", (OTHER,)), Road("r4", "人民路", (SHIQI,)),
            Road("r5", "人民路", (VILLAGE,)), Road("r6", "健康街", (SHIQI,)), Road("r7", "新华大街", (SHIQI,)),
        ],
        places=[Place("clinic", "仕奇社区卫生服务站", "service_point", SHIQI), Place("park", "仕奇公园", "landmark", SHIQI)],
        crossings=[("r4", "r6")],
    )  # fmt: skip


def first(text: str, gazetteer: Gazetteer) -> Candidate:
    return match(text, gazetteer)[0]


@pytest.mark.parametrize(
    "text",
    [
        "富邦小区3号楼", "呼和浩特市赛罕区人民路街道仕奇社区富邦小区3号楼2单元501", "富邦小区三号楼", "富邦小区 ３＃２－５０１", "3号楼2单元，富邦小区", "富邦3号楼2单元", "富邦小区3幢",
        "我家住在富邦小区3号楼那边", "富邦小区3号楼楼下", "富邦小区3-2-501", "福邦小区3号楼", "Fubang小区3号楼", "纺织厂家属院3号楼", "富帮小区3楼1单元",
    ],
)  # fmt: skip
def test_one_building_is_meant(text: str, gazetteer: Gazetteer) -> None:
    found = match(text, gazetteer)
    assert (found[0].kind, found[0].key) == ("building", "fubang-3")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("富邦小区A座1202", "tower"),
        ("富邦小区8号楼", "short"),
        ("金桥花园二区3号楼", "jinqiao2-3"),
        ("金桥花园2期3号楼", "jinqiao2-3"),
        ("前毛道村平房5排", "row-5"),
        ("前毛道5排3号", "row-5"),
        ("台阁牧镇前毛道村民委员会5排", "row-5"),
        ("仕奇生活广场", "mall"),
        ("仕奇社区卫生服务站", "clinic"),
        ("仕奇公园", "park"),
        ("新华大街12号", "at"),
        ("赛罕区人民路25号", "numbered"),
        ("健康街与人民路交叉口", "r4+r6"),
        ("西乌素图村", "150121103205"),
        ("仕奇社区", SHIQI),
        ("仕奇", SHIQI),
        ("仕奇居委会", SHIQI),
        ("呼伦北路", "r3"),
        ("新城区", "150102"),
    ],
)
def test_things_of_all_kinds_are_sure_by_their_names(text: str, key: str, gazetteer: Gazetteer) -> None:
    found = match(text, gazetteer)
    assert found[0].key == key
    assert is_sure(found), found[0]


@pytest.mark.parametrize(
    "text",
    ["富邦小区33号楼", "富邦小区4号楼2单元", "富邦小区B座", "富邦小区三十三号楼", "富邦小区甲3号楼", "富邦小区3A号楼"],
)
def test_another_building_is_never_given_for_a_number_that_is_not_there(text: str, gazetteer: Gazetteer) -> None:
    found = match(text, gazetteer)
    assert (found[0].kind, found[0].key) == ("compound", "fubang")
    assert not is_sure(found)
    assert all(each.kind != "building" for each in found)


def test_a_stairwell_that_the_building_does_not_have_is_asked_about(gazetteer: Gazetteer) -> None:
    found = match("富邦小区3号楼5单元", gazetteer)
    assert found[0].key == "fubang-3"
    assert not is_sure(found)


def test_a_compound_without_buildings_in_the_layers_is_given_itself(gazetteer: Gazetteer) -> None:
    found = first("锦绣园3号楼", gazetteer)
    assert (found.kind, found.key) == ("compound", "bare")
    assert found.score <= 0.75


def test_a_name_that_two_parents_share_is_never_sure_by_itself(gazetteer: Gazetteer) -> None:
    found = match("阳光小区3号楼", gazetteer)
    assert {each.key for each in found[:2]} == {"here-3", "there-3"}
    assert found[0].score == found[1].score < 0.5
    assert found[0].ambiguous_with == (found[1].key,)
    assert not is_sure(found, 0.1)


@pytest.mark.parametrize("above", ["新城区", "海拉尔东路街道", "车站社区", "呼和浩特市新城区海拉尔东路街道"])
def test_the_parent_decides_between_equal_names(above: str, gazetteer: Gazetteer) -> None:
    found = match(f"{above}阳光小区3号楼", gazetteer)
    assert found[0].key == "there-3"
    assert is_sure(found)


def test_areas_that_are_known_leave_out_what_lies_elsewhere(gazetteer: Gazetteer) -> None:
    found = match("阳光小区3号楼", gazetteer, within=["150102"])
    assert [each.key for each in found] == ["there-3"]
    assert is_sure(found)


@pytest.mark.parametrize("above", ["新城区", "海拉尔东路街道", "玉泉区", "包头市"])
def test_a_parent_that_contradicts_is_asked_about(above: str, gazetteer: Gazetteer) -> None:
    found = match(f"{above}富邦小区3号楼", gazetteer)
    assert found[0].key == "fubang-3"
    assert not is_sure(found)


def test_names_without_their_ending_are_rivals(gazetteer: Gazetteer) -> None:
    found = match("怡景3号楼", gazetteer)
    assert {each.key for each in found[:2]} == {"yijing-3", "yijing2-3"}
    assert not is_sure(found)
    assert first("怡景7号楼", gazetteer).key == "extra", "only one of them has the number"
    assert not is_sure(match("怡景7号楼", gazetteer)), "the layers may lack the other's"


def test_a_phase_that_is_left_out_leaves_doubt(gazetteer: Gazetteer) -> None:
    found = match("金桥花园3号楼", gazetteer)
    assert [each.key for each in found] == ["jinqiao-3", "jinqiao2-3"]
    assert not is_sure(found)
    assert not is_sure(match("富邦小区二区3号楼", gazetteer)), "the layers know no such phase"
    assert first("金桥花园三区3号楼", gazetteer).score < 0.9


def test_a_slip_of_the_pen_is_found_but_asked_about(gazetteer: Gazetteer) -> None:
    for text in ("金侨化园3号楼", "富邦区小3号楼", "富邦邦小区3号楼", "德馨佳宛3号楼"):
        assert first(text, gazetteer).kind == "building", text
    slip = match("赛罕区人民路街道仕奇社区富挪小区3号楼", gazetteer)
    assert slip[0].key == "fubang-3"
    assert slip[0].matched["compound"] == "typo"
    assert not is_sure(slip)


@pytest.mark.parametrize("text", ["富邦邦小区3号楼", "富邦小小区3号楼", "富小邦区3号楼", "富邦区小3号楼"])
def test_a_slip_that_makes_no_other_name_is_sure(text: str, gazetteer: Gazetteer) -> None:
    found = match(f"仕奇社区{text}", gazetteer)
    assert (found[0].key, found[0].matched["compound"]) == ("fubang-3", "misprint")
    assert is_sure(found)


@pytest.mark.parametrize("text", ["邦富小区3号楼", "富小区3号楼", "富华小区3号楼", "富邦小院3号楼", "富富邦3号楼5单元"])
def test_a_slip_that_may_be_another_name_is_asked_about(text: str, gazetteer: Gazetteer) -> None:
    assert not is_sure(match(text, gazetteer)), text


def test_a_telling_character_is_no_slip(gazetteer: Gazetteer) -> None:
    assert all(each.key != "east-3" for each in match("西瓦窑小区3号楼", gazetteer))
    assert all(each.key != "row-5" for each in match("后毛道村5排", gazetteer))


def test_part_of_another_name_is_not_the_name(gazetteer: Gazetteer) -> None:
    for text in ("大富邦小区3号楼", "富邦福园3号楼", "人民路小区3号楼", "新富邦小区"):
        assert not is_sure(match(text, gazetteer)), text


def test_beside_is_not_at(gazetteer: Gazetteer) -> None:
    for word in ("附近", "对面", "旁边", "东侧", "往北100米", "和金桥花园之间"):
        found = match(f"富邦小区3号楼{word}", gazetteer)
        assert found[0].near, word
        assert not is_sure(found), word
    for word in ("楼下", "门口", "院内", "北门"):
        found = match(f"富邦小区3号楼{word}", gazetteer)
        assert not found[0].near, word
        assert is_sure(found), word


def test_small_words_before_a_name_are_no_part_of_another(gazetteer: Gazetteer) -> None:
    for words in ("我是", "投诉人住", "您好，我在", "就在", "位于", "从"):
        assert is_sure(match(f"{words}富邦小区3号楼", gazetteer)), words


def test_the_thing_beside_which_another_lies_is_not_meant(gazetteer: Gazetteer) -> None:
    found = match("富邦小区对面的金桥花园3号楼", gazetteer)
    assert found[0].key == "jinqiao-3"
    assert not found[0].near


def test_two_buildings_in_one_text_are_asked_about(gazetteer: Gazetteer) -> None:
    found = match("富邦小区3号楼和30号楼", gazetteer)
    assert {each.key for each in found[:2]} == {"fubang-3", "fubang-30"}
    assert not is_sure(found)


def test_roads_of_a_name(gazetteer: Gazetteer) -> None:
    assert {each.key for each in match("海拉尔路", gazetteer)} == {"r1", "r2"}
    assert not is_sure(match("海拉尔路", gazetteer))
    assert not is_sure(match("人民路", gazetteer))
    assert first("土默特左旗人民路", gazetteer).key == "r5"
    assert first("人民路99号", gazetteer).score <= 0.5
    assert not is_sure(match("人民路与新华大街交叉口", gazetteer)), "they do not meet"


def test_what_the_text_names_and_nobody_knows_makes_its_parent_no_answer(gazetteer: Gazetteer) -> None:
    found = match("仕奇社区白杨公寓3号楼", gazetteer)
    assert found[0].key == SHIQI
    assert found[0].score <= 0.5


def test_a_name_that_many_buildings_share_says_nothing(gazetteer: Gazetteer) -> None:
    assert match("临街商铺", gazetteer) == []


@pytest.mark.parametrize("text", ["", "  ", "没有地址", "12345", "。", "垃圾没人清运", "\x00\ud800"])
def test_texts_without_a_known_name_have_no_candidates(text: str, gazetteer: Gazetteer) -> None:
    assert match(text, gazetteer) == []


def test_candidates_tell_what_was_matched_and_where(gazetteer: Gazetteer) -> None:
    text = "请问 富邦小区（就是）３号楼２单元"
    found = first(text, gazetteer)
    assert found.matched == {"compound": "exact", "building": "number", "stairwell": "number"}
    assert [(part, text[start:end]) for part, start, end in found.spans] == [
        ("compound", "富邦小区"),
        ("building", "３号楼"),
        ("stairwell", "２单元"),
    ]
    assert (found.community, found.compound) == (SHIQI, "fubang")


def test_no_more_than_asked_for(gazetteer: Gazetteer) -> None:
    assert len(match("阳光小区3号楼", gazetteer, limit=1)) == 1


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert match("赛罕区富邦小区3号楼", Gazetteer()) == []


def test_sure_needs_score_and_margin() -> None:
    def candidate(key: str, score: float, **values: object) -> Candidate:
        return Candidate("compound", key, key, score, **values)  # type: ignore[arg-type]

    assert not is_sure([])
    assert is_sure([candidate("a", 0.9)])
    assert not is_sure([candidate("a", 0.89)])
    assert is_sure([candidate("a", 0.89)], 0.8)
    assert not is_sure([candidate("a", 0.95), candidate("b", 0.8)])
    assert is_sure([candidate("a", 0.95), candidate("b", 0.7)])
    assert not is_sure([candidate("a", 0.95, near=True)])
    assert is_sure([candidate("a", 0.95, compound="b"), candidate("b", 0.8)]), "its own compound is no rival"


@pytest.mark.parametrize(
    "text",
    ["富邦小区３号楼", "富邦小区③号楼", "富邦小区㈢号楼", "富邦小区Ⅲ号楼", "富邦小区٣号楼", "富\u200b邦\u200d小区3号楼", "\u202e富邦小区3号楼\u202c", "富\x00邦小区\x013号楼", "富邦小区🏠3号楼😀", "富邦小区3\u0301号楼", "富邦小區三號樓", "富邦小区\r\n\t3号楼", "'; DROP TABLE building;--富邦小区3号楼"],
)  # fmt: skip
def test_odd_characters_hide_no_number(text: str, gazetteer: Gazetteer) -> None:
    found = first(text, gazetteer)
    assert found.key == "fubang-3", found
    assert all(0 <= start < end <= len(text) for _, start, end in found.spans)


@pytest.mark.parametrize(
    "text",
    ["富邦小区" * 25_000, "1" * 100_000, "富邦小区3号楼" + "垃圾" * 50_000, "\ufdfa" * 200, "第" * 200, "㍿" * 200, "一二三四五六七八九十" * 20, "-" * 200, "路" * 200, "小区" * 100, "3-" * 100],
)  # fmt: skip
def test_long_and_senseless_texts_end(text: str, gazetteer: Gazetteer) -> None:
    assert all(each.key in ("fubang", "fubang-3") for each in match(text, gazetteer))


@given(st.text(max_size=60))
def test_any_text_has_an_answer(gazetteer: Gazetteer, text: str) -> None:
    for each in match(f"富邦小区{text}", gazetteer):
        assert 0 <= each.score <= 1
        assert all(0 <= start < end <= len(text) + 4 for _, start, end in each.spans)
