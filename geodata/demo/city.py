"""The whole sample: ``make_city(seed, size)``."""

from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.demo.areas import division_frame, grid_codes, grid_frame
from geodata.demo.blocks import GroundPlan, lay_ground
from geodata.demo.ground_cover import landcover_frame, road_frame
from geodata.demo.homes import household_frame, stairwell_frame
from geodata.demo.hotspots import Hotspot, plant
from geodata.demo.houses import Built, build_houses, building_frame, compound_frame, yard_codes
from geodata.demo.layouts import LAYOUTS, Layout
from geodata.demo.names import street_names, yard_names
from geodata.demo.places import Places
from geodata.demo.reports import report_frame
from geodata.demo.services import service_point_frame
from geodata.demo.streams import stream
from geodata.demo.tiling import tile
from geodata.demo.yards import lay_yards
from gridmap.errors import GridmapError


class UnknownSize(GridmapError):
    """A size that no layout has."""

    code = "unknown_size"
    zh = "没有名为“{value}”的示例规模，可用：{allowed}。"
    en = "There is no sample size “{value}”; use one of: {allowed}."


@dataclass(frozen=True, slots=True)
class City:
    """A synthetic city: frames whose columns are those of the tables, parents by their code, geometry in EPSG:4326.

    ``hotspots`` are the piles that were planted among the reports. Reports occurred in ``[first_day, until)``.
    """

    seed: int
    size: str
    first_day: date
    until: date
    divisions: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    stairwells: gpd.GeoDataFrame
    households: pd.DataFrame
    roads: gpd.GeoDataFrame
    landcover: gpd.GeoDataFrame
    service_points: gpd.GeoDataFrame
    reports: pd.DataFrame
    hotspots: tuple[Hotspot, ...]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Frames by kind, parents before children."""
        return {
            "divisions": self.divisions, "grids": self.grids, "compounds": self.compounds, "buildings": self.buildings,
            "stairwells": self.stairwells, "households": self.households, "roads": self.roads, "landcover": self.landcover,
            "service-points": self.service_points, "reports": self.reports,
        }  # fmt: skip


def make_city(seed: int = 1, size: str = "sample", until: date = date(2026, 11, 21)) -> City:
    """The city of a seed. Same seed, size and day: the same city, on any machine.

    ``until`` is the day after the last report (days of the city). Raises ``UnknownSize``.
    """
    if size not in LAYOUTS:
        raise UnknownSize(field="size", value=size, allowed=", ".join(LAYOUTS))
    layout = LAYOUTS[size]
    first_day = until - layout.past
    plan = lay_ground(layout, stream(seed, "ground"), street_names(stream(seed, "streets")))
    tiling = tile(plan, layout.centre)
    codes = grid_codes(plan, tiling)
    yards = lay_yards(
        plan, _targets(plan, layout, stream(seed, "targets")), stream(seed, "yards"), yard_names(stream(seed, "names"))
    )
    built = build_houses(plan, yards, stream(seed, "houses"))
    households = household_frame(built.houses, stream(seed, "homes"))
    street = codes[0][:9]
    places = Places.of(plan, built, tiling, layout.centre)
    hotspots = plant(places, until, layout.hotspot_share)
    compound_codes = yard_codes(yards)
    return City(
        seed=seed,
        size=size,
        first_day=first_day,
        until=until,
        divisions=division_frame(tiling),
        # In force a while before the first report, so that every report has a grid of its own day.
        grids=grid_frame(plan, tiling, codes, first_day - timedelta(days=31), _households(plan, built, households)),
        compounds=compound_frame(yards, layout.centre, compound_codes),
        buildings=building_frame(built.houses, households, layout.centre, compound_codes),
        stairwells=stairwell_frame(built.houses, layout.centre),
        households=households,
        roads=road_frame(plan, yards, built, layout.centre, street),
        landcover=landcover_frame(plan, built, layout.centre, street),
        service_points=service_point_frame(built.houses, layout.centre, stream(seed, "services")),
        reports=report_frame(places, hotspots, layout.reports, first_day, until, seed, size),
        hotspots=hotspots,
    )


def _targets(plan: GroundPlan, layout: Layout, rng: np.random.Generator) -> dict[int, int]:
    """Dwellings to build by grid."""
    community = {piece.grid: piece.community for piece in plan.pieces}
    return {
        number: int(rng.integers(*layout.homes_range(code), endpoint=True))
        for number, code in sorted(community.items())
    }


def _households(plan: GroundPlan, built: Built, households: pd.DataFrame) -> np.ndarray:
    """Households by grid number."""
    grid_of = {house.code: house.grid for house in built.houses}
    return np.bincount(households["building_code"].map(grid_of).to_numpy(dtype=int), minlength=plan.grids)
