"""The planning table in a real browser: how long a person waits after each action, on a community of 500 units and a street of 5,000."""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Page, sync_playwright
from scipy.spatial import Voronoi
from sqlalchemy import Connection, create_engine, text

from geodata.accounts import account_by_name, add_account
from geodata.cluster import temporary_cluster
from geodata.migrations import upgrade
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from gridmap.planning import plan
from scripts.benchmarks.voronoi_city import CELL_M, voronoi_city

PASSWORD = "a long enough password"
STREET = "150105001"
WEST, SOUTH = 111.70, 40.80
#: Degrees of a metre at 40.8 degrees north.
EAST_PER_M, NORTH_PER_M = 1 / 84_250, 1 / 111_050
ROUNDS = 30


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench table", description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=[500, 5000])
    options = parser.parse_args(argv)
    with _service(options.units) as (address, plans), sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _sign_in(page, address)
        for units, ref in plans.items():
            _report(units, page, f"{address}/plans/{ref}")
        browser.close()
    return 0


def insert_voronoi(conn: Connection, units: int, author: str) -> UUID:
    """A plan of so many Voronoi cells with suggested grids as its first version; ``author`` is an account's name."""
    city = voronoi_city(units)
    code = f"{STREET}{units % 1000:03d}"
    conn.execute(
        text("INSERT INTO division (code, level, name) VALUES (:code, 'community', :name) ON CONFLICT DO NOTHING"),
        {"code": code, "name": f"{units}单元社区"},
    )
    ground = _ground(city, units, code)
    found = plan(
        city["weights"], city["edges"], city["border_m"], city["area_m2"], city["perimeter_m"], city["xy"], rng=1
    )
    made = account_by_name(conn, author)
    assert made
    row = add_plan(conn, f"{units} 单元", code, target=400, lower=300, upper=500, account_id=made.id)
    write_ground(conn, row.id, ground)
    grids = tuple(PlannedGrid(f"第{number}网格") for number in range(1, found.k + 1))
    add_version(conn, row.id, PlanVersion(PRESENT, None, found.labels.astype(np.int32), grids, "present"))
    change_plan(conn, row.id, version=PRESENT)
    return UUID(str(row.ref))


def _ground(city: dict[str, Any], n: int, code: str) -> PlanGround:
    households = city["weights"].astype(np.int64)
    units = pd.DataFrame(
        {
            "community_code": code, "kind": "block", "name": "", "compound_id": pd.array([None] * n, dtype="Int64"), "fixed_code": None,
            "households": households, "care": households // 12, "cases": households // 8, "area_m2": city["area_m2"],
            "perimeter_m": city["perimeter_m"], "x_m": city["xy"][:, 0], "y_m": city["xy"][:, 1],
        }
    )  # fmt: skip
    barrier = np.where(np.arange(len(city["edges"])) % 19 == 0, "primary", "").astype(object)
    return PlanGround(
        units,
        _cells(city["xy"], n),
        city["edges"].astype(np.int32),
        city["border_m"],
        barrier,
        pd.DataFrame({"building_id": [], "unit": []}).astype(np.int64),
    )


def _cells(xy: "np.ndarray[Any, np.dtype[np.float64]]", n: int) -> "np.ndarray[Any, np.dtype[np.object_]]":
    """The shapes of the cells in degrees."""
    side = CELL_M * np.sqrt(n)
    mirrored = [xy, xy * (-1, 1), xy * (1, -1), (2 * side, 0) - xy * (1, -1), (0, 2 * side) - xy * (-1, 1)]
    diagram = Voronoi(np.concatenate(mirrored))
    corners = np.round(diagram.vertices * (EAST_PER_M, NORTH_PER_M) + (WEST, SOUTH), 6)
    return np.array([shapely.Polygon(corners[diagram.regions[diagram.point_region[cell]]]) for cell in range(n)])


@contextmanager
def _service(sizes: list[int]) -> Iterator[tuple[str, dict[int, UUID]]]:
    """A running service with a plan of each size: its address, the plans."""
    with tempfile.TemporaryDirectory(prefix="gridmap-table-") as home, temporary_cluster() as cluster:
        cluster.create_database("table")
        engine = create_engine(cluster.url("table"))
        with engine.begin() as conn:
            upgrade(conn)
            add_account(conn, "editor", PASSWORD, "boundary_editor", display_name="editor")
            conn.execute(text("INSERT INTO division (code, level, name) VALUES ('1501', 'city', '-'), ('150105', 'district', '-'), (:street, 'street', '-')"), {"street": STREET})  # fmt: skip
            plans = {units: insert_voronoi(conn, units, "editor") for units in sizes}
        engine.dispose()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {**os.environ, "GRIDMAP_DATABASE_URL": cluster.url("table"), "GRIDMAP_HOME": home}
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:web.gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "web:create_app()",
        ]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _await(f"http://127.0.0.1:{port}/sign-in")
            yield f"http://127.0.0.1:{port}", plans
        finally:
            process.terminate()
            process.wait(30)


def _await(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the service did not start")


def _sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("input[name=name]", "editor")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


#: Times in milliseconds of everything that follows an action: figures, colours, map, panel. The browser paints what they have drawn.
_MEASURE = """async (rounds) => {
    const { draft, ground, map } = gridmap.table;
    const table = gridmap.table;
    const times = {};
    const note = (name, work) => {
        const start = performance.now();
        work();
        (times[name] ||= []).push(performance.now() - start);
    };
    const edge = () => {
        const { a, b } = ground.edges;
        for (;;) {
            const at = Math.floor(Math.random() * a.length);
            if (draft.labels[a[at]] !== draft.labels[b[at]]) return [a[at], draft.labels[b[at]]];
        }
    };
    const [west, north, east, south] = ground.boxOf([...ground.households.keys()]);
    for (let round = 0; round < rounds; round += 1) {
        const [unit, to] = edge();
        note("one unit by a click", () => table.assign([unit], to));
        note("undo", () => table.undo());
        note("redo", () => table.redo());
        const middle = ground.latLng(west + Math.random() * (east - west), north + Math.random() * (south - north));
        note("a brush of 300 m", () => table.assign(ground.around(middle, 300), to));
        note("move the pointer", () => { table.state.hover = unit; table.marks.redraw(); table.tell("hover"); });
        await new Promise(requestAnimationFrame);
    }
    const all = draft.toJSON();
    const turned = { grids: all.grids, labels: all.labels.map((label) => (label + 1) % all.grids.length) };
    note("all units of a suggestion", () => table.act("did_suggest", () => draft.replace(all)));
    note("all units take another grid", () => table.act("did_suggest", () => draft._move([...draft.labels.keys()], turned.labels)));
    note("undo of all", () => table.undo());
    note("draw everything", () => table.drawing.redraw());
    return times;
}"""


def _report(units: int, page: Page, address: str) -> None:
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function("() => document.documentElement.dataset.gmTable === 'open'")
    opened = time.perf_counter() - start
    times: dict[str, list[float]] = page.evaluate(_MEASURE, ROUNDS)
    grids = page.evaluate("() => gridmap.table.figures.total.grids")
    print(f"{units:,} units, {grids} grids: open after {1000 * opened:,.0f} ms")
    for name, found in times.items():
        print(f"  {name:32} median {statistics.median(found):7.1f} ms   longest {max(found):7.1f} ms")


if __name__ == "__main__":
    print(json.dumps(sys.argv))
