from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from geodata.cli import main


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Twelve squares of 100 households, four by three, in two communities; a river runs between the columns 2 and 3."""
    at = np.arange(12).reshape(3, 4)
    across = np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()])
    up = np.column_stack([at[:-1].ravel(), at[1:].ravel()])
    pairs = np.concatenate([across, up]) + 1
    frame = gpd.GeoDataFrame(
        {"unit_id": np.arange(1, 13), "households": 100, "community": ["甲"] * 8 + ["乙"] * 4, "name": "a"},
        geometry=[shapely.box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for y in range(3) for x in range(4)],
        crs="EPSG:4546",
    )
    edges = pd.DataFrame({"a": pairs[:, 0], "b": pairs[:, 1], "border_m": 100.0})
    edges["barrier"] = np.where((edges["a"] % 4 == 2) & (edges["b"] == edges["a"] + 1), "water", "")
    path = tmp_path / "units.gpkg"
    pyogrio.write_dataframe(frame, path, layer="units", driver="GPKG")
    pyogrio.write_dataframe(edges, path, layer="edges", driver="GPKG")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["plan", *map(str, arguments)])


def test_units_become_grids_with_figures(units: Path) -> None:
    output = units.with_name("plan.gpkg")
    done = run(units, "--weight", "households", "--within", "community", "-o", output)
    assert done.exit_code == 0, done.output
    assert "共划分 3 个网格" in done.stdout
    found, grids = (pyogrio.read_dataframe(output, layer=layer) for layer in ("units", "grids"))
    assert found["grid"].between(1, 3).all()
    assert (found.groupby("grid")["community"].nunique() == 1).all()
    assert grids["weight"].tolist() == [400.0, 400.0, 400.0]
    assert grids["contiguous"].all()
    assert grids.geometry.area.tolist() == grids["area_m2"].tolist() == [40_000.0] * 3
    assert set(found.columns) >= {"unit_id", "households", "community", "name", "grid"}


def test_units_of_one_building_head_keep_together(units: Path) -> None:
    frame = pyogrio.read_dataframe(units, layer="units")
    for pair in ([1, 2], [2, 6], [3, 7], [6, 7]):
        frame["head"] = np.where(frame["unit_id"].isin(pair), "王楼长", None)
        pyogrio.write_dataframe(frame, units, layer="units", driver="GPKG")
        output = units.with_name("plan.gpkg")
        done = run(units, "--weight", "households", "--barriers", 0, "--heads", "head", "--keep-ties", 3, "-o", output)
        assert done.exit_code == 0, done.output
        found = pyogrio.read_dataframe(output, layer="units")
        assert found.loc[found["unit_id"].isin(pair), "grid"].nunique() == 1


def test_the_previous_grids_are_kept(units: Path) -> None:
    first, second = units.with_name("first.gpkg"), units.with_name("second.gpkg")
    assert run(units, "--weight", "households", "-o", first).exit_code == 0
    edges = pyogrio.read_dataframe(units, layer="edges")
    pyogrio.write_dataframe(edges, first, layer="edges", driver="GPKG")
    done = run(first, "--weight", "households", "--previous", "grid", "--seed", "9", "-o", second)
    assert done.exit_code == 0, done.output
    before, after = (pyogrio.read_dataframe(path, layer="units")["grid"] for path in (first, second))
    assert before.tolist() == after.tolist()


def test_what_cannot_be_read_or_done_is_said(units: Path) -> None:
    output = units.with_name("plan.gpkg")
    for arguments, words in (
        ((units, "--weight", "people", "-o", output), "people"),
        ((units.with_name("none.gpkg"), "--weight", "households", "-o", output), "none.gpkg"),
        ((units, "--weight", "households", "--k", "9", "-o", output), "可行的网格数为 3 至 4 个"),
        ((units, "--weight", "households", "--lower", "600", "-o", output), "户数上下限有误"),
        ((units, "--weight", "households", "-o", units.with_name("plan.csv")), "gpkg"),
    ):
        done = run(*arguments)
        assert done.exit_code == 2, done.output
        assert words in done.stderr
    assert not output.exists()


def test_wrong_rows_are_named(units: Path) -> None:
    frame = pyogrio.read_dataframe(units, layer="units")
    frame["households"] = frame["households"].astype(float)
    frame.loc[3, "households"] = np.nan
    pyogrio.write_dataframe(frame, units, layer="units", driver="GPKG")
    done = run(units, "--weight", "households", "-o", units.with_name("plan.gpkg"))
    assert done.exit_code == 2
    assert "households" in done.stderr
    assert "4" in done.stderr
