"""Where a report of each kind comes from: so many places at a time, in metres, with the words for the place."""

from collections.abc import Callable, Sequence

import numpy as np
import shapely

from geodata.demo.houses import House
from geodata.demo.places import Places
from geodata.demo.report_kinds import ReportKind

#: Places [n, 2] in metres and the address of each.
Site = tuple[np.ndarray, np.ndarray]
#: Reports from roads lie beside the centre line, by so much nearer to the middle of the street whose report it is.
_INWARD_M = 4.0


def sites_of(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    """``count`` sites of a kind of report."""
    return _SITES[kind.site](places, kind, count, rng)


def _at_home(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    houses = [house for house in places.homes if house.footprint.floors >= kind.floors] or places.homes
    prints = [house.footprint for house in houses]
    # Old houses have more to report per home.
    weights = np.array([print_.dwellings * (1.6 if print_.floors <= 7 else 1.0) for print_ in prints])
    picks = rng.choice(len(houses), count, p=weights / weights.sum())
    most = np.array([(print_.stairs, print_.floors, print_.homes_per_landing) for print_ in prints])[picks]
    drawn = (rng.random((count, 3)) * most).astype(int) + 1
    addresses = [
        f"{houses[pick].name}{stair}单元{floor}{room:02d}" if floors > 1 else houses[pick].name
        for pick, (stair, floor, room), floors in zip(picks.tolist(), drawn.tolist(), most[:, 1].tolist(), strict=True)
    ]
    return _beside(houses, picks, rng), np.array(addresses, dtype=object)


def _at_shop(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    if not places.shops:
        return _on_road(places, kind, count, rng)
    roads = shapely.STRtree([line for _, line in places.roads])
    nearest = roads.nearest([shop.footprint.polygon.centroid for shop in places.shops])
    words = [f"{places.roads[i][0]}{shop.name}" for i, shop in zip(nearest, places.shops, strict=True)]
    picks = rng.integers(0, len(places.shops), count)
    return _beside(places.shops, picks, rng), np.array(words, dtype=object)[picks]


def _on_road(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:  # noqa: ARG001
    lines = np.array([line for _, line in places.roads], dtype=object)
    lengths = shapely.length(lines)
    picks = rng.choice(len(lines), count, p=lengths / lengths.sum())
    points = shapely.line_interpolate_point(lines[picks], rng.random(count), normalized=True)
    xy = shapely.get_coordinates(points) + rng.normal(0, 5, (count, 2))
    inward = shapely.get_coordinates(shapely.union_all(lines).centroid) - xy
    xy += _INWARD_M * inward / np.maximum(np.linalg.norm(inward, axis=1), _INWARD_M)[:, None]
    numbers = rng.integers(1, 120, count).tolist()
    words = [f"{places.roads[pick][0]}{number}号附近" for pick, number in zip(picks.tolist(), numbers, strict=True)]
    return xy, np.array(words, dtype=object)


def _in_green(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    if not places.greens:
        return _on_road(places, kind, count, rng)
    picks = rng.integers(0, len(places.greens), count)
    bounds = shapely.bounds([green for _, green in places.greens])[picks]
    share = 0.15 + 0.7 * rng.random((count, 2))
    words = np.array([name for name, _ in places.greens], dtype=object)
    return bounds[:, :2] + share * (bounds[:, 2:] - bounds[:, :2]), words[picks]


def _at_river(places: Places, kind: ReportKind, count: int, rng: np.random.Generator) -> Site:
    if places.river is None:
        return _in_green(places, kind, count, rng)
    along = shapely.line_interpolate_point(places.river, rng.random(count), normalized=True)
    side = rng.choice([-1.0, 1.0], count)
    xy = shapely.get_coordinates(along) + np.column_stack([side * rng.uniform(22, 34, count), np.zeros(count)])
    return xy, np.full(count, "东河河岸", dtype=object)


def _beside(houses: Sequence[House], picks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Places in front of the picked buildings, a few metres from the wall."""
    west, south, east, north = shapely.bounds([house.footprint.polygon for house in houses]).reshape(-1, 4)[picks].T
    before = rng.random(len(picks)) < 0.6
    return np.column_stack([west + rng.random(len(picks)) * (east - west), np.where(before, north + 2.0, south - 2.0)])


_SITES: dict[str, Callable[[Places, ReportKind, int, np.random.Generator], Site]] = {
    "home": _at_home, "shop": _at_shop, "road": _on_road, "green": _in_green, "river": _at_river,
}  # fmt: skip
