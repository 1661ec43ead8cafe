"""Every building with its code, its name, its compound and its grid."""

from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo.blocks import GroundPlan
from geodata.demo.footprints import STOREY_M, Footprint, house_plot, public_buildings, shops_of
from geodata.demo.local_frame import LocalFrame
from geodata.demo.yards import Yard


@dataclass(frozen=True, slots=True)
class House:
    """A building with its place in the city: ``grid`` and ``yard`` are numbers of the ground plan."""

    code: str
    name: str
    community: str
    grid: int
    yard: int | None
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class Built:
    """All buildings, and the ground cover that came with them as (kind, name, outline in metres)."""

    houses: list[House]
    cover: list[tuple[str, str, shapely.Geometry]]


def build_houses(plan: GroundPlan, yards: list[Yard], rng: np.random.Generator) -> Built:
    """Homes and shops of all compounds, then what stands in special grids."""
    made = Built([], [])
    serial: Counter[str] = Counter()

    def add(footprint: Footprint, name: str, community: str, grid: int, yard: int | None) -> None:
        serial[community] += 1
        made.houses.append(House(f"{community}B{serial[community]:04d}", name, community, grid, yard, footprint))

    for yard in yards:
        number = 0
        for plot in yard.plots:
            homes, courts = house_plot(plot, rng)
            for home in homes:
                number += 1
                add(home, f"{yard.name}{number}号楼", yard.community, plot.piece.grid, yard.number)
            ground = plot.quad.inset(3.0).polygon
            made.cover.extend(("green", "", court.intersection(ground)) for court in courts)
            for shop in shops_of(plot, rng):
                add(shop, shop.name, yard.community, plot.piece.grid, None)
    for piece in plan.pieces:
        if piece.use != "homes":
            buildings, cover = public_buildings(piece)
            for building in buildings:
                add(building, building.name, piece.community, piece.grid, None)
            made.cover.extend(cover)
    return made


def building_frame(
    houses: list[House], households: pd.DataFrame, frame: LocalFrame, yard_codes: dict[int, str]
) -> gpd.GeoDataFrame:
    """Buildings as rows; the estimate of people is their households' sum, or what such a building usually holds by day."""
    people = households.groupby("building_code")["people"].sum()
    prints = [house.footprint for house in houses]
    area = shapely.area([print_.polygon for print_ in prints])
    by_day = np.where(
        [print_.stairs > 0 for print_ in prints], 0.0, np.round(area * [print_.floors for print_ in prints] / 30.0)
    )
    codes = [house.code for house in houses]
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [house.name for house in houses],
            "compound_code": [yard_codes.get(house.yard) if house.yard is not None else None for house in houses],
            "use": [print_.use for print_ in prints],
            "floors": [print_.floors for print_ in prints],
            "height_m": [print_.floors * STOREY_M + 1.5 for print_ in prints],
            "dwellings": [print_.dwellings for print_ in prints],
            "people_estimate": people.reindex(codes, fill_value=0).to_numpy() + by_day,
        },
        geometry=_multi(frame.on_earth(np.array([print_.polygon for print_ in prints]))),
        crs="EPSG:4326",
    ).rename_geometry("geom")


def compound_frame(yards: list[Yard], frame: LocalFrame, codes: dict[int, str]) -> gpd.GeoDataFrame:
    """Compounds as rows. Property companies are plainly invented, so that no real one is blamed for a sample's reports."""
    return gpd.GeoDataFrame(
        {
            "code": [codes[yard.number] for yard in yards],
            "name": [yard.name for yard in yards],
            "community_code": [yard.community for yard in yards],
            "property_company": [f"示例物业{'甲乙丙丁戊己庚辛'[yard.number % 8]}公司" for yard in yards],
        },
        geometry=_multi(frame.on_earth(np.array([yard.polygon for yard in yards]))),
        crs="EPSG:4326",
    ).rename_geometry("geom")


def yard_codes(yards: list[Yard]) -> dict[int, str]:
    """Compound codes by yard number: the community's digits, X and a serial."""
    serial: Counter[str] = Counter()
    found = {}
    for yard in yards:
        serial[yard.community] += 1
        found[yard.number] = f"{yard.community}X{serial[yard.community]:03d}"
    return found


def _multi(polygons: np.ndarray) -> gpd.GeoSeries:
    parts = [shapely.MultiPolygon(list(shapely.get_parts(polygon))) for polygon in polygons]
    return gpd.GeoSeries(parts, crs="EPSG:4326")
