"""Units, staff and bodies of compounds: as many as documented, each where it belongs."""

import pandas as pd
import pytest

from geodata.demo import City
from geodata.demo.report_kinds import KINDS
from geodata.demo.staff import SHIQI, vacant_grids
from geodata.tables.compounds import BODY_KINDS
from geodata.tables.people import POST_KINDS
from geodata.tables.units import UNIT_KINDS


def current(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows without an end."""
    return frame[frame["valid_to"].isna()]


def test_every_category_has_exactly_one_responsible_unit(small: City) -> None:
    duties = small.units.explode("duties").dropna(subset="duties")
    assert sorted(duties["duties"]) == sorted(kind.category for kind in KINDS)
    assert set(small.units["kind"]) == set(UNIT_KINDS) - {"other"}
    assert small.units["code"].is_unique


def test_shiqi_has_170_building_heads_and_each_building_one(small: City) -> None:
    heads = small.people[(small.people["kind"] == "building_head") & small.people["code"].str.startswith(SHIQI)]
    assert len(heads) == heads["code"].nunique() == 170
    homes = set(small.households["building_code"])
    assert set(heads["building_code"]) == {code for code in homes if code.startswith(SHIQI)}
    everywhere = small.people.loc[small.people["kind"] == "building_head", "building_code"]
    assert set(everywhere) == homes


def test_shiqi_has_one_owners_and_ten_property_committees(small: City) -> None:
    own = small.bodies[small.bodies["compound_code"].str.startswith(SHIQI)]
    kinds = current(own)["kind"].value_counts()
    assert (kinds["owners_committee"], kinds["property_committee"], kinds["party_branch"]) == (1, 10, 12)
    assert (kinds["property_company"], kinds["heating"], kinds["water"]) == (12, 12, 12)
    assert own.loc[own["kind"].isin(["owners_committee", "property_committee"]), "unit_code"].notna().all()


def test_two_grids_are_without_a_worker_and_every_other_has_one(small: City, tiny: City) -> None:
    for city, count in ((small, 2), (tiny, 1)):
        vacant = vacant_grids(city.grids)
        workers = current(city.people)[current(city.people)["kind"] == "grid_worker"]
        assert len(vacant) == count
        assert workers["area_code"].is_unique
        assert set(workers["area_code"]) == set(city.grids["code"]) - set(vacant)
    assert vacant_grids(small.grids) == ["150105001006002", "150105001019007"]


def test_posts_hold_one_place_each_and_deputies_end(small: City) -> None:
    people = small.people
    assert (people[["area_code", "compound_code", "building_code"]].notna().sum(axis=1) == 1).all()
    assert set(people["kind"]) == set(POST_KINDS)
    deputies = people[people["kind"] == "deputy_worker"]
    assert (deputies["valid_to"] > small.until).all()
    # Nobody stands in for himself.
    workers = current(people[people["kind"] == "grid_worker"]).set_index("area_code")["code"]
    assert (deputies["area_code"].map(workers) != deputies["code"]).all()
    assert (people["valid_from"] < small.until).all()


def test_a_person_has_one_name_and_an_unused_number(small: City) -> None:
    assert (small.people.groupby("code")[["name", "phone"]].nunique() == 1).all(axis=None)
    assert small.people["phone"].str.fullmatch(r"199-0000-\d{4}").all()
    numbers = pd.concat([small.units["phone"], small.service_points["phone"], small.bodies["phone"]])
    assert numbers.str.fullmatch(r"0471-555\d{4}|199-0000-\d{4}").all()


def test_property_companies_are_those_of_the_compounds_and_some_changed(small: City) -> None:
    companies = small.bodies[small.bodies["kind"] == "property_company"]
    now = current(companies).set_index("compound_code")["name"]
    expected = small.compounds.set_index("code")["property_company"]
    assert now.to_dict() == expected[expected != ""].to_dict()
    past = companies[companies["valid_to"].notna()]
    assert len(past) / len(now) == pytest.approx(0.3, abs=0.15)
    joined = past.merge(current(companies), on="compound_code", suffixes=("_before", ""))
    assert (joined["valid_to_before"] == joined["valid_from"]).all()
    assert (joined["name_before"] != joined["name"]).all()


def test_every_body_has_a_known_kind_and_a_unit_that_exists(small: City) -> None:
    assert set(small.bodies["kind"]) == set(BODY_KINDS)
    assert set(small.bodies["unit_code"].dropna()) <= set(small.units["code"])
    assert set(small.bodies["compound_code"]) == set(small.compounds["code"])
