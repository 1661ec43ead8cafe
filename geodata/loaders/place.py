"""Shapes and positions of a batch: from whatever the file holds to valid 2-D geometry in EPSG:4326."""

import hashlib
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.validation import explain_validity

from geodata.loaders.batch import Batch, LoadOptions
from geodata.loaders.columns import listed
from geodata.loaders.crs import crs_of, geometry_to_degrees, to_degrees
from geodata.loaders.errors import GeometryColumnMissing
from geodata.loaders.parsing import geometry_column
from geodata.loaders.reasons import (
    AxesSwappedRow,
    GeometryEmpty,
    GeometryInvalid,
    GeometryMissing,
    GeometryNotFinite,
    GeometryUnreadable,
    GeometryUnrepairable,
    GeometryWrongType,
    NullIsland,
    OffEarth,
)  # fmt: skip
from geodata.loaders.summary import Note, Repair
from gridmap.datum import DATUMS, UnknownDatum, to_wgs84

Shape = Literal["polygon", "line", "point", "line_or_polygon"]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = 0, 1, 3, 4, 5, 6, 7
_TYPES: Final[dict[Shape, tuple[int, ...]]] = {
    "polygon": (_POLYGON, _MULTIPOLYGON),
    "line": (_LINE, _MULTILINE),
    "point": (_POINT,),
    "line_or_polygon": (_POLYGON, _MULTIPOLYGON, _LINE, _MULTILINE),
}
_EXPECTED: Final[dict[Shape, tuple[str, str]]] = {
    "polygon": ("面", "polygon"), "line": ("线", "line"), "point": ("点", "point"), "line_or_polygon": ("线或面", "line or polygon"),
}  # fmt: skip
_GEOD = Geod(ellps="WGS84")


def check_datum(datum: str) -> None:
    """Error: ``UnknownDatum``."""
    if datum not in DATUMS:
        raise UnknownDatum(field="datum", datum=datum, allowed=", ".join(DATUMS))


def raw_geometry(batch: Batch) -> Shapes | None:
    """The file's geometry, or that of a column of WKT or WKB; None when there is neither. Unreadable cells reject their row."""
    named = batch.columns.get("geom")
    return geometry_column(
        batch.source, named, lambda position: batch.reject_row(position, GeometryUnreadable(field="geom"))
    )


def place_shapes(batch: Batch, shape: Shape, options: LoadOptions, *, kind: str, required: bool = True) -> None:
    """Give the batch its geometry: 2-D, multi, in EPSG:4326, valid.

    Rows without geometry (if ``required``), with an empty, infinite, invalid or unsuitable one are rejected; invalid polygons are
    repaired when the options say so. Errors: ``GeometryColumnMissing`` and those of ``geometry_to_degrees`` for the whole file.
    """
    check_datum(options.datum)
    raw = raw_geometry(batch)
    if raw is None:
        if required:
            raise GeometryColumnMissing(kind=kind, columns=listed(list(batch.source.frame.columns)))
        return
    with np.errstate(invalid="ignore"):  # NaN among the coordinates is ours to tell, not numpy's
        _place(batch, raw, shape, options, required=required)
    if options.crs is None and batch.source.crs is None:
        batch.notes.append(
            Note(
                "crs_assumed",
                "文件未注明坐标参考系，按 EPSG:4326 读取。",
                "The file names no reference system; read as EPSG:4326.",
            )
        )


def _place(batch: Batch, raw: Shapes, shape: Shape, options: LoadOptions, *, required: bool) -> None:
    raw = shapely.force_2d(raw)
    missing = shapely.is_missing(raw)
    if required:
        batch.reject(missing, lambda _: GeometryMissing(field="geom"))
    batch.reject(~missing & shapely.is_empty(raw), lambda _: GeometryEmpty(field="geom"))
    batch.reject(~finite(raw), lambda _: GeometryNotFinite(field="geom"))
    _check_types(batch, raw, shape)
    raw = only(batch.alive, raw)
    _codes_from_shapes(batch, raw)
    placed = geometry_to_degrees(raw, crs_of(options.crs, batch.source.crs), options.datum, swap_axes=options.swap_axes)
    batch.reject(~finite(placed), lambda _: GeometryNotFinite(field="geom"))
    placed = only(batch.alive, placed)
    _reject_off_earth(batch, placed)
    placed = _valid(batch, placed, repair=options.repair)
    batch.geometry = only(batch.alive, placed if shape == "point" else _multi(placed))


def place_points(batch: Batch, options: LoadOptions) -> tuple[Floats, Floats] | None:
    """Longitude and latitude (degrees, before the datum is undone) from the columns lon and lat, or from points.

    Returns None when the file has neither. Rows that are not on earth, incomplete or exactly (0, 0) are rejected; both NaN is
    an absent position and stays. Projected positions are transformed first.
    """
    check_datum(options.datum)
    crs = crs_of(options.crs, batch.source.crs)
    if batch.has("lon") and batch.has("lat"):
        x = batch.fields["lon"].to_numpy(dtype=np.float64)
        y = batch.fields["lat"].to_numpy(dtype=np.float64)
    else:
        raw = raw_geometry(batch)
        if raw is None:
            return None
        present = ~shapely.is_missing(raw) & ~shapely.is_empty(raw)
        singles = shapely.get_type_id(raw) == _MULTIPOINT
        raw = np.where(singles & (shapely.get_num_geometries(raw) == 1), shapely.get_geometry(raw, 0), raw)
        wrong = present & (shapely.get_type_id(raw) != _POINT)
        batch.reject(wrong, lambda at: _wrong_type(raw[at], "point"))
        points = only(present & ~wrong, raw)
        x, y = shapely.get_x(points), shapely.get_y(points)
    lon, lat = to_degrees(
        np.where(batch.alive, x, np.nan), np.where(batch.alive, y, np.nan), crs, swap_axes=options.swap_axes
    )
    given = ~np.isnan(x) & ~np.isnan(y)
    batch.reject(given & ~(np.isfinite(lon) & np.isfinite(lat)), lambda _: GeometryNotFinite(field="lon"))
    off = given & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    batch.reject(off, lambda at: _off_earth(float(lon[at]), float(lat[at])))
    batch.reject(given & (lon == 0) & (lat == 0), lambda _: NullIsland(field="lon"))
    return lon, lat


def points_of(lon: Floats, lat: Floats, datum: str) -> Shapes:
    """Points in EPSG:4326 from positions in a datum; None where a coordinate is missing."""
    wgs_lon, wgs_lat = to_wgs84(lon, lat, datum)
    given = np.isfinite(wgs_lon) & np.isfinite(wgs_lat)
    found = np.full(len(given), None, dtype=object)
    found[given] = shapely.points(wgs_lon[given], wgs_lat[given])
    return found


def only(chosen: NDArray[np.bool_], geometry: Shapes) -> Shapes:
    """The chosen geometries; None elsewhere."""
    found = np.full(len(geometry), None, dtype=object)
    found[chosen] = geometry[chosen]
    return found


def finite(geometry: Shapes) -> NDArray[np.bool_]:
    """Whether all coordinates are finite; missing and empty ones count as finite."""
    coordinates, owners = shapely.get_coordinates(geometry, return_index=True)
    good = np.ones(len(geometry), dtype=bool)
    good[owners[~np.isfinite(coordinates).all(axis=1)]] = False
    return good


def _check_types(batch: Batch, raw: Shapes, shape: Shape) -> None:
    if shape == "point":
        singles = (shapely.get_type_id(raw) == _MULTIPOINT) & (shapely.get_num_geometries(raw) == 1)
        raw[singles] = shapely.get_geometry(raw[singles], 0)
    known = np.isin(shapely.get_type_id(raw), [*_TYPES[shape], -1])
    batch.reject(~known, lambda at: _wrong_type(raw[at], shape))


def _wrong_type(found: Any, shape: Shape) -> GeometryWrongType:
    expected_zh, expected = _EXPECTED[shape]
    return GeometryWrongType(field="geom", found=found.geom_type, expected=expected, expected_zh=expected_zh)


def _codes_from_shapes(batch: Batch, raw: Shapes) -> None:
    """Without a column of codes, a hash of the shape in the file's own coordinates is one: the same in every load of the file."""
    if batch.has("code"):
        return
    import pandas as pd

    wkb = shapely.to_wkb(shapely.normalize(_multi(raw)))
    batch.fields["code"] = pd.Series(
        [None if each is None else f"g{hashlib.blake2b(each, digest_size=10).hexdigest()}" for each in wkb],
        dtype=object,
    )
    batch.notes.append(
        Note(
            "codes_from_shapes",
            "文件没有编码列：编码由图形的散列值生成（图形不变则编码不变）。",
            "The file has no column of codes: each code is a hash of the shape, the same as long as the shape stays.",
        )
    )


def _reject_off_earth(batch: Batch, placed: Shapes) -> None:
    west, south, east, north = shapely.bounds(placed).T
    with np.errstate(invalid="ignore"):
        off = (west < -180) | (east > 180) | (south < -90) | (north > 90)
    batch.reject(off, lambda at: _off_earth(float(east[at]), float(north[at])))


def _off_earth(x: float, y: float) -> OffEarth | AxesSwappedRow:
    swapped = abs(x) <= 90 < abs(y) <= 180
    return (AxesSwappedRow if swapped else OffEarth)(field="lon", x=f"{x:.6g}", y=f"{y:.6g}")


def _valid(batch: Batch, placed: Shapes, *, repair: bool) -> Shapes:
    invalid = np.flatnonzero(~shapely.is_valid(placed) & ~shapely.is_missing(placed))
    for position in invalid.tolist():
        problem = explain_validity(placed[position])
        mended = _repaired(placed[position]) if repair else None
        if not repair:
            batch.reject_row(position, GeometryInvalid(field="geom", reason=problem))
        elif mended is None:
            batch.reject_row(position, GeometryUnrepairable(field="geom", reason=problem))
        else:
            before, after = area_m2(placed[position]), area_m2(mended)
            batch.repairs.append(Repair(batch.row(position), batch.code(position), problem, before, after))
            placed[position] = mended
    return placed


def _repaired(broken: Any) -> Any:
    """The valid parts of the same dimension, or None when none remain."""
    mended = shapely.make_valid(broken)
    dimension = 2 if shapely.get_dimensions(broken) == 2 else 1
    parts = [
        part
        for part in shapely.get_parts(_flat(mended))
        if shapely.get_dimensions(part) == dimension and not part.is_empty
    ]
    if not parts:
        return None
    return shapely.union_all(parts) if dimension == 2 else shapely.multilinestrings(parts)


def _flat(geometry: Any) -> Shapes:
    """The parts of a geometry, collections within collections opened."""
    parts: Shapes = shapely.get_parts(geometry)
    while np.any(shapely.get_type_id(parts) == _COLLECTION):
        parts = shapely.get_parts(parts)
    return parts


def area_m2(geometry: Any) -> float:
    """Area on the ellipsoid in square metres; for an invalid polygon what its rings enclose."""
    return abs(float(_GEOD.geometry_area_perimeter(geometry)[0]))


def _multi(geometry: Shapes) -> Shapes:
    """Polygons as multipolygons, lines as multilinestrings; the rest as it is."""
    types = shapely.get_type_id(geometry)
    found = geometry.copy()
    found[types == _POLYGON] = [shapely.multipolygons([each]) for each in geometry[types == _POLYGON]]
    found[types == _LINE] = [shapely.multilinestrings([each]) for each in geometry[types == _LINE]]
    return found
