"""Addresses of the city's buildings as people write and say them, each with the building that is meant: what matching is held against."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo.city import City
from geodata.demo.names import CITY_CODE, hohhot_names, short_name
from geodata.demo.streams import stream
from geodata.demo.wording import NOISES, Said, with_noises
from gridmap.address import Building, Compound, Division, Gazetteer, Place, Road


@dataclass(frozen=True, slots=True)
class NoisyAddress:
    """A text, the noises in it, and what is meant: codes of the building and its compound."""

    text: str
    noises: tuple[str, ...]
    building: str
    compound: str


def noisy_addresses(
    city: City, count: int, seed: int = 1, noises: Sequence[str] | None = None, *, at_once: int = 1
) -> list[NoisyAddress]:
    """``count`` addresses of residential buildings in compounds, the noises in turn, ``at_once`` different ones in each.

    Above the compound nothing, the district, district and street, or the community is named, as hotlines write them down.
    """
    rng = stream(seed, "noisy addresses")
    chosen = list(noises or NOISES)
    homes = city.buildings[city.buildings["compound_code"].notna() & (city.buildings["dwellings"] > 0)]
    names = city.compounds.set_index("code")["name"].to_dict()
    stairs = city.stairwells.groupby("building_code")["number"].max().to_dict()
    found = []
    columns = ("code", "name", "floors", "compound_code")
    rows = homes[list(columns)].iloc[rng.integers(0, len(homes), count)].to_numpy().tolist()
    for place, (code, name, floors, compound) in enumerate(rows):
        said = _said(code, name, floors, names[compound], int(stairs.get(code, 1)), rng)
        named = tuple(chosen[(place + step * 3) % len(chosen)] for step in range(at_once))
        found.append(NoisyAddress(with_noises(said, named, rng), named, code, compound))
    return found


def _said(code: str, name: str, floors: int, compound: str, stairs: int, rng: np.random.Generator) -> Said:
    stairwell = str(int(rng.integers(1, stairs + 1)))
    room = f"{int(rng.integers(1, floors + 1))}{int(rng.integers(1, 3)):02d}"
    return Said(_above(code, rng), compound, name.removeprefix(compound).removesuffix("号楼"), stairwell, room)


def _above(code: str, rng: np.random.Generator) -> tuple[str, ...]:
    names = hohhot_names()
    city, district, street = names[CITY_CODE], names[code[:6]], names[code[:9]]
    ways: tuple[tuple[str, ...], ...] = (
        (), (district,), (district, street), (city, district, street), (district, street, short_name(names[code[:12]])), (street,),
    )  # fmt: skip
    return ways[int(rng.integers(0, len(ways)))]


def gazetteer_of(city: City, without: Collection[str] = ()) -> Gazetteer:
    """The names of a city that is in no database; compounds (codes) can be left out with their buildings, as from layers with gaps."""
    stairs: dict[str, tuple[str, ...]] = (
        city.stairwells.groupby("building_code")["number"].agg(lambda numbers: tuple(map(str, numbers))).to_dict()
    )
    compounds = city.compounds[~city.compounds["code"].isin(without)]
    buildings = city.buildings[~city.buildings["compound_code"].isin(without)]
    named = city.landcover[city.landcover["name"] != ""]
    roads = city.roads[city.roads["name"] != ""].reset_index(drop=True)
    return Gazetteer(
        divisions=[Division(*row) for row in city.divisions[["code", "name"]].itertuples(index=False)],
        roads=_roads(city, roads),
        crossings=_crossings(roads),
        compounds=[Compound(*row) for row in compounds[["code", "name", "community_code"]].itertuples(index=False)],
        buildings=[
            Building(code, name, None if pd.isna(compound) else compound, code[:12], "", stairs.get(code, ()), int(floors))
            for code, name, compound, floors in zip(
                buildings["code"], buildings["name"], buildings["compound_code"], buildings["floors"], strict=True
            )
        ],
        places=[
            *(Place(code, name, "service_point", code[:12]) for code, name in city.service_points[["code", "name"]].itertuples(index=False)),
            *(Place(code, name, "landmark") for code, name in named[["code", "name"]].itertuples(index=False)),
        ],
    )  # fmt: skip


def _roads(city: City, roads: gpd.GeoDataFrame) -> list[Road]:
    """Roads with the communities that they pass; each stands for itself, since names repeat in other streets only."""
    communities = city.divisions[city.divisions["level"] == "community"]
    lines, passed = _within(roads, communities.geometry, 0.0003)
    by_line = pd.Series(communities["code"].to_numpy()[passed]).groupby(lines).agg(list).to_dict()
    rows = roads[["code", "name"]].itertuples(index=False)
    return [Road(code, name, tuple(sorted(by_line.get(place, [])))) for place, (code, name) in enumerate(rows)]


def _crossings(roads: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    codes, names = roads["code"].tolist(), roads["name"].tolist()
    pairs = zip(*_within(roads, roads.geometry, 0.0002), strict=True)
    return [(codes[one], codes[other]) for one, other in pairs if one < other and names[one] != names[other]]


def _within(roads: gpd.GeoDataFrame, others: gpd.GeoSeries, degrees: float) -> np.ndarray:
    """Positions of roads and of other shapes that come as near as that."""
    tree = shapely.STRtree(others.to_numpy())
    found: np.ndarray = tree.query(roads.geometry.to_numpy(), predicate="dwithin", distance=degrees)
    return found
