"""Three places where something is wrong, planted among the reports; ``docs/demo-city.md`` tells where and when."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely

from geodata.demo import rhythm
from geodata.demo.places import Places
from geodata.demo.report_kinds import KINDS, ReportKind
from geodata.demo.rhythm import Rhythm

_DARK_DAYS = 21


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A pile of reports of one category along a line (metres), ``spread_m`` to its sides; ``days`` limits it to the last ones."""

    name: str
    kind: ReportKind
    line: shapely.LineString
    spread_m: float
    count: int
    rhythm: Rhythm
    address: str
    lon: float
    lat: float
    radius_m: float
    first_day: date | None = None

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Places of its reports [count, 2], in metres, nearly all within ``radius_m`` of its centre."""
        along = shapely.get_coordinates(
            shapely.line_interpolate_point(self.line, rng.random(self.count), normalized=True)
        )
        found: np.ndarray = along + rng.normal(0, self.spread_m, (self.count, 2))
        return found


def plant(places: Places, until: date, share: float) -> tuple[Hotspot, ...]:
    """The hotspots that the city has a place for; ``share`` scales their counts."""
    kinds = {kind.category: kind for kind in KINDS}
    found = []
    if places.mall is not None:
        corners = shapely.get_coordinates(places.mall)
        start, end = (
            corners[0] + np.array([26.0, 10.0]),
            corners[0] + 0.35 * (corners[1] - corners[0]) + np.array([0.0, 10.0]),
        )
        weekend = Rhythm(months=rhythm.WARM, weekdays=(0.5, 0.5, 0.5, 0.6, 1.6, 2.2, 2.0), hours=rhythm.EVENING)
        found.append(
            _hotspot(
                places,
                "night_market",
                kinds["占道经营"],
                np.array([start, end]),
                9,
                260,
                share,
                weekend,
                "仕奇生活广场南门夜市",
            )
        )
    if places.river is not None:
        bank = [places.river.interpolate(part, normalized=True) for part in np.linspace(0.42, 0.58, 6)]
        line = shapely.get_coordinates(bank) + np.array([27.0, 0.0])
        summer = Rhythm(months=rhythm.SUMMER, hours=rhythm.EVENING)
        found.append(_hotspot(places, "river_bank", kinds["蚊虫滋生"], line, 8, 190, share, summer, "东河东岸健身步道"))
    name, road = min(places.roads[-6:], key=lambda street: street[1].length)
    dark = Rhythm(hours=rhythm.EVENING)
    points = shapely.get_coordinates([road.interpolate(part, normalized=True) for part in (0.15, 0.85)])
    new = _hotspot(
        places, "dark_street", kinds["路灯不亮"], points, 5, 90, share, dark, name, until - timedelta(days=_DARK_DAYS)
    )
    return (*found, new)


def _hotspot(
    places: Places, name: str, kind: ReportKind, points: np.ndarray, spread_m: float, count: int, share: float, when: Rhythm,
    address: str, first_day: date | None = None,
) -> Hotspot:  # fmt: skip
    line = shapely.LineString(points)
    centre = shapely.get_coordinates(line.interpolate(0.5, normalized=True))
    lon, lat = places.frame.degrees(centre)[0].tolist()
    return Hotspot(
        name=name,
        kind=kind,
        line=line,
        spread_m=spread_m,
        count=max(6, round(count * share)),
        rhythm=when,
        address=address,
        lon=round(lon, 6),
        lat=round(lat, 6),
        radius_m=round(line.length / 2 + 4 * spread_m),
        first_day=first_day,
    )
