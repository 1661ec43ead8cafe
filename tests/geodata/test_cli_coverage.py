"""``gridmap coverage tiling``: files in, findings out, no database."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from geodata.cli import main

Run = Callable[..., Result]
STEP = 0.005


def cell(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    edges = (
        111.70 + column * STEP,
        40.80 + row * STEP,
        111.70 + (column + width) * STEP,
        40.80 + (row + height) * STEP,
    )
    return shapely.box(*(round(edge, 9) for edge in edges))


# With the corners of its cells: a straight edge bends by centimetres in another reference system.
TOWN = shapely.union_all([cell(column, 0) for column in range(4)])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    gpd.GeoDataFrame({"name": ["town"]}, geometry=[TOWN], crs="EPSG:4326").to_file("town.geojson")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["coverage", "tiling", *arguments])

    return call


def write(shapes: dict[str, shapely.Polygon], path: str = "grids.gpkg", crs: str = "EPSG:4326") -> None:
    frame = gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")
    frame.to_crs(crs).to_file(path)


def findings() -> gpd.GeoDataFrame:
    return gpd.read_file("out.gpkg", layer="findings")


def test_clean_grids_give_an_empty_file_and_exit_0(run: Run) -> None:
    write({"a": cell(0, 0), "b": cell(1, 0), "c": cell(2, 0, 2)})
    result = run("grids.gpkg", "--boundary", "town.geojson", "-o", "out.gpkg")
    assert (result.exit_code, result.output) == (0, "The grids tile the boundary: nothing found.\n")
    found = findings()
    assert len(found) == 0
    assert list(found.columns) == [
        "finding_id", "kind", "grid_a", "grid_b", "area_m2", "households", "cause", "geometry",
    ]  # fmt: skip


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4546", "EPSG:32649"])
def test_planted_flaws_are_found_in_any_reference_system(run: Run, crs: str) -> None:
    metre = 1 / 84_000
    thin = cell(1, 0, 1 - 0.3 * metre / STEP)
    cut = cell(3, 0).difference(cell(3.2, 0.5, 0.5, 0.5))
    write({"a": cell(0, 0, 1.1), "b": thin, "c": cell(2, 0), "d": cut, "e": cell(3.9, 0.2, 0.5, 0.2)}, crs=crs)
    gpd.GeoDataFrame(geometry=[TOWN], crs="EPSG:4326").to_crs(crs).to_file("town.gpkg")
    result = run("grids.gpkg", "--boundary", "town.gpkg", "-o", "out.gpkg")
    assert result.exit_code == 1, result.output
    assert "Findings are in out.gpkg" in result.output
    found = findings()
    big = found[found["area_m2"] > 20].reset_index(drop=True)
    assert found["finding_id"].tolist() == list(range(1, len(found) + 1))
    told = {tuple(row) for row in big[["kind", "grid_a", "grid_b", "cause"]].fillna("").itertuples(index=False)}
    assert told == {
        ("gap", "d", "", "ground_in_no_grid"),
        ("sliver", "b", "c", "border_drawn_twice"),
        ("overlap", "a", "b", "grids_cross"),
        ("overlap", "d", "e", "grids_cross"),
        ("edge", "e", "", "outside_boundary"),
    }
    overlap = big[(big["kind"] == "overlap") & (big["grid_a"] == "a")]
    assert overlap["area_m2"].item() == pytest.approx(23_430, rel=0.01)
    assert found.crs == crs
    assert found["households"].isna().all()


def test_households_of_the_buildings_in_a_flaw(run: Run) -> None:
    write({"a": cell(0, 0), "c": cell(2, 0, 2)})
    houses = [cell(1.2, 0.2, 0.1, 0.1), cell(1.5, 0.2, 0.1, 0.1), cell(0.2, 0.2, 0.1, 0.1)]
    gpd.GeoDataFrame({"homes": [40, 60, 7]}, geometry=houses, crs="EPSG:4326").to_crs("EPSG:4546").to_file("b.gpkg")
    options = ("grids.gpkg", "--boundary", "town.geojson", "-o", "out.gpkg", "--buildings", "b.gpkg")
    assert run(*options, "--households", "homes").exit_code == 1
    assert findings()[["kind", "grid_a", "grid_b", "households"]].values.tolist() == [["gap", "a", "c", 100]]
    assert run(*options).exit_code == 1
    assert findings()["households"].tolist() == [2]


def test_no_grid_crosses_from_one_area_into_another(run: Run) -> None:
    write({"a": cell(0, 0, 1.4), "b": cell(1.4, 0, 2.6)})
    two = gpd.GeoDataFrame(geometry=[cell(0, 0), cell(1, 0, 3)], crs="EPSG:4326")
    two.to_crs("EPSG:32649").to_crs("EPSG:4326").to_file("two.geojson")
    assert run("grids.gpkg", "--boundary", "two.geojson", "-o", "out.gpkg").exit_code == 1
    found = findings()
    assert found[found["area_m2"] > 100][["kind", "grid_a"]].values.tolist() == [["edge", "a"]]


def test_bad_input_is_told_with_exit_2(run: Run) -> None:
    write({"a": cell(0, 0)})
    pd.DataFrame({"code": ["a"]}).to_csv("none.csv", index=False)
    Path("points.csv").write_text("code,wkt\na,POINT (111.7 40.8)\n")
    Path("metres.csv").write_text('code,wkt\na,"POLYGON ((500000 0, 500100 0, 500100 100, 500000 0))"\n')
    for grids, boundary, output, code in (
        ("missing.gpkg", "town.geojson", "out.gpkg", "no file"),
        ("none.csv", "town.geojson", "out.gpkg", "no geometry"),
        ("points.csv", "town.geojson", "out.gpkg", "holds no polygon"),
        ("metres.csv", "town.geojson", "out.gpkg", "no degrees"),
        ("grids.gpkg", "points.csv", "out.gpkg", "holds no polygon"),
        ("grids.gpkg", "town.geojson", "out.csv", "Name a .gpkg file"),
        ("grids.gpkg", "town.geojson", "nowhere/out.gpkg", "cannot be written"),
    ):
        result = run(grids, "--boundary", boundary, "-o", output)
        assert (result.exit_code, code in result.output) == (2, True), result.output
    assert not list(Path().glob("out*"))
    assert not list(Path().glob(".*"))
