"""Roads, buildings, water, green and railways from an OpenStreetMap extract (``.osm.pbf``), read by GDAL's OSM driver."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.loaders.errors import FileUnreadable, FormatNotForKind
from geodata.loaders.source import Source

_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_WATER = {"natural": {"water", "bay"}, "landuse": {"reservoir", "basin"}}
_GREEN = {
    "landuse": {"grass", "forest", "meadow", "recreation_ground", "village_green", "orchard", "cemetery"},
    "leisure": {"park", "garden", "golf_course", "nature_reserve"},
    "natural": {"wood", "scrub", "grassland", "heath"},
}
_WATER_LINES = {"river", "stream", "canal", "drain", "ditch"}
_RAIL = {"rail", "light_rail", "subway", "tram", "narrow_gauge"}
_NO_BUILDING = {"no", "construction", "proposed"}
KINDS = ("roads", "buildings", "landcover")


def read_osm(path: Path, kind: str) -> Source:
    """The objects of one kind. Codes are ``w`` or ``r`` and the number of way or relation; rows are counted from 1.

    Errors: ``FormatNotForKind`` for kinds that such a file does not hold, ``FileUnreadable``.
    """
    takers = {"roads": [_roads], "buildings": [_buildings], "landcover": [_areas, _lines]}
    if kind not in takers:
        raise FormatNotForKind(kind=kind, allowed=", ".join(KINDS))
    try:
        parts = [take(path) for take in takers[kind]]
    except Exception as error:  # GDAL has errors of its own for every way in which a file can be broken
        raise FileUnreadable(
            path=path.name, reason=(str(error).splitlines() or ["?"])[0].replace(f"{path.parent}/", "")
        ) from error
    frame = pd.concat([part.drop(columns="geometry") for part in parts], ignore_index=True)
    geometry = np.concatenate([np.asarray(part["geometry"], dtype=object) for part in parts])
    return Source(path.name, frame, np.arange(1, len(frame) + 1), geometry=geometry, crs="EPSG:4326")


def _layer(path: Path, layer: str) -> pd.DataFrame:
    import pyogrio

    frame = pyogrio.read_dataframe(path, layer=layer)
    found = pd.DataFrame(frame.drop(columns="geometry"))
    tags = [dict(_TAG.findall(each)) if isinstance(each, str) else {} for each in found.pop("other_tags")]
    found["geometry"] = np.asarray(frame.geometry, dtype=object)
    found["tags"] = pd.Series(tags, index=found.index, dtype=object)
    for name in ("highway", "waterway", "railway", "building", "natural", "landuse", "leisure"):
        if name not in found.columns:
            found[name] = [each.get(name) for each in tags]
    found["name_en"] = [each.get("name:en") for each in tags]
    return found


def _roads(path: Path) -> pd.DataFrame:
    lines = _layer(path, "lines")
    lines = lines[lines["highway"].notna()]
    return pd.DataFrame(
        {
            "code": "w" + lines["osm_id"],
            **_columns(lines, "name", "name_en"),
            "class": lines["highway"],
            **_shape(lines),
        }
    )


def _buildings(path: Path) -> pd.DataFrame:
    areas = _layer(path, "multipolygons")
    areas = areas[areas["building"].notna() & ~areas["building"].isin(_NO_BUILDING)]
    floors = [_number(tags.get("building:levels")) for tags in areas["tags"]]
    height = [_number(tags.get("height")) for tags in areas["tags"]]
    address = [
        " ".join(filter(None, (tags.get("addr:street"), tags.get("addr:housenumber")))) for tags in areas["tags"]
    ]
    return pd.DataFrame(
        {
            "code": _area_codes(areas),
            **_columns(areas, "name"),
            "use": areas["building"].replace("yes", ""),
            "floors": floors,
            "height_m": height,
            "address": address,
            **_shape(areas),
        }
    )


def _areas(path: Path) -> pd.DataFrame:
    areas = _layer(path, "multipolygons")
    kind = pd.Series(pd.NA, index=areas.index, dtype=object)
    for word, wanted in (("green", _GREEN), ("water", _WATER)):
        for column, values in wanted.items():
            kind[areas[column].isin(values)] = word
    areas = areas.assign(kind=kind)[kind.notna()]
    return pd.DataFrame({"code": _area_codes(areas), **_columns(areas, "kind", "name", "name_en"), **_shape(areas)})


def _lines(path: Path) -> pd.DataFrame:
    lines = _layer(path, "lines")
    kind = pd.Series(pd.NA, index=lines.index, dtype=object)
    kind[lines["waterway"].isin(_WATER_LINES)] = "water"
    kind[lines["railway"].isin(_RAIL)] = "rail"
    lines = lines.assign(kind=kind)[kind.notna()]
    return pd.DataFrame({"code": "w" + lines["osm_id"], **_columns(lines, "kind", "name", "name_en"), **_shape(lines)})


def _columns(frame: pd.DataFrame, *names: str) -> dict[str, Any]:
    return {name: frame[name] for name in names}


def _shape(frame: pd.DataFrame) -> dict[str, Any]:
    return {"geometry": frame["geometry"]}


def _area_codes(areas: pd.DataFrame) -> pd.Series:
    """Closed ways carry ``osm_way_id``, relations ``osm_id``."""
    return ("w" + areas["osm_way_id"].astype("str")).where(
        areas["osm_way_id"].notna(), "r" + areas["osm_id"].astype("str")
    )


def _number(text: str | None) -> float | None:
    """The number at the start of a tag such as ``12 m``; tags are free text, so others count as absent."""
    found = re.match(r"\s*(\d+(?:\.\d+)?)", text or "")
    return float(found.group(1)) if found else None
