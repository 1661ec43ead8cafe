"""The engines that assign points to grids in this process: ours, geopandas, shapely, DuckDB, SedonaDB."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmap.assignment import GridIndex

Floats = NDArray[np.float64]
Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]  # points and the grids that an engine gives them
TWO_THREADS = "gridmap, 2 threads"
COMMON_PEER = "geopandas sjoin(within)"
JOIN = "SELECT points.point, grids.grid FROM points JOIN grids ON ST_Covers(grids.geometry, points.geometry)"


def nothing() -> None:
    """Nothing to do before a run."""


@dataclass(frozen=True)
class Engine:
    """How one engine assigns. `run` is timed; `pairs` reads its answer afterwards; `before` makes ready for a run."""

    name: str
    run: Callable[[], Any]
    pairs: Callable[[Any], Pairs]
    clock: Callable[[], float] = time.process_time
    before: Callable[[], object] = nothing


@dataclass(frozen=True)
class Places:
    """What all engines get: grids, our index of them, and points."""

    cells: NDArray[np.object_]
    index: GridIndex
    lon: Floats
    lat: Floats


def gridmap(places: Places) -> Iterator[Engine]:
    """Ours, on one thread and on two."""

    def pairs(owners: NDArray[np.int64]) -> Pairs:
        owned = np.flatnonzero(owners >= 0)
        return owned, owners[owned]

    yield Engine("gridmap", lambda: places.index.locate(places.lon, places.lat), pairs)
    yield Engine(TWO_THREADS, lambda: places.index.locate(places.lon, places.lat, threads=2), pairs)


def explained(places: Places) -> Iterator[Engine]:
    """Ours with reasons and distances."""

    def pairs(located: Any) -> Pairs:
        owned = np.flatnonzero(located.position >= 0)
        return owned, located.position[owned]

    yield Engine(
        "gridmap, with reason and distance", lambda: places.index.locate_explained(places.lon, places.lat), pairs
    )


def frames(places: Places) -> Iterator[Engine]:
    """geopandas, with its points and grids made before."""
    points = geopandas.GeoDataFrame(geometry=shapely.points(places.lon, places.lat), crs="EPSG:4326")
    grids = geopandas.GeoDataFrame(geometry=places.cells, crs="EPSG:4326")
    yield Engine(
        COMMON_PEER,
        lambda: geopandas.sjoin(points, grids, predicate="within"),
        lambda joined: (joined.index.to_numpy(), joined["index_right"].to_numpy()),
    )


def tree(places: Places) -> Iterator[Engine]:
    """A tree over points asked for polygons, which is shapely's fastest way; made within the time."""
    points = shapely.points(places.lon, places.lat)
    yield Engine(
        "shapely STRtree(points).query(grids, covers)",
        lambda: shapely.STRtree(points).query(places.cells, predicate="covers"),
        lambda found: (found[1], found[0]),
    )


def duckdb(places: Places) -> Iterator[Engine]:
    """DuckDB on one thread, tables in memory; the extension comes from its package, never from the net."""
    if missing("duckdb", "duckdb_extension_spatial"):
        return
    import duckdb as database
    import duckdb_extension_spatial as extension

    # A package without code of its own may have no file.
    folder = Path(next(iter(extension.__path__))) / f"extensions/v{database.__version__}"
    conn = database.connect(
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    conn.load_extension(str(folder / "spatial.duckdb_extension"))
    conn.execute("SET enable_progress_bar = false")
    conn.register("polygons", pd.DataFrame({"grid": range(len(places.cells)), "wkb": shapely.to_wkb(places.cells)}))
    conn.register(
        "coordinates", pd.DataFrame({"lon": places.lon, "lat": places.lat}).rename_axis("point").reset_index()
    )
    conn.execute("CREATE TABLE grids AS SELECT grid, ST_GeomFromWKB(wkb::BLOB) AS geometry FROM polygons")
    conn.execute("CREATE TABLE points AS SELECT point, ST_Point(lon, lat) AS geometry FROM coordinates")
    yield Engine(
        "DuckDB spatial, 1 thread",
        lambda: conn.execute(JOIN).fetchnumpy(),
        lambda found: (found["point"], found["grid"]),
    )


def sedonadb(places: Places) -> Iterator[Engine]:
    """SedonaDB on one partition, tables in memory."""
    if missing("sedonadb"):
        return
    import pyarrow
    import sedonadb as database

    session = database.connect()
    session.sql("SET datafusion.execution.target_partitions = 1").execute()
    points = geopandas.GeoDataFrame(
        {"point": np.arange(places.lon.size)}, geometry=shapely.points(places.lon, places.lat)
    )
    grids = geopandas.GeoDataFrame({"grid": np.arange(len(places.cells))}, geometry=places.cells)
    session.create_data_frame(points).to_memtable().to_view("points", overwrite=True)
    session.create_data_frame(grids).to_memtable().to_view("grids", overwrite=True)
    yield Engine(
        "SedonaDB, 1 partition",
        lambda: pyarrow.RecordBatchReader.from_stream(session.sql(JOIN)).read_all(),
        lambda table: (table["point"].to_numpy(), table["grid"].to_numpy()),
    )


def missing(*packages: str) -> bool:
    """Whether a package that an engine needs is not installed; says so."""
    absent = [package for package in packages if find_spec(package) is None]
    if absent:
        print(f"  left out, not installed: {', '.join(absent)}")
    return bool(absent)
