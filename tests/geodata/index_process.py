"""A process of its own that answers from the index: one line in is one transaction, one line out its answer.

``python -m tests.geodata.index_process URL HOME [hang]``; a line in is the city's day, as the clock would say it. With ``hang`` the
index's file is written but never finished.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from geodata.actions import locate_place
from geodata.indexes import city as indexes
from geodata.indexes import file as index_file
from geodata.settings import Settings
from tests.geodata.cities import middle_of


def main(url: str, home: str, *words: str) -> None:
    settings = Settings(home=Path(home), database_url=url)
    engine = create_engine(url, poolclass=NullPool)
    built: list[str] = []
    reading = indexes._read
    indexes._read = lambda conn, day: (built.append(day.isoformat()), reading(conn, day))[1]  # type: ignore[func-returns-value]
    if "hang" in words:
        index_file.os.fsync = lambda _: (tell("writing"), time.sleep(600))  # type: ignore[attr-defined]
    for line in sys.stdin:
        day = date.fromisoformat(line.strip())
        indexes.today = lambda _, day=day: day  # type: ignore[misc]
        with engine.connect() as conn:
            found = locate_place(conn, settings, *middle_of("e"))
        answer = {"code": found.grid.code if found.grid else None, "version": found.plan_version, "built": len(built)}
        tell(json.dumps({**answer, "at": found.at.isoformat()}))


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
