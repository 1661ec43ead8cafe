"""Files of a community's or a city's layers to a GeoPackage of units, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geodata.geopackage import new_geopackage
from geodata.loaders.columns import column, find_column, listed, match_columns
from geodata.loaders.errors import BadInput, ColumnMissing
from geodata.loaders.summary import Note
from geodata.loaders.values import numbers, texts
from geodata.plan_files.layers import LayerFile, local_plane, read_layer
from gridmap.planning.units import Ground, Progress, Rules, Units, households_of_people, make_layer
from gridmap.planning.units.errors import ShiftedBuildings, WeightsWrong
from gridmap.planning.units.ground import whole_weights
from gridmap.planning.units.shift import Shift, likely_shift

Shapes = NDArray[np.object_]
_HOUSEHOLDS = column("households", "户数", "住户数", "总户数", "dwellings", reading="integer")
_CLASSES = ("highway", "class", "fclass", "road_class", "道路等级", "等级", "类型", "kind", "type")
_NAMES = ("name", "compound", "compound_name", "小区名称", "名称", "小区", "code", "编码")
_CODES = ("code", "编码", "代码", "社区编码", "community_code", "id")
_REFUSED_BELOW = 0.5


class WeightsUnsaid(BadInput):
    """Neither households nor people."""

    code = "weights_unsaid"
    zh = "楼栋文件中没有户数列。请用 --households 指定户数列，或用 --people 指定人数列。现有列：{columns}。"
    en = "The file of buildings has no column of households. Name it with --households, or one of people with --people. Its columns: {columns}."


@dataclass(frozen=True, slots=True)
class UnitTables:
    """The layers of the GeoPackage: units, their edges, adjustments. Units are numbered from 1."""

    units: gpd.GeoDataFrame
    edges: pd.DataFrame
    adjustments: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class Weights:
    """How buildings are weighed: a column of households, or one of people and how many make a household."""

    households: str | None = None
    people: str | None = None
    people_per_household: float = 2.5


def units_of_files(
    paths: Mapping[str, Path],
    weights: Weights,
    rules: Rules,
    *,
    layers: Mapping[str, str],
    crs: Mapping[str, str],
    datum: Mapping[str, str],
    metric_crs: str | None = None,
    road_class: str | None = None,
    progress: Progress | None = None,
) -> tuple[UnitTables, list[Note]]:
    """Units of the layers in ``paths`` (by role: boundary, buildings, roads, and rail, water, compounds where there are any).

    ``layers``, ``crs``, ``datum`` by role. Everything is computed and given in one plane (``local_plane``). Errors: ``BadInput``,
    ``GridmapError`` of the units with the row as an editor counts it.
    """
    read = {
        role: read_layer(path, role, layer=layers.get(role), crs=crs.get(role), datum=datum.get(role, "wgs84"))
        for role, path in paths.items()
    }
    households = _weighed(read["buildings"], weights)
    notes = _told_shift(read)
    plane = local_plane(read["boundary"], metric_crs)
    shapes = {role: layer.in_plane(plane) for role, layer in read.items()}
    ground = Ground.of(
        None, shapes["buildings"], households,
        **{role: shapes[role] for role in ("roads", "rail", "water", "compounds") if role in shapes},
        road_class=_classes(read.get("roads"), road_class),
    )  # fmt: skip
    units = make_layer(shapes["boundary"], ground, rules, progress)
    return _tables(units, read, plane), notes


def write_units(tables: UnitTables, path: Path) -> None:
    """Write the GeoPackage whole or not at all. Errors: ``OutputUnwritable``."""
    with new_geopackage(path) as made:
        pyogrio.write_dataframe(tables.units, made, layer="units", driver="GPKG", geometry_type="Polygon")
        pyogrio.write_dataframe(tables.edges, made, layer="edges", driver="GPKG")
        pyogrio.write_dataframe(tables.adjustments, made, layer="adjustments", driver="GPKG", geometry_type="Unknown")


def _weighed(buildings: LayerFile, weights: Weights) -> NDArray[np.int64]:
    """Households of each building. Errors: ``WeightsUnsaid``, ``ColumnMissing``, ``WeightsWrong`` with the row of the file."""
    asked = weights.people or weights.households
    if asked is not None and asked not in buildings.columns:
        field = "--people" if weights.people else "--households"
        raise ColumnMissing(field=field, name=asked, columns=listed(buildings.columns))
    found = asked or match_columns([_HOUSEHOLDS], buildings.columns, {}).get("households")
    if found is None:
        raise WeightsUnsaid(columns=listed(buildings.columns))
    given = numbers(buildings.frame[found])[0]
    try:
        if weights.people:
            return households_of_people(given, weights.people_per_household)
        return whole_weights(given, len(given))
    except WeightsWrong as error:
        row = None if error.row is None else int(buildings.rows[error.row])
        raise WeightsWrong(field=found, row=row, **error.values) from None


def _told_shift(read: Mapping[str, LayerFile]) -> list[Note]:
    """A note where another datum fits far better; refused where what is stated leaves most buildings outside."""
    roads = read["roads"].degrees if "roads" in read else np.zeros(0, dtype=object)
    shift = likely_shift(read["buildings"].degrees, read["boundary"].degrees, roads)
    if shift is None:
        return []
    if shift.inside[0] < _REFUSED_BELOW <= shift.inside[1]:
        stated, better = (f"{100 * share:.0f}" for share in shift.inside)
        raise ShiftedBuildings(share=stated, better=better, datum=shift.buildings, other=shift.others)
    return [_shift_note(shift)]


def _shift_note(shift: Shift) -> Note:
    inside, crossed = ([f"{100 * share:.0f}" for share in pair] for pair in (shift.inside, shift.crossed))
    zh = (
        f"坐标基准可疑：若楼栋为 {shift.buildings}、其余图层为 {shift.others}，边界内楼栋由 {inside[0]}% 变为 {inside[1]}%，"
        f"被道路穿过的楼栋由 {crossed[0]}% 降为 {crossed[1]}%。请核对 --datum。"
    )
    en = (
        f"The datum looks wrong: were buildings {shift.buildings} and the other layers {shift.others}, {inside[1]} % of them instead of "
        f"{inside[0]} % would lie inside, and roads would cross {crossed[1]} % instead of {crossed[0]} %. Check --datum."
    )
    return Note("datum_doubtful", zh, en, loud=True)


def _classes(roads: LayerFile | None, asked: str | None) -> list[str]:
    if roads is None:
        return []
    if asked is not None and asked not in roads.columns:
        raise ColumnMissing(field="--road-class", name=asked, columns=listed(roads.columns))
    found = asked or find_column(roads.columns, _CLASSES)
    return [""] * len(roads.frame) if found is None else [each or "" for each in texts(roads.frame[found]).tolist()]


def _tables(units: Units, read: Mapping[str, LayerFile], plane: CRS) -> UnitTables:
    compounds, communities = _names(read.get("compounds"), _NAMES), _names(read["boundary"], _CODES)
    number = np.arange(1, len(units) + 1, dtype=np.int64)
    inside = units.building_unit >= 0
    frame = pd.DataFrame(
        {
            "unit_id": number,
            "households": units.households,
            "kind": units.kind,
            "compound": [compounds[row] if row >= 0 else None for row in units.compound.tolist()],
            "community": [communities[row] for row in units.community.tolist()],
            "buildings": np.bincount(units.building_unit[inside], minlength=len(units)),
            "area_m2": units.area_m2,
            "perimeter_m": units.perimeter_m,
            "x": units.xy[:, 0],
            "y": units.xy[:, 1],
        }
    )
    edges = pd.DataFrame(
        {
            "a": number[units.edges[:, 0]],
            "b": number[units.edges[:, 1]],
            "border_m": units.border_m,
            "barrier": units.barrier.astype(str),
        }
    )
    return UnitTables(gpd.GeoDataFrame(frame, geometry=units.shapes, crs=plane), edges, _adjusted(units, read, plane))


def _adjusted(units: Units, read: Mapping[str, LayerFile], plane: CRS) -> gpd.GeoDataFrame:
    communities = _names(read["boundary"], _CODES)

    def row_in(layer: str, row: int) -> int | None:
        return int(read[layer].rows[row]) if row >= 0 and layer in read else None

    rows: list[dict[str, Any]] = []
    for each in units.adjustments:
        bridge = each.kind == "island_bridged"
        rows.append(
            {
                "kind": each.kind,
                "layer": each.layer,
                "row": row_in(each.layer, each.row),
                "other_row": None if bridge else row_in(each.layer, each.other),
                "unit_id": each.unit + 1 if each.unit >= 0 else None,
                "other_unit": each.other + 1 if bridge else None,
                "community": communities[each.community] if each.community >= 0 else None,
                "area_m2": round(each.area_m2, 2),
                "households": each.households,
                "detail": each.detail,
            }
        )
    names = (
        "kind",
        "layer",
        "row",
        "other_row",
        "unit_id",
        "other_unit",
        "community",
        "area_m2",
        "households",
        "detail",
    )
    frame = pd.DataFrame(rows, columns=list(names))
    whole = dict.fromkeys(("row", "other_row", "unit_id", "other_unit", "households"), "Int64")
    shapes = np.array([each.shape for each in units.adjustments] or [None], dtype=object)[: len(frame)]
    return gpd.GeoDataFrame(frame.astype(whole), geometry=shapely.force_2d(shapes), crs=plane)


def _names(layer: LayerFile | None, aliases: tuple[str, ...]) -> list[str]:
    """A name for each row: a column of the file, else the row's number."""
    if layer is None:
        return []
    found = find_column(layer.columns, aliases)
    given = [None] * len(layer.rows) if found is None else texts(layer.frame[found]).tolist()
    return [name or str(row) for name, row in zip(given, layer.rows.tolist(), strict=True)]
