"""Reports of a street: what, where, when, through which channel, as its device gave it."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.demo.hotspots import Hotspot
from geodata.demo.peculiarities import Peculiarity, plant_peculiarities
from geodata.demo.places import Places
from geodata.demo.report_kinds import CHANNELS, KINDS
from geodata.demo.rhythm import draw_times
from geodata.demo.sites import sites_of
from geodata.demo.states import CITY_ZONE, states_of
from geodata.demo.streams import stream
from geodata.demo.wording import hotline_words
from gridmap.datum import from_wgs84

#: Share of hotline orders that carry only the caller's words for the place.
ADDRESS_ONLY_SHARE = 0.7
#: Share of reports that tell what another channel told some hours before.
AGAIN_SHARE = 0.015
#: Share of patrol reports on roads that are put on a corner of grids, as from a list of manhole covers.
_ON_CORNER_SHARE = 0.03
_NAMES = [channel.name for channel in CHANNELS]
_HOTLINE, _PATROL = _NAMES.index("hotline"), _NAMES.index("patrol")
_ON_FOOT = [_NAMES.index(name) for name in ("patrol", "building_head", "resident", "courier", "chat")]
_AGAIN_BY = [_NAMES.index(name) for name in ("patrol", "building_head", "resident", "chat")]
_TELL_ADDRESS = [_NAMES.index(name) for name in ("hotline", "chat", "building_head")]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Reports before a device saw them, aligned: positions in ``KINDS`` and ``CHANNELS``, true place in metres, local time.

    ``pair`` numbers pairs that tell the same thing (-1: none); ``again`` marks the later of a pair.
    """

    kind: np.ndarray
    channel: np.ndarray
    xy: np.ndarray
    address: np.ndarray
    occurred: np.ndarray
    pair: np.ndarray
    again: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Reports:
    """The frame, and what is wrong with some of its rows."""

    frame: pd.DataFrame
    peculiarities: tuple[Peculiarity, ...]


def make_reports(
    places: Places,
    hotspots: tuple[Hotspot, ...],
    service_points: gpd.GeoDataFrame,
    count: int,
    first_day: date,
    until: date,
    seed: int,
    label: str,
) -> Reports:
    """Reports in the order of ``reported_at`` (UTC), ``count`` of them with those of the hotspots and those that tell something again.

    Columns: key, category, source, status, text, address_text, lon, lat, datum, device, accuracy_m, occurred_at, reported_at. ``lon`` and
    ``lat`` are as the channel's device gave them, in ``datum``; both are NaN where the hotline wrote down an address only. Where
    hotspots are planted, peculiarities are too.
    """
    rng = stream(seed, "reports", label)
    again = round(count * AGAIN_SHARE)
    ordinary = _ordinary(places, count - again - sum(spot.count for spot in hotspots), first_day, until, rng)
    spots = [_of_hotspot(spot, first_day, until, stream(seed, f"hotspot {spot.name}")) for spot in hotspots]
    drawn = _joined([*_told_again(ordinary, again, until, rng), *spots])
    frame = _as_received(drawn, places, until, rng).assign(kind=drawn.kind, pair=drawn.pair, again=drawn.again)
    _word_hotline(frame, places, stream(seed, "hotline words", label))
    frame = frame.sort_values(["reported_at", "occurred_at", "text"], kind="stable", ignore_index=True)
    frame["status"] = states_of(frame["kind"].to_numpy(), frame["reported_at"], frame["again"].to_numpy(), until, rng)
    frame.insert(0, "key", [f"demo-{label}-{seed}-{number:07d}" for number in range(1, len(frame) + 1)])
    found: tuple[Peculiarity, ...] = ()
    if hotspots:
        found = plant_peculiarities(frame, places, service_points, until, stream(seed, "peculiarities"))
    return Reports(frame.drop(columns=["kind", "pair", "again"]), found)


def _ordinary(places: Places, count: int, first_day: date, until: date, rng: np.random.Generator) -> Drawn:
    pairs = [(kind, channel) for kind in range(len(KINDS)) for channel in range(len(CHANNELS))]
    weights = np.array(
        [KINDS[k].share * CHANNELS[c].share * dict(KINDS[k].lean).get(CHANNELS[c].name, 1.0) for k, c in pairs]
    )
    numbers = rng.multinomial(count, weights / weights.sum())
    kind, channel = np.repeat(np.array(pairs), numbers, axis=0).T
    sites = [sites_of(places, KINDS[k], int((kind == k).sum()), rng) for k in range(len(KINDS))]
    times = [
        draw_times((KINDS[k].rhythm, CHANNELS[c].rhythm), first_day, until, int(number), rng)
        for (k, c), number in zip(pairs, numbers, strict=True)
        if number
    ]
    xy, address = np.vstack([site[0] for site in sites]), np.concatenate([site[1] for site in sites])
    return _drawn(kind, channel, xy, address, np.concatenate(times))


def _drawn(kind: np.ndarray, channel: np.ndarray, xy: np.ndarray, address: np.ndarray, occurred: np.ndarray) -> Drawn:
    """Reports that stand alone."""
    return Drawn(kind, channel, xy, address, occurred, np.full(len(kind), -1), np.zeros(len(kind), dtype=bool))


def _of_hotspot(spot: Hotspot, first_day: date, until: date, rng: np.random.Generator) -> Drawn:
    shares = np.array([CHANNELS[channel].share for channel in _ON_FOOT])
    channel = rng.choice(_ON_FOOT, spot.count, p=shares / shares.sum())
    times = draw_times((spot.rhythm,), max(first_day, spot.first_day or first_day), until, spot.count, rng)
    kind = np.full(spot.count, KINDS.index(spot.kind))
    return _drawn(kind, channel, spot.draw(rng), np.full(spot.count, spot.address, dtype=object), times)


def _told_again(ordinary: Drawn, count: int, until: date, rng: np.random.Generator) -> list[Drawn]:
    """The reports, some of them in pairs, and the later ones of the pairs: another channel, hours later, metres away."""
    last = np.datetime64(until, "s") - np.timedelta64(1, "s")
    later = rng.uniform(0.3, 8.0, len(ordinary)) * 3600
    occurred = ordinary.occurred + later.astype("timedelta64[s]")
    fits = np.flatnonzero(np.isin(ordinary.channel, _AGAIN_BY) & (occurred < last))
    first = rng.choice(fits, min(count, len(fits)), replace=False)
    ordinary.pair[first] = np.arange(len(first))
    by = np.array(_AGAIN_BY)
    # One of the other three channels.
    other = (np.searchsorted(by, ordinary.channel[first]) + rng.integers(1, len(by), len(first))) % len(by)
    second = Drawn(
        kind=ordinary.kind[first],
        channel=by[other],
        xy=ordinary.xy[first] + rng.normal(0, 4, (len(first), 2)),
        address=ordinary.address[first],
        occurred=occurred[first],
        pair=np.arange(len(first)),
        again=np.ones(len(first), dtype=bool),
    )
    return [ordinary, second]


def _joined(parts: list[Drawn]) -> Drawn:
    names = ("kind", "channel", "xy", "address", "occurred", "pair", "again")
    return Drawn(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _as_received(drawn: Drawn, places: Places, until: date, rng: np.random.Generator) -> pd.DataFrame:
    """What the channels' devices and clerks wrote down."""
    count, channel = len(drawn), drawn.channel
    accuracy = np.round(_of(channel, "accuracy_m") * np.exp(rng.normal(0, 0.35, count)), 1)
    # Devices state the radius that holds two thirds of their positions; far misses of the hotline's geocoder are kept in the city.
    seen = drawn.xy + np.clip(rng.normal(0, 1, (count, 2)), -2, 2) * np.minimum(accuracy, 40.0)[:, None] / 2.0
    lonlat = np.round(places.frame.degrees(seen), 7)
    on_road = np.array([kind.site == "road" for kind in KINDS])[drawn.kind]
    exact = np.flatnonzero(on_road & (channel == _PATROL) & (rng.random(count) < _ON_CORNER_SHARE))
    lonlat[exact] = places.corners[rng.integers(0, len(places.corners), len(exact))]
    datum, device = _devices(channel, rng)
    lon, lat = _in_datum(lonlat, datum)
    unplaced = (channel == _HOTLINE) & (rng.random(count) < ADDRESS_ONLY_SHARE)
    lon[unplaced], lat[unplaced], accuracy[unplaced], datum[unplaced] = np.nan, np.nan, np.nan, "wgs84"
    device[unplaced] = ""
    delay = (rng.exponential(1.0, count) * _of(channel, "delay_h") * 3600).astype("timedelta64[s]")
    last = np.datetime64(until, "s") - np.timedelta64(1, "s")
    return pd.DataFrame(
        {
            "category": np.array([kind.category for kind in KINDS], dtype=object)[drawn.kind],
            "source": np.array(_NAMES, dtype=object)[channel],
            "text": _texts(drawn, rng),
            "address_text": np.where(np.isin(channel, _TELL_ADDRESS), drawn.address, ""),
            "lon": lon,
            "lat": lat,
            "datum": datum,
            "device": device,
            "accuracy_m": accuracy,
            "occurred_at": _utc(drawn.occurred),
            "reported_at": _utc(np.maximum(drawn.occurred, np.minimum(drawn.occurred + delay, last))),
        }
    )


def _word_hotline(frame: pd.DataFrame, places: Places, rng: np.random.Generator) -> None:
    """A hotline's clerks write down what they hear."""
    own = (frame["source"] == "hotline").to_numpy()
    frame.loc[own, "address_text"] = hotline_words(frame.loc[own, "address_text"].tolist(), places.street, rng)


def _of(channel: np.ndarray, name: str) -> np.ndarray:
    found: np.ndarray = np.array([getattr(each, name) for each in CHANNELS])[channel]
    return found


def _texts(drawn: Drawn, rng: np.random.Generator) -> list[str]:
    pick = (rng.random(len(drawn)) * np.array([len(kind.texts) for kind in KINDS])[drawn.kind]).astype(int)
    rows = zip(drawn.address.tolist(), drawn.kind.tolist(), pick.tolist(), strict=True)
    return [f"{address}：{KINDS[kind].texts[text]}" for address, kind, text in rows]


def _devices(channel: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The datum that each device gives, and the device's name."""
    drawn = rng.random(len(channel))
    datum, device = np.empty((2, len(channel)), dtype=object)
    for number, each in enumerate(CHANNELS):
        own = channel == number
        which = (drawn[own] * len(each.datums)).astype(int)
        datum[own] = np.array(each.datums, dtype=object)[which]
        device[own] = np.array(each.devices, dtype=object)[which % len(each.devices)]
    return datum, device


def _in_datum(lonlat: np.ndarray, datum: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = lonlat[:, 0].copy(), lonlat[:, 1].copy()
    for name in ("gcj02", "bd09"):
        own = datum == name
        shifted = from_wgs84(lon[own], lat[own], name)
        lon[own], lat[own] = np.round(shifted[0], 6), np.round(shifted[1], 6)
    return lon, lat


def _utc(local: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(local).tz_localize(CITY_ZONE).tz_convert("UTC")
