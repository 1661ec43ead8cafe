"""New boundaries for a district among a million reports: what a preview and what applying them cost."""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from geodata.actions.boundaries import follow_grids, remember_grids
from geodata.actions.publishing import apply_publication, preview_publication
from geodata.actions.rerouting import Published
from geodata.copying import copy_in
from geodata.days import today
from geodata.migrations import upgrade
from geodata.settings import Settings
from gridmap.assignment import warm_up
from scripts.benchmarks.bulk import assign_all, measured_server
from scripts.benchmarks.bulk_city import fill_grids, fill_reports, maintain
from scripts.benchmarks.rounds import Clock, compare
from scripts.benchmarks.server_cpu import cpu_clock
from scripts.benchmarks.tessellation import tessellation

DISTRICT = "150105"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench publishing", description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--grids", type=int, default=25_500)
    parser.add_argument("--open", type=float, default=0.1, help="share of the reports whose work is not over")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    with measured_server("publishing") as cluster, tempfile.TemporaryDirectory() as home:
        engine = create_engine(cluster.url("publishing"), poolclass=NullPool)
        settings = Settings(home=Path(home), database_url=cluster.url("publishing"))
        with engine.begin() as conn:
            upgrade(conn)
        fill_grids(engine, options.grids, options.seed)
        fill_reports(engine, options.reports, options.seed)
        _set_states(engine, options.open)
        warm_up()
        assign_all(engine, settings)
        maintain(engine, "VACUUM ANALYZE report", "VACUUM ANALYZE owner", "CHECKPOINT")
        day = today(settings.zone) + timedelta(days=1)
        with engine.begin() as conn:
            _plan(conn, settings, options.grids, options.seed, day)
        run(engine, settings, cpu_clock(cluster), options.rounds, day)
    return 0


def run(engine: Engine, settings: Settings, clock: Clock, rounds: int, day: date) -> None:
    """Preview and apply in turns, both rolled back."""
    told: dict[str, Published] = {}

    def trial(name: str, work: Callable[[Connection], Published]) -> Callable[[], None]:
        def once() -> None:
            with engine.connect() as conn:
                told[name] = work(conn)
                conn.rollback()

        return once

    engines = {
        "preview": trial("preview", lambda conn: preview_publication(conn, settings, day).reports),
        "applied": trial("applied", lambda conn: apply_publication(conn, settings, day, now=day)),
    }
    compare(engines, rounds, clocks=dict.fromkeys(engines, clock))
    for name, found in told.items():
        print(f"  {name}: {found.rerouted:,} re-routed, {found.asked:,} asked about, {found.kept:,} kept")


def _set_states(engine: Engine, share_open: float) -> None:
    """Of the open ones two in three wait to be dispatched."""
    with engine.begin() as conn:
        conn.execute(
            text(
                "UPDATE report SET status = CASE WHEN id % 1000 >= :open THEN 'closed' WHEN id % 3 = 0 THEN 'in_progress' ELSE 'filed' END"
            ),
            {"open": round(1000 * share_open)},
        )
    maintain(engine, "VACUUM ANALYZE report")


def _plan(conn: Connection, settings: Settings, count: int, seed: int, day: date) -> None:
    """Other grids for one district from a day on: cells of another tessellation, clipped to the ground of those that end."""
    remember_grids(conn)
    ending = conn.execute(
        text("SELECT ST_AsBinary(geom) FROM grid WHERE starts_with(community_code, :district)"), {"district": DISTRICT}
    ).scalars()
    ground = shapely.union_all(shapely.from_wkb([bytes(each) for each in ending]))
    cells = tessellation(count, np.random.default_rng(seed + 7)).cells
    cells = cells[shapely.contains(ground, shapely.centroid(cells))]
    shapely.prepare(ground)
    inner = shapely.contains_properly(ground, cells)
    cells = np.concatenate([cells[inner], [_one_part(each) for each in shapely.intersection(cells[~inner], ground)]])
    conn.execute(
        text("UPDATE grid SET valid = daterange(NULL, :day) WHERE starts_with(community_code, :district)"),
        {"day": day, "district": DISTRICT},
    )
    shapes = shapely.set_srid(shapely.multipolygons([[cell] for cell in cells]), 4326)
    copy_in(
        conn,
        "grid",
        pd.DataFrame(
            {
                "code": [f"n{number:06d}" for number in range(len(cells))],
                "name": "Grid",
                "community_code": f"{DISTRICT}001001",
                "valid": f"[{day},)",
                "geom": shapely.to_wkb(shapes, hex=True, include_srid=True),
            }
        ),
    )
    started = time.perf_counter()
    follow_grids(conn, settings)
    print(f"{len(cells):,} new grids, followed in {time.perf_counter() - started:.1f} s")


def _one_part(shape: shapely.Geometry) -> shapely.Geometry:
    """The largest polygon of a shape."""
    return max(shapely.get_parts(shape), key=shapely.area)
