"""What the tests of positions ask the judged city."""

from typing import Any

from sqlalchemy import Connection, Engine

from geodata.demo.city import City
from geodata.jobs.runner import Runner
from geodata.positions.streams import list_streams
from geodata.settings import Settings


def work_off(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


def keys_of(city: City, name: str) -> set[str]:
    return {key for each in city.peculiarities if each.name == name for key in each.keys}


def couriers(conn: Connection) -> Any:
    [found] = [row for row in list_streams(conn) if row.suspect]
    return found
