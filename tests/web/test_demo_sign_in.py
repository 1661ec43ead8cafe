"""A demo's sign-in page offers its accounts; no other page does, and no other installation."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.accounts import account_by_name, add_account, disable_account
from geodata.demo_accounts import offered_accounts
from tests.web.conftest import PASSWORD


def fact(engine: Engine, value: Any) -> None:
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM fact WHERE name = 'synthetic'"))
        conn.execute(
            text("INSERT INTO fact (name, value) VALUES ('synthetic', CAST(:v AS jsonb))"), {"v": json.dumps(value)}
        )


@pytest.fixture(scope="module")
def noted(city: Engine) -> dict[str, Any]:
    """What the sample notes: a leader and a grid worker."""
    with city.begin() as conn:
        made = [
            add_account(conn, name, PASSWORD, role) for name, role in (("boss", "leader"), ("walker", "grid_worker"))
        ]
    rows = [{"id": one.id, "name": one.name, "role": str(one.role), "zh": "仕奇社区<1>", "en": "Shiqi"} for one in made]
    return {"accounts": rows, "password": "the demo's own"}


@pytest.fixture(autouse=True)
def clean(city: Engine) -> Iterator[None]:
    yield
    with city.begin() as conn:
        conn.execute(text("DELETE FROM fact WHERE name = 'synthetic'"))


def test_the_accounts_are_offered_by_role(client: FlaskClient, city: Engine, noted: dict[str, Any]) -> None:
    fact(city, noted)
    page = client.get("/sign-in").text
    assert page.index('data-gm-fill="walker"') < page.index('data-gm-fill="boss"')
    for shown in ("网格员", "领导", "仕奇社区&lt;1&gt;", "the demo&#39;s own", "sign_in.js"):
        assert shown in page
    assert "Shiqi" in client.get("/sign-in?lang=en").text
    assert "data-gm-fill" not in client.get("/nowhere").text


@pytest.mark.parametrize("value", [None, True, {"seed": 1}, {"accounts": []}, {"accounts": [], "password": "x"}])
def test_nothing_is_offered_elsewhere(client: FlaskClient, city: Engine, noted: dict[str, Any], value: Any) -> None:
    if value is not None:
        fact(city, value)
    page = client.get("/sign-in").text
    assert "data-gm-fill" not in page
    assert "演示账号" not in page
    with city.connect() as conn:
        assert offered_accounts(conn) is None


def test_who_cannot_sign_in_is_not_offered(client: FlaskClient, city: Engine, noted: dict[str, Any]) -> None:
    fact(city, noted)
    with city.begin() as conn:
        disable_account(conn, "boss")
        offer = offered_accounts(conn)
        assert offer is not None
        assert [one.name for one in offer.accounts] == ["walker"]
        assert account_by_name(conn, "boss").disabled_at is not None
