"""Files of layers into one plane: any reference systems and datums in, metres of one local system out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geodata.loaders.columns import listed
from geodata.loaders.crs import crs_of, geometry_to_degrees
from geodata.loaders.errors import BadInput, GeometryColumnMissing
from geodata.loaders.parsing import geometry_column
from geodata.loaders.place import check_datum, finite, only
from geodata.loaders.readers import read_file

Shapes = NDArray[np.object_]
#: Layers that units are made from, and the names that they have in files with several.
ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "boundary": ("boundary", "boundaries", "community", "communities", "divisions", "社区", "社区边界"),
    "buildings": ("buildings", "building", "楼栋", "建筑"),
    "roads": ("roads", "road", "streets", "道路"),
    "rail": ("rail", "rails", "railway", "railways", "铁路"),
    "water": ("water", "waterways", "rivers", "river", "水系", "河流"),
    "compounds": ("compounds", "compound", "小区"),
}
_DEGREES = CRS.from_epsg(4326)


class MetricCrsWrong(BadInput):
    """A system that is not measured in metres."""

    code = "metric_crs_wrong"
    zh = "“{crs}”不是以米为单位的投影坐标系。请用 --metric-crs 指定，例如 EPSG:4546。"
    en = "“{crs}” is no projected system in metres. Name one with --metric-crs, such as EPSG:4546."


class RoleMalformed(BadInput):
    """An option for a layer that does not exist."""

    code = "role_unknown"
    zh = "“{value}”应写作 图层=值，图层为：{roles}。"
    en = "“{value}” should be LAYER=VALUE with one of the layers {roles}."


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A layer as read: columns, row numbers as an editor counts them, shapes in ``crs`` and as WGS84 degrees."""

    name: str
    frame: pd.DataFrame
    rows: NDArray[np.int64]
    shapes: Shapes
    crs: CRS
    degrees: Shapes
    datum: str

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [str(each) for each in self.frame.columns]

    def in_plane(self, plane: CRS) -> Shapes:
        """The shapes in metres of ``plane``; None where a shape has no finite place there."""
        if self.datum in ("wgs84", "cgcs2000") and self.crs.equals(plane, ignore_axis_order=True):
            return self.shapes
        move = Transformer.from_crs(_DEGREES, plane, always_xy=True).transform
        moved = shapely.transform(self.degrees, lambda at: np.column_stack(move(at[:, 0], at[:, 1])))
        return only(finite(moved), moved)


def read_layer(path: Path, role: str, *, layer: str | None, crs: str | None, datum: str) -> LayerFile:
    """Read the layer of a file. ``layer`` names one of several (default: found by the names in ``ROLES``). Errors: ``BadInput``."""
    check_datum(datum)
    source = read_file(path, role, layer=layer or _layer_of(path, role))
    geometry = geometry_column(source)
    if geometry is None:
        raise GeometryColumnMissing(kind=path.name, columns=listed([str(each) for each in source.frame.columns]))
    flat = shapely.force_2d(geometry)
    with np.errstate(invalid="ignore"):
        shapes = only(finite(flat), flat)
    system = crs_of(crs, source.crs)
    degrees = geometry_to_degrees(shapes, system, datum)  # also for its errors: a wrong label stops here
    return LayerFile(path.name, source.frame, source.rows, shapes, system, degrees, datum)


def _layer_of(path: Path, role: str) -> str | None:
    """The only layer of a GeoPackage that bears a name of the role."""
    if path.suffix.lower() != ".gpkg" or not path.is_file():
        return None
    try:
        names = [str(each) for each in pyogrio.list_layers(path)[:, 0]]
    except Exception:  # the reader says what is wrong with the file
        return None
    same = [name for name in names if name.lower() in ROLES[role]]
    return same[0] if len(names) > 1 and len(same) == 1 else None


def local_plane(boundary: LayerFile, asked: str | None) -> CRS:
    """The plane to work in: ``asked``, else the boundary's own when it is local and in metres, else its UTM zone.

    Web Mercator is not local: its metres are a third too long at Hohhot. Errors: ``MetricCrsWrong``, ``CrsUnknown``.
    """
    if asked is not None:
        found = crs_of(asked, None)
        if not _in_metres(found):
            raise MetricCrsWrong(crs=asked)
        return found
    if boundary.datum in ("wgs84", "cgcs2000") and _in_metres(boundary.crs) and not _is_web(boundary.crs):
        return boundary.crs
    west, south, east, north = shapely.total_bounds(boundary.degrees)
    zone = int(np.clip(np.floor(((west + east) / 2 + 180) / 6) + 1, 1, 60))
    return CRS.from_epsg((32600 if (south + north) / 2 >= 0 else 32700) + zone)


def _in_metres(crs: CRS) -> bool:
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


def _is_web(crs: CRS) -> bool:
    operation = crs.coordinate_operation
    return "Pseudo Mercator" in ("" if operation is None else operation.method_name)


def by_role(pairs: tuple[str, ...], *, plain: bool) -> dict[str, str]:
    """``LAYER=VALUE`` pairs; with ``plain`` a value without a layer stands for all of them. Errors: ``RoleMalformed``.

    >>> by_role(("buildings=gcj02",), plain=True), by_role(("gcj02",), plain=True)["roads"]
    ({'buildings': 'gcj02'}, 'gcj02')
    """
    found: dict[str, str] = {}
    for pair in pairs:
        role, equals, value = pair.partition("=")
        if not equals and plain:
            found |= {each: pair for each in ROLES if each not in found}
        elif role in ROLES and value:
            found[role] = value
        else:
            raise RoleMalformed(value=pair, roles=", ".join(ROLES))
    return found
