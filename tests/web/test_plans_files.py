"""Versions of a plan as files: what goes out comes in again; what is wrong with a file is told with its row."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from gridmap.datum import from_wgs84
from tests.geodata.cities import SOUTH, WEST
from tests.web.planned import SENT, insert_plan, version_body

Bearer = Callable[[str], dict[str, str]]
Headers = dict[str, str]
EAST_NAME, WEST_NAME, PARK_NAME = (grid["name"] for grid in SENT)


@pytest.fixture
def ref(city: Engine) -> UUID:
    with city.begin() as conn:
        return insert_plan(conn)


@pytest.fixture
def editor(bearer: Bearer) -> Headers:
    return {"Accept": "application/json", **bearer("boundary_editor")}


def sent(client: FlaskClient, ref: UUID, headers: Headers, name: str, content: bytes, **fields: str) -> Any:
    data = {"file": (io.BytesIO(content), name), "base": "1", **fields}
    return client.post(f"/plans/{ref}/import?lang=en", data=data, headers=headers)


def file_of(client: FlaskClient, ref: UUID, headers: Headers, ending: str, version: int = 1) -> bytes:
    answer = client.get(f"/plans/{ref}/versions/{version}/file.{ending}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.data


def named(found: dict[str, Any]) -> list[str | None]:
    return [None if label < 0 else found["grids"][label]["name"] for label in found["labels"]]


def box(first: float, after: float) -> shapely.Polygon:
    """Ground over the four units in a row, each of length 1."""
    return shapely.box(WEST + first * 0.01, SOUTH, WEST + after * 0.01, SOUTH + 0.01)


def collection(*shapes: Any, **columns: list[Any]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {name: values[at] for name, values in columns.items()},
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for at, shape in enumerate(shapes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_the_table_names_the_grid_of_each_unit(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    content = file_of(client, ref, editor, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["unit_id", "grid"], ["1", EAST_NAME], ["2", EAST_NAME], ["3", WEST_NAME], ["4", PARK_NAME]]


def test_no_spreadsheet_computes_a_name(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    evil = [{**SENT[0], "name": "=1+1"}, *SENT[1:]]
    client.post(f"/plans/{ref}/versions", json=version_body([0, 1, 1, 2], grids=evil), headers=editor)
    content = file_of(client, ref, editor, "csv", 2).decode("utf-8-sig")
    assert "'=1+1" in content
    assert "\n1,=1" not in content
    assert named(sent(client, ref, editor, "in.csv", content.encode(), base="2").json)[0] == "=1+1"


def test_grids_go_out_as_geojson_that_tiles(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    found = json.loads(file_of(client, ref, editor, "geojson"))
    told = [feature["properties"] for feature in found["features"]]
    assert [row["name"] for row in told] == [EAST_NAME, WEST_NAME, PARK_NAME]
    assert [row["households"] for row in told] == [610, 190, 0]
    assert [row["code"] for row in told] == [grid["code"] for grid in SENT]
    shapes = np.array([shapely.geometry.shape(feature["geometry"]) for feature in found["features"]])
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).symmetric_difference(box(0, 4)).area < 1e-9


def test_units_go_out_too(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    answer = client.get(f"/plans/{ref}/versions/1/file.geojson?layer=units", headers=editor)
    told = [feature["properties"] for feature in answer.get_json(force=True)["features"]]
    assert [(row["unit_id"], row["grid_name"]) for row in told] == [
        (1, EAST_NAME), (2, EAST_NAME), (3, WEST_NAME), (4, PARK_NAME),
    ]  # fmt: skip


def test_a_geopackage_holds_grids_and_units(client: FlaskClient, ref: UUID, editor: Headers, tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    path.write_bytes(file_of(client, ref, editor, "gpkg"))
    assert sorted(pyogrio.list_layers(path)[:, 0]) == ["grids", "units"]
    units = gpd.read_file(path, layer="units")
    assert units["households"].tolist() == [400, 210, 190, 0]
    assert units.crs.to_epsg() == 4326


def test_few_households_are_not_told_nor_what_gives_them_away(
    client: FlaskClient, city: Engine, ref: UUID, editor: Headers
) -> None:
    with city.begin() as conn:
        few = "UPDATE plan_unit SET households = 3, care = 0 WHERE number = 1 AND plan_id = (SELECT id FROM plan WHERE ref = :ref)"
        conn.execute(text(few), {"ref": ref})
    answer = client.get(f"/plans/{ref}/versions/1/file.geojson?layer=units", headers=editor)
    told = [feature["properties"] for feature in answer.get_json(force=True)["features"]]
    assert [row["households"] for row in told] == [None, None, 190, 0]
    assert [row["hours"] is None for row in told] == [True, True, False, False]


def test_an_unknown_ending_is_told(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    answer = client.get(f"/plans/{ref}/versions/1/file.dwg", headers=editor)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "unknown_format")


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg"])
def test_what_went_out_comes_in_as_it_was(client: FlaskClient, ref: UUID, editor: Headers, ending: str) -> None:
    client.post(f"/plans/{ref}/versions", json=version_body([0, -1, 1, 2]), headers=editor)
    content = file_of(client, ref, editor, ending, 2)
    answer = sent(client, ref, editor, f"plan.{ending}", content, base="2")
    assert answer.status_code == 200, answer.json
    assert named(answer.json) == [EAST_NAME, None, WEST_NAME, PARK_NAME]
    assert answer.json["remarks"] == ["1 units are in no grid."]
    saved = {
        "base": 2,
        "labels": answer.json["labels"],
        "grids": answer.json["grids"],
        "note": "",
        "made_by": "imported",
    }
    assert client.post(f"/plans/{ref}/versions", json=saved, headers=editor).status_code == 201


def test_nothing_is_saved(client: FlaskClient, city: Engine, ref: UUID, editor: Headers) -> None:
    sent(client, ref, editor, "plan.csv", file_of(client, ref, editor, "csv"))
    with city.connect() as conn:
        assert conn.scalar(text("SELECT version FROM plan WHERE ref = :ref"), {"ref": ref}) == 1


def test_a_table_from_elsewhere_is_read(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    """GB18030, semicolons, codes for names, a new grid, no heading."""
    content = f"1;甲网格\r\n2;甲网格\r\n3;{SENT[1]['code']}\r\n4;\r\n".encode("gb18030")
    found = sent(client, ref, editor, "plan.csv", content).json
    assert named(found) == ["甲网格", "甲网格", WEST_NAME, PARK_NAME]
    assert [grid["code"] for grid in found["grids"]] == [None, SENT[1]["code"], SENT[2]["code"]]


def test_polygons_take_the_units_that_lie_in_them(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    content = collection(
        box(-1, 1.1), box(1.1, 3), box(9, 10), name=["甲", "乙", "丙"], 类型=["综合网格", "综合网格", "综合网格"]
    )
    found = sent(client, ref, editor, "plan.geojson", content).json
    assert named(found) == ["甲", "乙", "乙", PARK_NAME]
    assert found["remarks"] == [
        "1 units lie in no grid wholly and went to the one with most of their ground: units 2.",
        "1 grids of the file hold no unit and were left out: rows 3.",
    ]


def test_fixed_grids_stay_and_it_is_told(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    found = sent(client, ref, editor, "plan.geojson", collection(box(0, 4), name=["全部"])).json
    assert named(found) == ["全部", "全部", "全部", PARK_NAME]
    assert found["remarks"] == ["Grids that stay as they are stay: 1 units were not given as the file has them."]


def test_a_file_of_another_plan_is_told(client: FlaskClient, city: Engine, ref: UUID, editor: Headers) -> None:
    with city.begin() as conn:
        other = insert_plan(conn, name="另一方案")
    found = sent(client, ref, editor, "plan.gpkg", file_of(client, other, editor, "gpkg")).json
    assert named(found) == [EAST_NAME, EAST_NAME, WEST_NAME, PARK_NAME]
    assert found["remarks"][0].startswith("The file is of another plan")


def test_a_projected_file_is_brought_into_degrees(
    client: FlaskClient, ref: UUID, editor: Headers, tmp_path: Path
) -> None:
    path = tmp_path / "plan.gpkg"
    frame = gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=[box(0, 1), box(1, 3)], crs="EPSG:4326")
    frame.to_crs("EPSG:4546").to_file(path, layer="drawn", engine="pyogrio")
    assert named(sent(client, ref, editor, "plan.gpkg", path.read_bytes()).json) == ["甲", "乙", "乙", PARK_NAME]


def shifted(shape: shapely.Polygon) -> shapely.Polygon:
    return shapely.transform(shape, lambda at: np.column_stack(from_wgs84(at[:, 0], at[:, 1], "gcj02")))


def test_another_datum_is_noticed_and_can_be_said(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    content = collection(*map(shifted, (box(0, 1), box(1, 3))), name=["甲", "乙"])
    refused = sent(client, ref, editor, "plan.geojson", content)
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "plan_file_datum")
    assert "gcj02" in refused.json["error"]["message"]
    assert named(sent(client, ref, editor, "plan.geojson", content, datum="gcj02").json) == [
        "甲",
        "乙",
        "乙",
        PARK_NAME,
    ]


BOW_TIE = shapely.Polygon([(WEST, SOUTH), (WEST + 0.01, SOUTH + 0.01), (WEST + 0.01, SOUTH), (WEST, SOUTH + 0.01)])
HEAD = "unit_id,grid\r\n"
BAD: dict[str, tuple[str, bytes, str, int | None]] = {
    "an unknown unit": ("a.csv", f"{HEAD}1,甲\r\n9,甲\r\n".encode(), "unknown_unit", 3),
    "a unit twice": ("a.csv", f"{HEAD}1,甲\r\n2,甲\r\n1,乙\r\n".encode(), "repeated_unit", 4),
    "units that are missing": ("a.csv", f"{HEAD}1,甲\r\n".encode(), "missing_units", None),
    "a column too few": ("a.csv", b"unit_id\r\n1\r\n", "not_two_columns", 1),
    "a column too many": ("a.csv", f"{HEAD}1,甲,乙\r\n".encode(), "not_two_columns", 2),
    "a code that Excel rounded": ("a.csv", f"{HEAD}1.5E+14,甲\r\n".encode(), "rounded_code", 2),
    "another encoding": ("a.csv", "1,甲\r\n".encode("utf-16"), "unreadable_assignment", None),
    "an empty table": ("a.csv", b"", "missing_units", None),
    "an empty file": ("a.geojson", b"", "file_empty", None),
    "no features": ("a.geojson", collection(), "file_empty", None),
    "no GeoPackage": ("a.gpkg", b"not a geopackage", "file_unreadable", None),
    "a zip in a GeoPackage's name": ("a.gpkg", b"PK\x03\x04 and more", "file_unreadable", None),
    "another format": ("a.dwg", b"AC1015", "format_unknown", None),
    "a format of other layers": ("a.shp", b"xxxx", "format_unknown", None),
    "a feature without a shape": ("a.geojson", collection(box(0, 1), None, name=["甲", "乙"]), "geometry_missing", 2),
    "a point": ("a.geojson", collection(shapely.Point(WEST, SOUTH), name=["甲"]), "geometry_wrong_type", 1),
    "a bow tie": ("a.geojson", collection(box(2, 3), BOW_TIE, name=["甲", "乙"]), "geometry_invalid", 2),
    "an unknown kind": ("a.geojson", collection(box(0, 1), name=["甲"], kind=["round"]), "word_unknown", 1),
    "polygons on each other": ("a.geojson", collection(box(0, 2), box(1, 3), name=["甲", "乙"]), "plan_file_overlap", 1),
    "polygons elsewhere": ("a.geojson", collection(box(50, 60), name=["甲"]), "plan_file_elsewhere", None),
    "metres as degrees": (
        "a.geojson", collection(shapely.box(500_000, 4_500_000, 501_000, 4_501_000), name=["甲"]), "not_degrees", None,
    ),
    "axes the other way round": (
        "a.geojson", collection(shapely.box(SOUTH, WEST, SOUTH + 0.01, WEST + 0.01), name=["甲"]), "axes_swapped_file", None,
    ),
    "a file that leads to another": (
        "a.geojson", b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        "file_unreadable", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_file_is_told_with_its_row(
    client: FlaskClient, ref: UUID, editor: Headers, name: str
) -> None:
    file_name, content, code, row = BAD[name]
    refused = sent(client, ref, editor, file_name, content)
    error = refused.json["error"]
    assert (refused.status_code, error["code"], error.get("row")) == (422, code, row)
    if row is not None:
        assert error["message"].startswith(f"Row {row}: ")


def test_a_request_without_a_file_is_told(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    for data in ({}, {"file": (io.BytesIO(b"x"), "../..")}):
        refused = client.post(f"/plans/{ref}/import", data=data, headers=editor)
        assert (refused.status_code, refused.json["error"]["code"]) == (422, "file_missing")
    odd = sent(client, ref, editor, "a.csv", b"1,x", base="first")
    assert odd.json["error"]["code"] == "not_a_number"


def test_a_file_too_large_is_refused(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    said = {"CONTENT_LENGTH": str(201 << 20), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    refused = client.post(f"/plans/{ref}/import", headers=editor, environ_overrides=said)
    assert (refused.status_code, refused.json["error"]["code"]) == (413, "body_too_large")


def test_an_unknown_datum_is_told(client: FlaskClient, ref: UUID, editor: Headers) -> None:
    refused = sent(client, ref, editor, "a.geojson", collection(box(0, 1), name=["甲"]), datum="mars")
    assert refused.json["error"]["code"] == "unknown_datum"
