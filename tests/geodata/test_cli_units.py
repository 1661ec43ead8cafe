"""``gridmap units``: files in any reference system in, units and edges out, no database."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from geodata.cli import main
from gridmap.datum import from_wgs84

Run = Callable[..., Result]
PLANE = "EPSG:4546"  # Hohhot's own
WEST, SOUTH = 545_000.0, 4_520_000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def street(x: float) -> shapely.LineString:
    return shapely.LineString([(WEST + x, SOUTH - 20), (WEST + x, SOUTH + 420)])


TOWN = box(0, 0, 900, 400)
HOUSES = [box(x, y, x + 30, y + 12) for x in range(20, 880, 60) for y in range(20, 380, 40)]
LAYERS = {
    "boundary": gpd.GeoDataFrame({"code": ["150105001018"]}, geometry=[TOWN], crs=PLANE),
    "roads": gpd.GeoDataFrame({"highway": ["primary", None]}, geometry=[street(290), street(590)], crs=PLANE),
    "buildings": gpd.GeoDataFrame({"people": np.arange(len(HOUSES)) % 9 + 1}, geometry=HOUSES, crs=PLANE),
    "compounds": gpd.GeoDataFrame({"name": ["富邦小区"]}, geometry=[box(0, 0, 285, 400)], crs=PLANE),
}
PEOPLE = ("--people", "people")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    for name, frame in LAYERS.items():
        write(name, frame)

    def call(*options: str, layers: tuple[str, ...] = ("boundary", "roads", "buildings")) -> Result:
        files = [part for name in layers for part in (f"--{name}", f"{name}.gpkg")]
        return CliRunner().invoke(main, ["units", *files, *options, "-o", "units.gpkg"])

    return call


def write(name: str, frame: gpd.GeoDataFrame, crs: str = PLANE) -> None:
    Path(f"{name}.gpkg").unlink(missing_ok=True)
    frame.to_crs(crs).to_file(f"{name}.gpkg", layer=name)


def units() -> gpd.GeoDataFrame:
    return gpd.read_file("units.gpkg", layer="units")


def households() -> int:
    return round(int(LAYERS["buildings"]["people"].sum()) / 2.5)


def test_layers_and_columns_of_the_output(run: Run) -> None:
    result = run(*PEOPLE, layers=("boundary", "roads", "buildings", "compounds"))
    assert result.exit_code == 0, result.output
    found = units()
    assert {str(name) for name in pyogrio.list_layers("units.gpkg")[:, 0]} == {"units", "edges", "adjustments"}
    assert list(found.columns) == [
        "unit_id", "households", "kind", "compound", "community", "buildings",
        "area_m2", "perimeter_m", "x", "y", "geometry",
    ]  # fmt: skip
    edges = pyogrio.read_dataframe("units.gpkg", layer="edges")
    assert list(edges.columns) == ["a", "b", "border_m", "barrier"]
    assert set(edges["a"]) | set(edges["b"]) == set(found["unit_id"])
    assert (edges["a"] < edges["b"]).all()
    assert {"primary", "road"} == set(edges["barrier"]) - {""}
    assert found["households"].sum() == households()
    assert found["buildings"].sum() == len(HOUSES)
    assert found.crs.to_epsg() == 4546
    assert found["area_m2"].sum() == pytest.approx(TOWN.area)
    assert set(found["community"]) == {"150105001018"}
    assert found.loc[found["compound"].notna(), "compound"].tolist() == ["富邦小区"]
    assert "households" in result.output
    assert "units.gpkg" in result.output


def test_the_tiling_check_finds_nothing(run: Run) -> None:
    assert run(*PEOPLE).exit_code == 0
    check = ["coverage", "tiling", "units.gpkg", "--layer", "units", "--boundary", "boundary.gpkg", "-o", "f.gpkg"]
    assert CliRunner().invoke(main, check).exit_code == 0


def test_reference_systems_may_differ_from_file_to_file(run: Run) -> None:
    assert run(*PEOPLE).exit_code == 0
    alike = units()
    write("roads", LAYERS["roads"], "EPSG:4326")
    write("buildings", LAYERS["buildings"], "EPSG:3857")
    assert run(*PEOPLE).exit_code == 0
    assert units()["households"].tolist() == alike["households"].tolist()
    np.testing.assert_allclose(units()["area_m2"], alike["area_m2"], atol=50)


@pytest.mark.parametrize(
    ("crs", "options", "expected"),
    [
        ("EPSG:4326", (), 32649),
        ("EPSG:3857", (), 32649),
        ("EPSG:4326", ("--metric-crs", "EPSG:4546"), 4546),
        ("EPSG:32649", (), 32649),
    ],
)
def test_a_local_plane_is_chosen(run: Run, crs: str, options: tuple[str, ...], expected: int) -> None:
    write("boundary", LAYERS["boundary"], crs)
    assert run(*PEOPLE, *options).exit_code == 0
    assert units().crs.to_epsg() == expected
    assert units()["area_m2"].sum() == pytest.approx(TOWN.area, rel=2e-3)


def test_households_are_found_by_name_and_weights_must_be_said(run: Run) -> None:
    result = run()
    assert (result.exit_code, "no column of households" in result.output) == (2, True)
    write("buildings", LAYERS["buildings"].rename(columns={"people": "户数"}))
    assert run().exit_code == 0
    assert units()["households"].sum() == LAYERS["buildings"]["people"].sum()


@pytest.mark.parametrize(("value", "reason"), [(-3.0, "negative"), (float("nan"), "missing")])
def test_a_wrong_weight_names_its_row_and_column(run: Run, value: float, reason: str) -> None:
    frame = LAYERS["buildings"].copy()
    frame["people"] = frame["people"].astype(float)
    frame.loc[4, "people"] = value
    write("buildings", frame)
    result = run(*PEOPLE)
    assert result.exit_code == 2
    assert "[people] [5] " in result.output
    assert reason in result.output


def test_errors_are_said_in_chinese(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "zh")
    frame = LAYERS["buildings"].assign(people=0)
    write("buildings", frame)
    result = run(*PEOPLE)
    assert (result.exit_code, "户数合计为 0" in result.output) == (2, True)


def shifted(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    degrees = frame.to_crs("EPSG:4326")
    moved = shapely.transform(
        degrees.geometry.to_numpy(), lambda at: np.column_stack(from_wgs84(at[:, 0], at[:, 1], "gcj02"))
    )
    return degrees.set_geometry(gpd.GeoSeries(moved, crs="EPSG:4326"))


def test_buildings_in_another_datum_are_told_and_can_be_named(run: Run) -> None:
    shifted(LAYERS["buildings"]).to_file("buildings.gpkg", layer="buildings")
    result = run(*PEOPLE)
    assert result.exit_code == 2
    assert "100 % if buildings are gcj02" in result.output
    assert run(*PEOPLE, "--datum", "buildings=gcj02").exit_code == 0
    assert units()["households"].sum() == households()


def test_all_layers_in_one_other_datum_are_fine(run: Run) -> None:
    for name in ("boundary", "roads", "buildings"):
        Path(f"{name}.gpkg").unlink()
        shifted(LAYERS[name]).to_file(f"{name}.gpkg", layer=name)
    assert run(*PEOPLE, "--datum", "gcj02").exit_code == 0
    assert units()["households"].sum() == households()
    centre = units().to_crs("EPSG:4326").geometry.union_all().centroid
    there = LAYERS["boundary"].to_crs("EPSG:4326").geometry[0].centroid
    assert centre.distance(there) < 1e-5


def test_metres_without_a_reference_system_are_refused(run: Run) -> None:
    Path("roads.csv").write_text(f'wkt\n"{street(290).wkt}"\n')
    result = run(*PEOPLE, "--roads", "roads.csv", layers=("boundary", "buildings"))
    assert (result.exit_code, "no degrees" in result.output) == (2, True)
    assert (
        run(*PEOPLE, "--roads", "roads.csv", "--crs", f"roads={PLANE}", layers=("boundary", "buildings")).exit_code == 0
    )


def test_invalid_compounds_are_mended_and_listed_with_their_row(run: Run) -> None:
    bow = shapely.Polygon([(WEST, SOUTH), (WEST + 200, SOUTH + 300), (WEST + 200, SOUTH), (WEST, SOUTH + 300)])
    write("compounds", gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=[box(300, 0, 580, 400), bow], crs=PLANE))
    assert run(*PEOPLE, layers=("boundary", "roads", "buildings", "compounds")).exit_code == 0
    listed = gpd.read_file("units.gpkg", layer="adjustments")
    (row,) = listed.loc[listed["kind"] == "repaired"].itertuples()
    assert (row.layer, row.row) == ("compounds", 2)
    assert row.geometry.is_valid


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--households", "nothing"), "nothing"),
        (("--people", "people", "--metric-crs", "EPSG:4326"), "no projected system in metres"),
        (("--people", "people", "--layer", "houses=x"), "LAYER=VALUE"),
        (("--people", "people", "--datum", "mars"), "mars"),
        (("--people", "people", "--road-class", "size"), "size"),
        (("--people", "people", "--lower", "600"), "bounds are wrong"),
        (("--people", "people", "--people-per-household", "0"), "more than 0"),
    ],
)
def test_wrong_options_are_refused(run: Run, options: tuple[str, ...], message: str) -> None:
    result = run(*options)
    assert (result.exit_code, message in result.output) == (2, True), result.output
    assert not Path("units.gpkg").exists()


def test_files_that_are_missing_or_cannot_be_written(run: Run) -> None:
    assert run(*PEOPLE, "--rail", "none.gpkg").exit_code == 2
    result = CliRunner().invoke(
        main, ["units", "--boundary", "boundary.gpkg", "--buildings", "buildings.gpkg", *PEOPLE, "-o", "units.csv"]
    )
    assert (result.exit_code, ".gpkg" in result.output) == (2, True)


def test_layers_of_one_file_are_found_by_their_names(run: Run) -> None:
    for name in ("boundary", "roads", "buildings"):
        LAYERS[name].to_file("all.gpkg", layer={"boundary": "Communities"}.get(name, name))
    files = [part for name in ("boundary", "roads", "buildings") for part in (f"--{name}", "all.gpkg")]
    assert CliRunner().invoke(main, ["units", *files, *PEOPLE, "-o", "units.gpkg"]).exit_code == 0
    assert units()["households"].sum() == households()
