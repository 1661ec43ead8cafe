"""Compounds, buildings, stairwells, households, roads, land cover, service points."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, text

from geodata.loaders import LoadSummary, apply_frame, errors
from geodata.settings import Settings
from gridmap.datum import from_wgs84
from tests.geodata.cities import COMMUNITY
from tests.geodata.loaders.conftest import Load, counts, reasons

SQUARE = shapely.box(111.70, 40.80, 111.71, 40.81)
FOOT = shapely.box(111.7001, 40.8001, 111.7003, 40.8002)
Apply = Callable[..., LoadSummary]


@pytest.fixture
def apply(nine_grids: Connection, settings: Settings) -> Apply:
    """Load a frame from columns into the nine grids' database."""

    def run(kind: str, **columns: list[Any]) -> LoadSummary:
        return apply_frame(nine_grids, settings, kind, pd.DataFrame(columns))

    return run


def test_a_compound_with_its_building_stairwell_and_household(apply: Apply, conn: Connection) -> None:
    assert apply("compounds", code=["c1"], name=["富邦小区"], community_code=[COMMUNITY], geom=[SQUARE]).new == 1
    assert apply("buildings", code=["b1"], name=["3号楼"], compound_code=["c1"], floors=[6], geom=[FOOT]).new == 1
    assert (
        apply("stairwells", building_code=["b1", "b1"], number=[1, 2], lon=[111.7001, None], lat=[40.8001, None]).new
        == 2
    )
    homes = {"code": ["h1", "h2"], "building_code": ["b1", "b1"], "stairwell_number": ["2", None], "people": [3, None]}
    assert apply("households", **homes, care_groups=[["独居老人"], []]).new == 2
    row = conn.execute(
        text(
            "SELECT h.people, h.care_groups, s.number, c.name FROM household h JOIN building b ON b.id = h.building_id "
            "JOIN compound c ON c.id = b.compound_id LEFT JOIN stairwell s ON s.id = h.stairwell_id ORDER BY h.code"
        )
    ).all()
    assert [tuple(each) for each in row] == [(3, ["独居老人"], "2", "富邦小区"), (0, [], None, "富邦小区")]
    again = apply("households", **homes, care_groups=[["独居老人"], []])
    assert counts(again) == (0, 0, 2, 0)


def test_other_names_of_compounds_are_a_list(apply: Apply, conn: Connection) -> None:
    columns = {"code": ["c1", "c2"], "name": ["富邦小区", "金桥花园"], "geom": [SQUARE, SQUARE]}
    assert apply("compounds", **columns, 曾用名=["纺织厂家属院、三毛宿舍；", None]).new == 2
    names = text("SELECT aliases FROM compound ORDER BY code")
    assert list(conn.scalars(names)) == [["纺织厂家属院", "三毛宿舍"], []]
    assert counts(apply("compounds", **columns)) == (0, 0, 2, 0), "a file without the column takes no name away"
    assert apply("compounds", **columns, aliases=["", ""]).changed == 1
    assert list(conn.scalars(names)) == [[], []]


def test_parents_must_exist(apply: Apply) -> None:
    assert reasons(apply("buildings", code=["b"], compound_code=["nowhere"], geom=[FOOT])) == [(1, "parent_missing")]
    assert reasons(apply("stairwells", building_code=["nowhere"], number=["1"])) == [(1, "parent_missing")]
    apply("buildings", code=["b1"], geom=[FOOT])
    summary = apply("households", code=["h1"], building_code=["b1"], stairwell_number=["9"])
    assert reasons(summary) == [(1, "parent_missing")]


def test_messages_about_households_show_nothing_of_them(apply: Apply) -> None:
    apply("buildings", code=["b1"], geom=[FOOT])
    summary = apply("households", code=["h1", "h2"], building_code=["b1", "b1"], people=["张三一家", 400], floor=[1, 2])
    assert reasons(summary) == [(1, "not_a_number"), (2, "number_out_of_range")]
    told = "\n".join([*summary.lines("zh"), *summary.lines("en")])
    assert "张三" not in told
    assert "400" not in told
    assert "h1" in told


def test_columns_that_a_file_lacks_are_left_alone_and_empty_cells_empty_them(apply: Apply, conn: Connection) -> None:
    apply("buildings", code=["b1"], name=["3号楼"], floors=[6], geom=[FOOT])
    assert counts(apply("buildings", code=["b1"], floors=[7], geom=[FOOT])) == (0, 1, 0, 0)
    assert tuple(conn.execute(text("SELECT name, floors FROM building")).one()) == ("3号楼", 7)
    apply("buildings", code=["b1"], name=[None], floors=[None], geom=[FOOT])
    assert tuple(conn.execute(text("SELECT name, floors FROM building")).one()) == ("", None)


def test_without_codes_the_source_id_serves_else_the_shape(apply: Apply, conn: Connection) -> None:
    line = shapely.LineString([(111.7, 40.8), (111.71, 40.81)])
    other = shapely.LineString([(111.7, 40.8), (111.71, 40.80)])
    assert apply("roads", osm_id=[7, 8], geom=[line, other]).new == 2
    assert set(conn.scalars(text("SELECT code FROM road"))) == {"7", "8"}
    first = apply("roads", geom=[line, other, line])
    assert counts(first) == (2, 0, 0, 1)
    assert reasons(first) == [(3, "duplicate_geometry")]
    assert "codes_from_shapes" in {note.code for note in first.notes}
    assert counts(apply("roads", geom=[other, line])) == (0, 0, 2, 0)


def test_classes_of_roads_are_translated_and_unknown_ones_told(apply: Apply, conn: Connection) -> None:
    lines = [shapely.LineString([(111.7, 40.8), (111.71, 40.8 + n / 1000)]) for n in range(5)]
    summary = apply(
        "roads", code=list("abcde"), highway=["primary_link", "主干路", "footway", "ferry", None], geom=lines
    )
    assert list(conn.scalars(text("SELECT class FROM road ORDER BY code"))) == [
        "primary",
        "primary",
        "path",
        "unclassified",
        "unclassified",
    ]
    assert "words_unknown" in {note.code for note in summary.notes}


def test_landcover_takes_its_kind_from_a_column_an_option_or_the_name(
    load: Load, tmp_path: Path, conn: Connection
) -> None:
    frame = gpd.GeoDataFrame(geometry=[SQUARE, shapely.LineString([(111.7, 40.8), (111.8, 40.9)])], crs="EPSG:4326")
    frame.to_file(tmp_path / "water.geojson")
    assert counts(load("landcover", tmp_path / "water.geojson")) == (2, 0, 0, 0)
    assert set(conn.scalars(text("SELECT kind FROM landcover"))) == {"water"}
    frame.to_file(tmp_path / "things.geojson")
    with pytest.raises(errors.ColumnMissing, match="kind"):
        load("landcover", tmp_path / "things.geojson")
    assert counts(load("landcover", tmp_path / "things.geojson", constants={"kind": "绿地"})) == (0, 2, 0, 0)


def test_service_points_from_a_table(load: Load, csv: Callable[..., Path], conn: Connection) -> None:
    columns = {"名称": ["党群服务中心"], "经度": ["111.7"], "纬度": ["40.8"], "类别": ["hall"], "电话": ["0471-123"]}
    assert load("service-points", csv(**columns)).new == 1
    assert counts(load("service-points", csv(**columns))) == (0, 0, 1, 0)
    assert tuple(conn.execute(text("SELECT name, kind, phone, ST_X(geom) FROM service_point")).one()) == (
        "党群服务中心",
        "hall",
        "0471-123",
        111.7,
    )


def test_a_batch_in_another_datum_is_told_loudly_and_left_as_it_is(nine_grids: Connection, settings: Settings) -> None:
    lon = [111.7005 + n / 1000 for n in range(29)]
    lat = [40.8005 + n / 1000 for n in range(29)]
    x, y = from_wgs84(lon, lat, "bd09")
    frame = pd.DataFrame({"code": range(29), "lon": x, "lat": y})
    summary = apply_frame(nine_grids, settings, "service_points", frame)
    warning = next(note for note in summary.notes if note.code == "datum_suspect")
    assert warning.loud
    assert "bd09" in warning.text("zh")
    assert "--datum bd09" in warning.text("en")
    assert any(line.startswith("!! ") for line in summary.lines("zh"))
    right = apply_frame(
        nine_grids, settings, "service-points", pd.DataFrame({"code": range(29), "lon": lon, "lat": lat})
    )
    assert not [note for note in right.notes if note.loud]


def test_an_unknown_kind_lists_the_known_ones(conn: Connection, settings: Settings) -> None:
    with pytest.raises(errors.KindUnknown, match="service-points"):
        apply_frame(conn, settings, "trees", pd.DataFrame())
