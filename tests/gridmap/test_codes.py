import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap import codes
from gridmap.codes import BEIJING, CJT349, FREE, number_grids

SHIQI = "150105001018"


@pytest.mark.parametrize(
    ("code", "level", "parent", "above"),
    [
        ("1501", "city", None, ()),
        ("150105", "district", "1501", ("1501",)),
        ("150105001", "street", "150105", ("1501", "150105")),
        (SHIQI, "community", "150105001", ("1501", "150105", "150105001")),
    ],
)
def test_levels_nest(code: str, level: str, parent: str | None, above: tuple[str, ...]) -> None:
    assert codes.level_of(code) == level
    assert codes.parent_of(code) == parent
    assert codes.ancestors(code) == above
    codes.check_parent(code, parent)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "15",
        "150",
        "15010",
        "1501050010",
        "15010５",
        "15O105",
        "150105 ",
        "150100",
        "150105000",
        "150105001000",
        "0001",
    ],
)
def test_what_is_no_division_code_is_told_in_both_languages(wrong: str) -> None:
    with pytest.raises(codes.InvalidDivisionCode) as caught:
        codes.level_of(wrong)
    assert wrong in caught.value.text("zh")
    assert "12" in caught.value.text("en")


@pytest.mark.parametrize("missing", [None, 150105, float("nan")])
def test_codes_that_are_no_text_are_told(missing: object) -> None:
    with pytest.raises(codes.InvalidDivisionCode):
        codes.level_of(missing)  # type: ignore[arg-type]
    with pytest.raises(codes.InvalidGridCode):
        FREE.validate(missing)  # type: ignore[arg-type]


def test_wrong_parent_is_told() -> None:
    with pytest.raises(codes.WrongParent, match="150105001 is 150105, not 150102"):
        codes.check_parent("150105001", "150102")
    with pytest.raises(codes.WrongParent):
        codes.check_parent("150105", None)


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("1501", "呼和浩特市", "administrative"),
        ("150105", "赛罕区", "administrative"),
        ("150172", "呼和浩特经济技术开发区", "statistical"),
        ("150102401", "呼伦路街道", "administrative"),
        ("150102401", "", "statistical"),
        ("150121407", "金浩区域服务中心", "statistical"),
        ("150125214", "耗赖山乡", "administrative"),
        ("150123400500", "一农场生活区", "statistical"),
        ("150123401500", "丹岱村委会", "administrative"),
        ("150172401498", "如意虚拟社区", "statistical"),
        ("150172401498", "", "statistical"),
        (SHIQI, "仕奇社区居民委员会", "administrative"),
    ],
)
def test_kind_follows_code_and_name(code: str, name: str, kind: str) -> None:
    assert codes.kind_of(code, name) == kind


@pytest.mark.shared
def test_the_city_list_nests_and_divides_by_kind(shared_data: Path) -> None:
    with (shared_data / "hohhot_divisions" / "hohhot_2023.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        codes.check_parent(row["code"], row["parent"])
    counts = Counter((codes.level_of(row["code"]), codes.kind_of(row["code"], row["name"])) for row in rows)
    assert counts == {
        ("district", "administrative"): 9,
        ("district", "statistical"): 1,
        ("street", "administrative"): 80,
        ("street", "statistical"): 19,
        ("community", "administrative"): 1378,
        ("community", "statistical"): 18,
    }


@pytest.mark.parametrize("scheme", codes.SCHEMES.values(), ids=codes.SCHEMES.keys())
@given(serial=st.integers(1, 99))
def test_schemes_take_apart_what_they_composed(scheme: codes.GridCodeScheme, serial: int) -> None:
    code = scheme.compose(SHIQI, serial)
    scheme.validate(code)
    parsed = scheme.parse(code)
    assert parsed.code == code
    assert (parsed.community, parsed.serial) in {(SHIQI, serial), (None, None)}
    assert codes.scheme_named(scheme.name) is scheme


def test_lengths_of_the_standards() -> None:
    assert BEIJING.compose(SHIQI, 1) == "150105001018001"
    assert CJT349.compose(SHIQI, 1) == "00000015010500101801"
    assert codes.Cjt349Scheme(service="010100").compose(SHIQI, 0) == "01010015010500101800"


@pytest.mark.parametrize(
    "wrong", ["", "150105001018", "150105001018000", "1501050010180001", "150105001000001", "x" * 15]
)
def test_wrong_beijing_codes(wrong: str) -> None:
    with pytest.raises(codes.InvalidGridCode, match="15 digits"):
        BEIJING.validate(wrong)


@pytest.mark.parametrize("wrong", ["", "150105001018001", "0" * 20])
def test_wrong_twenty_digit_codes(wrong: str) -> None:
    with pytest.raises(codes.InvalidGridCode, match="20 digits"):
        CJT349.validate(wrong)


def test_free_codes() -> None:
    for code in ("35", "赛罕-A-12", "x" * 40):
        FREE.validate(code)
    for wrong in ("", " ", "a b", "a\n", "x" * 41):
        with pytest.raises(codes.InvalidGridCode):
            FREE.validate(wrong)


@pytest.mark.parametrize(("scheme", "serial"), [(BEIJING, 0), (BEIJING, 1000), (CJT349, 100), (CJT349, -1), (FREE, 0)])
def test_serials_beyond_the_digits(scheme: codes.GridCodeScheme, serial: int) -> None:
    with pytest.raises(codes.SerialOutOfRange):
        scheme.compose(SHIQI, serial)


def test_compose_wants_a_community() -> None:
    for scheme in codes.SCHEMES.values():
        with pytest.raises(codes.InvalidDivisionCode):
            scheme.compose("150105", 1)


def test_unknown_scheme_lists_the_known() -> None:
    with pytest.raises(codes.UnknownScheme, match="beijing, cjt349, free"):
        codes.scheme_named("shanghai")


@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (2, 5), (5, 2), (1, 6), (6, 1), (1, 1)])
def test_serials_run_in_reading_order(rows: int, columns: int) -> None:
    rng = np.random.default_rng(3)
    north, east = np.divmod(np.arange(rows * columns), columns)
    lat = 40.8 - 0.01 * north + rng.uniform(-0.001, 0.001, north.size)
    lon = 111.7 + 0.013 * east + rng.uniform(-0.001, 0.001, east.size)
    shuffled = rng.permutation(north.size)
    numbered = number_grids(SHIQI, lon[shuffled], lat[shuffled])
    assert [int(code[-3:]) - 1 for code in numbered] == shuffled.tolist()


def test_used_codes_never_return_and_unchanged_grids_keep_theirs() -> None:
    used = [f"{SHIQI}001", f"{SHIQI}002", f"{SHIQI}004"]
    keep = [None, f"{SHIQI}002", None]
    assert number_grids(SHIQI, [3.0, 2.0, 1.0], [40.0] * 3, used=used, keep=keep) == [
        f"{SHIQI}005",
        f"{SHIQI}002",
        f"{SHIQI}003",
    ]


def test_numbering_nothing() -> None:
    assert number_grids(SHIQI, [], []) == []


def test_two_grids_cannot_keep_one_code() -> None:
    with pytest.raises(codes.DuplicateGridCode):
        number_grids(SHIQI, [1.0, 2.0], [1.0, 2.0], keep=[f"{SHIQI}001"] * 2)


def test_serials_run_out() -> None:
    used = [CJT349.compose(SHIQI, serial) for serial in range(1, 99)]
    assert number_grids(SHIQI, [1.0], [1.0], scheme=CJT349, used=used) == [CJT349.compose(SHIQI, 99)]
    with pytest.raises(codes.SerialsExhausted):
        number_grids(SHIQI, [1.0, 2.0], [1.0, 1.0], scheme=CJT349, used=used)


def test_doctests_hold() -> None:
    import doctest

    from gridmap import positions
    from gridmap.codes import division, grid, numbering
    from gridmap.datum import conversion, guess

    for module in (division, grid, numbering, conversion, guess, positions):
        assert doctest.testmod(module).failed == 0
