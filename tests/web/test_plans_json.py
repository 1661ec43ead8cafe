"""What the planning table asks of the server: ground, versions, saving, merging."""

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.plans.listing import add_plan
from tests.geodata.cities import COMMUNITY
from tests.geodata.plans.conftest import FIXED, four_units
from tests.web.planned import SENT, insert_plan, version_body

Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def ref(city: Engine) -> UUID:
    with city.begin() as conn:
        return insert_plan(conn)


@pytest.fixture
def editor(bearer: Bearer) -> dict[str, str]:
    return {"Accept": "application/json", **bearer("boundary_editor")}


def test_the_ground_comes_whole(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    found = client.get(f"/plans/{ref}/ground.json", headers=editor).json
    assert found["plan"] == {
        "ref": str(ref), "name": "仕奇社区 2027", "area": COMMUNITY, "area_name": "仕奇社区", "target": 400, "lower": 300,
        "upper": 500,
    }  # fmt: skip
    assert found["communities"] == [{"code": COMMUNITY, "name": "仕奇社区"}]
    assert found["units"]["households"] == [400, 210, 190, 0]
    assert found["units"]["fixed"] == [None, None, None, FIXED]
    assert found["units"]["community"] == [0, 0, 0, 0]
    assert found["edges"] == {
        "a": [0, 1, 2], "b": [1, 2, 3], "border_m": [1112.0] * 3, "barrier": ["primary", "", "water"],
    }  # fmt: skip
    shapes = [shapely.MultiPolygon([(rings[0], rings[1:]) for rings in each]) for each in found["shapes"]]
    assert shapely.equals_exact(
        shapely.normalize(shapes),
        shapely.normalize(shapely.multipolygons([[each] for each in four_units().shapes])),
        1e-6,
    ).all()


def test_the_ground_is_packed_and_not_sent_twice(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    plain = client.get(f"/plans/{ref}/ground.json", headers=editor)
    small = client.get(f"/plans/{ref}/ground.json", headers={**editor, "Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    again = client.get(f"/plans/{ref}/ground.json", headers={**editor, "If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_tag_follows_the_names_of_places(
    client: FlaskClient, city: Engine, ref: UUID, editor: dict[str, str]
) -> None:
    before = client.get(f"/plans/{ref}/ground.json", headers=editor)
    rename = text("UPDATE division SET name = :name WHERE code = :code")
    with city.begin() as conn:
        conn.execute(rename, {"name": "仕奇新社区", "code": COMMUNITY})
    after = client.get(f"/plans/{ref}/ground.json", headers={**editor, "If-None-Match": before.headers["ETag"]})
    with city.begin() as conn:
        conn.execute(rename, {"name": "仕奇社区", "code": COMMUNITY})
    assert after.status_code == 200
    assert after.json["communities"][0]["name"] == "仕奇新社区"


def test_care_is_not_told(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    hours = client.get(f"/plans/{ref}/ground.json", headers=editor).json["units"]["hours"]
    # 12 and 7 care households beside a unit with none: those are told, the empty ones have no share.
    assert hours == [200 + 66 + 40, 105 + 38.5 + 21, 95 + 19, 3.0]


def test_a_plan_without_units_says_so(client: FlaskClient, city: Engine, editor: dict[str, str]) -> None:
    with city.begin() as conn:
        row = add_plan(conn, "新方案", COMMUNITY, target=400, lower=300, upper=500, account_id=None)
    answer = client.get(f"/plans/{row.ref}/ground.json", headers=editor)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "plan_not_ready")


def test_a_version_comes_with_its_labels(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    found = client.get(f"/plans/{ref}/versions/1.json", headers=editor)
    assert found.json["labels"] == [0, 0, 1, 2]
    assert found.json["grids"] == SENT
    assert (found.json["version"], found.json["base"], found.json["made_by"]) == (1, None, "present")
    missing = client.get(f"/plans/{ref}/versions/9.json", headers=editor)
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "unknown_plan_version")


def test_saving_makes_the_next_version_with_its_figures(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    saved = client.post(f"/plans/{ref}/versions", json=version_body(), headers=editor)
    assert (saved.status_code, saved.json["version"]) == (201, 2)
    found = client.get(saved.json["url"], headers=editor).json
    assert (found["labels"], found["note"], found["author"]) == ([0, 1, 1, 2], "东移", "boundary_editor 甲")
    assert found["figures"] == {
        "grids": 3, "general": 2, "outside": 0, "apart": 0, "households": 800, "unassigned": 0,
        "unassigned_households": 0, "mean_deviation": 0.0, "max_deviation": 0.0, "compactness": 0.765,
    }  # fmt: skip


def test_the_figures_tell_what_is_wrong(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    saved = client.post(f"/plans/{ref}/versions", json=version_body([0, -1, 0, 2]), headers=editor)
    figures = saved.json["figures"]
    assert (figures["unassigned"], figures["unassigned_households"]) == (1, 210)
    assert (figures["apart"], figures["outside"], figures["max_deviation"]) == (1, 1, 0.475)


def test_who_comes_second_is_told(client: FlaskClient, bearer: Bearer, ref: UUID, editor: dict[str, str]) -> None:
    second = {"Accept": "application/json", **bearer("community_secretary")}
    assert client.post(f"/plans/{ref}/versions", json=version_body([0, -1, 1, 2]), headers=second).status_code == 201
    refused = client.post(f"/plans/{ref}/versions", json=version_body(), headers=editor)
    assert refused.status_code == 409
    error = refused.json["error"]
    assert (error["code"], error["latest"]) == ("stale_plan", {"version": 2, "author": "community_secretary 甲"})


def test_two_at_once_make_one_version(app: Flask, city: Engine, bearer: Bearer, ref: UUID) -> None:
    roles = ("boundary_editor", "community_secretary")
    people = [{"Accept": "application/json", **bearer(role)} for role in roles]
    drawn = [version_body([0, 1, 1, 2]), version_body([1, 0, 0, 2], note="西移")]

    def save(who: int) -> int:
        return app.test_client().post(f"/plans/{ref}/versions", json=drawn[who], headers=people[who]).status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(save, (0, 1))) == [201, 409]
    with city.connect() as conn:
        assert conn.scalar(text("SELECT version FROM plan WHERE ref = :ref"), {"ref": ref}) == 2


def test_the_same_request_again_makes_no_second_version(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    once = client.post(f"/plans/{ref}/versions", json=version_body(), headers=editor)
    again = client.post(f"/plans/{ref}/versions", json=version_body(), headers=editor)
    assert (once.status_code, again.status_code) == (201, 201)
    assert once.json["version"] == again.json["version"] == 2


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "too few labels": ({"labels": [0, 1, 1]}, "plan_labels_do_not_fit", "labels"),
    "a label without a grid": ({"labels": [0, 1, 1, 3]}, "plan_labels_do_not_fit", "labels"),
    "a label below none": ({"labels": [0, -2, 1, 2]}, "plan_labels_do_not_fit", "labels"),
    "a label that is text": ({"labels": [0, "1", 1, 2]}, "plan_labels_do_not_fit", "labels"),
    "a label that is a truth": ({"labels": [False, 1, 1, 2]}, "plan_labels_do_not_fit", "labels"),
    "a label that is no whole number": ({"labels": [0, 1.5, 1, 2]}, "plan_labels_do_not_fit", "labels"),
    "a label beyond all numbers": ({"labels": [0, 10**30, 1, 2]}, "plan_labels_do_not_fit", "labels"),
    "labels as an object": ({"labels": {"0": 1}}, "not_a_list", "labels"),
    "grids that are none": ({"grids": [1, 2, 3]}, "plan_grid_unnamed", "grids"),
    "a grid without a name": ({"grids": [{"name": ""}, *SENT[1:]]}, "plan_grid_unnamed", "grids"),
    "an unknown kind": ({"grids": [{**SENT[0], "kind": "round"}, *SENT[1:]]}, "plan_grid_unnamed", "grids"),
    "a name with NUL": ({"grids": [{**SENT[0], "name": "a\0"}, *SENT[1:]]}, "not_text", "grids"),
    "a fixed grid": ({"labels": [0, 1, 2, 2]}, "plan_fixed_grid_touched", "labels"),
    "an unknown way": ({"made_by": "present"}, "plan_made_by_unknown", "made_by"),
    "a base that is text": ({"base": "1"}, "not_a_whole_number", "base"),
    "a base below all": ({"base": -1}, "not_a_whole_number", "base"),
    "a note that is none": ({"note": 5}, "not_text", "note"),
    "an unknown field": ({"figures": {}}, "unknown_field", "figures"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(
    client: FlaskClient, city: Engine, ref: UUID, editor: dict[str, str], name: str
) -> None:
    changed, code, field = WRONG[name]
    refused = client.post(f"/plans/{ref}/versions", json=version_body(**changed), headers=editor)
    error = refused.json["error"]
    assert (refused.status_code, error["code"], error["field"]) == (422, code, field)
    with city.connect() as conn:
        assert conn.scalar(text("SELECT version FROM plan WHERE ref = :ref"), {"ref": ref}) == 1


@pytest.mark.parametrize("missing", ["base", "labels", "grids"])
def test_what_is_missing_is_named(client: FlaskClient, ref: UUID, editor: dict[str, str], missing: str) -> None:
    sent = {name: value for name, value in version_body().items() if name != missing}
    error = client.post(f"/plans/{ref}/versions", json=sent, headers=editor).json["error"]
    assert (error["code"], error["field"]) == ("missing_field", missing)


def test_no_json_is_told(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    answer = client.post(f"/plans/{ref}/versions", data=json.dumps(version_body()), headers=editor)
    assert (answer.status_code, answer.json["error"]["code"]) == (415, "wrong_content_type")


def test_a_plan_of_another_area_is_not_there(app: Flask, client: FlaskClient, bearer: Bearer, city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(text("INSERT INTO division (code, level, name) VALUES ('150102', 'district', '新城区')"))
        row = add_plan(conn, "别处", "150102", target=400, lower=300, upper=500, account_id=None)
    headers = {"Accept": "application/json", **bearer("community_secretary")}
    for address, sent in (("ground.json", None), ("versions/1.json", None), ("versions", version_body())):
        method = client.get if sent is None else client.post
        found = method(f"/plans/{row.ref}/{address}", headers=headers, **({"json": sent} if sent else {}))
        assert (found.status_code, found.json["error"]["code"]) == (404, "unknown_plan"), address
    unknown = client.get(f"/plans/{uuid4()}/ground.json", headers=headers)
    assert unknown.json["error"]["code"] == "unknown_plan"


def merging(client: FlaskClient, ref: UUID, headers: dict[str, str], **sent: Any) -> dict[str, Any]:
    answer = client.post(f"/plans/{ref}/merge", json={"base": 1, "grids": SENT, **sent}, headers=headers)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def named(found: dict[str, Any]) -> list[str | None]:
    return [None if label < 0 else found["grids"][label]["name"] for label in found["labels"]]


EAST, WEST, PARK = (grid["name"] for grid in SENT)


def test_what_both_did_is_put_together(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    """The other took the second unit into the western grid, I took the third out of it and gave that another name."""
    client.post(f"/plans/{ref}/versions", json=version_body(), headers=editor)
    mine = [SENT[0], {**SENT[1], "name": "东街新网格"}, SENT[2]]
    found = merging(client, ref, editor, labels=[0, 0, -1, 2], grids=mine)
    assert (found["version"], found["author"]) == (2, "boundary_editor 甲")
    assert named(found) == [EAST, WEST, None, PARK]
    assert found["conflicts"] == []
    saved = {"base": 2, "labels": found["labels"], "grids": found["grids"], "note": "", "made_by": "merged"}
    assert client.post(f"/plans/{ref}/versions", json=saved, headers=editor).status_code == 201


def test_where_both_disagree_the_saved_one_stands_and_is_told(
    client: FlaskClient, ref: UUID, editor: dict[str, str]
) -> None:
    client.post(f"/plans/{ref}/versions", json=version_body([0, 1, 1, 2]), headers=editor)
    found = merging(client, ref, editor, labels=[0, -1, 1, 2])
    assert (named(found), found["conflicts"], found["mine"]) == ([EAST, WEST, WEST, PARK], [1], [-1])


def test_grids_that_both_made_stay_two(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    """Versions number their grids anew: the other's new grid has the number that mine has."""
    theirs = [SENT[0], {**SENT[0], "name": "他的网格"}, SENT[1], SENT[2]]
    client.post(f"/plans/{ref}/versions", json=version_body([1, 0, 2, 3], grids=theirs), headers=editor)
    mine = [SENT[0], {**SENT[0], "name": "我的网格"}, SENT[2]]
    found = merging(client, ref, editor, labels=[0, 0, 1, 2], grids=mine)
    assert named(found) == ["他的网格", EAST, "我的网格", PARK]


def test_the_same_from_both_is_no_conflict(client: FlaskClient, ref: UUID, editor: dict[str, str]) -> None:
    made = [SENT[0], {**SENT[0], "name": "新网格"}, SENT[1], SENT[2]]
    client.post(f"/plans/{ref}/versions", json=version_body([0, 1, 2, 3], grids=made), headers=editor)
    found = merging(client, ref, editor, labels=[0, 1, 2, 3], grids=made)
    assert (named(found), found["conflicts"]) == ([EAST, "新网格", WEST, PARK], [])
    assert len(found["grids"]) == 4


def test_merging_writes_nothing_and_needs_a_version(
    client: FlaskClient, city: Engine, ref: UUID, editor: dict[str, str]
) -> None:
    merging(client, ref, editor, labels=[0, 0, -1, 2])
    missing = client.post(
        f"/plans/{ref}/merge", json={"base": 7, "grids": SENT, "labels": [0, 0, 1, 2]}, headers=editor
    )
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "unknown_plan_version")
    with city.connect() as conn:
        assert conn.scalar(text("SELECT version FROM plan WHERE ref = :ref"), {"ref": ref}) == 1
