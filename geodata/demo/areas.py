"""Frames of divisions and grids: real codes and names, invented ground."""

from collections.abc import Iterable
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo.blocks import GroundPlan
from geodata.demo.layouts import GRID_KINDS
from geodata.demo.names import CITY_CODE, LATIN, hohhot_names, numeral, short_name
from geodata.demo.tiling import Tiling
from gridmap.codes import kind_of, number_grids

_LEVELS = {4: "city", 6: "district", 9: "street", 12: "community"}
_SPECIAL_NAMES = {"mall": "商业广场", "park": "公园", "school": "学校", "office": "商务区", "river": "滨河绿地"}


def division_frame(tiling: Tiling) -> gpd.GeoDataFrame:
    """A street and its communities with their ground."""
    street = next(iter(tiling.communities))[:9]
    return _divisions({street: tiling.street, **tiling.communities})


def above(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The divisions of all streets with districts and city before them: their ground is that of their streets.

    A city of one street leaves them without any.
    """
    ground = streets[streets["level"] == "street"].set_index("code")["geom"]
    upper = [CITY_CODE, *sorted(set(ground.index.str[:6]))]
    whole = {code: _together(ground[ground.index.str.startswith(code)]) if len(ground) > 1 else None for code in upper}
    return pd.concat([_divisions(whole), streets], ignore_index=True)


def _together(grounds: gpd.GeoSeries) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(list(shapely.get_parts(grounds.to_numpy())))


def _divisions(ground: dict[str, shapely.Geometry | None]) -> gpd.GeoDataFrame:
    names = hohhot_names()
    return gpd.GeoDataFrame(
        {
            "code": list(ground),
            "level": [_LEVELS[len(code)] for code in ground],
            "kind": [kind_of(code, names[code]) for code in ground],
            "name": [names[code] for code in ground],
            "name_en": [LATIN.get(code) for code in ground],
        },
        geometry=gpd.GeoSeries(list(ground.values()), crs="EPSG:4326"),
        crs="EPSG:4326",
    ).rename_geometry("geom")


def grid_codes(plan: GroundPlan, tiling: Tiling) -> list[str]:
    """Codes by grid number: the community's 12 digits and a serial in reading order."""
    community = {piece.grid: piece.community for piece in plan.pieces}
    middle = shapely.get_coordinates(shapely.point_on_surface(tiling.grids))
    codes = [""] * plan.grids
    for code in sorted(set(community.values())):
        members = [number for number in range(plan.grids) if community[number] == code]
        for number, found in zip(members, number_grids(code, *middle[members].T), strict=True):
            codes[number] = found
    return codes


def grid_frame(
    plan: GroundPlan, tiling: Tiling, codes: list[str], valid_from: date, households: np.ndarray
) -> gpd.GeoDataFrame:
    """Grids with kind, name and time in force; ``codes`` and ``households`` are by grid number."""
    names = hohhot_names()
    use = {piece.grid: piece.use for piece in plan.pieces}
    kinds = [GRID_KINDS.get(use[number], "general") for number in range(plan.grids)]
    frame = gpd.GeoDataFrame(
        {
            "code": codes,
            "kind": kinds,
            "name": list(_grid_names(codes, use, names)),
            "name_en": [f"{LATIN[code[:12]]} Grid {int(code[12:])}" if code[:12] in LATIN else None for code in codes],
            "community_code": [code[:12] for code in codes],
            "valid_from": valid_from,
            "households": households,
        },
        geometry=gpd.GeoSeries(tiling.grids, crs="EPSG:4326"),
        crs="EPSG:4326",
    ).rename_geometry("geom")
    return frame.sort_values("code", ignore_index=True)


def _grid_names(codes: list[str], use: dict[int, str], names: dict[str, str]) -> Iterable[str]:
    for number, code in enumerate(codes):
        community = short_name(names[code[:12]])
        special = _SPECIAL_NAMES.get(use[number])
        yield f"{community}{special}专属网格" if special else f"{community}第{numeral(int(code[12:]))}网格"
