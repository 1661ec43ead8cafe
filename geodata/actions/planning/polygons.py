"""Grids that somebody drew with another program: a file of polygons, read and checked as a whole."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.loaders.batch import Batch, LoadOptions, start_batch
from geodata.loaders.columns import column
from geodata.loaders.errors import FormatUnknown
from geodata.loaders.grids import KIND_WORDS
from geodata.loaders.place import place_shapes
from geodata.loaders.readers import read_file
from geodata.settings import Settings
from gridmap.coverage import hold_buildings
from gridmap.datum import DATUMS, from_wgs84, to_wgs84
from gridmap.errors import GridmapError

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
FORMATS: Final = (".geojson", ".json", ".gpkg")
_FIELDS: Final = (
    column("code", "网格编码", "网格代码", "grid_code", "编码", reading="code"),
    column("name", "网格名称", "grid_name", "名称"),
    column("kind", "网格类型", "类型", reading="word", words=KIND_WORDS),
    column("plan", "方案"),
)
#: Of the smaller of two grids: less ground in common comes from rounding and drawing by hand.
_OVERLAP_SHARE: Final = 0.01
#: Units lie this much better in the grids by another datum: no digitising is that bad.
_DATUM_MARGIN: Final = 0.1


class GridsOverlap(GridmapError):
    """Two polygons on the same ground."""

    code = "plan_file_overlap"
    zh = "第 {one} 行与第 {other} 行的网格重叠，请先修正。"
    en = "The grids of rows {one} and {other} overlap: mend the file first."


class DatumUnlikely(GridmapError):
    """Polygons that fit the units only in another datum."""

    code = "plan_file_datum"
    zh = "文件坐标看起来是 {likely}，而不是 {stated}（按前者 {better:.0%} 的用地吻合，按后者 {worse:.0%}）。请先转换坐标，或在导入时注明坐标基准。"
    en = (
        "The file looks like {likely}, not {stated}: {better:.0%} of the ground agrees that way, {worse:.0%} as stated. "
        "Convert it, or say its datum."
    )


@dataclass(frozen=True, slots=True)
class DrawnGrids:
    """Polygons in degrees with their ``rows`` in the file and code, name and kind ("" unsaid); ``plan``: which one they are of, if it says."""

    shapes: Shapes
    rows: Ints
    names: list[tuple[str, str, str]]
    plan: str = ""


def read_grids(settings: Settings, path: Path, units: Shapes, datum: str) -> DrawnGrids:
    """The grids of a GeoJSON or GeoPackage (its layer ``grids`` if it has several), checked against the units that they are for.

    Errors: ``BadInput`` for the file, the reason of the first row that cannot be used, ``GridsOverlap``, ``DatumUnlikely``.
    """
    if path.suffix.lower() not in FORMATS:
        raise FormatUnknown(field="file", path=path.name, allowed=", ".join((*FORMATS, ".csv")))
    options = LoadOptions(datum=datum)
    batch = start_batch(read_file(path, "grids"), _FIELDS, options, settings.zone)
    place_shapes(batch, "polygon", options, kind="grids")
    if batch.reasons:
        raise batch.reasons[min(batch.reasons)]
    assert batch.geometry is not None
    rows = batch.source.rows
    _check_overlaps(batch.geometry, rows)
    _check_datum(batch.geometry, units, datum)
    return DrawnGrids(batch.geometry, rows, _names(batch), _plan_of(batch))


def _names(batch: Batch) -> list[tuple[str, str, str]]:
    """Code, name and kind; a grid that has neither code nor name is called after its row."""
    told = [_texts(batch, name) for name in ("code", "name", "kind")]
    return [
        (code, name or code or f"网格{row}", kind)
        for code, name, kind, row in zip(*told, batch.source.rows.tolist(), strict=True)
    ]


def _texts(batch: Batch, name: str) -> list[str]:
    """A column of the file as text; without one all are empty (codes that come from shapes are none)."""
    if name not in batch.columns:
        return [""] * len(batch)
    return ["" if pd.isna(value) else str(value).strip() for value in batch.fields[name]]


def _plan_of(batch: Batch) -> str:
    named = set(_texts(batch, "plan")) - {""}
    return named.pop() if len(named) == 1 else ""


def _check_overlaps(shapes: Shapes, rows: Ints) -> None:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    least = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    bad = np.flatnonzero(common > _OVERLAP_SHARE * least)
    if len(bad):
        first = bad[np.lexsort((other[bad], one[bad]))[0]]
        pair = {"one": int(rows[one[first]]), "other": int(rows[other[first]])}
        raise GridsOverlap(field="file", row=pair["one"], **pair)


def _check_datum(shapes: Shapes, units: Shapes, stated: str) -> None:
    """Of the ground of the units that lie in some grid, how much lies in one: edges of grids run between units, but not 500 m beside them."""
    as_stated = _agreement(shapes, units)
    others = [name for name in DATUMS if name not in (stated, "cgcs2000")]
    shares = {name: _agreement(_shifted(shapes, stated, name), units) for name in others}
    likely = max(shares, key=lambda name: shares[name])
    if shares[likely] > as_stated + _DATUM_MARGIN:
        raise DatumUnlikely(field="datum", likely=likely, stated=stated, better=shares[likely], worse=as_stated)


def _agreement(shapes: Shapes, units: Shapes) -> float:
    area = shapely.area(units)
    share = hold_buildings(units, shapes).share
    return float((area * share).sum() / max(area[share > 0].sum(), np.finfo(float).tiny))


def _shifted(shapes: Shapes, stated: str, other: str) -> Shapes:
    """What the shapes would be if the file were in another datum."""

    def move(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(*from_wgs84(at[:, 0], at[:, 1], stated), other))

    found: Any = shapely.transform(shapes, move)
    return found  # type: ignore[no-any-return]
