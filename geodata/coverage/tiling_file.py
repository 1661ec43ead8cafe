"""Grids of one file against the boundary of another, without a database."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geodata.geopackage import new_geopackage
from geodata.loaders.columns import SOURCE_IDS, Field, code_column, column, listed, match_columns
from geodata.loaders.crs import crs_of, geometry_to_degrees
from geodata.loaders.errors import BadInput, ColumnMissing, GeometryColumnMissing
from geodata.loaders.parsing import geometry_column
from geodata.loaders.readers import read_file
from geodata.loaders.source import Source
from geodata.loaders.summary import Note
from geodata.loaders.values import codes, numbers
from gridmap.coverage import Flaw, geodesic, tiling_flaws

Shapes = NDArray[np.object_]
COLUMNS = ("finding_id", "kind", "grid_a", "grid_b", "area_m2", "households", "cause")
LAYER = "findings"
_POLYGONS = (3, 6)
_CODE = Field("code", "code", (*code_column("grid_code", "网格编码", "网格代码", "网格编号").aliases, *SOURCE_IDS))


class NoPolygons(BadInput):
    """A file of grids or boundaries without a single polygon."""

    code = "no_polygons"
    zh = "文件“{path}”中没有面图形。"
    en = "The file “{path}” holds no polygon."


@dataclass(frozen=True, slots=True)
class _Polygons:
    """Polygons (None where a row has none) in ``crs``, with their codes."""

    shapes: Shapes
    names: list[str | None]
    crs: CRS


def check_tiling(
    grids: Path,
    boundary: Path,
    *,
    buildings: Path | None = None,
    households: str | None = None,
    grid_code: str | None = None,
    crs: str | None = None,
    layer: str | None = None,
    boundary_layer: str | None = None,
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Findings with the columns ``COLUMNS`` and their shape in the reference system of GRIDS, and remarks.

    Everything is compared in that system, so that shared vertices meet exactly, and measured on the ellipsoid. Each row of
    ``boundary`` is an area of its own that no grid crosses. ``households`` of a finding are those of ``buildings`` that stand in it (column
    ``households``, else one each), missing without the file. Errors: ``BadInput``.
    """
    cells, remarks = _read(grids, grid_code, crs, layer, coded=True)
    areas, more = _read(boundary, None, None, boundary_layer, coded=False)
    areas = _Polygons(_moved(areas.shapes, areas.crs, cells.crs), areas.names, cells.crs)
    flaws = tiling_flaws(
        cells.shapes,
        areas.shapes,
        _area_of(cells.shapes, areas.shapes),
        measure=lambda shapes: geodesic(geometry_to_degrees(shapes, cells.crs, "wgs84")),
    )
    homes = None if buildings is None else _homes(buildings, households, flaws, cells.crs)
    return _frame(flaws, cells, homes), remarks + more


def write_findings(findings: gpd.GeoDataFrame, path: Path) -> None:
    """Write a GeoPackage whole or not at all. Error: ``OutputUnwritable``."""
    with new_geopackage(path) as made:
        findings.to_file(made, layer=LAYER, driver="GPKG", engine="pyogrio", geometry_type="Polygon")


def _read(
    path: Path, grid_code: str | None, crs: str | None, layer: str | None, *, coded: bool
) -> tuple[_Polygons, list[Note]]:
    source = read_file(path, "grids" if coded else "divisions", layer=layer)
    geometry = geometry_column(source)
    if geometry is None:
        raise GeometryColumnMissing(kind=path.name, columns=listed(list(source.frame.columns)))
    flat = shapely.force_2d(geometry)
    usable = np.isin(shapely.get_type_id(flat), _POLYGONS) & np.isfinite(shapely.bounds(flat)).all(axis=1)
    if not usable.any():
        raise NoPolygons(path=path.name)
    shapes = np.full(len(flat), None, dtype=object)
    shapes[usable] = flat[usable]
    found = _Polygons(shapes, _codes(source, grid_code, coded=coded), crs_of(crs, source.crs))
    geometry_to_degrees(shapes, found.crs, "wgs84")  # asked for its errors: a wrong label stops here
    skipped = int((~usable).sum())
    if not skipped:
        return found, []
    zh = f"{path.name} 中有 {skipped:,} 行没有可用的面图形，已跳过。"
    return found, [Note("rows_without_polygon", zh, f"{skipped:,} rows of {path.name} hold no usable polygon.")]


def _codes(source: Source, grid_code: str | None, *, coded: bool) -> list[str | None]:
    """The grids' codes; rows are named by their number where the file has none."""
    names = [str(each) for each in source.frame.columns]
    found = match_columns([_CODE], names, {"code": grid_code} if grid_code else {}).get("code") if coded else None
    if found is None:
        return [str(row) for row in source.rows]
    return [code or str(row) for code, row in zip(codes(source.frame[found]), source.rows, strict=True)]


def _moved(shapes: Shapes, crs: CRS, target: CRS) -> Shapes:
    if crs.equals(target, ignore_axis_order=True):
        return shapes
    move = Transformer.from_crs(crs, target, always_xy=True).transform
    found: Shapes = shapely.transform(shapes, lambda at: np.column_stack(move(at[:, 0], at[:, 1])))
    return found


def _area_of(cells: Shapes, areas: Shapes) -> NDArray[np.int64]:
    """The area that holds most of each grid, the nearest for a grid that meets none."""
    if len(areas) == 1:
        return np.zeros(len(cells), dtype=np.int64)
    cells, areas = (np.where(shapely.is_valid(each), each, shapely.make_valid(each)) for each in (cells, areas))
    tree = shapely.STRtree(areas)
    present = np.flatnonzero(~shapely.is_missing(cells))
    found = np.full(len(cells), -1, dtype=np.int64)
    found[present] = tree.nearest(cells[present])
    cell, area = tree.query(cells, predicate="intersects")
    shared = shapely.area(shapely.intersection(cells[cell], areas[area]))
    order = np.lexsort((area, -shared, cell))
    best, first = np.unique(cell[order], return_index=True)
    found[best] = area[order][first]
    return found


def _homes(path: Path, households: str | None, flaws: list[Flaw], crs: CRS) -> NDArray[np.int64]:
    """Households of the buildings that stand in each flaw, by a point on their ground."""
    source = read_file(path, "buildings")
    geometry = geometry_column(source)
    if geometry is None:
        raise GeometryColumnMissing(kind=path.name, columns=listed(list(source.frame.columns)))
    names = [str(each) for each in source.frame.columns]
    field = column("households", "户数", "住户数", "dwellings", reading="integer")
    found = match_columns([field], names, {"households": households} if households else {}).get("households")
    if households and found is None:
        raise ColumnMissing(field="--households", name="households", columns=listed(names))
    count = np.ones(len(source)) if found is None else np.nan_to_num(numbers(source.frame[found])[0])
    points = shapely.point_on_surface(_moved(shapely.force_2d(geometry), crs_of(None, source.crs), crs))
    flaw, building = shapely.STRtree(points).query([each.shape for each in flaws], predicate="intersects")
    return np.bincount(flaw, weights=count[building], minlength=len(flaws)).astype(np.int64)


def _frame(flaws: list[Flaw], cells: _Polygons, homes: NDArray[np.int64] | None) -> gpd.GeoDataFrame:
    rows = [[cells.names[grid] for grid in flaw.grids] for flaw in flaws]
    frame = pd.DataFrame(
        {
            "finding_id": np.arange(1, len(flaws) + 1, dtype=np.int64),
            "kind": [_kind(flaw) for flaw in flaws],
            "grid_a": pd.array([names[0] if names else None for names in rows], dtype="object"),
            "grid_b": pd.array([names[1] if len(names) > 1 else None for names in rows], dtype="object"),
            "area_m2": np.round([flaw.area_m2 for flaw in flaws], 3).astype(np.float64),
            "households": pd.array([None] * len(flaws) if homes is None else homes.tolist(), dtype="Int64"),
            "cause": pd.array([_cause(flaw, cells.shapes) for flaw in flaws], dtype="object"),
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[flaw.shape for flaw in flaws], crs=cells.crs)


def _kind(flaw: Flaw) -> str:
    if flaw.sliver:
        return "sliver"
    return "edge" if flaw.kind == "outside" else flaw.kind


def _cause(flaw: Flaw, cells: Shapes) -> str:
    if flaw.kind == "outside":
        return "outside_boundary"
    if flaw.sliver:
        return "border_drawn_twice"
    if flaw.kind == "gap":
        return "ground_in_no_grid" if flaw.grids else "area_without_grids"
    a, b = (cells[grid] for grid in flaw.grids)
    if shapely.equals(a, b):
        return "same_ground_twice"
    return "grid_inside_another" if shapely.covers(a, b) or shapely.covers(b, a) else "grids_cross"
