"""``gridmap plan`` on units that cannot be planned as they stand: the layer, the row and what is wrong, in both languages; no file is left."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from geodata.cli import main

Change = Callable[[gpd.GeoDataFrame, pd.DataFrame], tuple[gpd.GeoDataFrame, pd.DataFrame]]
PLANE = "EPSG:4546"


def layers() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Six squares in a row, of 100 households each."""
    shapes = [shapely.box(100 * at, 0, 100 * at + 100, 100) for at in range(6)]
    units = gpd.GeoDataFrame({"unit_id": np.arange(1, 7), "households": 100.0}, geometry=shapes, crs=PLANE)
    return units, pd.DataFrame({"a": np.arange(1, 6), "b": np.arange(2, 7), "border_m": 100.0, "barrier": ""})


def planned(folder: Path, language: str, change: Change, *options: str) -> tuple[int, str]:
    """Exit code and words of a plan on changed layers. A plan that fails leaves no file."""
    source, output = folder / "units.gpkg", folder / "plan.gpkg"
    for path in (source, output):
        path.unlink(missing_ok=True)
    units, edges = change(*layers())
    pyogrio.write_dataframe(
        units, source, layer="units", driver="GPKG", geometry_type=None if len(units) else "Polygon"
    )
    pyogrio.write_dataframe(edges, source, layer="edges", driver="GPKG")
    asked = [
        "plan",
        str(source),
        "--weight",
        "households",
        "--lower",
        "150",
        "--target",
        "200",
        "--upper",
        "250",
        *options,
    ]
    done = CliRunner().invoke(main, [*asked, "-o", str(output)], env={"GRIDMAP_LANGUAGE": language})
    assert output.exists() == (done.exit_code == 0), done.output
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        {"units.gpkg"} | ({"plan.gpkg"} if done.exit_code == 0 else set())
    )
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def unit(row: int, column: str, value: Any) -> Change:
    def change(units: gpd.GeoDataFrame, edges: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        units[column] = units[column].astype(object) if isinstance(value, str) else units[column]
        units.loc[row - 1, column] = value
        return units, edges

    return change


def edge(row: int, column: str, value: Any) -> Change:
    def change(units: gpd.GeoDataFrame, edges: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        edges.loc[row - 1, column] = value
        return units, edges

    return change


def without(units: bool = False, edges: bool = False) -> Change:
    return lambda one, other: (one.iloc[:0] if units else one, other.iloc[:0] if edges else other)


BOW = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        (without(units=True, edges=True), "没有基础单元", "no units to plan with"),
        (unit(3, "households", -5.0), "households", "households"),
        (unit(3, "households", np.nan), "households", "households"),
        (unit(3, "households", np.inf), "households", "households"),
        (unit(2, "unit_id", 1), "单元编号“1”重复", "has the unit “1” twice"),
        (unit(2, "geometry", None), "[units] [2] 该单元的图形无效", "[units] [2] The unit's shape is invalid"),
        (unit(1, "geometry", BOW), "[units] [1] 该单元的图形无效：Self-intersection", "[units] [1] The unit's shape is invalid: Self-intersection"),
        (edge(4, "b", 99), "[edges] [4] 单元“99”不在 units 图层中", "[edges] [4] The layer units does not have the unit “99”"),
        (edge(2, "border_m", -1.0), "border_m", "border_m"),
        (edge(2, "border_m", np.nan), "border_m", "border_m"),
        (edge(2, "b", 2), "邻接关系", "Border"),
        (lambda units, edges: (units.to_crs("EPSG:4326"), edges), "以度为单位", "is in degrees"),
        (lambda units, edges: (units.drop(columns="households"), edges), "households", "households"),
        (lambda units, edges: (units, edges.drop(columns="border_m")), "border_m", "border_m"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_layer_and_row(tmp_path: Path, change: Change, zh: str, en: str) -> None:
    for language, words in (("zh", zh), ("en", en)):
        code, told = planned(tmp_path, language, change)
        assert (code, words in told) == (2, True), told


def test_a_wrong_number_names_its_row(tmp_path: Path) -> None:
    for change in (unit(3, "households", -5.0), unit(3, "households", np.nan)):
        assert "[households] [3] " in planned(tmp_path, "en", change)[1]


def test_without_households_nothing_is_evened_out_and_that_is_said(tmp_path: Path) -> None:
    for language, words in (("zh", "所有基础单元都没有户数"), ("en", "No unit has households")):
        code, told = planned(tmp_path, language, lambda units, edges: (units.assign(households=0.0), edges))
        assert (code, words in told) == (0, True), told


def test_words_in_the_place_of_numbers_are_told(tmp_path: Path) -> None:
    code, told = planned(tmp_path, "zh", lambda units, edges: (units.assign(households=["100"] * 5 + ["不详"]), edges))
    assert code == 2
    assert "households" in told
    assert "6" in told


def test_one_unit_is_one_grid(tmp_path: Path) -> None:
    code, told = planned(tmp_path, "en", lambda units, edges: (units.iloc[:1].assign(households=200.0), edges.iloc[:0]))
    assert code == 0, told
    assert pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="grids")["weight"].tolist() == [200.0]


def test_parts_that_do_not_touch_are_planned_each_for_itself(tmp_path: Path) -> None:
    code, told = planned(tmp_path, "en", lambda units, edges: (units, edges.drop(index=2)))
    assert code == 0, told
    grids = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="grids")
    assert grids["contiguous"].all()
    assert grids["weight"].sum() == 600


def test_units_upon_each_other_are_refused(tmp_path: Path) -> None:
    for language, words in (
        ("zh", "[units] [2] 该单元与第 1 行的单元重叠"),
        ("en", "[units] [2] The unit overlaps that of row 1"),
    ):
        code, told = planned(tmp_path, language, unit(2, "geometry", shapely.box(50, 0, 200, 100)))
        assert (code, words in told) == (2, True), told
