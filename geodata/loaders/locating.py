"""Points of one file to the grids of another, without a database."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geodata.loaders.columns import LAT, LON, SOURCE_IDS, Field, code_column, column, listed, match_columns
from geodata.loaders.crs import crs_of, geometry_to_degrees, to_degrees
from geodata.loaders.errors import ColumnMissing, GeometryColumnMissing
from geodata.loaders.parsing import geometry_column
from geodata.loaders.readers import read_file
from geodata.loaders.source import Source
from geodata.loaders.summary import Note
from geodata.loaders.values import codes, numbers
from gridmap.assignment import GridIndex
from gridmap.datum import to_wgs84

RESULT = ("grid_code", "reason", "distance_to_edge_m")
_POLYGONS = (3, 6)


def locate_file(
    points: Path,
    grids: Path,
    *,
    x: str | None = None,
    y: str | None = None,
    datum: str = "wgs84",
    crs: str | None = None,
    grid_code: str | None = None,
    gap_limit_m: float = 0.0,
    layer: str | None = None,
    grid_layer: str | None = None,
    encoding: str | None = None,
) -> tuple[pd.DataFrame, list[Note]]:
    """Every row of ``points`` in order with its columns, and ``grid_code``, ``reason``, ``distance_to_edge_m``; and remarks.

    ``x``, ``y``: columns of longitude and latitude, else known names, else the file's points. Rows without usable coordinates get
    the reason ``none``. ``grids`` may be in any reference system. Errors: ``BadInput``, ``UnknownDatum``.
    """
    index, remarks = _read_grids(grids, grid_code, grid_layer)
    source = read_file(points, "reports", layer=layer, encoding=encoding)
    lon, lat = _positions(source, x, y, datum, crs)
    located = index.locate_explained(lon, lat, gap_limit_m=gap_limit_m, threads=2)
    names = np.array([*(index.codes or ()), None], dtype=object)  # position -1 is the last: none
    frame = source.frame.rename(columns={name: f"{name}_input" for name in RESULT if name in source.frame.columns})
    if source.geometry is not None:
        frame["geometry"] = shapely.to_wkt(source.geometry, rounding_precision=-1)
    frame["grid_code"] = names[located.position]
    frame["reason"] = [str(each) for each in located.reason_names]
    frame["distance_to_edge_m"] = np.round(located.distance_to_edge_m, 3)
    absent = int((~np.isfinite(lon)).sum())
    if absent:
        remarks.append(
            Note(
                "positions_missing",
                f"{absent:,} 行没有可用的坐标，归属为 none。",
                f"{absent:,} rows have no usable coordinates: reason none.",
            )
        )
    return frame, remarks


def _read_grids(path: Path, grid_code: str | None, layer: str | None) -> tuple[GridIndex, list[Note]]:
    """Index of the polygons. What is no polygon holds nothing; the index takes invalid ones by its own rule; both are told."""
    source = read_file(path, "grids", layer=layer)
    geometry = geometry_column(source)
    if geometry is None:
        raise GeometryColumnMissing(kind="--grids", columns=listed(list(source.frame.columns)))
    names = [str(each) for each in source.frame.columns]
    field = Field("code", "code", (*code_column("grid_code", "网格编码", "网格代码", "网格编号").aliases, *SOURCE_IDS))
    try:
        found = match_columns([field], names, {"code": grid_code} if grid_code else {})["code"]
    except KeyError:
        raise ColumnMissing(field="--grid-code", name="code", columns=listed(names)) from None
    with np.errstate(invalid="ignore"):  # a polygon with NaN holds nothing
        geometry = geometry_to_degrees(shapely.force_2d(geometry), crs_of(None, source.crs), "wgs84")
    polygons = np.isin(shapely.get_type_id(geometry), _POLYGONS)
    remarks = []
    empty = int((~polygons).sum())
    invalid = int((~shapely.is_valid(geometry) & polygons).sum())
    if empty:
        zh = f"网格文件中有 {empty:,} 行没有面图形，不拥有任何点。"
        remarks.append(
            Note("grids_without_polygon", zh, f"{empty:,} rows of the grids hold no polygon and own nothing.")
        )
    if invalid:
        zh = f"{invalid:,} 个网格的图形无效：以奇数条边界环绕处为内部。"
        remarks.append(
            Note(
                "grids_invalid", zh, f"{invalid:,} grids are invalid: what an odd number of rings surrounds is inside."
            )
        )
    usable = np.full(len(geometry), None, dtype=object)
    usable[polygons] = geometry[polygons]
    return GridIndex(usable, codes=codes(source.frame[found]).tolist()), remarks


def _positions(
    source: Source, x: str | None, y: str | None, datum: str, crs: str | None
) -> tuple[np.ndarray, np.ndarray]:
    names = [str(each) for each in source.frame.columns]
    mapping = {name: given for name, given in (("lon", x), ("lat", y)) if given is not None}
    found = match_columns([column("lon", *LON.aliases), column("lat", *LAT.aliases)], names, mapping)
    geometry = geometry_column(source) if not mapping else None
    if geometry is not None and (source.geometry is not None or len(found) < 2):
        east, north, declared = shapely.get_x(geometry), shapely.get_y(geometry), source.crs  # NaN for what is no point
    elif len(found) == 2:
        east, north, declared = numbers(source.frame[found["lon"]])[0], numbers(source.frame[found["lat"]])[0], None
    else:
        missing = "lon" if "lon" not in found else "lat"
        raise ColumnMissing(field="--x" if missing == "lon" else "--y", name=missing, columns=listed(names))
    lon, lat = to_degrees(east, north, crs_of(crs, declared))
    usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return to_wgs84(np.where(usable, lon, np.nan), np.where(usable, lat, np.nan), datum)
