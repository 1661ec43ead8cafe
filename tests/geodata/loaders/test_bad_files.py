"""Every way in which a file as a whole is of no use: a clear message, never a traceback."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from openpyxl import Workbook

from geodata.loaders import errors
from tests.geodata.loaders.conftest import Load

SQUARE = shapely.box(111.70, 40.80, 111.71, 40.81)


def _grids(path: Path, shapes: list[object], crs: str | None = "EPSG:4326", layer: str | None = None) -> Path:
    frame = gpd.GeoDataFrame({"code": [f"g{n}" for n in range(len(shapes))]}, geometry=shapes, crs=crs)
    frame.to_file(path, **({"layer": layer} if layer else {}))
    return path


def test_a_missing_file_is_named(load: Load, tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissing, match=r"nowhere\.csv"):
        load("divisions", tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "name", ["empty.csv", "empty.gpkg", "empty.parquet", "empty.xlsx", "empty.zip", "empty.osm.pbf"]
)
def test_a_file_without_bytes_is_empty(load: Load, tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(errors.FileEmpty, match=name):
        load("roads", tmp_path / name)


@pytest.mark.parametrize("text", ["code,name\n", "\n\n", "code,name\n,\n\n"])
def test_a_table_without_rows_is_empty(load: Load, tmp_path: Path, text: str) -> None:
    (tmp_path / "rows.csv").write_text(text)
    with pytest.raises(errors.FileEmpty):
        load("divisions", tmp_path / "rows.csv")


@pytest.mark.parametrize(
    "name", ["bad.gpkg", "bad.geojson", "bad.shp", "bad.parquet", "bad.xlsx", "bad.zip", "bad.osm.pbf"]
)
def test_a_corrupt_file_is_told(load: Load, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is not what the name says" * 40)
    with pytest.raises(errors.FileUnreadable, match=name) as caught:
        load("roads", tmp_path / name)
    assert str(tmp_path) not in caught.value.text("zh")


def test_a_truncated_geopackage_is_told(load: Load, tmp_path: Path) -> None:
    whole = _grids(tmp_path / "whole.gpkg", [SQUARE]).read_bytes()
    (tmp_path / "half.gpkg").write_bytes(whole[: len(whole) // 3])
    with pytest.raises(errors.FileUnreadable, match="half"):
        load("grids", tmp_path / "half.gpkg")


def test_an_open_quote_in_a_csv_is_told(load: Load, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('code,name\n1501,"Hohhot\n')
    with pytest.raises(errors.FileUnreadable):
        load("divisions", tmp_path / "rows.csv")


def test_an_unknown_format_lists_the_known_ones(load: Load, tmp_path: Path) -> None:
    (tmp_path / "grids.dwg").write_text("x")
    with pytest.raises(errors.FormatUnknown, match=r"\.gpkg"):
        load("grids", tmp_path / "grids.dwg")


def test_a_wrong_layer_lists_those_there_are(load: Load, tmp_path: Path) -> None:
    path = _grids(tmp_path / "a.gpkg", [SQUARE], layer="one")
    with pytest.raises(errors.LayerUnknown, match="it has: one"):
        load("grids", path, layer="two")


def test_several_layers_need_a_choice_unless_one_bears_the_kind(load: Load, tmp_path: Path) -> None:
    path = _grids(tmp_path / "a.gpkg", [SQUARE], layer="one")
    _grids(path, [SQUARE], layer="two")
    with pytest.raises(errors.LayerAmbiguous, match="one, two"):
        load("grids", path)
    _grids(path, [SQUARE], layer="grids")
    assert load("grids", path).new == 1


def test_a_wrong_sheet_lists_those_there_are(load: Load, tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "社区"
    book.active.append(["code", "name"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(errors.LayerUnknown, match="社区"):
        load("divisions", tmp_path / "a.xlsx", layer="街道")


def test_bytes_in_no_known_encoding_are_told(load: Load, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"code,name\n1501,\xff\xff\xff\n")
    with pytest.raises(errors.EncodingUnknown, match="byte 15"):
        load("divisions", tmp_path / "rows.csv")
    with pytest.raises(errors.EncodingWrong, match="utf-8"):
        load("divisions", tmp_path / "rows.csv", encoding="utf-8")
    with pytest.raises(errors.EncodingWrong, match="klingon"):
        load("divisions", tmp_path / "rows.csv", encoding="klingon")


def test_a_missing_column_lists_the_columns(load: Load, csv: Callable[..., Path]) -> None:
    with pytest.raises(errors.ColumnMissing, match=r"“name”.*: code, colour\.") as caught:
        load("divisions", csv(code=["1501"], colour=["red"]))
    assert caught.value.field == "name"
    assert "--map name=列名" in caught.value.text("zh")


def test_a_mapped_column_must_exist_and_a_mapped_field_too(load: Load, csv: Callable[..., Path]) -> None:
    path = csv(code=["1501"], name=["Hohhot"])
    with pytest.raises(errors.ColumnUnknown, match=r"no column “number”.*code, name"):
        load("divisions", path, mapping={"code": "number"})
    with pytest.raises(errors.FieldUnknown, match="parent_code"):
        load("divisions", path, mapping={"colour": "name"})


def test_a_table_cannot_be_grids_without_shapes(load: Load, csv: Callable[..., Path]) -> None:
    with pytest.raises(errors.GeometryColumnMissing, match="WKT"):
        load("grids", csv(code=["a"], name=["b"]))


def test_feet_labelled_as_degrees_are_told(load: Load, tmp_path: Path) -> None:
    path = _grids(tmp_path / "feet.geojson", [shapely.box(1170000, 1900000, 1171000.5, 1901000)])
    with pytest.raises(
        errors.NotDegrees, match=r"\(1171000.5, 1900000\) are no degrees.*EPSG:4326.*feet.*--crs"
    ) as caught:
        load("grids", path)
    assert "英尺" in caught.value.text("zh")
    assert load("grids", path, crs="EPSG:3435").new == 1


def test_degrees_labelled_as_metres_are_told(load: Load, tmp_path: Path) -> None:
    path = _grids(tmp_path / "metres.gpkg", [SQUARE], crs="EPSG:4546")
    with pytest.raises(errors.NotMetres, match=r"look like degrees.*EPSG:4546"):
        load("grids", path)
    assert load("grids", path, crs="EPSG:4326").new == 1


def test_swapped_axes_are_told(load: Load, tmp_path: Path) -> None:
    path = _grids(tmp_path / "swapped.geojson", [shapely.box(40.80, 111.70, 40.81, 111.71)])
    with pytest.raises(errors.AxesSwapped, match="--swap-axes"):
        load("grids", path)
    assert load("grids", path, swap_axes=True).new == 1


def test_an_unknown_reference_system_or_zone_is_told(load: Load, tmp_path: Path, csv: Callable[..., Path]) -> None:
    path = _grids(tmp_path / "a.gpkg", [SQUARE])
    with pytest.raises(errors.CrsUnknown, match="EPSG:99999999"):
        load("grids", path, crs="EPSG:99999999")
    with pytest.raises(errors.ZoneUnknown, match="Mars/Olympus"):
        load("reports", csv(lon=[111.7], lat=[40.8], time=["2026-01-01"]), time_zone="Mars/Olympus")


def test_an_extract_holds_no_households(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.osm.pbf").write_bytes(b"x")
    with pytest.raises(errors.FormatNotForKind, match="roads, buildings, landcover"):
        load("households", tmp_path / "a.osm.pbf")


def _zip_with_broken_data(path: Path) -> Path:
    import zipfile

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", "code,name\n" + "150105,x\n" * 500)
    content = bytearray(path.read_bytes())
    content[42:60] = b"\xff" * 18
    path.write_bytes(content)
    return path


def _workbook_with_broken_sheet(path: Path, cell: bytes, instead: bytes) -> Path:
    import zipfile

    book = Workbook()
    book.active.append(["code", "name"])
    book.active.append([150105, "x"])
    book.save(path.with_suffix(".tmp"))
    with zipfile.ZipFile(path.with_suffix(".tmp")) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(cell, instead) if "sheet1" in name else content)
    return path


def test_damage_that_shows_late_is_told(load: Load, tmp_path: Path) -> None:
    files = [
        _zip_with_broken_data(tmp_path / "broken.zip"),
        _workbook_with_broken_sheet(tmp_path / "cut.xlsx", b"</sheetData>", b"<c"),
        _workbook_with_broken_sheet(tmp_path / "number.xlsx", b"<v>150105</v>", b"<v>zz</v>"),
    ]
    for file in files:
        with pytest.raises(errors.FileUnreadable, match=file.name):
            load("divisions", file)


@pytest.mark.parametrize("name", ["hex", "zlib", "rot13", "nonsense"])
@pytest.mark.parametrize("file", ["rows.csv", "rows.geojson"])
def test_an_encoding_that_is_none_of_text_is_refused(load: Load, tmp_path: Path, name: str, file: str) -> None:
    (tmp_path / file).write_text("code,name\n150105,x\n")
    with pytest.raises(errors.EncodingWrong, match=name):
        load("divisions", tmp_path / file, encoding=name)


@pytest.mark.parametrize("crs", ["EPSG:5773", "EPSG:4978", "nonsense", ""])
def test_a_reference_system_without_two_axes_on_the_ground_is_refused(load: Load, tmp_path: Path, crs: str) -> None:
    with pytest.raises(errors.CrsUnknown):
        load("grids", _grids(tmp_path / "grids.gpkg", [SQUARE]), crs=crs)
