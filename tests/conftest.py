"""What all tests share: one throwaway cluster a run, a template database, a clone for each test module that asks."""

import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from geodata.cluster import Cluster, temporary_cluster
from geodata.migrations import upgrade
from geodata.settings import Settings

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TEMPLATE = "gridmap_template"
_FOLDER = "GRIDMAP_TEST_CLUSTER"

# The same examples in every run, so that a change is refused for what it does and not for what was drawn; whoever wants others
# asks for `--hypothesis-profile=search`. Neither judges how fast a busy machine is: the first example compiles or loads kernels.
hypothesis_settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("repeatable", hypothesis_settings.get_profile("search"), derandomize=True)
hypothesis_settings.load_profile("repeatable")


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


_module_before: object = None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test begins shortly before a midnight, of the city or of UTC: most ask for today's date more than once.

    Fixtures of a module hold dates too, so a module begins only when there is time for all of it.
    """
    global _module_before
    if Path(__file__).parent / "gridmap" in item.path.parents:
        return  # nothing there asks for the date
    module = item.getparent(pytest.Module)
    to_midnight = _to_midnight(datetime.now(UTC))
    if to_midnight < timedelta(seconds=20 if module is _module_before else 120):
        time.sleep(to_midnight.total_seconds() + 1)
    _module_before = module


def _to_midnight(now: datetime) -> timedelta:
    """The time until the next midnight of the city (UTC+8) or of UTC: 16:00 and 24:00 UTC."""
    into_day = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
    return min(end - into_day for end in (timedelta(hours=16), timedelta(hours=24)) if end > into_day)


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
