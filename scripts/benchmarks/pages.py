"""Every page, tile and the filing of a report under 20 people at a time, on the demo city; tiles also beside tipg."""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.pool import NullPool

from geodata.account_areas import set_areas
from geodata.accounts import account_by_name, add_account
from geodata.cluster import Cluster
from geodata.demo import make_city
from geodata.demo.sample import load_city, occupied_by
from geodata.migrations import upgrade
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import account, division, grid, report
from geodata.tokens import issue_token
from scripts.benchmarks.crowd import Act, Person, Waits, measure

NEEDS_BENCH_EXTRA = True
PASSWORD = "a long enough password"
#: Role and level of area of the people, in turn: a morning with more workers than leaders.
ROLES = (
    ("grid_worker", "grid"), ("community_secretary", "community"), ("grid_worker", "grid"), ("street_officer", "street"),
    ("community_secretary", "community"), ("grid_worker", "grid"), ("leader", "district"), ("dispatcher", "city"),
    ("street_officer", "street"), ("leader", "city"),
)  # fmt: skip
#: Our layers of tiles, the tables in them, which tipg serves one by one, and zooms at which both show all of them.
LAYERS = {"grids": (("grid",), (12, 14, 16)), "base": (("landcover", "compound", "building", "road"), (14, 16))}
HEAT_ZOOMS = (12, 14, 16)
_COLUMNS = f"  {'':34} {'per s':>8} {'median ms':>9} {'99 % ms':>9} {'longest':>9} {'kB':>9}"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the people ask for: middles of grids, references of reports, words to search, days that have reports."""

    middles: np.ndarray
    reports: list[str]
    words: list[str]
    categories: list[str]
    last: date


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench pages", description=__doc__)
    parser.add_argument("--size", default="city", help="size of the demo city (default city)")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each page")
    parser.add_argument("--only", help="pages whose name holds this")
    parser.add_argument("--no-peer", action="store_true", help="leave tipg out")
    parser.add_argument("--home", type=Path, help="keep the city here, for another run (default: a temporary folder)")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="gridmap-pages-") as temporary:
        home = options.home or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o755)
        cluster = Cluster(home / "cluster", port=_free_port())
        cluster.start(die_with_parent=True)
        try:
            run(cluster, home, options)
        finally:
            cluster.stop()
    return 0


def run(cluster: Cluster, home: Path, options: argparse.Namespace) -> None:
    if not cluster.has_database("gridmap"):
        cluster.create_database("gridmap")
    settings = Settings(home=home, database_url=cluster.url("gridmap"), requests_per_minute=10**9)
    engine = create_engine(settings.database_url, poolclass=NullPool)
    fill(engine, settings, options.size)
    with engine.begin() as conn:
        ground = survey(conn)
        names = add_people(conn, options.people)
        token = issue_token(conn, account_by_name(conn, next(iter(names))).id, "bench")
    open_snapshot(engine, settings)
    port = _free_port()
    with served(settings, port):
        people = [
            Person("127.0.0.1", port, np.random.default_rng(i), area=area) for i, area in enumerate(names.values())
        ]
        for person, name in zip(people, names, strict=True):
            person.sign_in(name, PASSWORD)
        programs = [
            Person("127.0.0.1", port, person.rng, headers={"Authorization": f"Bearer {token}"}) for person in people
        ]
        print(f"{len(people)} people who ask again at once, {options.seconds:g} s each, 2 server processes\n{_COLUMNS}")
        for name, act in acts(ground).items():
            if not options.only or options.only in name:
                _told(name, measure(people, act, options.seconds))
        if not options.only or options.only in "file a report":
            _told("file a report", measure(programs, filing(ground), options.seconds, good=(201,)))
        beside_tipg(cluster, people, ground, options)


def fill(engine: Engine, settings: Settings, size: str) -> None:
    """The demo city, unless it is there from an earlier run."""
    with engine.begin() as conn:
        upgrade(conn)
        if occupied_by(conn):
            return
    started = time.monotonic()
    city = make_city(1, size, date(2026, 11, 21))
    made = time.monotonic() - started
    with engine.begin() as conn:
        load_city(conn, settings, city)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("VACUUM ANALYZE")
    counts = ", ".join(f"{len(frame):,} {kind}" for kind, frame in city.frames().items())
    print(f"size {size}: {counts}; made in {made:.0f} s, in all {time.monotonic() - started:.0f} s")


def survey(conn: Connection) -> Ground:
    middle = func.ST_PointOnSurface(grid.c.geom)
    middles = conn.execute(select(func.ST_X(middle), func.ST_Y(middle)).order_by(func.random()).limit(2000)).all()
    found = conn.execute(select(report.c.ref).order_by(func.random()).limit(2000)).scalars()
    names = conn.execute(select(division.c.name).where(division.c.level.in_(("street", "community")))).scalars()
    last = conn.scalar(select(func.max(report.c.occurred_at)))
    kinds = conn.execute(select(report.c.category).group_by(report.c.category)).scalars()
    assert last is not None
    return Ground(
        np.array(middles, dtype=float),
        [str(ref) for ref in found],
        [name[:3] for name in names],
        sorted(kinds),
        last.date(),
    )


def add_people(conn: Connection, count: int) -> dict[str, str]:
    """Accounts of many roles and areas, the area by name of the account."""
    codes = {
        level: list(conn.scalars(select(division.c.code).where(division.c.level == level).order_by(func.random())))
        for level in ("district", "street", "community")
    }
    codes["grid"] = list(conn.scalars(select(grid.c.code).order_by(func.random()).limit(500)))
    found = {}
    for number in range(count):
        role, level = ROLES[number % len(ROLES)]
        name = f"bench-{number}"
        area = "" if level == "city" else codes[level][number % len(codes[level])]
        if conn.scalar(select(account.c.id).where(account.c.name == name)) is None:
            set_areas(conn, add_account(conn, name, PASSWORD, role), [area] if area else [])
        found[name] = area
    return found


def acts(ground: Ground) -> dict[str, Act]:
    """What is asked for, each time another part of the city and another period."""

    def somewhere(person: Person) -> tuple[float, float]:
        lon, lat = ground.middles[person.rng.integers(len(ground.middles))]
        return float(lon), float(lat)

    def period(person: Person) -> str:
        last = ground.last - timedelta(days=int(person.rng.integers(0, 300)))
        return f"from={last - timedelta(days=int(person.rng.choice((7, 30, 90))))}&to={last}"

    def one(values: list[str]) -> Callable[[Person], str]:
        return lambda person: values[person.rng.integers(len(values))]

    def get(make: Callable[[Person], str]) -> Act:
        return lambda person: person.ask(make(person))

    def place(person: Person) -> str:
        lon, lat = somewhere(person)
        return f"lon={lon:.6f}&lat={lat:.6f}"

    word, kind = one(ground.words), one(ground.categories)
    return {
        "今日要情 /": get(lambda _: "/"),
        "一张图 /map": get(lambda _: "/map"),
        "  search": get(lambda p: f"/map/search?q={urllib.request.quote(word(p))}"),
        "问题热图 /heat": get(lambda p: f"/heat?{period(p)}"),
        "  counts per grid": get(lambda p: f"/heat/grids.json?{period(p)}"),
        "案件 /cases": get(lambda p: f"/cases?{period(p)}"),
        "  one category": get(lambda p: f"/cases?{period(p)}&category={urllib.request.quote(kind(p))}"),
        "  all time": get(lambda _: "/cases?period=all"),
        "上报 /report": get(lambda _: "/report"),
        "网格覆盖 /coverage": get(lambda _: "/coverage"),
        "统计考评 /figures": get(lambda p: f"/figures?{period(p)}"),
        "interface: reports": get(lambda p: f"/api/v1/reports?{period(p)}&limit=100"),
        "interface: grids": get(lambda _: "/api/v1/grids?limit=100"),
    }


def filing(ground: Ground) -> Act:
    """A report as a courier's phone sends it, in GCJ-02."""

    def file(person: Person) -> tuple[int, bytes]:
        lon, lat = ground.middles[person.rng.integers(len(ground.middles))]
        body = {
            "client_key": str(uuid.uuid4()), "lon": lon, "lat": lat, "datum": "gcj02", "accuracy_m": 15,
            "category": ground.categories[person.rng.integers(len(ground.categories))], "text": "人行道上的砖松动。", "source": "patrol",
        }  # fmt: skip
        return person.ask("/api/v1/reports", method="POST", body=json.dumps(body).encode(), kind="application/json")

    return file


def beside_tipg(cluster: Cluster, people: list[Person], ground: Ground, options: argparse.Namespace) -> None:
    """Tiles, then the same tables at the same zooms from tipg."""
    if options.only and options.only not in "tiles":
        return
    ours = {}
    for layer, zoom in ((layer, zoom) for layer, (_tables, zooms) in LAYERS.items() for zoom in zooms):
        ours[layer, zoom] = measure(people, _our_tile(ground, layer, zoom), options.seconds, good=(200, 204))
        _told(f"tiles: {layer}, zoom {zoom}", ours[layer, zoom])
    for zoom in HEAT_ZOOMS:
        _told(f"tiles: heat, zoom {zoom}", measure(people, _heat_tile(ground, zoom), options.seconds))
    if options.no_peer:
        return
    port = _free_port()
    with tipg_served(cluster, port):
        visitors = [Person("127.0.0.1", port, person.rng) for person in people]
        for (layer, zoom), waits in ours.items():
            peer = measure(visitors, _tipg_tile(ground, LAYERS[layer][0], zoom), options.seconds)
            _told(f"tipg: {layer}, zoom {zoom}", peer)
            if len(peer.seconds):
                times = len(waits.seconds) / waits.lasted / (len(peer.seconds) / peer.lasted)
                print(f"  {'':34} gridmap gives {times:.1f} times as many a second")


def _our_tile(ground: Ground, layer: str, zoom: int) -> Act:
    return lambda person: person.ask(f"/tiles/{layer}/{_tile(person, ground, zoom)}.mvt")


def _heat_tile(ground: Ground, zoom: int) -> Act:
    return lambda person: person.ask(f"/tiles/heat/{_tile(person, ground, zoom)}.png")


def _tipg_tile(ground: Ground, tables: tuple[str, ...], zoom: int) -> Act:
    def ask(person: Person) -> tuple[int, bytes]:
        tile, parts = _tile(person, ground, zoom), []
        for table in tables:
            status, body = person.ask(f"/collections/public.{table}/tiles/WebMercatorQuad/{tile}")
            if status not in (200, 204):
                return status, body
            parts.append(body)
        return 200, b"".join(parts)

    return ask


def _tile(person: Person, ground: Ground, zoom: int) -> str:
    """The next tile of the person's window of 4 x 3 tiles; after the last one the map is moved somewhere else."""
    if not person.window or person.window[-1][0] != zoom:
        lon, lat = ground.middles[person.rng.integers(len(ground.middles))]
        x = int((lon / 360 + 0.5) * 2**zoom)
        y = int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**zoom)
        person.window = [(zoom, x + across, y + down) for across in range(-2, 2) for down in range(-1, 2)]
    return "/".join(map(str, person.window.pop()))


@contextmanager
def served(settings: Settings, port: int) -> Iterator[None]:
    """The service with two processes, as ``scripts/run`` starts it."""
    environment = {
        **os.environ,
        "GRIDMAP_HOME": str(settings.home),
        "GRIDMAP_DATABASE_URL": settings.database_url,
        "GRIDMAP_REQUESTS_PER_MINUTE": str(settings.requests_per_minute),
    }
    program = [str(Path(sys.executable).with_name("gridmap")), "serve", "--port", str(port)]
    with _running("gridmap serve", program, environment, f"http://127.0.0.1:{port}/healthz"):
        yield


@contextmanager
def tipg_served(cluster: Cluster, port: int) -> Iterator[None]:
    """tipg on the same database, with two processes too."""
    url = f"postgresql://gridmap:{cluster.password()}@127.0.0.1:{cluster.socket_number}/gridmap"
    program = [
        sys.executable,
        "-P",
        "-m",
        "uvicorn",
        "tipg.main:app",
        "--port",
        str(port),
        "--workers",
        "2",
        "--log-level",
        "warning",
    ]
    with _running("tipg", program, {**os.environ, "DATABASE_URL": url}, f"http://127.0.0.1:{port}/healthz"):
        yield


@contextmanager
def _running(name: str, program: list[str], environment: dict[str, str], address: str) -> Iterator[None]:
    environment.pop("PYTHONPATH", None)
    process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended with {process.returncode}") from None
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
    return number


def _told(name: str, waits: Waits) -> None:
    # A Chinese character is two columns wide on a terminal.
    wide = sum(ord(letter) > 0x2E80 for letter in name)
    print(f"  {name:{34 - wide}} {waits.line()}", flush=True)
