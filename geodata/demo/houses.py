"""Every building with its code, its name, its compound and its grid."""

from collections import Counter
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo.blocks import GroundPlan, Piece
from geodata.demo.footprints import STOREY_M, Footprint, house_plot, shops_of
from geodata.demo.gates import Gate, lay_ways
from geodata.demo.layouts import RURAL_USES
from geodata.demo.local_frame import LocalFrame
from geodata.demo.names import hohhot_names, short_name
from geodata.demo.public import Cover, public_buildings
from geodata.demo.villages import village
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
    """All buildings, the gates of compounds, lanes with their names, and ground cover as (kind, name, outline); all in metres."""

    houses: list[House] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    lanes: list[tuple[str, shapely.MultiLineString]] = field(default_factory=list)
    cover: list[Cover] = field(default_factory=list)


def build_houses(plan: GroundPlan, yards: list[Yard], targets: dict[int, int], rng: np.random.Generator) -> Built:
    """Homes, lanes, gates and shops of all compounds, then villages, then what stands in special grids.

    ``targets`` are dwellings by grid.
    """
    builder = _Builder(Built(), Counter(), Counter(), rng)
    for yard in yards:
        builder.add_compound(yard)
    for piece in plan.pieces:
        if piece.use in RURAL_USES:
            builder.add_village(piece, targets[piece.grid])
        elif piece.use != "homes":
            builder.add_public(piece)
    return builder.made


@dataclass(slots=True)
class _Builder:
    made: Built
    serial: Counter[str]
    rows: Counter[str]
    rng: np.random.Generator

    def _add(self, footprint: Footprint, name: str, piece: Piece, yard: int | None = None) -> None:
        self.serial[piece.community] += 1
        code = f"{piece.community}B{self.serial[piece.community]:04d}"
        self.made.houses.append(House(code, name, piece.community, piece.grid, yard, footprint))

    def add_compound(self, yard: Yard) -> None:
        plots = [house_plot(plot, self.rng) for plot in yard.plots]
        ways = lay_ways(yard, [[home.polygon for home in homes] for homes, _ in plots], self.rng)
        self.made.gates.extend(ways.gates)
        if ways.lanes is not None:
            self.made.lanes.append((f"{yard.name}内部路", ways.lanes))
        number = 0
        for plot, (homes, courts) in zip(yard.plots, plots, strict=True):
            for home in homes:
                number += 1
                self._add(home, f"{yard.name}{number}号楼", plot.piece, yard.number)
            ground = plot.quad.inset(3.0).polygon
            self.made.cover.extend(("green", "", court.intersection(ground)) for court in courts)
            for shop in shops_of(plot, [gate.way for gate in ways.gates], self.rng):
                self._add(shop, shop.name, plot.piece)

    def add_village(self, piece: Piece, homes: int) -> None:
        rows, lanes, fields = village(piece, homes)
        name = short_name(hohhot_names()[piece.community])
        for row in rows:
            # A village on two pieces of land numbers its rows through.
            self.rows[piece.community] += 1
            self._add(row, f"{name}平房{self.rows[piece.community]}排", piece)
        if lanes:
            self.made.lanes.append((f"{name}村内路", shapely.MultiLineString(lanes)))
        self.made.cover.extend(("green", "", field) for field in fields)

    def add_public(self, piece: Piece) -> None:
        buildings, cover = public_buildings(piece)
        for building in buildings:
            self._add(building, building.name, piece)
        self.made.cover.extend(cover)


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
