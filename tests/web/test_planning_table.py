"""The page of the planning table: who draws, who looks, and what its scripts are told."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.planned import insert_plan
from web.plans.table.page import SCRIPTS
from web.static_files import _STATIC

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ref(city: Engine) -> UUID:
    with city.begin() as conn:
        return insert_plan(conn)


def config(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="plan-table"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_an_editor_draws(signed_in: SignIn, ref: UUID) -> None:
    page = signed_in("boundary_editor").get(f"/plans/{ref}").text
    told = config(page)
    assert told["may_draw"] is True
    assert told["plan"] == str(ref)
    assert all(address.startswith(f"/plans/{ref}/") for address in told["urls"].values())
    assert 'data-command="save"' in page
    assert "gm-table-note" not in page


def test_a_leader_looks(signed_in: SignIn, ref: UUID) -> None:
    page = signed_in("leader").get(f"/plans/{ref}").text
    assert config(page)["may_draw"] is False
    assert "您的角色不能修改划分方案" in page
    assert 'data-command="save"' not in page


def test_nobody_draws_once_it_is_being_decided_about(signed_in: SignIn, city: Engine, ref: UUID) -> None:
    with city.begin() as conn:
        conn.execute(text("UPDATE plan SET status = 'proposed' WHERE ref = :ref"), {"ref": ref})
    page = signed_in("boundary_editor").get(f"/plans/{ref}").text
    assert config(page)["may_draw"] is False
    assert "不能修改" in page


def test_while_its_units_are_made_it_says_how_far_that_is(signed_in: SignIn, city: Engine, ref: UUID) -> None:
    with city.begin() as conn:
        conn.execute(text("UPDATE plan SET version = 0 WHERE ref = :ref"), {"ref": ref})
    answer = signed_in("boundary_editor").get(f"/plans/{ref}")
    assert answer.status_code == 302
    assert answer.location.startswith(f"/plans/{ref}/")


def test_every_script_of_the_table_is_loaded() -> None:
    assert sorted(SCRIPTS) == sorted(file.stem for file in (_STATIC / "pages" / "plans").glob("*.js"))


def test_no_text_of_the_scripts_is_missing(signed_in: SignIn, ref: UUID) -> None:
    words = config(signed_in("boundary_editor").get(f"/plans/{ref}").text)["words"]
    asked = set()
    for name in SCRIPTS:
        script = (_STATIC / "pages" / "plans" / f"{name}.js").read_text(encoding="utf-8")
        asked |= set(re.findall(r"(?:\.say|\.text|\.act)\(\"(\w+)\"", script))
        asked |= set(re.findall(r"words\.(\w+)", script))
    assert asked - set(words) == set()
