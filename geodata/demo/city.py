"""The whole sample: ``make_city(seed, size)``."""

from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import pandas as pd

from geodata.demo.areas import above
from geodata.demo.hotspots import Hotspot
from geodata.demo.institutions import institution_frames
from geodata.demo.making import Progress, make_streets
from geodata.demo.peculiarities import Peculiarity
from geodata.demo.sizes import SIZES
from geodata.demo.street import Street
from gridmap.errors import GridmapError


class UnknownSize(GridmapError):
    """A size that the demo does not have."""

    code = "unknown_size"
    zh = "没有名为“{value}”的示例规模，可用：{allowed}。"
    en = "There is no sample size “{value}”; use one of: {allowed}."


@dataclass(frozen=True, slots=True)
class City:
    """A synthetic city: frames whose columns are those of the tables, parents by their code, geometry in EPSG:4326.

    ``hotspots`` are the piles that were planted among the reports, ``peculiarities`` what is wrong with some of them. Reports occurred in
    ``[first_day, until)``.
    """

    seed: int
    size: str
    first_day: date
    until: date
    divisions: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    stairwells: gpd.GeoDataFrame
    households: pd.DataFrame
    units: pd.DataFrame
    people: pd.DataFrame
    bodies: pd.DataFrame
    roads: gpd.GeoDataFrame
    landcover: gpd.GeoDataFrame
    service_points: gpd.GeoDataFrame
    reports: pd.DataFrame
    hotspots: tuple[Hotspot, ...]
    peculiarities: tuple[Peculiarity, ...]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Frames by kind, parents before children."""
        return {
            "divisions": self.divisions, "grids": self.grids, "compounds": self.compounds, "gates": self.gates,
            "buildings": self.buildings, "stairwells": self.stairwells, "households": self.households, "units": self.units,
            "people": self.people, "bodies": self.bodies, "roads": self.roads, "landcover": self.landcover,
            "service-points": self.service_points, "reports": self.reports,
        }  # fmt: skip


def make_city(
    seed: int = 1,
    size: str = "small",
    until: date = date(2026, 11, 21),
    *,
    workers: int | None = None,
    progress: Progress = lambda _done, _all: None,
) -> City:
    """The city of a seed. Same seed, size and day: the same city, on any machine, however many ``workers`` (default: a process a core).

    ``until`` is the day after the last report (days of the city). ``progress`` is told streets made and to make. Raises ``UnknownSize``.
    """
    if size not in SIZES:
        raise UnknownSize(field="size", value=size, allowed=", ".join(SIZES))
    chosen = SIZES[size]
    first_day = until - timedelta(days=chosen.days)
    streets = make_streets(chosen.layouts(), seed, size, first_day, until, workers, progress)
    ground = {kind: _joined(streets, kind) for kind in streets[0].frames}
    staffed = institution_frames(ground, seed, until)
    return City(
        seed=seed,
        size=size,
        first_day=first_day,
        until=until,
        divisions=above(ground["divisions"]),
        grids=ground["grids"],
        compounds=ground["compounds"],
        gates=ground["gates"],
        buildings=ground["buildings"],
        stairwells=ground["stairwells"],
        households=ground["households"],
        units=staffed["units"],
        people=staffed["people"],
        bodies=staffed["bodies"],
        roads=ground["roads"],
        landcover=ground["landcover"],
        service_points=ground["service-points"],
        reports=ground["reports"],
        hotspots=tuple(spot for street in streets for spot in street.hotspots),
        peculiarities=tuple(found for street in streets for found in street.peculiarities),
    )


def _joined(streets: list[Street], kind: str) -> pd.DataFrame:
    parts = [street.frames[kind] for street in streets]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
