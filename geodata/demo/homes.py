"""Stairwells and households of the residential buildings."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo.houses import House
from geodata.demo.local_frame import LocalFrame

_PEOPLE = np.array([1, 2, 3, 4, 5, 6])
_PEOPLE_SHARES = np.array([0.22, 0.33, 0.27, 0.12, 0.05, 0.01])
_VACANT_SHARE = 0.05
#: Groups that get help (关爱群体) and the share of households with one.
CARE_GROUPS = {
    "独居老人": 0.024,
    "空巢老人": 0.018,
    "残疾人": 0.014,
    "低保户": 0.008,
    "优抚对象": 0.003,
    "困境儿童": 0.002,
}


def stairwell_frame(houses: list[House], frame: LocalFrame) -> gpd.GeoDataFrame:
    """One row per stairwell with its door, on the north side as in most slab blocks: building_code, number, name, geom."""
    rows: list[tuple[str, str, str]] = []
    doors = []
    for house in houses:
        west, _, east, north = house.footprint.polygon.bounds
        for stair in range(house.footprint.stairs):
            rows.append((house.code, str(stair + 1), f"{stair + 1}单元"))
            doors.append((west + (east - west) * (stair + 0.5) / house.footprint.stairs, north))
    found = pd.DataFrame(rows, columns=["building_code", "number", "name"])
    return gpd.GeoDataFrame(
        found.assign(geom=frame.on_earth(shapely.points(np.array(doors)))), geometry="geom", crs="EPSG:4326"
    )


def household_frame(
    houses: list[House], residents: tuple[tuple[str, int], ...], rng: np.random.Generator
) -> pd.DataFrame:
    """One row per household that lives somewhere: code, building_code, stairwell_number, floor, room, people, care_groups.

    ``residents`` are communities whose number of people is known.
    """
    plans = [(house, house.footprint) for house in houses if house.footprint.dwellings]
    index = np.repeat(np.arange(len(plans)), [print_.dwellings for _, print_ in plans])
    within = np.arange(len(index)) - np.concatenate([[0], np.cumsum([p.dwellings for _, p in plans])])[:-1][index]
    per_stair = np.array([p.floors * p.homes_per_landing for _, p in plans])[index]
    landing = np.array([p.homes_per_landing for _, p in plans])[index]
    floor = within % per_stair // landing + 1
    homes = pd.DataFrame(
        {
            "building_code": np.array([house.code for house, _ in plans], dtype=object)[index],
            "stairwell_number": (within // per_stair + 1).astype(str),
            "floor": floor,
            "room": (floor * 100 + within % landing + 1).astype(str),
            "people": rng.choice(_PEOPLE, len(index), p=_PEOPLE_SHARES),
        }
    )
    homes = homes[rng.random(len(homes)) >= _VACANT_SHARE].reset_index(drop=True)
    _settle(homes, houses, residents, rng)
    homes["care_groups"] = _care_groups(len(homes), homes["people"].to_numpy(), rng)
    homes.insert(0, "code", homes["building_code"] + "-" + homes["stairwell_number"] + "-" + homes["room"])
    return homes


def _settle(
    homes: pd.DataFrame, houses: list[House], residents: tuple[tuple[str, int], ...], rng: np.random.Generator
) -> None:
    """Make the people of each community in ``residents`` as many as it says, by one in some households of two to four."""
    community_of = {house.code: house.community for house in houses}
    communities = homes["building_code"].map(community_of)
    for community, wanted in residents:
        own = homes[communities == community]
        spare = wanted - int(own["people"].sum())
        fit = own.index[own["people"].between(2, 4)]
        assert abs(spare) <= len(fit), f"{community} cannot hold {wanted} people"
        homes.loc[rng.permutation(fit)[: abs(spare)], "people"] += int(np.sign(spare))


def _care_groups(count: int, people: np.ndarray, rng: np.random.Generator) -> list[list[str]]:
    groups: list[list[str]] = [[] for _ in range(count)]
    for name, share in CARE_GROUPS.items():
        fits = people == 1 if name == "独居老人" else people == 2 if name == "空巢老人" else people > 0
        chosen = np.flatnonzero(fits & (rng.random(count) < share / max(fits.mean(), 1e-9)))
        for row in chosen:
            groups[row].append(name)
    return groups
