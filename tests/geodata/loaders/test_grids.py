from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Connection, text

from geodata.days import today
from geodata.settings import Settings
from geodata.versions import layer_versions
from gridmap.datum import from_wgs84
from tests.geodata.cities import COMMUNITY, insert_divisions
from tests.geodata.loaders.conftest import Load, counts, reasons

A = shapely.box(111.70, 40.80, 111.71, 40.81)
B = shapely.box(111.70, 40.80, 111.72, 40.81)
C = shapely.box(111.70, 40.80, 111.73, 40.81)


@pytest.fixture
def grid_file(tmp_path: Path) -> Callable[..., Path]:
    def write(shapes: list[Any], codes: list[str] | None = None, **columns: list[Any]) -> Path:
        codes = codes or [f"g{n}" for n in range(len(shapes))]
        path = tmp_path / "grids.parquet"
        gpd.GeoDataFrame({"code": codes, **columns}, geometry=shapes, crs="EPSG:4326").to_parquet(path)
        return path

    return write


def editions(conn: Connection) -> list[tuple[date | None, date | None, float]]:
    """First day, end and width of each edition in order."""
    rows = conn.execute(
        text(
            "SELECT lower(valid), upper(valid), round((ST_XMax(geom) - 111.7)::numeric, 3)::float FROM grid ORDER BY 1 NULLS FIRST"
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_a_first_edition_has_no_first_day_and_loads_once(
    load: Load, grid_file: Callable[..., Path], conn: Connection
) -> None:
    assert counts(load("grids", grid_file([A]))) == (1, 0, 0, 0)
    version = layer_versions(conn)["grid"]
    assert counts(load("grids", grid_file([A]))) == (0, 0, 1, 0)
    assert editions(conn) == [(None, None, 0.01)]
    assert layer_versions(conn)["grid"] == version


def test_a_new_boundary_ends_the_old_edition_on_the_day_given(
    load: Load, grid_file: Callable[..., Path], conn: Connection
) -> None:
    load("grids", grid_file([A], name=["东"]))
    day = date(2026, 10, 1)
    assert counts(load("grids", grid_file([B]), valid_from=day)) == (0, 1, 0, 0)
    assert editions(conn) == [(None, day, 0.01), (day, None, 0.02)]
    assert list(conn.scalars(text("SELECT name FROM grid"))) == ["东", "东"]
    assert counts(load("grids", grid_file([B]), valid_from=day)) == (0, 0, 1, 0)
    # The same day again: the edition is replaced in place.
    assert counts(load("grids", grid_file([C]), valid_from=day)) == (0, 1, 0, 0)
    assert editions(conn) == [(None, day, 0.01), (day, None, 0.03)]


def test_without_a_day_a_new_boundary_starts_today(
    load: Load, grid_file: Callable[..., Path], conn: Connection, settings: Settings
) -> None:
    load("grids", grid_file([A]))
    load("grids", grid_file([B]))
    now = today(settings.zone)
    assert editions(conn) == [(None, now, 0.01), (now, None, 0.02)]


def test_attributes_alone_change_in_place(load: Load, grid_file: Callable[..., Path], conn: Connection) -> None:
    load("grids", grid_file([A], name=["东"], kind=["综合网格"]))
    assert counts(load("grids", grid_file([A], name=["西"]))) == (0, 1, 0, 0)
    assert editions(conn) == [(None, None, 0.01)]
    assert tuple(conn.execute(text("SELECT name, kind FROM grid")).one()) == ("西", "general")


def test_editions_in_one_file_follow_each_other(load: Load, grid_file: Callable[..., Path], conn: Connection) -> None:
    path = grid_file([B, A], ["g", "g"], valid_from=["2026-03-01", "2025-01-01"])
    assert counts(load("grids", path)) == (1, 1, 0, 0)
    assert editions(conn) == [(date(2025, 1, 1), date(2026, 3, 1), 0.01), (date(2026, 3, 1), None, 0.02)]
    assert counts(load("grids", path)) == (0, 0, 2, 0)


def test_retired_codes_are_never_used_again(load: Load, grid_file: Callable[..., Path]) -> None:
    load("grids", grid_file([A], valid_from=["2025-01-01"], valid_to=["2025-06-01"]))
    assert reasons(load("grids", grid_file([B]))) == [(1, "grid_retired")]
    early = load("grids", grid_file([B]), valid_from=date(2024, 1, 1))
    assert reasons(early) == [(1, "grid_before_first")]


def test_an_end_before_the_start_is_rejected(load: Load, grid_file: Callable[..., Path]) -> None:
    path = grid_file([A], valid_from=["2025-06-01"], valid_to=["2025-01-01"])
    assert reasons(load("grids", path)) == [(1, "days_reversed")]


def test_a_future_edition_leaves_today_alone(
    load: Load, grid_file: Callable[..., Path], conn: Connection, settings: Settings
) -> None:
    load("grids", grid_file([A]))
    later = today(settings.zone) + timedelta(days=30)
    load("grids", grid_file([B]), valid_from=later)
    assert editions(conn) == [(None, later, 0.01), (later, None, 0.02)]
    assert counts(load("grids", grid_file([A]))) == (0, 0, 1, 0)


def test_communities_come_from_the_code_or_must_exist(
    load: Load, grid_file: Callable[..., Path], conn: Connection
) -> None:
    insert_divisions(conn)
    load("grids", grid_file([A], [COMMUNITY + "001"]))
    assert conn.scalar(text("SELECT community_code FROM grid")) == COMMUNITY
    summary = load("grids", grid_file([A, B], ["x", "y"], 社区编码=["150105001999", "150105"]))
    assert reasons(summary) == [(1, "parent_missing"), (2, "code_malformed")]


def test_polygons_in_gcj02_land_where_they_belong(load: Load, grid_file: Callable[..., Path], conn: Connection) -> None:
    moved = shapely.transform(A, lambda xy: __import__("numpy").column_stack(from_wgs84(xy[:, 0], xy[:, 1], "gcj02")))
    load("grids", grid_file([moved]), datum="gcj02")
    found = shapely.from_wkb(bytes(conn.scalar(text("SELECT ST_AsBinary(geom) FROM grid"))))
    assert shapely.hausdorff_distance(found, A) < 1e-8


def test_any_reference_system_is_transformed(load: Load, tmp_path: Path, conn: Connection) -> None:
    gpd.GeoDataFrame({"code": ["a"]}, geometry=[A], crs="EPSG:4326").to_crs("EPSG:4546").to_file(tmp_path / "g.gpkg")
    load("grids", tmp_path / "g.gpkg")
    found = shapely.from_wkb(bytes(conn.scalar(text("SELECT ST_AsBinary(geom) FROM grid"))))
    assert shapely.hausdorff_distance(found, A) < 1e-7


def test_a_chinese_shapefile_without_a_code_page(load: Load, tmp_path: Path, conn: Connection) -> None:
    frame = gpd.GeoDataFrame({"编码": ["a1"], "名称": ["仕奇东网格"]}, geometry=[A], crs="EPSG:4326")
    frame.to_file(tmp_path / "grids.shp", encoding="GB18030")
    (tmp_path / "grids.cpg").unlink(missing_ok=True)
    assert load("grids", tmp_path / "grids.shp").new == 1
    assert tuple(conn.execute(text("SELECT code, name FROM grid")).one()) == ("a1", "仕奇东网格")


def test_a_zipped_shapefile(load: Load, tmp_path: Path) -> None:
    import zipfile

    gpd.GeoDataFrame({"code": ["a1"]}, geometry=[A], crs="EPSG:4326").to_file(tmp_path / "grids.shp")
    with zipfile.ZipFile(tmp_path / "grids.zip", "w") as archive:
        for part in tmp_path.glob("grids.???"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert load("grids", tmp_path / "grids.zip").new == 1
