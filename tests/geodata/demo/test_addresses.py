"""Matching held against addresses of the sample city, and against the names of Hohhot."""

from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest

from geodata.demo import City
from geodata.demo.addresses import gazetteer_of, noisy_addresses
from geodata.demo.names import hohhot_names, short_name
from geodata.demo.wording import NOISES
from gridmap.address import Candidate, Compound, Division, Gazetteer, is_sure, match

#: Six streets of one district.
STREETS = [code for code in hohhot_names() if len(code) == 9 and code.startswith("150102")][:6]


@pytest.fixture(scope="module")
def gazetteer(small: City) -> Gazetteer:
    return gazetteer_of(small)


@pytest.fixture(scope="module")
def official() -> Gazetteer:
    """The divisions of Hohhot alone."""
    return Gazetteer(Division(code, name) for code, name in hohhot_names().items())


def shared_names() -> list[str]:
    """Codes of the communities and villages that share their official name with another."""
    names = hohhot_names()
    often = Counter(name for code, name in names.items() if len(code) == 12)
    return [code for code, name in names.items() if len(code) == 12 and often[name] > 1]


def test_addresses_are_the_same_for_the_same_seed_and_have_every_noise(small: City) -> None:
    made = noisy_addresses(small, 220, seed=4)
    assert made == noisy_addresses(small, 220, seed=4)
    assert made != noisy_addresses(small, 220, seed=5)
    assert len(NOISES) >= 10
    assert Counter(each.noises for each in made) == {(noise,): 220 // len(NOISES) for noise in NOISES}


@pytest.mark.parametrize("at_once", [1, 2])
def test_the_first_candidate_is_right_and_what_is_sure_is_not_wrong(
    small: City, gazetteer: Gazetteer, at_once: int
) -> None:
    made = noisy_addresses(small, 3300, seed=at_once, at_once=at_once)
    answers = [match(each.text, gazetteer) for each in made]
    right = [bool(found) and found[0].key == each.building for each, found in zip(made, answers, strict=True)]
    assert sum(right) / len(made) >= 0.95
    sure = [ok for ok, found in zip(right, answers, strict=True) if is_sure(found)]
    assert len(sure) / len(made) > 0.6, "doubting everything is no answer"
    assert sure.count(False) / len(sure) <= 0.005


@pytest.mark.parametrize(("first", "at_once"), [(0, 1), (3, 2)])
def test_layers_with_gaps_make_nothing_sure_that_is_wrong(small: City, first: int, at_once: int) -> None:
    """A fifth of the compounds is missing: what is said of them must not be taken for their likes, whatever the noise."""
    gaps = set(small.compounds["code"].tolist()[first::5])
    less = gazetteer_of(small, without=gaps)
    answers = [(each, match(each.text, less)) for each in noisy_addresses(small, 4400, seed=11, at_once=at_once)]
    assert sum(each.compound in gaps for each, _ in answers) > 500
    sure = [(each, found[0].key == each.building) for each, found in answers if is_sure(found)]
    assert len(sure) > 2000
    for noise in NOISES:
        right = [ok for each, ok in sure if noise in each.noises]
        assert right.count(False) / len(right) <= 0.005, noise


def test_streets_that_share_names_need_more_than_the_name(small: City) -> None:
    """The compounds of the street again in five streets of another district, as a large city has its names again and again."""
    again = []
    for number, street in enumerate(STREETS):
        moved = small.compounds.assign(code=street + small.compounds["code"].str[9:], community_code=f"{street}001")
        again.append(moved.iloc[number::2])
    shared = [Compound(*row) for row in pd.concat(again)[["code", "name", "community_code"]].itertuples(index=False)]
    names = hohhot_names()
    many = Gazetteer(
        divisions=[Division(code, names[code]) for code in {each[:size] for each in STREETS for size in (6, 9)}],
        compounds=shared,
    )
    found = {each.name: match(f"{names[STREETS[0][:6]]}{each.name}", many) for each in shared}
    assert len(found) > 80
    assert not any(map(is_sure, found.values())), "which of the streets?"
    in_street = [match(f"{names[STREETS[0]]}{each.name}", many) for each in shared if each.key.startswith(STREETS[0])]
    assert all(is_sure(each) and each[0].key.startswith(STREETS[0]) for each in in_street)


def test_each_noise_is_understood(small: City, gazetteer: Gazetteer) -> None:
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for each in noisy_addresses(small, 2200, seed=7):
        found = match(each.text, gazetteer)
        right[each.noises[0]].append(bool(found) and found[0].key == each.building)
    assert {noise: sum(hits) / len(hits) for noise, hits in right.items() if sum(hits) / len(hits) < 0.9} == {}


def test_another_number_is_never_the_answer(small: City, gazetteer: Gazetteer) -> None:
    """Numbers that no building has: the compound, or nothing."""
    for name in small.compounds["name"]:
        found = match(f"{name}777号楼", gazetteer)
        assert not is_sure(found)
        assert all(each.kind != "building" for each in found)


def test_scores_keep_their_word(small: City, gazetteer: Gazetteer) -> None:
    """Of answers with a high score nearly all are right; of those with one half about one half."""
    made = noisy_addresses(small, 4400, seed=9, noises=("missing_parts", "typo", "homophone"))
    answers = [(each, match(each.text, gazetteer)) for each in made]
    first: list[tuple[Candidate, bool]] = [
        (found[0], found[0].key in (each.building, each.compound)) for each, found in answers if found
    ]
    high = [right for candidate, right in first if candidate.score >= 0.9]
    half = [right for candidate, right in first if 0.4 <= candidate.score < 0.6]
    assert sum(high) / len(high) > 0.99
    assert 0.3 < sum(half) / len(half) < 0.75


def test_hotline_orders_without_a_coordinate_are_found(small: City, gazetteer: Gazetteer) -> None:
    orders = small.reports[(small.reports["source"] == "hotline") & small.reports["lon"].isna()]
    homes = orders[orders["address_text"].str.contains("单元|#|栋|幢|号楼")]["address_text"].tolist()[:1500]
    found = [match(words, gazetteer) for words in homes]
    assert sum(bool(each) and each[0].kind == "building" for each in found) / len(homes) > 0.95
    assert sum(map(is_sure, found)) / len(homes) > 0.75
    assert len(set(homes)) > 0.9 * len(homes)


@pytest.mark.shared
def test_the_official_list_has_103_shared_names_and_none_is_sure_by_itself(shared_data: Path) -> None:
    rows = pd.read_csv(shared_data / "hohhot_divisions" / "hohhot_2023.csv", dtype=str)
    gazetteer = Gazetteer(Division(row.code, row.name) for row in rows[["code", "name"]].itertuples(index=False))
    villages = rows[rows["code"].str.len() == 12]
    shared = villages[villages["name"].duplicated(keep=False)]
    assert len(shared) == 103
    for name in shared["name"].unique():
        for said in {name, short_name(name), f"我家在{name}", f"{short_name(name)}3组", f"{short_name(name)}12号"}:
            assert not is_sure(match(said, gazetteer), 0.5), said


def test_one_of_the_shared_village_names_is_never_sure_by_name_alone(official: Gazetteer) -> None:
    names, shared = hohhot_names(), shared_names()
    assert len(shared) == 103
    for code in shared:
        for said in (names[code], short_name(names[code])):
            found = match(said, official)
            assert not is_sure(found, 0.5), said
            assert found[0].score == found[1].score, said


def test_a_shared_village_name_is_sure_under_its_district_and_street(official: Gazetteer) -> None:
    names = hohhot_names()
    siblings = Counter((code[:9], names[code]) for code in names if len(code) == 12)
    for code in shared_names():
        for said in (names[code], short_name(names[code])):
            found = match(f"{names[code[:6]]}{names[code[:9]]}{said}", official)
            if siblings[code[:9], names[code]] == 1:
                assert (found[0].key, is_sure(found)) == (code, True), said
            else:
                assert not is_sure(found), said


def test_no_everyday_name_of_a_community_is_sure_of_another(official: Gazetteer) -> None:
    for code, name in hohhot_names().items():
        if len(code) == 12:
            found = match(short_name(name), official)
            assert not is_sure(found) or found[0].key == code, name
