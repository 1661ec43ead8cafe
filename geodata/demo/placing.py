"""Where streets lie on earth: packed around the middle of the city and of its banners, none over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geodata.demo.local_frame import LocalFrame

#: Middle of each district in kilometres east and north of the street in the middle, about as on the map.
_DISTRICTS_KM = {
    "150102": (3.0, 5.0), "150103": (-5.0, 5.0), "150104": (-5.0, -4.0), "150105": (5.0, -4.0), "150121": (-42.0, -6.0),
    "150122": (-44.0, -58.0), "150123": (14.0, -52.0), "150124": (0.0, -112.0), "150125": (-18.0, 46.0), "150172": (14.0, 1.0),
}  # fmt: skip
#: Districts around the city's middle, which grow together; the others lie apart.
_TOWN = ("150102", "150103", "150104", "150105", "150172")
#: Between streets; more where frames differ in latitude, so that their metres do too.
_APART_TOWN_M = 110.0
_APART_M = 250.0


@dataclass(frozen=True, slots=True)
class Site:
    """The ground that a street needs, in metres."""

    street: str
    width: float
    height: float

    @property
    def group(self) -> str:
        """Streets of one group are packed together."""
        district = self.street[:6]
        return "town" if district in _TOWN else district


def place_streets(sites: Sequence[Site], middle: str, centre: LocalFrame) -> list[LocalFrame]:
    """A frame for each street, in the order given; the street ``middle`` has the frame ``centre``, and all its direction.

    Small streets are placed before large ones, so that those of the town come to lie inside and the land of villages around them.
    """
    order = sorted(range(len(sites)), key=lambda at: (sites[at].street != middle, sites[at].width * sites[at].height))
    boxes: dict[str, np.ndarray] = {}
    found: dict[int, LocalFrame] = {}
    for at in order:
        site = sites[at]
        wanted = np.zeros(2) if site.street == middle else 1000.0 * np.array(_DISTRICTS_KM[site.street[:6]])
        half = np.array([site.width, site.height]) / 2
        apart = _APART_TOWN_M if site.group == "town" else _APART_M
        place = _nearest_free(wanted, half, apart, boxes.get(site.group, np.empty((0, 4))))
        box = np.concatenate([place - half, place + half])[None, :]
        boxes[site.group] = np.vstack([boxes.get(site.group, np.empty((0, 4))), box])
        lon, lat = centre.degrees(place[None, :])[0].tolist()
        found[at] = LocalFrame(lon=round(lon, 6), lat=round(lat, 6), turn_deg=centre.turn_deg)
    return [found[at] for at in range(len(sites))]


def _nearest_free(wanted: np.ndarray, half: np.ndarray, apart: float, boxes: np.ndarray) -> np.ndarray:
    """The place nearest to the wanted one, and to the middle, beside the boxes (west, south, east, north) that are taken."""
    if len(boxes) == 0:
        return wanted
    xs, ys = (_touching(boxes[:, axis], boxes[:, axis + 2], half[axis], apart) for axis in (0, 1))
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    # Towns grow around their middle, each district on its own side.
    cost = np.hypot(*(places - wanted).T) + np.hypot(*(places - boxes[0].reshape(2, 2).mean(axis=0)).T)
    for place in places[np.argsort(cost, kind="stable")]:
        low, high = place - half - apart + 1, place + half + apart - 1
        if not np.any(
            (boxes[:, 0] < high[0]) & (boxes[:, 2] > low[0]) & (boxes[:, 1] < high[1]) & (boxes[:, 3] > low[1])
        ):
            found: np.ndarray = place
            return found
    raise AssertionError("beside the outermost box there is always room")


def _touching(low: np.ndarray, high: np.ndarray, half: float, apart: float) -> np.ndarray:
    """Middles that put one's own side beside a box, or in line with one of its sides."""
    return np.unique(np.round(np.concatenate([low - apart - half, high + apart + half, low + half, high - half]), 1))
