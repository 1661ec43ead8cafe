"""How many more bear a name than the layers know, and what that makes sure."""

import pytest

from gridmap.address import Building, Compound, Division, Gazetteer, is_sure, match
from gridmap.address.namesakes import Namesakes

#: Ten streets of two districts; the last two streets bear one name.
STREETS = tuple(f"1501{2 + n // 5:02d}{n:03d}" for n in range(10))


def counted(*bearers: tuple[str, tuple[int, ...]], lacking: float = 0.25) -> Namesakes:
    """Names with the places of their streets."""
    found = Namesakes(lacking)
    for name, streets in bearers:
        for street in streets:
            found.add("compound", f"{STREETS[street]}001", {name: "whole"})
    found.count()
    return found


def unseen(names: Namesakes, name: str, within: tuple[str, ...] | None = None, known: str = "") -> float:
    return names.unseen("compound", "whole", name, known, within)


def test_where_all_names_stand_once_no_other_is_expected() -> None:
    names = counted(*((f"n{n}", (n,)) for n in range(10)))
    assert unseen(names, "n3") == 0.0
    assert unseen(names, "unheard of") == 0.0


def test_turing_s_estimate_by_hand() -> None:
    """Three names once (and 20 assumed), one twice: a name of one bearer has 2 * 1 / 23 more in layers as large, a third of that where a
    quarter is lacking."""
    names = counted(("a", (0,)), ("b", (1,)), ("c", (2,)), ("d", (3, 4)))
    assert unseen(names, "a") == pytest.approx(2 / 23 / 3)
    assert unseen(names, "d") == pytest.approx(1 / 3), "one besides is known: as many again"


def test_the_more_bearers_and_the_larger_the_place_the_more_are_expected() -> None:
    names = counted(*((f"n{n}", tuple(range(n % 6 + 1))) for n in range(30)))
    few, many = unseen(names, "n0"), unseen(names, "n5")
    assert 0 < few < many
    whole, half = unseen(names, "n5", ("1501",)), unseen(names, "n5", ("150102",))
    assert whole == pytest.approx(many)
    assert 0 < unseen(names, "n5", (STREETS[0],)) < half < whole


def test_a_second_one_beside_a_known_one_is_as_rare_as_pairs_are() -> None:
    apart = counted(*((f"n{n}", tuple(range(10))) for n in range(6)))
    pairs = counted(*((f"n{n}", (n, n)) for n in range(6)))
    street, known = (STREETS[0],), f"{STREETS[0]}001"
    assert unseen(apart, "n0", street, known) < unseen(apart, "n0", street) / 10
    assert unseen(pairs, "n0", street, known) == pytest.approx(unseen(pairs, "n0", street)), (
        "here they stand side by side"
    )


@pytest.fixture(scope="module")
def city() -> Gazetteer:
    """Every name in every second street, so that it is common; 独一小区 once."""
    compounds = [
        Compound(f"{street}-{name}", name, f"{street}001")
        for place, street in enumerate(STREETS)
        for turn, name in enumerate(("富邦小区", "康乐花园", "锦绣家园", "怡景名邸"))
        if (place + turn) % 2
    ]
    compounds += [
        Compound(f"only{n}", f"独{word}小区", f"{STREETS[n]}001") for n, word in enumerate("一院树泉坊村桥园")
    ]
    return Gazetteer(
        divisions=[
            Division("150102", "新城区"), Division("150103", "回民区"),
            *(Division(street, f"甲{n}街道" if n < 8 else "城关镇") for n, street in enumerate(STREETS)),
        ],
        compounds=compounds,
        buildings=[Building(f"{each.key}-3", f"{each.name}3号楼", each.key, each.community) for each in compounds],
    )  # fmt: skip


def test_a_district_is_not_enough_for_a_common_name_that_it_may_have_twice() -> None:
    once = Gazetteer(
        divisions=[Division("150102", "新城区"), Division("150103", "回民区")],
        compounds=[Compound(f"c{n}", "富邦小区", f"150102{n:03d}001") for n in range(6)] + [Compound("far", "富邦小区", "150103001001")],
    )  # fmt: skip
    found = match("回民区富邦小区", once)
    assert found[0].key == "far"
    assert not is_sure(found), "the layers may lack another one there"


def test_the_smaller_the_place_the_surer(city: Gazetteer) -> None:
    scores = [match(f"{above}富邦小区3号楼", city)[0].score for above in ("", "新城区", "甲1街道")]
    assert scores == sorted(scores)
    found = match("甲1街道富邦小区3号楼", city)
    assert (found[0].key, is_sure(found)) == (f"{STREETS[1]}-富邦小区-3", True)


def test_a_name_of_its_own_needs_no_place(city: Gazetteer) -> None:
    assert match("独树小区3号楼", city)[0].score > match("富邦小区3号楼", city)[0].score


def test_one_of_two_towns_of_a_name_is_never_sure_by_its_name(city: Gazetteer) -> None:
    """Of the two only one has the compound in the layers: the other may have it too."""
    found = match("城关镇富邦小区3号楼", city)
    assert found[0].key == f"{STREETS[9]}-富邦小区-3"
    assert not is_sure(found)
    assert is_sure(match("回民区甲7街道富邦小区3号楼", city))
