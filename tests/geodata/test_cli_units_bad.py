"""``gridmap units`` on layers that are poor or wrong: an answer in both languages, never half a file."""

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from tests.geodata.test_cli_units import HOUSES, LAYERS, PEOPLE, PLANE, TOWN, Run, box, run, shifted, units, write

__all__ = ["run"]
LANGUAGES = ("zh", "en")


def refused(run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str], *options: str) -> None:
    for language, said in zip(LANGUAGES, words, strict=True):
        monkeypatch.setenv("GRIDMAP_LANGUAGE", language)
        result = run(*PEOPLE, *options)
        assert (result.exit_code, said in result.output) == (2, True), result.output
        assert not Path("units.gpkg").exists()


def adjusted() -> list[str]:
    return list(gpd.read_file("units.gpkg", layer="adjustments")["kind"])


def test_a_community_without_ground(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    line = shapely.LineString([(545_000, 4_520_000), (545_900, 4_520_000)])
    write("boundary", gpd.GeoDataFrame({"code": ["150105001018"]}, geometry=[line], crs=PLANE))
    refused(run, monkeypatch, ("社区边界没有面积", "boundary has no area"))


def test_a_community_without_buildings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("buildings", LAYERS["buildings"].set_geometry(LAYERS["buildings"].translate(5_000, 0)))
    refused(run, monkeypatch, ("社区范围内没有楼栋", "No building stands inside"))


def test_one_building_is_one_unit(run: Run) -> None:
    write("buildings", gpd.GeoDataFrame({"people": [5]}, geometry=HOUSES[:1], crs=PLANE))
    assert run(*PEOPLE, layers=("boundary", "buildings")).exit_code == 0
    assert (len(units()), units()["households"].sum()) == (1, 2)
    assert len(pyogrio.read_dataframe("units.gpkg", layer="edges")) == 0


def test_a_community_in_pieces_is_bridged(run: Run) -> None:
    pieces = shapely.MultiPolygon([box(0, 0, 280, 400), box(600, 0, 900, 400)])
    write("boundary", gpd.GeoDataFrame({"code": ["150105001018"]}, geometry=[pieces], crs=PLANE))
    assert run(*PEOPLE).exit_code == 0
    assert "island_bridged" in adjusted()
    assert units()["area_m2"].sum() == pytest.approx(pieces.area)


def test_buildings_upon_each_other_are_both_kept(run: Run) -> None:
    doubled = [*HOUSES, shapely.affinity.translate(HOUSES[0], 5, 2)]
    people = [*LAYERS["buildings"]["people"], 10]
    write("buildings", gpd.GeoDataFrame({"people": people}, geometry=doubled, crs=PLANE))
    assert run(*PEOPLE).exit_code == 0
    assert adjusted().count("buildings_overlap") == 1
    assert units()["buildings"].sum() == len(doubled)


def test_roads_elsewhere_are_said(run: Run) -> None:
    write("roads", LAYERS["roads"].set_geometry(LAYERS["roads"].translate(20_000, 0)))
    assert run(*PEOPLE).exit_code == 0
    assert "roads_outside" in adjusted()


def test_a_boundary_in_another_datum_than_the_buildings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("boundary.gpkg").unlink()
    shifted(LAYERS["boundary"]).to_file("boundary.gpkg", layer="boundary")
    refused(
        run,
        monkeypatch,
        ("若楼栋为 wgs84（边界为 gcj02），则为 100%", "100 % if buildings are wgs84 and the boundary gcj02"),
    )
    assert run(*PEOPLE, "--datum", "boundary=gcj02").exit_code == 0
    assert units().union_all().area == pytest.approx(TOWN.area, rel=2e-3)


def test_metres_under_the_label_of_degrees_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("buildings.gpkg").unlink()
    LAYERS["buildings"].set_crs("EPSG:4326", allow_override=True).to_file("buildings.gpkg", layer="buildings")
    refused(run, monkeypatch, ("度", "degrees"))
