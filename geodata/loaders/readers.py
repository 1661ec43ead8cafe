"""Files in: by the end of the name to a reader, which gives a ``Source``."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from geodata.loaders.archives import check_archive, unpacked
from geodata.loaders.encodings import check_encoding, table_encoding
from geodata.loaders.errors import FileEmpty, FileMissing, FileUnreadable, FormatUnknown, LayerAmbiguous, LayerUnknown
from geodata.loaders.osm import read_osm
from geodata.loaders.source import Source
from geodata.loaders.tables_in import read_csv, read_excel, read_plain_parquet

_T = TypeVar("_T")
_TABLES = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm")
_VECTORS = (".gpkg", ".geojson", ".json", ".geojsonl", ".shp", ".fgb")
_PARQUETS = (".parquet", ".geoparquet", ".pq")
FORMATS = (*_VECTORS, *_PARQUETS, *_TABLES, *_BOOKS, ".osm.pbf", ".zip")


def read_file(path: Path, kind: str = "", *, layer: str | None = None, encoding: str | None = None) -> Source:
    """The rows of a file. ``kind`` helps to choose a layer that bears its name and says what to take from an OpenStreetMap extract.

    Errors: the subclasses of ``BadInput`` that concern files.
    """
    if not path.is_file():
        raise FileMissing(path=str(path))
    if path.stat().st_size == 0:
        raise FileEmpty(path=path.name)
    try:
        source = _read(path, kind, layer, encoding)
    except OSError as error:
        raise FileUnreadable(path=path.name, reason=error.strerror or type(error).__name__) from error
    source.name = path.name
    if len(source) == 0 and not source.broken:
        raise FileEmpty(path=path.name)
    return source


def _read(path: Path, kind: str, layer: str | None, encoding: str | None) -> Source:
    name = path.name.lower()
    if name.endswith(_TABLES):
        return read_csv(path, encoding)
    if name.endswith(_BOOKS):
        check_archive(path)
        return read_excel(path, layer)
    if name.endswith(_PARQUETS):
        return _read_parquet(path)
    if name.endswith((".osm.pbf", ".pbf")):
        return read_osm(path, kind)
    if name.endswith(".zip"):
        return _read_zip(path, kind, layer, encoding)
    if name.endswith(_VECTORS):
        return _read_vector(path, kind, layer, encoding)
    raise FormatUnknown(path=path.name, allowed=", ".join(FORMATS))


def _read_parquet(path: Path) -> Source:
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(path).metadata or {}
    except Exception as error:  # whatever pyarrow meets in bytes that are no Parquet
        raise FileUnreadable(path=path.name, reason=str(error).splitlines()[0]) from error
    if b"geo" not in metadata:
        return read_plain_parquet(path)
    import geopandas as gpd

    return _guarded(path, lambda: _of_geodataframe(path.name, gpd.read_parquet(path), first_row=1))


def _read_vector(path: Path, kind: str, layer: str | None, encoding: str | None) -> Source:
    import pyogrio

    if encoding is not None:
        check_encoding(path, encoding)
    layers = _guarded(path, lambda: [str(name) for name in pyogrio.list_layers(path)[:, 0]])
    chosen = _choose_layer(layers, kind, layer)
    if path.suffix.lower() == ".shp" and encoding is None and not path.with_suffix(".cpg").exists():
        dbf = path.with_suffix(".dbf")
        encoding = table_encoding(dbf.read_bytes()) if dbf.exists() else None
    # Record ids are what an editor shows for a GeoPackage; other formats are counted from 1.
    is_geopackage = path.suffix.lower() == ".gpkg"

    def read() -> Source:
        frame = pyogrio.read_dataframe(path, layer=chosen, encoding=encoding, fid_as_index=True, on_invalid="ignore")
        rows = frame.index.to_numpy(dtype=np.int64) if is_geopackage else np.arange(1, len(frame) + 1)
        source = _of_geodataframe(path.name, frame.reset_index(drop=True), first_row=1)
        source.rows, source.layer = rows, chosen
        return source

    return _guarded(path, read)


def _of_geodataframe(name: str, frame: Any, *, first_row: int) -> Source:
    rows = np.arange(first_row, first_row + len(frame), dtype=np.int64)
    if not hasattr(frame, "geometry") or getattr(frame, "_geometry_column_name", None) is None:
        return Source(name, pd.DataFrame(frame).reset_index(drop=True), rows)
    column = frame.geometry.name
    plain = pd.DataFrame(frame.drop(columns=column)).reset_index(drop=True)
    return Source(name, plain, rows, geometry=frame.geometry.to_numpy(), crs=frame.crs)


def _choose_layer(layers: list[str], kind: str, asked: str | None) -> str:
    if asked is not None:
        if asked not in layers:
            raise LayerUnknown(layer=asked, existing=", ".join(layers))
        return asked
    if len(layers) == 1:
        return layers[0]
    same = [name for name in layers if name.lower().replace("_", "-") in (kind, kind.removesuffix("s"))]
    if len(same) == 1:
        return same[0]
    raise LayerAmbiguous(existing=", ".join(layers))


def _read_zip(path: Path, kind: str, layer: str | None, encoding: str | None) -> Source:
    """A zipped Shapefile, or one file of another known format in a zip. Several: ``layer`` names one without its ending."""
    with unpacked(path) as folder:
        by_name = files_in(folder, path.name)
        inner = by_name.get(layer) if layer is not None else None
        if inner is None and len(by_name) > 1:
            raise LayerAmbiguous(existing=", ".join(by_name))
        return _read(inner or next(iter(by_name.values())), kind, None if inner else layer, encoding)


def files_in(folder: Path, name: str) -> dict[str, Path]:
    """The files of an unpacked zip that can be read, by their name without ending. Errors: ``FormatUnknown`` when there are none."""
    endings = tuple(each for each in FORMATS if each != ".zip")
    found = sorted(
        each for each in folder.rglob("*") if each.name.lower().endswith(endings) and "__MACOSX" not in each.parts
    )
    if not found:
        raise FormatUnknown(path=name, allowed=", ".join(endings))
    return {each.name.split(".")[0]: each for each in found}


def _guarded(path: Path, read: Callable[[], _T]) -> _T:
    """What ``read`` gives; whatever GDAL or pyarrow raise becomes ``FileUnreadable``."""
    try:
        # Shapes with NaN and what GDAL grumbles about are rejected later, each with its row.
        with np.errstate(invalid="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except Exception as error:  # every driver has errors of its own
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise FileUnreadable(path=path.name, reason=first_line.replace(f"{path.parent}/", "")) from error
