"""Reports assigned in PostGIS by the batch: ours, committed with constraints and history, against UPDATE ... ST_Covers."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from geodata.actions.assign import AssignRun, assign_in_batches
from geodata.cluster import Cluster
from geodata.indexes.city import grid_index
from geodata.migrations import upgrade
from geodata.owners.batches import ReportChoice, report_batches, slices
from geodata.owners.changes import owner_changes, stage_changes, write_changes
from geodata.owners.deriving import derive_held
from geodata.owners.held import held_in_districts
from geodata.settings import Settings
from gridmap.assignment import warm_up
from scripts.benchmarks.bulk_city import fill_grids, fill_reports, forget_owners, maintain
from scripts.benchmarks.rounds import Clock, compare
from scripts.benchmarks.server_cpu import cpu_clock

# What people write: a column of the grid in the table of reports, with a key and an index, and one spatial UPDATE.
_PEOPLES_TABLE = """
    DROP TABLE IF EXISTS people;
    CREATE TABLE people AS SELECT id, category, text, occurred_at, geom, NULL::bigint AS grid_id FROM report WHERE id <= {count} ORDER BY id;
    ALTER TABLE people ADD PRIMARY KEY (id), ADD FOREIGN KEY (grid_id) REFERENCES grid;
    CREATE INDEX ON people USING gist (geom);
    CREATE INDEX ON people (grid_id);
    ANALYZE people;
"""
PEOPLES_UPDATE = "UPDATE people p SET grid_id = g.id FROM grid g WHERE ST_Covers(g.geom, p.geom)"
_MANY = 2_000_000
_PEER_REPORTS = 1_000_000
SAME_TABLE = "UPDATE report r SET grid_at_capture = g.id FROM grid g WHERE ST_Covers(g.geom, r.geom)"


def peoples_table(count: int) -> str:
    """Statements that make the peer's table of the first reports."""
    return _PEOPLES_TABLE.format(count=count)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench bulk", description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000, help="10,000,000 need some 20 GB of disk")
    parser.add_argument("--grids", type=int, default=25_500)
    parser.add_argument(
        "--rounds",
        type=int,
        default=1,
        help="beside one that is not measured; more than 2,000,000 reports have one only",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ours-only", action="store_true", help="leave out the UPDATEs")
    options = parser.parse_args(argv)
    with measured_server("bulk") as cluster, tempfile.TemporaryDirectory() as home:
        url = cluster.url("bulk")
        engine = create_engine(url, poolclass=NullPool)
        settings = Settings(home=Path(home), database_url=url)
        started = time.perf_counter()
        with engine.begin() as conn:
            upgrade(conn)
        fill_grids(engine, options.grids, options.seed)
        fill_reports(engine, options.reports, options.seed)
        print(
            f"{options.reports:,} reports, {options.grids:,} grids; laid out in {time.perf_counter() - started:.0f} s"
        )
        run(engine, settings, cpu_clock(cluster), options.rounds, reports=options.reports, ours_only=options.ours_only)
    return 0


def run(engine: Engine, settings: Settings, clock: Clock, rounds: int, *, reports: int, ours_only: bool) -> None:
    """All owners derived and written, in turns with the UPDATE; then what a run costs that changes little or nothing; do the answers agree."""
    warm_up()
    with engine.connect() as conn:
        grid_index(conn, settings)
    if reports > _MANY:
        run_once(engine, settings, clock, reports, ours_only=ours_only)
        return
    work: dict[str, Callable[[], object]] = {
        "gridmap: committed, constraints and history": lambda: assign_all(engine, settings),
        "gridmap: compute and staging": lambda: compute_and_stage(engine, settings),
    }
    before: dict[str, Callable[[], object]] = dict.fromkeys(work, lambda: forget_owners(engine))
    if not ours_only:
        work["UPDATE ... ST_Covers"] = lambda: execute(engine, PEOPLES_UPDATE)
        before["UPDATE ... ST_Covers"] = lambda: lay_out(engine, peoples_table(reports))
    compare(work, rounds, clocks=dict.fromkeys(work, clock), before=before)
    forget_owners(engine)
    steps(engine, settings)
    assign_all(engine, settings)
    run_again(engine, settings, clock)
    if not ours_only:
        agreement(engine)
        once("UPDATE ... ST_Covers, table of reports", clock, lambda: execute(engine, SAME_TABLE))


def run_once(engine: Engine, settings: Settings, clock: Clock, reports: int, *, ours_only: bool) -> None:
    """Each once; the UPDATE, which would take an hour, over as many of the reports as make its time bearable."""
    once("gridmap: compute and staging", clock, lambda: compute_and_stage(engine, settings))
    once("gridmap: committed, constraints and history", clock, lambda: assign_all(engine, settings))
    run_again(engine, settings, clock)
    if not ours_only:
        lay_out(engine, peoples_table(_PEER_REPORTS))
        once(f"UPDATE ... ST_Covers, {_PEER_REPORTS:,} of {reports:,}", clock, lambda: execute(engine, PEOPLES_UPDATE))
        agreement(engine)


def run_again(engine: Engine, settings: Settings, clock: Clock) -> None:
    """What is usual: nothing changes, and few owners do."""
    once("gridmap: nothing changes", clock, lambda: assign_all(engine, settings))
    execute(
        engine, "UPDATE owner SET grid_id = NULL, reason = 'none', distance_to_edge_m = NULL WHERE report_id % 33 = 0"
    )
    maintain(engine, "VACUUM ANALYZE owner", "CHECKPOINT")
    once("gridmap: 3 in 100 change", clock, lambda: assign_all(engine, settings))


def once(name: str, clock: Clock, work: Callable[[], object]) -> None:
    """Run and print CPU seconds and seconds on the wall."""
    started, cpu = time.perf_counter(), clock()
    work()
    print(f"  {name:48} {clock() - cpu:8.3f} {time.perf_counter() - started:8.3f}", flush=True)


def assign_all(engine: Engine, settings: Settings) -> None:
    """What ``gridmap assign --all --commit`` does."""
    with engine.connect() as conn:
        planned = AssignRun.planned(conn, ReportChoice())
    assign_in_batches(engine, settings, planned, lambda *_: False, write=True)


def compute_and_stage(engine: Engine, settings: Settings) -> None:
    """Cut into batches, out by COPY, located, compared, into the staging table by COPY; nothing is written for good."""
    with engine.connect() as conn:
        batches = report_batches(conn, ReportChoice())
        left = iter(slices(batches, range(len(batches))))

    def work() -> None:
        with engine.connect() as conn:
            while (each := next(left, None)) is not None:
                conn.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
                held = held_in_districts(conn, settings, **each.conditions)
                for batch in each.batches:
                    derived = derive_held(conn, settings, held[batch.district], threads=1).columns()
                    stage_changes(conn, held[batch.district], derived, owner_changes(held[batch.district], derived))
                conn.rollback()

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work) for _ in range(2)]:
            worker.result()


def steps(engine: Engine, settings: Settings) -> None:
    """Where the time goes, on the wall: the batches of one time, as one."""
    with engine.connect() as conn:
        first = slices(batches := report_batches(conn, ReportChoice()), range(len(batches)))[0]
        times = [time.perf_counter()]
        held = held_in_districts(conn, settings, **first.conditions)[first.batches[0].district]
        times.append(time.perf_counter())
        derived = derive_held(conn, settings, held).columns()
        times.append(time.perf_counter())
        changes = owner_changes(held, derived)
        stage_changes(conn, held, derived, changes)
        times.append(time.perf_counter())
        write_changes(conn, held, derived, changes, cause="assigned")
        times.append(time.perf_counter())
        conn.rollback()
    names = ("out", "locate", "compare and stage", "stage and write")
    told = ", ".join(
        f"{name} {after - before:.2f} s" for name, (before, after) in zip(names, pairwise(times), strict=True)
    )
    print(f"  batches of one time, {len(held):,} reports: {told}")


def agreement(engine: Engine) -> None:
    """How many owners differ from the column that the UPDATE wrote: points on shared edges, where it keeps any of two."""
    with engine.connect() as conn:
        row = conn.execute(
            text(
                "SELECT count(*) FILTER (WHERE o.grid_id IS DISTINCT FROM p.grid_id) AS differing, count(*) AS reports, "
                "count(*) FILTER (WHERE o.grid_id IS DISTINCT FROM p.grid_id AND o.reason = 'inside') AS unexplained, "
                "(SELECT count(*) FROM owner_history) AS lines FROM owner o JOIN people p ON p.id = o.report_id"
            )
        ).one()
    print(
        f"  {row.differing:,} of {row.reports:,} owners differ, {row.unexplained:,} of them inside a grid; {row.lines:,} lines of history"
    )


def lay_out(engine: Engine, statements: str) -> None:
    """Make the table anew, on the disk before it is measured, as ours is."""
    execute(engine, statements)
    maintain(engine, "CHECKPOINT")


def execute(engine: Engine, statements: str) -> None:
    """Run and commit."""
    with engine.begin() as conn:
        conn.execute(text(statements))


@contextmanager
def measured_server(database: str) -> Iterator[Cluster]:
    """A server with the settings of an installation, which waits for the disk, with a database; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gridmap-bulk-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "pg")
        try:
            cluster.start(die_with_parent=True)
            # Nothing in the background while something is measured; what it would do is done before each run.
            cluster.execute("ALTER SYSTEM SET autovacuum = off")
            cluster.execute("SELECT pg_reload_conf()")
            cluster.create_database(database)
            yield cluster
        finally:
            cluster.stop()
            if cluster.place != cluster.folder:
                shutil.rmtree(cluster.place, ignore_errors=True)
