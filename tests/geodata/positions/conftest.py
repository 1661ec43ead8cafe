"""The sample city, judged once by the job; each test has a copy."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from geodata.cluster import Cluster
from geodata.demo.city import City
from geodata.demo.sample import load_city
from geodata.settings import Settings
from tests.conftest import TEMPLATE
from tests.geodata.demo.conftest import small_of
from tests.geodata.positions.judged import work_off


@pytest.fixture(scope="session")
def planted() -> City:
    return small_of(1)


@pytest.fixture(scope="session")
def judged(cluster: Cluster, planted: City, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A database with the small city, judged once by the job; tests take copies."""
    home: Path = tmp_path_factory.mktemp("judged")
    name = f"test_{uuid.uuid4().hex[:12]}"
    settings = Settings(home=home, database_url=cluster.url(name))
    cluster.create_database(name, template=TEMPLATE)
    made = create_engine(settings.database_url, poolclass=NullPool)
    with made.begin() as conn:
        load_city(conn, settings, planted, accounts=False)
    work_off(made, settings)
    made.dispose()
    yield name
    cluster.drop_database(name)


@pytest.fixture
def database_url(cluster: Cluster, judged: str) -> Any:
    name = f"{judged}_copy"
    cluster.create_database(name, template=judged)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture
def engine(database_url: str) -> Any:
    made = create_engine(database_url, poolclass=NullPool)
    yield made
    made.dispose()
