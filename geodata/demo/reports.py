"""A year of reports."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from geodata.demo.hotspots import Hotspot
from geodata.demo.houses import House
from geodata.demo.places import Places
from geodata.demo.report_kinds import CHANNELS, KINDS, Channel, ReportKind
from geodata.demo.rhythm import draw_times
from geodata.demo.streams import stream
from gridmap.datum import from_wgs84

CITY_ZONE = ZoneInfo("Asia/Shanghai")
#: Share of hotline orders that carry only the caller's words for the place.
ADDRESS_ONLY_SHARE = 0.7
#: Share of patrol reports on roads that are put on a corner of grids, as from a list of manhole covers.
_ON_CORNER_SHARE = 0.03

_OLD_STATES = {"closed": 0.78, "rated": 0.12, "invalid": 0.04, "merged": 0.03, "refused": 0.02, "upheld": 0.01}
_RECENT_STATES = {
    "closed": 0.44, "rated": 0.04, "to_check": 0.1, "in_progress": 0.14, "dispatched": 0.06, "self_governed": 0.1, "accepted": 0.06,
    "suspended": 0.02, "returned": 0.02, "invalid": 0.02,
}  # fmt: skip
_NEW_STATES = {"filed": 0.5, "to_review": 0.18, "whistled": 0.12, "dispatched": 0.1, "self_governed": 0.1}
_OLD_DAYS, _NEW_DAYS = 35, 4

Site = tuple[np.ndarray, list[str]]


def report_frame(
    places: Places, hotspots: tuple[Hotspot, ...], count: int, first_day: date, until: date, seed: int, size: str
) -> pd.DataFrame:
    """Reports in the order of ``reported_at`` (UTC), ``count`` of them with those of the hotspots.

    Columns: key, category, source, status, text, address_text, lon, lat, datum, accuracy_m, occurred_at, reported_at. ``lon`` and
    ``lat`` are as the channel's device gave them, in ``datum``; both are NaN where the hotline wrote down an address only.
    """
    rng = stream(seed, "reports", size)
    ordinary = count - sum(spot.count for spot in hotspots)
    parts = []
    for kind, channel, number in _mix(ordinary, rng):
        site = _SITES[kind.site](places, kind, number, rng)
        times = draw_times((kind.rhythm, channel.rhythm), first_day, until, number, rng)
        parts.append(_part(kind, channel, site, times, places, until, rng))
    for spot in hotspots:
        parts.extend(_hotspot_parts(spot, places, first_day, until, stream(seed, f"hotspot {spot.name}")))
    frame = pd.concat(parts, ignore_index=True).sort_values(
        ["reported_at", "occurred_at", "text"], kind="stable", ignore_index=True
    )
    frame["status"] = _states(frame["reported_at"], until, rng)
    frame.insert(0, "key", [f"demo-{size}-{seed}-{number:07d}" for number in range(1, len(frame) + 1)])
    return frame


def _mix(count: int, rng: np.random.Generator) -> list[tuple[ReportKind, Channel, int]]:
    pairs = [(kind, channel) for kind in KINDS for channel in CHANNELS]
    weights = np.array([kind.share * channel.share * dict(kind.lean).get(channel.name, 1.0) for kind, channel in pairs])
    numbers = rng.multinomial(count, weights / weights.sum())
    return [(kind, channel, int(number)) for (kind, channel), number in zip(pairs, numbers, strict=True) if number]


def _hotspot_parts(
    spot: Hotspot, places: Places, first_day: date, until: date, rng: np.random.Generator
) -> list[pd.DataFrame]:
    channels = [
        channel for channel in CHANNELS if channel.name in ("patrol", "building_head", "resident", "courier", "chat")
    ]
    shares = np.array([channel.share for channel in channels])
    numbers = rng.multinomial(spot.count, shares / shares.sum())
    xy = spot.draw(rng)
    times = draw_times((spot.rhythm,), max(first_day, spot.first_day or first_day), until, spot.count, rng)
    found = []
    for channel, end, number in zip(channels, np.cumsum(numbers), numbers, strict=True):
        if number:
            own = slice(end - number, end)
            site = (xy[own], [spot.address] * int(number))
            found.append(_part(spot.kind, channel, site, times[own], places, until, rng))
    return found


def _part(
    kind: ReportKind,
    channel: Channel,
    site: Site,
    times: np.ndarray,
    places: Places,
    until: date,
    rng: np.random.Generator,
) -> pd.DataFrame:
    xy, addresses = site
    count = len(addresses)
    accuracy = np.round(channel.accuracy_m * np.exp(rng.normal(0, 0.35, count)), 1)
    # Devices state the radius that holds two thirds of their positions; far misses of the hotline's geocoder are kept in the city.
    seen = xy + np.clip(rng.normal(0, 1, (count, 2)), -2, 2) * np.minimum(accuracy, 40.0)[:, None] / 2.0
    lonlat = np.round(places.frame.degrees(seen), 7)
    if kind.site == "road" and channel.name == "patrol":
        exact = np.flatnonzero(rng.random(count) < _ON_CORNER_SHARE)
        lonlat[exact] = places.corners[rng.integers(0, len(places.corners), len(exact))]
    datum = np.array(channel.datums, dtype=object)[rng.integers(0, len(channel.datums), count)]
    lon, lat = _as_given(lonlat, datum)
    if channel.name == "hotline":
        unplaced = rng.random(count) < ADDRESS_ONLY_SHARE
        lon[unplaced], lat[unplaced], accuracy[unplaced] = np.nan, np.nan, np.nan
        datum[unplaced] = "wgs84"
    reported = _reported(times, channel, until, rng)
    return pd.DataFrame(
        {
            "category": kind.category,
            "source": channel.name,
            "text": [
                f"{address}：{kind.texts[i]}"
                for address, i in zip(addresses, rng.integers(0, len(kind.texts), count), strict=True)
            ],
            "address_text": addresses if channel.name in ("hotline", "chat", "building_head") else "",
            "lon": lon,
            "lat": lat,
            "datum": datum,
            "accuracy_m": accuracy,
            "occurred_at": _utc(times),
            "reported_at": _utc(reported),
        }
    )


def _as_given(lonlat: np.ndarray, datum: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = lonlat[:, 0].copy(), lonlat[:, 1].copy()
    for name in ("gcj02", "bd09"):
        own = datum == name
        shifted = from_wgs84(lon[own], lat[own], name)
        lon[own], lat[own] = np.round(shifted[0], 6), np.round(shifted[1], 6)
    return lon, lat


def _reported(times: np.ndarray, channel: Channel, until: date, rng: np.random.Generator) -> np.ndarray:
    delay = (rng.exponential(channel.delay_h * 3600, len(times))).astype("timedelta64[s]")
    last = np.datetime64(until, "s") - np.timedelta64(1, "s")
    reported: np.ndarray = np.maximum(times, np.minimum(times + delay, last))
    return reported


def _utc(local: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(local).tz_localize(CITY_ZONE).tz_convert("UTC")


def _states(reported: pd.Series, until: date, rng: np.random.Generator) -> np.ndarray:
    """States as the age of a report lets expect: old ones are closed, those of the last days mostly wait."""
    age = (pd.Timestamp(until, tz=CITY_ZONE) - reported).dt.days.to_numpy()
    states = np.empty(len(reported), dtype=object)
    for own, shares in (
        (age >= _OLD_DAYS, _OLD_STATES),
        ((age < _OLD_DAYS) & (age >= _NEW_DAYS), _RECENT_STATES),
        (age < _NEW_DAYS, _NEW_STATES),
    ):
        weights = np.array(list(shares.values()))
        states[own] = rng.choice(list(shares), int(own.sum()), p=weights / weights.sum())
    return states


def _at_home(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    houses = [house for house in places.homes if house.footprint.floors >= kind.floors] or places.homes
    # Old houses have more to report per home.
    weights = np.array([house.footprint.dwellings * (1.6 if house.footprint.floors <= 7 else 1.0) for house in houses])
    picks = rng.choice(len(houses), count, p=weights / weights.sum())
    addresses = [_room(houses[pick], rng) for pick in picks]
    return _beside([houses[pick] for pick in picks], rng), addresses


def _room(house: House, rng: np.random.Generator) -> str:
    print_ = house.footprint
    stair, floor = int(rng.integers(1, print_.stairs + 1)), int(rng.integers(1, print_.floors + 1))
    return f"{house.name}{stair}单元{floor}{int(rng.integers(1, print_.homes_per_landing + 1)):02d}"


def _beside(houses: list[House], rng: np.random.Generator) -> np.ndarray:
    """Places in front of buildings, a few metres from the wall."""
    bounds = shapely.bounds([house.footprint.polygon for house in houses]).reshape(-1, 4)
    x = bounds[:, 0] + rng.random(len(houses)) * (bounds[:, 2] - bounds[:, 0])
    north = rng.random(len(houses)) < 0.6
    return np.column_stack([x, np.where(north, bounds[:, 3] + 2.0, bounds[:, 1] - 2.0)])


def _at_shop(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    if not places.shops:
        return _on_road(places, kind, count, rng)
    shops = [places.shops[pick] for pick in rng.integers(0, len(places.shops), count)]
    roads = shapely.STRtree([line for _, line in places.roads])
    nearest = roads.nearest([shop.footprint.polygon.centroid for shop in shops])
    return _beside(shops, rng), [f"{places.roads[i][0]}{shop.name}" for i, shop in zip(nearest, shops, strict=True)]


def _on_road(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:  # noqa: ARG001
    lengths = np.array([line.length for _, line in places.roads])
    picks = rng.choice(len(places.roads), count, p=lengths / lengths.sum())
    points = shapely.line_interpolate_point(
        [places.roads[pick][1] for pick in picks], rng.random(count), normalized=True
    )
    number = rng.integers(1, 120, count)
    return shapely.get_coordinates(points) + rng.normal(0, 5, (count, 2)), [
        f"{places.roads[pick][0]}{house}号附近" for pick, house in zip(picks, number, strict=True)
    ]


def _in_green(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    if not places.greens:
        return _on_road(places, kind, count, rng)
    picks = rng.integers(0, len(places.greens), count)
    bounds = shapely.bounds([places.greens[pick][1] for pick in picks]).reshape(-1, 4)
    share = 0.15 + 0.7 * rng.random((count, 2))
    return bounds[:, :2] + share * (bounds[:, 2:] - bounds[:, :2]), [places.greens[pick][0] for pick in picks]


def _at_river(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    if places.river is None:
        return _in_green(places, kind, count, rng)
    along = shapely.line_interpolate_point(places.river, rng.random(count), normalized=True)
    side = rng.choice([-1.0, 1.0], count)
    return shapely.get_coordinates(along) + np.column_stack([side * rng.uniform(22, 34, count), np.zeros(count)]), [
        "东河河岸"
    ] * count


_SITES: dict[str, Callable[[Places, ReportKind, int, np.random.Generator], Site]] = {
    "home": _at_home, "shop": _at_shop, "road": _on_road, "green": _in_green, "river": _at_river,
}  # fmt: skip
