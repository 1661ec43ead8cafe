"""Reports assigned in PostGIS by the batch: ours, committed with constraints and history, against UPDATE ... ST_Covers."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from geodata.actions.assign import AssignRun, assign_in_batches
from geodata.cluster import Cluster
from geodata.indexes.city import grid_index
from geodata.migrations import upgrade
from geodata.owners.batches import ReportChoice, report_batches, slices
from geodata.owners.changes import owner_changes, stage_changes
from geodata.owners.deriving import derive_held
from geodata.owners.held import held_in_districts
from geodata.settings import Settings
from gridmap.assignment import warm_up
from scripts.benchmarks.bulk_city import fill_grids, fill_reports, forget_owners, maintain
from scripts.benchmarks.bulk_figures import Deadline, Figures, OutOfTime
from scripts.benchmarks.bulk_peers import Peer, plain_in_a_table_for_it, plain_in_reports, to_the_same_end
from scripts.benchmarks.server_cpu import cpu_clock

STAGED = "gridmap: compute and staging"
COMMITTED = "gridmap: committed, constraints and history"
#: The UPDATEs go over so many reports at most; beyond, they would take an hour each.
_PEER_REPORTS = 1_000_000
_CANCELLED = "57014"  # statement_timeout, among others


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench bulk", description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000, help="10,000,000 need some 20 GB of disk")
    parser.add_argument("--grids", type=int, default=25_500)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ours-only", action="store_true", help="leave out the UPDATEs")
    parser.add_argument(
        "--minutes", type=float, default=60, help="for everything after laying out; what is left then is left out"
    )
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
            f"{options.reports:,} reports, {options.grids:,} grids; laid out in {time.perf_counter() - started:.0f} s",
            flush=True,
        )
        figures = Figures(cpu_clock(cluster))
        try:
            run(engine, settings, figures, options, Deadline(60 * options.minutes))
        except OutOfTime:
            print(f"  The time of {options.minutes:g} minutes is over; what is left is left out.")
        figures.compare(STAGED, COMMITTED)
    return 0


def run(engine: Engine, settings: Settings, figures: Figures, options: argparse.Namespace, deadline: Deadline) -> None:
    """All owners derived and written, in turns with the UPDATEs; what a run costs that changes little or nothing; do the answers agree."""
    last = min(options.reports, _PEER_REPORTS)
    warm_up()
    with engine.connect() as conn:
        grid_index(conn, settings)
    compute_and_stage(engine, settings, deadline)
    for _ in range(options.rounds):
        ours(engine, settings, figures, deadline)
        if options.ours_only:
            continue
        measure_peer(engine, figures, plain_in_a_table_for_it(last), deadline)
        agreement(engine)
        for peer in to_the_same_end(last):
            measure_peer(engine, figures, peer, deadline)
            left_behind(engine)
    if not options.ours_only:
        measure_peer(engine, figures, plain_in_reports(last), deadline)


def ours(engine: Engine, settings: Settings, figures: Figures, deadline: Deadline) -> None:
    """Every owner changes; then what is usual: none does, and few do."""
    forget_owners(engine)
    figures.measure(STAGED, lambda: compute_and_stage(engine, settings, deadline))
    figures.measure(COMMITTED, lambda: assign_all(engine, settings, deadline))
    figures.measure("gridmap: nothing changes", lambda: assign_all(engine, settings, deadline))
    execute(
        engine, "UPDATE owner SET grid_id = NULL, reason = 'none', distance_to_edge_m = NULL WHERE report_id % 33 = 0"
    )
    maintain(engine, "VACUUM ANALYZE owner", "CHECKPOINT")
    figures.measure("gridmap: 3 in 100 change", lambda: assign_all(engine, settings, deadline))


def measure_peer(engine: Engine, figures: Figures, peer: Peer, deadline: Deadline) -> None:
    """A peer in a transaction of its own, ended when the time is over. Errors: ``OutOfTime``."""
    deadline.check()
    peer.before(engine)
    maintain(engine, "CHECKPOINT")
    deadline.check()

    def work() -> None:
        try:
            with engine.begin() as conn:
                conn.execute(text(f"SET LOCAL statement_timeout = {max(1, round(1000 * deadline.left))}"))
                peer.run(conn)
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) == _CANCELLED:
                raise OutOfTime from error
            raise

    figures.measure(peer.name, work)


def assign_all(engine: Engine, settings: Settings, deadline: Deadline | None = None) -> None:
    """What ``gridmap assign --all --commit`` does. Errors: ``OutOfTime``."""
    with engine.connect() as conn:
        planned = AssignRun.planned(conn, ReportChoice())
    done = assign_in_batches(engine, settings, planned, lambda *_: deadline is not None and deadline.over, write=True)
    if not done.ended:
        raise OutOfTime


def compute_and_stage(engine: Engine, settings: Settings, deadline: Deadline) -> None:
    """Cut into batches, out by COPY, located, compared, into the staging table by COPY; nothing is written for good. Errors: ``OutOfTime``."""
    with engine.connect() as conn:
        batches = report_batches(conn, ReportChoice())
        left = iter(slices(batches, range(len(batches))))

    def work() -> None:
        with engine.connect() as conn:
            while (each := next(left, None)) is not None:
                deadline.check()
                conn.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
                held = held_in_districts(conn, settings, **each.conditions)
                for batch in each.batches:
                    derived = derive_held(conn, settings, held[batch.district], threads=1).columns()
                    stage_changes(conn, held[batch.district], derived, owner_changes(held[batch.district], derived))
                conn.rollback()

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work) for _ in range(2)]:
            worker.result()


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


def left_behind(engine: Engine) -> None:
    """What a peer wrote, to be held against the lines of ``agreement``."""
    with engine.connect() as conn:
        row = conn.execute(
            text("SELECT count(grid_id) AS owned, (SELECT count(*) FROM owner_history) AS lines FROM owner")
        ).one()
    print(f"  {row.owned:,} owners with a grid; {row.lines:,} lines of history")


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
