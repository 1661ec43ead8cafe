"""Every way in which one row is of no use: rejected with its row number and reason, the others taken."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, text

from tests.geodata.loaders.conftest import Load, counts, reasons

SQUARE = shapely.box(111.70, 40.80, 111.71, 40.81)
BOW_TIE = shapely.Polygon([(111.70, 40.80), (111.71, 40.81), (111.71, 40.80), (111.70, 40.81)])


@pytest.fixture
def shapes(tmp_path: Path) -> Callable[..., Path]:
    def write(*geometry: object, name: str = "shapes.parquet") -> Path:
        frame = gpd.GeoDataFrame(
            {"code": [f"g{n}" for n in range(len(geometry))]}, geometry=list(geometry), crs="EPSG:4326"
        )
        path = tmp_path / name
        frame.to_parquet(path) if name.endswith("parquet") else frame.to_file(path)
        return path

    return write


def test_unsuitable_shapes_are_rejected_each_with_its_reason(load: Load, shapes: Callable[..., Path]) -> None:
    with np.errstate(invalid="ignore"):
        unfinished = shapely.Polygon([(111.7, 40.8), (np.nan, 40.9), (111.8, 40.9)])
    path = shapes(
        SQUARE,
        None,
        shapely.Polygon(),
        BOW_TIE,
        shapely.Point(111.7, 40.8),
        shapely.LineString([(111.7, 40.8), (111.8, 40.9)]),
        unfinished,
        shapely.box(111.7, 40.8, 181.0, 40.9),
    )
    summary = load("grids", path)
    assert summary.new == 1
    assert reasons(summary) == [
        (2, "geometry_missing"),
        (3, "geometry_empty"),
        (4, "geometry_invalid"),
        (5, "geometry_wrong_type"),
        (6, "geometry_wrong_type"),
        (7, "geometry_not_finite"),
        (8, "off_earth"),
    ]
    assert "Self-intersection" in summary.rejects[2].reason.text("en")
    assert "Point" in summary.rejects[3].reason.text("zh")


def test_invalid_polygons_are_repaired_only_when_asked_each_listed_with_its_change(
    load: Load, shapes: Callable[..., Path]
) -> None:
    spike = shapely.Polygon(
        [(111.70, 40.80), (111.71, 40.80), (111.71, 40.81), (111.71, 40.82), (111.71, 40.81), (111.70, 40.81)]
    )
    flat = shapely.Polygon([(111.70, 40.80), (111.71, 40.80), (111.70, 40.80)])
    summary = load("grids", shapes(SQUARE, spike, BOW_TIE, flat), repair=True)
    assert counts(summary) == (3, 0, 0, 1)
    assert reasons(summary) == [(4, "geometry_unrepairable")]
    assert [repair.row for repair in summary.repairs] == [2, 3]
    first, second = summary.repairs
    assert first.area_after_m2 == pytest.approx(first.area_before_m2, rel=1e-9)
    assert second.area_after_m2 == pytest.approx(first.area_after_m2 / 2, rel=1e-3)
    assert any("m2" in line and "g2" in line for line in summary.lines("en"))


def test_heights_are_dropped_and_single_parts_become_multi(
    load: Load, shapes: Callable[..., Path], conn: Connection
) -> None:
    assert load("grids", shapes(shapely.force_3d(SQUARE, 1063.0), name="high.gpkg")).new == 1
    row = conn.execute(text("SELECT ST_GeometryType(geom), ST_NDims(geom), ST_SRID(geom) FROM grid")).one()
    assert tuple(row) == ("ST_MultiPolygon", 2, 4326)


def test_a_repeated_code_names_the_row_of_the_first(load: Load, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": [35.0, 36.0, 35.0, np.nan]}, geometry=[SQUARE] * 4, crs="EPSG:4326")
    frame.to_parquet(tmp_path / "grids.parquet")
    summary = load("grids", tmp_path / "grids.parquet")
    assert reasons(summary) == [(3, "duplicate_code"), (4, "value_missing")]
    assert summary.rejects[0].reason.text("en") == "“35” repeats the code of row 1."


def test_a_rejected_row_does_not_block_its_code(load: Load, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["a", "a"]}, geometry=[None, SQUARE], crs="EPSG:4326")
    frame.to_parquet(tmp_path / "grids.parquet")
    assert counts(load("grids", tmp_path / "grids.parquet")) == (1, 0, 0, 1)


def test_mixed_types_and_bad_numbers_are_told_by_field(load: Load, tmp_path: Path) -> None:
    values = [12, "12", " 12.0 ", "about 12", 12.5, -1, float("inf"), None, "NaN"]
    frame = pd.DataFrame(
        {"code": list("abcdefghi"), "households": pd.Series(values, dtype=object), "wkt": [SQUARE.wkt] * 9}
    )
    frame.to_excel(tmp_path / "grids.xlsx", index=False)
    summary = load("grids", tmp_path / "grids.xlsx")
    assert [(row, code) for row, code in reasons(summary) if row != 8] == [
        (5, "not_a_number"),
        (6, "not_an_integer"),
        (7, "number_out_of_range"),
        (10, "not_a_number"),
    ]
    assert "about 12" in summary.rejects[0].reason.text("zh")


def test_unreadable_shapes_in_a_column_of_text(load: Load, csv: Callable[..., Path]) -> None:
    summary = load("grids", csv(code=["a", "b", "c"], wkt=[SQUARE.wkt, "POLYGON((", None]))
    assert reasons(summary) == [(3, "geometry_unreadable"), (4, "geometry_missing")]


def test_rows_longer_than_the_header_are_kept_with_their_extra_cells(load: Load, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("code,name\n1501,Hohhot\n\n150105,Saihan,red,blue\n150104,Yuquan,\n")
    summary = load("divisions", tmp_path / "rows.csv")
    assert counts(summary) == (2, 0, 0, 1)
    assert reasons(summary) == [(4, "row_shape")]
    assert summary.rejected_rows is not None
    assert summary.rejected_rows.iloc[0]["(extra)"] == "red,blue"


def test_rejected_rows_keep_all_their_cells(load: Load, csv: Callable[..., Path]) -> None:
    summary = load("divisions", csv(code=["1501", "15x"], name=["Hohhot", "nowhere"], remark=["", "kept"]))
    assert summary.rejected_rows is not None
    row = summary.rejected_rows.iloc[0]
    assert (row["row"], row["reason"], row["code"], row["remark"]) == (3, "code_malformed", "15x", "kept")


@pytest.mark.parametrize(
    ("x", "y", "code"), [(40.8, 111.7, "axes_swapped"), (500.0, 40.8, "off_earth"), (0.0, 0.0, "null_island")]
)
def test_points_off_earth_among_good_ones(load: Load, csv: Callable[..., Path], x: float, y: float, code: str) -> None:
    summary = load("service-points", csv(code=["a", "b", "c"], lon=[111.7, x, 111.71], lat=[40.8, y, 40.81]))
    assert counts(summary) == (2, 0, 0, 1)
    assert reasons(summary) == [(3, code)]


def test_a_code_that_a_spreadsheet_rounded_is_rejected(load: Load, csv: Callable[..., Path]) -> None:
    path = csv(code=["1.50105E+14", "150105001018001", "5E3"], name=["a", "b", "c"], wkt=[SQUARE.wkt] * 3)
    summary = load("grids", path)
    assert reasons(summary) == [(2, "code_cut_short")]


def test_times_beyond_the_calendar_are_rejected(load: Load, csv: Callable[..., Path]) -> None:
    times = ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "0001-01-01", "9999-12-31", "2026-01-01"]
    path = csv(id=range(5), lon=[111.7] * 5, lat=[40.8] * 5, occurred_at=times)
    assert dict(reasons(load("reports", path))) == {
        2: "time_unreadable", 3: "time_unreadable", 4: "time_too_old", 5: "time_in_future",
    }  # fmt: skip
    path = csv(code=["a", "b"], valid_from=times[:2], wkt=[SQUARE.wkt] * 2)
    assert reasons(load("grids", path)) == [(2, "date_unreadable"), (3, "date_unreadable")]


def test_formulas_without_a_result_are_told(load: Load, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["code", "name"])
    book.active.append(["150105", '="a"&"b"'])
    book.active.append(["150106", "y"])
    book.save(tmp_path / "rows.xlsx")
    summary = load("divisions", tmp_path / "rows.xlsx")
    assert [note.loud for note in summary.notes if note.code == "formulas_uncomputed"] == [True]
    assert reasons(summary) == [(2, "value_missing")]


def test_long_cells_beside_blank_lines(load: Load, tmp_path: Path) -> None:
    ring = shapely.Point(111.7, 40.8).buffer(0.01, quad_segs=2000)
    (tmp_path / "rows.csv").write_text(f'code,name,wkt\n\na,x,"{ring.wkt}"\n')
    summary = load("grids", tmp_path / "rows.csv")
    assert counts(summary) == (1, 0, 0, 0)
    assert "columns_unused" not in [note.code for note in summary.notes]
