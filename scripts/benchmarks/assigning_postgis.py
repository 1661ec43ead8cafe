"""PostGIS as an engine that assigns points to grids: as a query, as the UPDATE that people write, and point by point."""

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg2
import shapely
from numpy.typing import NDArray

from geodata.cluster import temporary_cluster
from scripts.benchmarks.assigning import Engine, Pairs, Places

SELECT = "SELECT points.id, grids.id FROM points JOIN grids ON ST_Covers(grids.geom, points.geom)"
UPDATE = "UPDATE work SET owner = grids.id FROM grids WHERE ST_Covers(grids.geom, work.geom)"
FRESH = """
    DROP TABLE IF EXISTS work;
    CREATE TABLE work AS SELECT id, geom, NULL::int AS owner FROM points;
    ALTER TABLE work ADD PRIMARY KEY (id);
    CREATE INDEX ON work USING gist (geom);
    ANALYZE work;
"""
ONE = """
    PREPARE one (float8, float8) AS
    SELECT id FROM grids WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint($1, $2), 4326)) ORDER BY id LIMIT 1
"""


class Server:
    """A throwaway PostGIS with the grids, and the points that were put in last."""

    def __init__(self, url: str, cells: NDArray[np.object_]) -> None:
        self.conn = psycopg2.connect(url)
        self.conn.autocommit = True
        self.cursor = self.conn.cursor()
        # All work in the one process whose CPU time we read, without compiling queries that run once.
        self.cursor.execute("SET max_parallel_workers_per_gather = 0; SET jit = off; SET work_mem = '256MB'")
        self._fill("grids", cells)
        self.cursor.execute(ONE)
        self.filled = False

    def put(self, places: Places) -> None:
        """Put the points in."""
        self._fill("points", shapely.points(places.lon, places.lat))
        self.filled = True

    def cpu_seconds(self) -> float:
        """CPU seconds of this process and of the server's."""
        numbers = Path(f"/proc/{self.conn.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    def copy_out(self, query: str) -> bytes:
        """The rows of a query as text."""
        rows = io.BytesIO()
        self.cursor.copy_expert(f"COPY ({query}) TO STDOUT (DELIMITER ' ')", rows)
        return rows.getvalue()

    def _fill(self, table: str, shapes: NDArray[np.object_]) -> None:
        self.cursor.execute(
            f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (id int, geom geometry(Geometry, 4326))"
        )
        hexes = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
        for first in range(0, len(hexes), 100_000):
            part = enumerate(hexes[first : first + 100_000], start=first)
            rows = "\n".join(f"{number}\t{shape}" for number, shape in part)
            self.cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(rows))
        self.cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id); CREATE INDEX ON {table} USING gist (geom)")
        self.cursor.execute(f"VACUUM ANALYZE {table}")


@contextmanager
def server(cells: NDArray[np.object_]) -> Iterator[Server]:
    """A server with these grids for as long as it is needed."""
    with temporary_cluster() as cluster:
        cluster.create_database("assigning")
        running = Server(cluster.url("assigning").replace("postgresql+psycopg2", "postgresql"), cells)
        try:
            yield running
        finally:
            running.conn.close()


def pairs(rows: bytes) -> Pairs:
    """Points and grids from rows of text."""
    numbers = np.array(rows.split(), dtype=np.int64).reshape(-1, 2)
    return numbers[:, 0], numbers[:, 1]


def select(running: Server) -> Iterator[Engine]:
    """The join as a query, its rows copied to us."""
    yield Engine("PostGIS SELECT ... JOIN ST_Covers", lambda: running.copy_out(SELECT), pairs, running.cpu_seconds)


def update(running: Server) -> Iterator[Engine]:
    """The join as an UPDATE, in a fresh table each time; of several grids it keeps any one."""
    yield Engine(
        "PostGIS UPDATE ... ST_Covers",
        lambda: running.cursor.execute(UPDATE),
        lambda _: pairs(running.copy_out("SELECT id, owner FROM work WHERE owner IS NOT NULL")),
        running.cpu_seconds,
        lambda: running.cursor.execute(FRESH),
    )


def one_by_one(running: Server, few: list[tuple[float, float]]) -> Callable[[], None]:
    """Ask a prepared query for one point after another."""

    def ask() -> None:
        for lon, lat in few:
            running.cursor.execute("EXECUTE one (%s, %s)", (lon, lat))
            running.cursor.fetchone()

    return ask
