"""The heatmap: page, data and tiles of one view against folium.plugins.HeatMap with the same points."""

import argparse
import itertools
import logging
import re
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import folium
import numpy as np
import pandas as pd
from flask.testing import FlaskClient
from folium.plugins import HeatMap
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from geodata.accounts import add_account
from geodata.cluster import temporary_cluster
from geodata.copying import copy_in
from geodata.migrations import upgrade
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from scripts.benchmarks.rounds import compare
from web import create_app

PASSWORD = "a long enough password"
CENTRE = (111.68, 40.82)
FIRST_DAY = date(2024, 1, 1)
SIDE_GRIDS = 40  # 1,600 grids
VIEW_ZOOM, VIEW_TILES = 12, (4, 4)  # what a window of 1440 x 900 between its panels shows


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench heat", description=__doc__)
    parser.add_argument("--reports", type=int, nargs="+", default=[156_385, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.rounds < 5:
        parser.error("fewer than 5 rounds show no spread")
    with temporary_cluster() as cluster:
        for count in options.reports:
            name = f"heat_{count}"
            cluster.create_database(name)
            run(cluster.url(name), count, options.rounds, options.seed)
            cluster.drop_database(name)
    return 0


def run(url: str, count: int, rounds: int, seed: int) -> None:
    """One number of reports: snapshot, then the page with everything a view needs, then the peer."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as conn:
        upgrade(conn)
        lon, lat = fill(conn, count, seed)
        add_account(conn, "leader", PASSWORD, "leader")
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), database_url=url, requests_per_minute=10**9)
        print(f"{count:,} reports, {SIDE_GRIDS**2:,} grids")
        measure_snapshot(engine, settings, rounds)
        client = signed_in(settings)
        visits = itertools.count()
        sizes: dict[str, int] = {}

        def ours() -> None:
            # Another first day each time: nothing of an earlier round is kept for it.
            sizes["gridmap"] = visit(client, FIRST_DAY + timedelta(days=next(visits)))

        def peer() -> None:
            made = folium.Map(location=[CENTRE[1], CENTRE[0]], zoom_start=VIEW_ZOOM)
            HeatMap(np.column_stack([lat, lon])).add_to(made)
            sizes["folium"] = len(made.get_root().render().encode())

        compare({"gridmap: page, data and tiles": ours, "folium.plugins.HeatMap: page": peer}, rounds)
        print(
            f"  bytes: gridmap {sizes['gridmap']:,}, folium {sizes['folium']:,} ({sizes['folium'] / sizes['gridmap']:.0f} times)"
        )
        wall(client, visits, rounds)
        steps(client, rounds)


def fill(conn: Connection, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Square grids around Hohhot and reports, three quarters of them in 40 clusters; their coordinates."""
    rng = np.random.default_rng(seed)
    conn.execute(
        text(
            "INSERT INTO grid (code, name, valid, geom) SELECT x * 1000 + y, 'Grid', '(,)', ST_Multi(ST_MakeEnvelope("
            "111.48 + x * 0.01, 40.67 + y * 0.0075, 111.49 + x * 0.01, 40.6775 + y * 0.0075, 4326)) "
            f"FROM generate_series(0, {SIDE_GRIDS - 1}) x, generate_series(0, {SIDE_GRIDS - 1}) y"
        )
    )
    middles = rng.uniform((111.5, 40.7), (111.86, 40.94), (40, 2))
    clustered = rng.random(count) < 0.75
    place = np.where(
        clustered[:, None],
        middles[rng.integers(0, 40, count)] + rng.normal(0, 0.006, (count, 2)),
        rng.uniform((111.49, 40.68), (111.87, 40.96), (count, 2)),
    )
    place = place.clip((111.481, 40.671), (111.879, 40.969))
    at = pd.Timestamp(FIRST_DAY, tz="Asia/Shanghai") + pd.to_timedelta(rng.integers(0, 700 * 86_400, count), "s")
    frame = pd.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "category": np.char.add("category ", rng.integers(0, 30, count).astype(str)),
            "source": rng.choice(["patrol", "hotline", "resident", "chat"], count),
            "raw_lon": place[:, 0],
            "raw_lat": place[:, 1],
            "geom": [f"SRID=4326;POINT({x!r} {y!r})" for x, y in place.tolist()],
            "occurred_at": at,
            "reported_at": at,
            "intake_district": "150105",
        }
    )
    copy_in(conn, "report", frame)
    conn.execute(
        text(
            "INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district) "
            "SELECT r.id, g.id, 'inside', 1, r.intake_district FROM report r JOIN grid g ON g.code = "
            "(floor((r.raw_lon - 111.48) / 0.01)::int * 1000 + floor((r.raw_lat - 40.67) / 0.0075)::int)::text"
        )
    )
    conn.execute(text("ANALYZE"))
    return place[:, 0], place[:, 1]


def measure_snapshot(engine: Engine, settings: Settings, rounds: int) -> None:
    """Seconds on the wall to build, to find nothing changed, and to take in one changed report."""
    built, unchanged, patched = [], [], []
    for round_ in range(rounds):
        (settings.home / "snapshots" / "reports.snapshot").unlink(missing_ok=True)
        built.append(seconds(lambda: open_snapshot(engine, settings)))
        unchanged.append(seconds(lambda: open_snapshot(engine, settings)))
        with engine.begin() as conn:
            conn.execute(text("UPDATE report SET status = 'closed' WHERE id = :id"), {"id": round_ + 1})
        patched.append(seconds(lambda: open_snapshot(engine, settings)))
    for words, times in (("built", built), ("asked, nothing changed", unchanged), ("one report changed", patched)):
        print(f"  snapshot {words:24} {np.median(times):8.4f} s ({min(times):.4f}-{max(times):.4f})")


def wall(client: FlaskClient, visits: "itertools.count[int]", rounds: int) -> None:
    """Seconds on the wall of the page alone and of a whole view, one request after another in one process."""
    pages, views = [], []
    for _ in range(rounds):
        day = FIRST_DAY + timedelta(days=next(visits))
        pages.append(seconds(lambda day=day: client.get(f"/heat?from={day}")))
        views.append(seconds(lambda day=day: visit(client, day)) + pages[-1])
    print(f"  wall: page {np.median(pages):.3f} s ({min(pages):.3f}-{max(pages):.3f}), "
          f"with data and tiles {np.median(views):.3f} s ({min(views):.3f}-{max(views):.3f})")  # fmt: skip


def steps(client: FlaskClient, rounds: int) -> None:
    """Seconds on the wall of a step of the slider by week, one request after another, once the first step has been made."""
    for measure in ("density", "count", "rate"):
        weeks = (f"{year}-W{week:02}" for year in (2024, 2025) for week in range(2, 50))
        client.get(f"/heat?period=all&measure={measure}&week={next(weeks)}")
        step(client, measure, next(weeks))
        times = [seconds(lambda week=week: step(client, measure, week)) for week in itertools.islice(weeks, 2 * rounds)]  # noqa: B023
        print(f"  a week further, {measure:8} {np.median(times):8.4f} s ({min(times):.4f}-{max(times):.4f})")


def step(client: FlaskClient, measure: str, week: str) -> None:
    """What the page asks for when the slider moves: figures, and colours of grids or pictures of tiles."""
    query = f"?period=all&measure={measure}&week={week}"
    colours = tiles() if measure == "density" else ["/heat/grids.json"]
    for address in ["/heat/figures", *colours]:
        fetch(client, address + query)


def visit(client: FlaskClient, first_day: date) -> int:
    """Page, choropleth data and the heat tiles of one view; bytes of all answers."""
    return sum(fetch(client, f"{address}?from={first_day}") for address in ["/heat", "/heat/grids.json", *tiles()])


def tiles() -> list[str]:
    """The heat tiles of one view."""
    across = int((CENTRE[0] / 360 + 0.5) * 2**VIEW_ZOOM)
    down = int((0.5 - np.arcsinh(np.tan(np.radians(CENTRE[1]))) / (2 * np.pi)) * 2**VIEW_ZOOM)
    columns, rows = VIEW_TILES
    return [
        f"/tiles/heat/{VIEW_ZOOM}/{across + x - columns // 2}/{down + y - rows // 2}.png"
        for x in range(columns)
        for y in range(rows)
    ]


def fetch(client: FlaskClient, address: str) -> int:
    """Bytes of an answer."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return len(answer.data)


def signed_in(settings: Settings) -> FlaskClient:
    app = create_app(settings)
    # Logged as in service, but not onto the figures.
    logging.getLogger("web.request").propagate = False
    client = app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    if found is None:
        raise RuntimeError("no sign-in form")
    client.post("/sign-in", data={"csrf_token": found[1], "name": "leader", "password": PASSWORD})
    return client


def seconds(action: object) -> float:
    started = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - started
