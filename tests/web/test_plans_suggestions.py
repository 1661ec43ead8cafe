"""Suggestions for the planning table: asked for, worked at by the job runner, read and stopped by those who may see the plan."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

import geodata.jobs.planning  # noqa: F401  (registers its kinds)
from geodata.jobs import queue
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from tests.geodata.plans.conftest import FIXED
from tests.web.planned import SENT, insert_plan, wish_body

Bearer = Callable[[str], dict[str, str]]
Headers = dict[str, str]


@pytest.fixture
def ref(city: Engine) -> UUID:
    with city.begin() as conn:
        conn.execute(text("DELETE FROM job"))
        return insert_plan(conn)


@pytest.fixture
def editor(bearer: Bearer) -> Headers:
    return {"Accept": "application/json", **bearer("boundary_editor")}


@pytest.fixture
def runner(city: Engine, web_settings: Settings) -> Runner:
    return Runner(city, web_settings)


def asked(client: FlaskClient, ref: UUID, headers: Headers, **changed: Any) -> str:
    answer = client.post(f"/plans/{ref}/suggestions", json=wish_body(**changed), headers=headers)
    assert answer.status_code == 202, answer.json
    return str(answer.json["url"])


def test_a_suggestion_is_waited_for_and_read(client: FlaskClient, ref: UUID, editor: Headers, runner: Runner) -> None:
    address = asked(client, ref, editor)
    waiting = client.get(address, headers=editor).json
    assert (waiting["state"], waiting["progress"], waiting["result"], waiting["error"]) == ("queued", 0, None, None)
    assert runner.run_one()
    done = client.get(f"{address}?lang=en", headers=editor).json
    assert (done["state"], done["progress"], done["error"]) == ("done", 1, None)
    labels, grids = done["result"]["labels"], done["result"]["grids"]
    assert labels[0] != labels[1] == labels[2]
    assert grids[labels[3]] == SENT[2]
    assert done["result"]["flags"] == []
    assert done["result"]["messages"] == ["2 grids, 400 households on average."]
    assert client.get(f"{address}?lang=zh", headers=editor).json["result"]["messages"] == [
        "共划分 2 个网格，平均 400 户。"
    ]


def test_what_was_suggested_can_be_saved(client: FlaskClient, ref: UUID, editor: Headers, runner: Runner) -> None:
    address = asked(client, ref, editor)
    runner.run_one()
    found = client.get(address, headers=editor).json["result"]
    sent = {"base": 1, "labels": found["labels"], "grids": found["grids"], "note": "", "made_by": "suggested"}
    assert client.post(f"/plans/{ref}/versions", json=sent, headers=editor).status_code == 201


def test_nothing_of_the_plan_is_written(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers, runner: Runner
) -> None:
    asked(client, ref, editor)
    runner.run_one()
    with city.connect() as conn:
        assert conn.scalar(text("SELECT version FROM plan WHERE ref = :ref"), {"ref": ref}) == 1


def test_a_grid_outside_the_bounds_is_flagged_by_its_name(
    client: FlaskClient, ref: UUID, editor: Headers, runner: Runner
) -> None:
    grids = [{**SENT[0], "locked": True, "name": "大院网格"}, *SENT[1:]]
    address = asked(client, ref, editor, labels=[0, 0, 1, 2], grids=grids, keep="locked")
    runner.run_one()
    flags = client.get(f"{address}?lang=en", headers=editor).json["result"]["flags"]
    named = {flag["grid"]: flag["words"] for flag in flags}
    assert named[0] == "Grid “大院网格” is locked and has 610 households, more than 500."


def test_what_no_plan_can_be_is_said_in_the_readers_language(
    client: FlaskClient, ref: UUID, editor: Headers, runner: Runner
) -> None:
    """Units 0 and 2 are locked into one grid, and the unit between them into another."""
    grids = [{**each, "locked": True} for each in SENT]
    address = asked(client, ref, editor, labels=[0, 1, 0, 2], grids=grids, keep="locked")
    runner.run_one()
    failed = client.get(f"{address}?lang=en", headers=editor).json
    assert (failed["state"], failed["result"]) == ("failed", None)
    assert failed["error"]["code"] == "infeasible_locked_apart"
    assert failed["error"]["message"].startswith("The units locked into grid “富邦小区网格” do not touch")
    assert "“富邦小区网格”" in client.get(f"{address}?lang=zh", headers=editor).json["error"]["message"]


def test_the_same_request_is_the_same_job_while_it_is_under_way(
    client: FlaskClient, ref: UUID, editor: Headers, bearer: Bearer, runner: Runner
) -> None:
    one, again = asked(client, ref, editor), asked(client, ref, editor)
    assert one == again
    assert asked(client, ref, editor, seed=2) != one
    second = {"Accept": "application/json", **bearer("community_secretary")}
    assert asked(client, ref, second) != one
    while runner.run_one():
        pass
    assert asked(client, ref, editor) != one


def test_a_waiting_suggestion_is_stopped_at_once(
    client: FlaskClient, ref: UUID, editor: Headers, runner: Runner
) -> None:
    address = asked(client, ref, editor)
    assert client.post(f"{address}/cancel", headers=editor).json["state"] == "cancelled"
    assert not runner.run_one()


def test_a_running_suggestion_is_stopped(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers, runner: Runner
) -> None:
    address = asked(client, ref, editor)
    with city.begin() as conn:
        conn.execute(text("UPDATE job SET cancel_asked = true WHERE state = 'waiting'"))
    assert runner.run_one()
    stopped = client.get(address, headers=editor).json
    assert (stopped["state"], stopped["result"], stopped["error"]) == ("cancelled", None, None)


def test_a_suggestion_whose_runner_was_killed_is_made_by_the_next(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers, runner: Runner
) -> None:
    address = asked(client, ref, editor)
    with city.begin() as conn:
        assert queue.take(conn, "killed", timedelta(minutes=5)) is not None
    assert client.get(address, headers=editor).json["state"] == "running"
    assert not runner.run_one()  # the lease of the dead one still holds
    with city.begin() as conn:
        conn.execute(text("UPDATE job SET leased_until = now() - interval '1 s'"))
    assert runner.run_one()
    assert client.get(address, headers=editor).json["state"] == "done"


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "too few labels": ({"labels": [0, 1]}, "plan_labels_do_not_fit", "labels"),
    "a label without a grid": ({"labels": [0, 1, 1, 3]}, "plan_labels_do_not_fit", "labels"),
    "a grid without a name": ({"grids": [{"name": None}, *SENT[1:]]}, "plan_grid_unnamed", "grids"),
    "a unit in a fixed grid": ({"labels": [2, 1, 1, 2]}, "plan_fixed_grid_touched", "labels"),
    "an unknown keep": ({"keep": "all"}, "plan_keep_unknown", "keep"),
    "an unknown mode": ({"mode": "border"}, "unknown_mode", "mode"),
    "an unknown slider": ({"wishes": {"pretty": 1}}, "plan_wishes_malformed", "wishes"),
    "sliders that are none": ({"wishes": [1, 2]}, "plan_wishes_malformed", "wishes"),
    "a slider beyond its end": ({"wishes": {"even": 3.5}}, "plan_wish_out_of_range", "wishes"),
    "a slider below its end": ({"wishes": {"even": -0.1}}, "plan_wish_out_of_range", "wishes"),
    "a slider of endless length": ({"wishes": {"even": 10**400}}, "plan_wish_out_of_range", "wishes"),
    "a slider that is text": ({"wishes": {"even": "1"}}, "not_a_number", "even"),
    "a slider that is nothing": ({"wishes": {"even": None}}, "not_a_number", "wishes"),
    "a seed that is text": ({"seed": "1"}, "not_a_whole_number", "seed"),
    "a seed beyond all": ({"seed": 2**31}, "not_a_whole_number", "seed"),
    "an unknown field": ({"k": 3}, "unknown_field", "k"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_asked_makes_no_job(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers, name: str
) -> None:
    changed, code, field = WRONG[name]
    refused = client.post(f"/plans/{ref}/suggestions", json=wish_body(**changed), headers=editor)
    error = refused.json["error"]
    assert (refused.status_code, error["code"], error["field"]) == (422, code, field)
    with city.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM job")) == 0


def test_a_plan_that_is_being_decided_about_gets_none(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers
) -> None:
    with city.begin() as conn:
        conn.execute(text("UPDATE plan SET status = 'proposed' WHERE ref = :ref"), {"ref": ref})
    refused = client.post(f"/plans/{ref}/suggestions", json=wish_body(), headers=editor)
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "plan_not_draft")


def test_a_suggestion_belongs_to_its_plan(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers, bearer: Bearer
) -> None:
    address = asked(client, ref, editor)
    job = address.rsplit("/", 1)[1]
    with city.begin() as conn:
        other = insert_plan(conn, name="另一方案")
        away = insert_plan(conn, area="150105", name="全区方案")
    street = {"Accept": "application/json", **bearer("street_officer")}
    assert client.get(address, headers=street).status_code == 200  # who may see the plan sees what was suggested
    for plan in (other, away):
        assert client.get(f"/plans/{plan}/suggestions/{job}", headers=street).status_code == 404
        assert client.post(f"/plans/{plan}/suggestions/{job}/cancel", headers=editor).status_code == 404
    assert client.post(f"{address}/cancel", headers=street).status_code == 403
    assert client.get(address, headers=editor).json["state"] == "queued"


def test_other_jobs_are_no_suggestions(
    app: Flask, client: FlaskClient, city: Engine, ref: UUID, editor: Headers
) -> None:
    with city.begin() as conn:
        job = queue.enqueue(conn, "coverage", {"plan": str(ref)})
    found = client.get(f"/plans/{ref}/suggestions/{job}", headers=editor)
    assert (found.status_code, found.json["error"]["code"]) == (404, "unknown_job")


def test_the_fixed_grid_keeps_its_code(client: FlaskClient, ref: UUID, editor: Headers, runner: Runner) -> None:
    address = asked(client, ref, editor, labels=[-1, -1, -1, -1])
    runner.run_one()
    found = client.get(address, headers=editor).json["result"]
    assert [grid["code"] for grid in found["grids"] if grid["kind"] == "special"] == [FIXED]
