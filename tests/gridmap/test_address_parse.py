"""Texts to parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.address import parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # All parts, and none of them above the compound.
        (
            "内蒙古自治区呼和浩特市赛罕区人民路街道仕奇社区富邦小区3号楼2单元5层501室",
            "province=内蒙古自治区 city=呼和浩特市 district=赛罕区 street=人民路街道 community=仕奇社区 compound=富邦小区 building=3 stairwell=2 floor=5 room=501",
        ),
        ("富邦小区3号楼2单元501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("土默特左旗毕克齐镇一间房村", "district=土默特左旗 street=毕克齐镇 community=一间房村"),
        ("呼市新城区新城小区", "city=呼市 district=新城区 compound=新城小区"),
        ("四子王旗乌兰花镇赛汗嘎查", "district=四子王旗 street=乌兰花镇 community=赛汗嘎查"),
        # Words for buildings, digits of all sorts.
        ("富邦小区15栋", "compound=富邦小区 building=15"),
        ("富邦小区15幢", "compound=富邦小区 building=15"),
        ("富邦小区15#", "compound=富邦小区 building=15"),
        ("富邦小区15#楼", "compound=富邦小区 building=15"),
        ("富邦小区第十五号楼", "compound=富邦小区 building=15"),
        ("富邦小区015号楼", "compound=富邦小区 building=15"),
        ("富邦小区壹拾伍號樓", "compound=富邦小区 building=15"),
        ("富邦小区一百零二号楼", "compound=富邦小区 building=102"),
        ("富邦小区三号楼二单元五〇一", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区３号楼　２单元，５０１室", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富 邦 小 区 3 号楼 2 单元", "compound=富邦小区 building=3 stairwell=2"),
        ("时代家园a座1202", "compound=时代家园 building=A room=1202"),
        ("富邦小区甲3号楼", "compound=富邦小区 building=甲3"),
        ("富邦小区A-3号楼", "compound=富邦小区 building=A3"),
        ("富邦小区3号2单元501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区3楼2单元", "compound=富邦小区 building=3 stairwell=2"),
        ("富邦小区3号楼5楼", "compound=富邦小区 building=3 floor=5"),
        ("富邦小区3号楼2门501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        # Shorthand.
        ("富邦小区3-2-501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区3—2—501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区 3 2 501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区3#2-501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区3栋2单元-501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区3号楼2-501", "compound=富邦小区 building=3 stairwell=2 room=501"),
        ("富邦小区3-501", "compound=富邦小区 building=3 room=501"),
        ("富邦小区3-2", "compound=富邦小区 building=3 stairwell=2"),
        ("富邦小区12", "compound=富邦小区 building=12"),
        # Other order, parts left out.
        ("3号楼2单元 富邦小区", "compound=富邦小区 building=3 stairwell=2"),
        ("501室，2单元，3号楼，富邦小区，赛罕区", "compound=富邦小区 building=3 stairwell=2 room=501 district=赛罕区"),
        ("富邦3号楼", "compound=富邦 building=3"),
        # Phases; names that only look like one.
        ("富邦小区二区3号楼", "compound=富邦小区 phase=2 building=3"),
        ("富邦小区(2期)3号楼", "compound=富邦小区 phase=2 building=3"),
        ("富邦小区A区3栋", "compound=富邦小区 phase=A building=3"),
        ("呼钢东区家属院", "compound=呼钢东区家属院"),
        # Names in names.
        ("昭君新村社区居委会", "community=昭君新村社区居委会"),
        ("丁香路社区康乐花园小区12幢", "community=丁香路社区 compound=康乐花园小区 building=12"),
        ("昭乌达路仕奇社区富邦小区", "road=昭乌达路 community=仕奇社区 compound=富邦小区"),
        ("通道街街道", "street=通道街街道"),
        ("内蒙古大学家属院3号楼", "compound=内蒙古大学家属院 building=3"),
        ("康乐新村12#", "compound=康乐新村 building=12"),
        ("仕奇社区卫生服务站", "community=仕奇社区 place=卫生服务站"),
        # Roads.
        ("人民路12号", "road=人民路 number=12"),
        ("人民路12号院3号楼", "road=人民路 number=12 building=3"),
        ("新华大街12-3号", "road=新华大街 number=12-3"),
        ("昭乌达路与大学东街交叉口东北角", "road=昭乌达路 crossing=交叉口 relation=东北角"),
        ("健康街支农街路口", "road=健康街 crossing=路口"),
        # Villages.
        ("前毛道村平房5排", "community=前毛道村 row=5"),
        ("前毛道村5排3号", "community=前毛道村 row=5 room=3"),
        ("前毛道村12号", "community=前毛道村 number=12"),
        ("三间房村三组", "community=三间房村 village_group=3"),
        # Beside and at.
        ("富邦小区附近", "compound=富邦小区 relation=附近"),
        ("富邦小区3号楼东侧", "compound=富邦小区 building=3 relation=东侧"),
        ("富邦小区北100米", "compound=富邦小区 relation=北100米"),
        ("富邦小区北门", "compound=富邦小区 relation=北门"),
        ("富邦小区3号楼楼下", "compound=富邦小区 building=3 relation=楼下"),
        ("富邦小区3号楼下", "compound=富邦小区 building=3 relation=下"),
        ("富邦小区3号楼门口", "compound=富邦小区 building=3 relation=门口"),
        # Words around.
        ("我住在富邦小区，就在3号楼楼下", "compound=富邦小区 building=3 relation=楼下"),
        ("请问一下富邦小区3号楼那边的暖气不热", "compound=富邦小区 building=3"),
        ("富邦小区3号楼垃圾没人清运", "compound=富邦小区 building=3"),
        ("我要投诉物业，富邦小区3号楼电梯坏了", "compound=富邦小区 building=3 relation=电梯"),
        ("11月20号富邦小区3号楼从早上8点停水，电话13812345678", "compound=富邦小区 building=3"),
        ("人民路南段", "road=人民路"),
        ("和平路12号", "road=和平路 number=12"),
        ("和林格尔县城关镇", "district=和林格尔县 street=城关镇"),
        ("投诉人住云谷家园6号楼", "compound=云谷家园 building=6"),
        ("您好，我是富邦小区3号楼的", "compound=富邦小区 building=3"),
        ("昭乌达路与大学街交叉口路南", "road=昭乌达路 crossing=交叉口 relation=路南"),
        # Nothing.
        ("", ""),
        ("，。！", ""),
    ],
)  # fmt: skip
def test_parts(text: str, parts: str) -> None:
    assert parse(text).values() == dict(part.split("=") for part in parts.split())


def test_two_roads_and_two_buildings_are_both_there() -> None:
    assert [part.value for part in parse("昭乌达路与大学东街交叉口").all("road")] == ["昭乌达路", "大学东街"]
    assert [part.value for part in parse("富邦小区3、4号楼").all("building")] == ["3", "4"]
    assert parse("富邦小区3-5号楼").get("building") is None, "a range is no building"


def test_what_only_the_context_makes_a_building_is_not_certain() -> None:
    def certain(text: str) -> bool:
        part = parse(text).part("building")
        assert part is not None
        return part.certain

    assert all(certain(text) for text in ("富邦小区3号楼", "富邦小区3楼2单元", "富邦小区3号501"))
    assert not any(certain(text) for text in ("富邦小区3楼", "富邦小区3号", "富邦小区3"))


def test_spans_lie_in_the_text_as_it_was_given() -> None:
    text = "请问：　富邦小区（二区） ３ 号楼，２单元"
    found = {part.kind: text[part.start : part.end] for part in parse(text).parts}
    assert found == {
        "noise": "请问", "compound": "富邦小区", "phase": "二区", "building": "３ 号楼", "stairwell": "２单元",
    }  # fmt: skip


@given(
    st.text(
        alphabet="富邦小区新村花园人民路街巷赛罕仕奇社3十二五〇１２号楼栋#-－单元室层 ，（附近对面旁门口的在东北米A甲",
        max_size=40,
    )
)
def test_parts_never_overlap_and_lie_in_the_text(text: str) -> None:
    address = parse(text)
    end = 0
    for part in address.parts:
        assert 0 <= part.start < part.end <= len(text)
        assert part.first >= end
        end = part.last


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert parse(text).text == text


def test_only_the_start_of_a_long_text_is_read() -> None:
    assert parse("哈" * 300 + "富邦小区3号楼").get("building") is None
