"""A GeoPackage of units to one of grids, without a database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from geodata.geopackage import new_geopackage
from geodata.loaders.columns import listed
from geodata.loaders.errors import BadInput, ColumnMissing, FileMissing, FileUnreadable, LayerUnknown
from gridmap.planning import Plan, Wishes, plan, score_plan
from gridmap.planning.barriers import barrier_costs
from gridmap.planning.boundaries import grids_of_units
from gridmap.planning.errors import BadNumber
from gridmap.planning.graph import read_graph
from gridmap.planning.outlines import UnitsOverlap
from gridmap.planning.solving import Progress

Shapes = NDArray[np.object_]
UNITS: Final = "units"
EDGES: Final = "edges"
GRIDS: Final = "grids"


class EdgeUnknown(BadInput):
    """A border of a unit that the file does not have."""

    code = "edge_unknown"
    zh = "单元“{unit}”不在 units 图层中。"
    en = "The layer units does not have the unit “{unit}”."


class UnitTwice(BadInput):
    """Two units of one number."""

    code = "unit_twice"
    zh = "units 图层中单元编号“{unit}”重复。"
    en = "The layer units has the unit “{unit}” twice."


class UnitShapeWrong(BadInput):
    """A unit without ground, or with an outline that crosses itself."""

    code = "unit_shape_wrong"
    zh = "该单元的图形无效：{problem}。请先修复图形，或用 gridmap units 重新生成单元。"
    en = "The unit's shape is invalid: {problem}. Repair it, or make the units anew with gridmap units."


class UnitsUponEachOther(BadInput):
    """Ground that two units claim."""

    code = "units_upon_each_other"
    zh = "该单元与第 {other} 行的单元重叠，不能合成网格。请用 gridmap units 重新生成单元。"
    en = "The unit overlaps that of row {other}, so they make no grids. Make the units anew with gridmap units."


class UnitsInDegrees(BadInput):
    """Units in degrees have no areas and lengths in metres."""

    code = "units_in_degrees"
    zh = "units 图层以度为单位，无法计算面积和边长。请用 gridmap units 生成，或转换为以米为单位的坐标系。"
    en = "The layer units is in degrees, so it has no lengths in metres. Make it with gridmap units, or project it."


@dataclass(frozen=True, slots=True)
class PlanTables:
    """Units with ``grid``, grids with their figures, and the plan itself. Grids are numbered from 1."""

    units: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    plan: Plan


def plan_of_file(
    path: Path,
    weight: str,
    *,
    within: str | None,
    previous: str | None,
    heads: str | None,
    wishes: Wishes,
    progress: Progress | None,
    **options: Any,
) -> PlanTables:
    """Grids of the layers ``units`` (unit_id, WEIGHT) and ``edges`` (a, b, border_m, barrier where there is any) of a GeoPackage.

    Other columns of the units are kept. Errors: `BadInput`, `gridmap.planning.InvalidUnits` with the row as an editor counts it.
    """
    units, edges = (
        _read(path, UNITS, [weight, within, previous, heads, "unit_id"]),
        _read(path, EDGES, ["a", "b", "border_m"]),
    )
    if units.crs is not None and units.crs.is_geographic:
        raise UnitsInDegrees()
    shapes = _checked(np.asarray(units.geometry))
    described = {
        "weights": pd.to_numeric(units[weight], errors="coerce").to_numpy(np.float64),
        **_borders(units, edges),
        "area_m2": shapely.area(shapes),
        "perimeter_m": shapely.length(shapes),
        "xy": shapely.get_coordinates(shapely.point_on_surface(shapes)),
    }
    before = None if previous is None else _positions(units[previous])
    inside = None if within is None else units[within].astype(str).to_numpy(object)
    ties = None if heads is None else _ties(units[heads])
    try:
        made = plan(**described, within=inside, previous=before, ties=ties, wishes=wishes, progress=progress, **options)
    except BadNumber as error:
        names = {"weights": weight}
        raise BadNumber(
            name=names.get(error.values["name"], error.values["name"]),
            row=(error.row or 0) + 1,
            value=error.values["value"],
        ) from None
    units["grid"] = made.labels + 1
    return PlanTables(units, _grids(units, made, described, within), made)


def write_plan(tables: PlanTables, path: Path) -> None:
    """Write the GeoPackage whole or not at all. Errors: ``OutputUnwritable``."""
    with new_geopackage(path) as made:
        pyogrio.write_dataframe(tables.units, made, layer=UNITS, driver="GPKG")
        pyogrio.write_dataframe(tables.grids, made, layer=GRIDS, driver="GPKG", promote_to_multi=True)


def _read(path: Path, layer: str, needed: list[str | None]) -> Any:
    if not path.exists():
        raise FileMissing(path=path)
    try:
        existing = pyogrio.list_layers(path)[:, 0].tolist()
    except pyogrio.errors.DataSourceError as error:
        raise FileUnreadable(path=path, reason=str(error).splitlines()[0]) from error
    if layer not in existing:
        raise LayerUnknown(layer=layer, existing=listed(existing))
    frame = pyogrio.read_dataframe(path, layer=layer)
    for name in needed:
        if name is not None and name not in frame.columns:
            raise ColumnMissing(field=layer, name=name, columns=listed(list(frame.columns)))
    return frame


def _checked(shapes: Shapes) -> Shapes:
    """Valid polygons. Errors: ``UnitShapeWrong`` with the row."""
    lacking = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for row in np.flatnonzero(lacking | ~shapely.is_valid(shapes))[:1].tolist():
        problem = "empty" if lacking[row] else shapely.is_valid_reason(shapes[row])
        raise UnitShapeWrong(field=UNITS, row=row + 1, problem=problem)
    return shapes


def _borders(units: Any, edges: Any) -> dict[str, NDArray[Any]]:
    """Borders between positions of units, the smaller first."""
    number = pd.Index(units["unit_id"])
    if number.has_duplicates:
        raise UnitTwice(field=UNITS, unit=number[number.duplicated()][0])
    pairs = np.column_stack([number.get_indexer(edges["a"]), number.get_indexer(edges["b"])])
    unknown = np.argwhere(pairs < 0)
    if len(unknown):
        row, end = unknown[0].tolist()
        raise EdgeUnknown(field=EDGES, row=row + 1, unit=edges["ab"[end]].iloc[row])
    classes = edges["barrier"].fillna("").astype(str) if "barrier" in edges.columns else [""] * len(edges)
    return {
        "edges": np.sort(pairs, axis=1),
        "border_m": edges["border_m"].to_numpy(np.float64),
        "barrier_cost": barrier_costs(classes),
    }


def _positions(codes: Any) -> NDArray[np.int64]:
    """Grids of the previous plan as numbers from 0: those of a plan of ours less one, otherwise in the order of their codes."""
    if pd.api.types.is_numeric_dtype(codes):
        return np.asarray(codes.fillna(0), dtype=np.float64).astype(np.int64) - 1
    names, _ = pd.factorize(codes, sort=True)
    return np.asarray(names, dtype=np.int64)


def _ties(heads: Any) -> NDArray[np.int64]:
    """Building heads as numbers and their units; a unit without a head has none."""
    number = np.asarray(pd.factorize(heads)[0], dtype=np.int64)
    ties: NDArray[np.int64] = np.column_stack([number, np.arange(len(number))])[number >= 0]
    return ties


def _grids(units: Any, made: Plan, described: dict[str, NDArray[Any]], within: str | None) -> gpd.GeoDataFrame:
    figures = score_plan(read_graph(**described), made.labels)
    mean = float(figures.weight.mean())
    reasons = {flag.label: flag.code for flag in made.flags}
    columns = {
        "grid": np.arange(1, made.k + 1),
        "units": figures.units,
        "weight": figures.weight,
        "deviation_percent": 100.0 * (figures.weight / mean - 1.0) if mean > 0.0 else np.zeros(made.k),
        "area_m2": figures.area_m2,
        "perimeter_m": figures.outline_m,
        "polsby_popper": figures.polsby_popper,
        "contiguous": figures.pieces == 1,
        "flag": [reasons.get(label) for label in range(made.k)],
    }
    if within is not None:
        columns[within] = units.groupby("grid")[within].first().to_numpy()
    try:
        shapes = grids_of_units(np.asarray(units.geometry), made.labels).shapes
    except UnitsOverlap as error:
        one, other = sorted(int(error.values[name]) + 1 for name in ("unit", "other"))
        raise UnitsUponEachOther(field=UNITS, row=other, other=one) from None
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=units.crs)
