"""What all tests share: one throwaway cluster a run, a template database, a clone for each test module that asks."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from geodata.cluster import Cluster, temporary_cluster
from geodata.migrations import upgrade
from geodata.settings import Settings

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TEMPLATE = "gridmap_template"
_FOLDER = "GRIDMAP_TEST_CLUSTER"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real data beside the project; without it the test is skipped, visibly."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real data folder ../shared/data is absent")
    return SHARED_DATA


def pytest_configure(config: pytest.Config) -> None:
    """Start one cluster for all workers, in the process that starts them."""
    if (
        hasattr(config, "workerinput")
        or config.option.collectonly
        or _FOLDER in os.environ
        or not _needs_database(config)
    ):
        return
    holder = temporary_cluster()
    cluster = holder.__enter__()
    config.add_cleanup(lambda: holder.__exit__(None, None, None))
    os.environ[_FOLDER] = str(cluster.folder)
    config.add_cleanup(lambda: os.environ.pop(_FOLDER, None))
    cluster.create_database(TEMPLATE)
    engine = create_engine(cluster.url(TEMPLATE), poolclass=NullPool)
    with engine.begin() as conn:
        upgrade(conn)


def _needs_database(config: pytest.Config) -> bool:
    """The subject's own tests run in seconds without one."""
    subject = Path(__file__).parent / "gridmap"
    return not all(Path(arg.split("::")[0]).resolve().is_relative_to(subject) for arg in config.args)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The running throwaway cluster."""
    return Cluster(Path(os.environ[_FOLDER]), durable=False)


@pytest.fixture(scope="module")
def database_url(cluster: Cluster) -> Iterator[str]:
    """A database of its own for a test module, cloned from the migrated template."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    cluster.create_database(name, template=TEMPLATE)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the module's database. Connections are not kept, so that the database can be dropped."""
    made = create_engine(database_url, poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is rolled back after the test."""
    with engine.connect() as found:
        yield found
        found.rollback()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings with the module's database and a home of the test's own."""
    return Settings(home=tmp_path / "home", database_url=database_url)
