"""An application on the module's own database, with nine grids and accounts by role."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text

from geodata import accounts
from geodata.account_areas import give_area
from geodata.accounts import account_by_name, add_account
from geodata.database import engine_for
from geodata.settings import Settings
from geodata.tables import unit, unit_duty
from geodata.tokens import issue_token
from tests.geodata.cities import COMMUNITY, insert_divisions, insert_grids
from web import create_app, db

PASSWORD = "a long enough password"
PRODUCTION_HASHER = accounts._HASHER
SignIn = Callable[[str], FlaskClient]
#: Areas in the nine grids' city for roles that have less than the whole city.
AREA_OF = {
    "grid_worker": "e",
    "building_head": "e",
    "branch_secretary": "e",
    "community_secretary": COMMUNITY,
    "street_officer": COMMUNITY[:9],
}
#: Units for roles that have one.
UNIT_KIND_OF = {"property_company": "property_company", "owners_body": "owners_body", "unit_handler": "department"}


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed with little work: hundreds of sign-ins would otherwise take minutes."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", quick)
        patch.setattr(accounts, "_NOBODY", quick.hash("nobody's password"))
        yield


@pytest.fixture(scope="module")
def web_settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home: Path = tmp_path_factory.mktemp("home")
    # On a fast machine walkers ask more than the general limit lets through in a minute; it has tests of its own.
    return Settings(
        home=home, database_url=database_url, anonymous_reports_per_hour=1000, requests_per_minute=1_000_000
    )


@pytest.fixture(scope="module")
def city(engine: Engine) -> Engine:
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
    return engine


@pytest.fixture(scope="module")
def app(web_settings: Settings, city: Engine) -> Iterator[Flask]:
    made = create_app(web_settings)
    made.config["TESTING"] = False  # errors are answered as they would be
    yield made
    with made.app_context():
        db.engine().dispose()
    engine_for.cache_clear()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def unit_of(conn: Connection, role: str) -> int | None:
    """A unit of the role's kind, made at first use; a department answers for the category ``x``."""
    if (kind := UNIT_KIND_OF.get(role)) is None:
        return None
    found = conn.scalar(unit.insert().values(code=role, name=f"{role} 单位", kind=kind).returning(unit.c.id))
    conn.execute(unit_duty.insert().values(unit_id=found, category="x"))
    return found


@pytest.fixture(scope="module")
def account_named(city: Engine) -> Callable[[str], str]:
    """The name of an account of a role, made at first use."""
    made: set[str] = set()

    def name_of(role: str) -> str:
        if role not in made:
            with city.begin() as conn:
                found = add_account(conn, role, PASSWORD, role, display_name=f"{role} 甲", unit_id=unit_of(conn, role))
                if area := AREA_OF.get(role):
                    give_area(conn, found, area)
            made.add(role)
        return role

    return name_of


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf[_-]token" (?:value|content)="([^"]+)"', page)
    assert found, "no token against forgery in the page"
    return found.group(1)


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **fields: str) -> Any:
    token = csrf_of(client.get("/sign-in").text)
    return client.post("/sign-in", data={"csrf_token": token, "name": name, "password": password, **fields})


@pytest.fixture
def signed_in(app: Flask, account_named: Callable[[str], str]) -> SignIn:
    """A browser that is signed in as a role."""

    def make(role: str) -> FlaskClient:
        browser = app.test_client()
        assert sign_in(browser, account_named(role)).status_code == 302
        return browser

    return make


@pytest.fixture(scope="module")
def bearer(city: Engine, account_named: Callable[[str], str]) -> Callable[[str], dict[str, str]]:
    """Headers of a program that acts as a role."""

    def make(role: str) -> dict[str, str]:
        with city.begin() as conn:
            word = issue_token(conn, account_by_name(conn, account_named(role)).id, "test")
        return {"Authorization": f"Bearer {word}"}

    return make


@pytest.fixture
def empty_limits(city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(text("TRUNCATE rate_window"))
