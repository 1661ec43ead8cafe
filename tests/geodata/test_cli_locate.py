"""``gridmap locate``: files in, a file out, no database."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from geodata.cli import main
from gridmap.datum import from_wgs84

WEST = shapely.box(111.70, 40.80, 111.71, 40.81)
EAST = shapely.box(111.71, 40.80, 111.72, 40.81)
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    grids = gpd.GeoDataFrame({"code": ["w", "e"]}, geometry=[WEST, EAST], crs="EPSG:4326")
    grids.to_file("grids.geojson")
    grids.to_crs("EPSG:4546").to_file("grids.gpkg")
    pd.DataFrame(
        {
            "id": ["001", "002", "003", "004", "005", "006"],
            "lon": ["111.705", "111.71", "111.70", "111.7201", "", "abc"],
            "lat": ["40.805", "40.805", "40.805", "40.805", "", "40.8"],
            "note": ["a,b", "", "NA", "x", "", ""],
        }
    ).to_csv("points.csv", index=False)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["locate", *arguments])

    return call


def read(path: str) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_every_row_in_order_with_its_columns(run: Run) -> None:
    result = run("points.csv", "--grids", "grids.geojson", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    out = read("out.csv")
    assert out.columns.tolist() == ["id", "lon", "lat", "note", "grid_code", "reason", "distance_to_edge_m"]
    assert out["id"].tolist() == ["001", "002", "003", "004", "005", "006"]
    assert out["note"].tolist() == ["a,b", "", "NA", "x", "", ""]
    assert out["grid_code"].tolist() == ["w", "e", "w", "", "", ""]
    assert out["reason"].tolist() == ["inside", "edge_tie", "edge", "none", "none", "none"]
    assert float(out["distance_to_edge_m"][0]) == pytest.approx(422, abs=1)
    assert out["distance_to_edge_m"].tolist()[1:] == ["0.0", "0.0", "", "", ""]
    assert "2 rows have no usable coordinates" in result.stderr


def test_the_gap_limit_is_0_unless_given(run: Run) -> None:
    run("points.csv", "--grids", "grids.geojson", "-o", "out.csv", "--gap-limit-m", "30")
    row = read("out.csv").iloc[3]
    assert (row["grid_code"], row["reason"]) == ("e", "gap")
    assert 8 < float(row["distance_to_edge_m"]) < 9


def test_grids_in_metres(run: Run) -> None:
    result = run("points.csv", "--grids", "grids.gpkg", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    assert read("out.csv")["grid_code"][0] == "w"


def test_points_in_any_format_and_datum(run: Run) -> None:
    lon, lat = from_wgs84(111.705, 40.805, "gcj02")
    frame = pd.DataFrame({"经度": [lon], "纬度": [lat]})
    frame.to_parquet("p.parquet")
    frame.to_excel("p.xlsx", index=False)
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(lon, lat)], crs="EPSG:4326").to_file("p.gpkg")
    for name in ("p.parquet", "p.xlsx", "p.gpkg"):
        result = run(name, "--grids", "grids.geojson", "-o", "out.csv", "--datum", "gcj02")
        assert result.exit_code == 0, result.output
        assert read("out.csv")["grid_code"].tolist() == ["w"]


def test_columns_may_be_named_and_codes_too(run: Run) -> None:
    pd.DataFrame({"a": [111.705], "b": [40.805], "grid_code": ["old"]}).to_csv("p.csv", index=False)
    gpd.GeoDataFrame({"number": [1.0, 2.0]}, geometry=[WEST, EAST], crs="EPSG:4326").to_parquet("g.parquet")
    result = run("p.csv", "--grids", "g.parquet", "-o", "-", "--x", "a", "--y", "b", "--grid-code", "number")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "a,b,grid_code_input,grid_code,reason,distance_to_edge_m",
        result.stdout.splitlines()[1],
    ]
    assert result.stdout.splitlines()[1].startswith("111.705,40.805,old,1,inside,42")


def test_a_row_of_empty_cells_is_a_row(run: Run) -> None:
    Path("p.csv").write_text("lon,lat\n111.705,40.805\n,\n111.715,40.805\n")
    run("p.csv", "--grids", "grids.geojson", "-o", "out.csv")
    assert read("out.csv")["grid_code"].tolist() == ["w", "", "e"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.csv", "--grids", "grids.geojson", "-o", "out.csv"), "There is no file"),
        (("points.csv", "--grids", "nowhere.gpkg", "-o", "out.csv"), "There is no file"),
        (("points.csv", "--grids", "grids.geojson", "-o", "out.csv", "--x", "east"), "no column “east”"),
        (("points.csv", "--grids", "grids.geojson", "-o", "out.csv", "--grid-code", "nr"), "no column “nr”"),
        (("points.csv", "--grids", "points.csv", "-o", "out.csv"), "no geometry"),
        (("points.csv", "--grids", "grids.geojson", "-o", "points.csv"), "one of the inputs"),
        (("points.csv", "--grids", "grids.geojson", "-o", "no/folder/out.csv"), "cannot be written"),
        (("points.csv", "--grids", "grids.geojson", "-o", "out.csv", "--gap-limit-m", "-1"), "-1"),
    ],
)
def test_bad_input_ends_with_2_and_leaves_no_output(run: Run, arguments: tuple[str, ...], message: str) -> None:
    before: Any = Path("points.csv").read_bytes()
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert not Path("out.csv").exists()
    assert Path("points.csv").read_bytes() == before


def test_no_database_library_is_imported(run: Run, tmp_path: Path) -> None:
    script = (
        "import sys; from geodata.cli.main import main\n"
        "try: main(['locate', 'points.csv', '--grids', 'grids.geojson', '-o', 'out.csv'])\n"
        "finally: print(sorted(n for n in ('sqlalchemy', 'psycopg2', 'geoalchemy2', 'flask') if n in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, env=_path()
    )
    assert done.stdout.strip() == "[]", done.stderr


def _path() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


@pytest.mark.shared
def test_chicago(run: Run, shared_data: Path) -> None:
    folder = shared_data / "chicago"
    result = run(
        str(folder / "points.parquet"),
        "--grids",
        str(folder / "community_areas.parquet"),
        "--grid-code",
        "area_numbe",
        "-o",
        "out.csv",
    )
    assert result.exit_code == 0, result.output
    out = pd.read_csv("out.csv")
    assert len(out) == 156_385
    same = out["grid_code"] == out["CommunityArea"]
    assert same.mean() >= 0.972
    assert same[out["distance_to_edge_m"] > 25].mean() >= 0.997


@pytest.mark.parametrize("output", ["", ".", "nowhere/out.csv"])
def test_an_output_that_is_no_file_is_told(run: Run, output: str) -> None:
    result = run("points.csv", "--grids", "grids.gpkg", "-o", output)
    assert result.exit_code == 2
    assert "cannot be written" in result.output
