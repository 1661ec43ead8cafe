"""Where streets lie on earth: each as near as it can to its district's place, none over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geodata.demo.local_frame import LocalFrame

#: Middle of each district in kilometres east and north of Renmin Road street, about as on the map.
_DISTRICTS_KM = {
    "150102": (2.0, 5.0), "150103": (-5.0, 4.0), "150104": (-5.0, -4.0), "150105": (4.0, -3.0), "150121": (-40.0, -6.0),
    "150122": (-40.0, -58.0), "150123": (12.0, -48.0), "150124": (0.0, -105.0), "150125": (-18.0, 42.0), "150172": (12.0, 2.0),
}  # fmt: skip
_APART_M = 260.0
_STEP_M = 300.0
_REACH_M = 45_000.0


@dataclass(frozen=True, slots=True)
class Spot:
    """The ground that a street needs, in metres."""

    street: str
    width: float
    height: float


def place_streets(spots: Sequence[Spot], centre: LocalFrame) -> list[LocalFrame]:
    """A frame for each street, in the order given.

    The first street of the list that lies in the middle keeps it: the one whose street grid ``centre`` is. Small streets are placed
    before large ones, so that towns come to lie inside and the land of villages around them.
    """
    order = sorted(range(len(spots)), key=lambda at: (spots[at].street != _MIDDLE, spots[at].width * spots[at].height))
    steps = np.arange(-_REACH_M, _REACH_M, _STEP_M)
    offsets = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    offsets = offsets[np.argsort(np.hypot(*offsets.T), kind="stable")]
    boxes = np.empty((0, 4))
    found: dict[int, LocalFrame] = {}
    for at in order:
        spot = spots[at]
        anchor = np.zeros(2) if spot.street == _MIDDLE else 1000.0 * np.array(_DISTRICTS_KM[spot.street[:6]])
        middle = _free(anchor + offsets if spot.street != _MIDDLE else anchor[None, :], spot, boxes)
        half = np.array([spot.width, spot.height]) / 2
        boxes = np.vstack([boxes, np.concatenate([middle - half, middle + half])])
        lon, lat = centre.degrees(middle[None, :])[0].tolist()
        found[at] = LocalFrame(lon=round(lon, 6), lat=round(lat, 6), turn_deg=centre.turn_deg)
    return [found[at] for at in range(len(spots))]


_MIDDLE = "150105001"


def _free(middles: np.ndarray, spot: Spot, boxes: np.ndarray) -> np.ndarray:
    """The first of the places where the spot lies apart from all boxes (west, south, east, north)."""
    half = np.array([spot.width, spot.height]) / 2 + _APART_M
    clear = np.ones(len(middles), dtype=bool)
    for west, south, east, north in boxes:
        beside = (
            (middles[:, 0] + half[0] <= west)
            | (middles[:, 0] - half[0] >= east)
            | (middles[:, 1] + half[1] <= south)
            | (middles[:, 1] - half[1] >= north)
        )
        clear &= beside
    assert clear.any(), f"no room for street {spot.street}"
    found: np.ndarray = middles[np.argmax(clear)]
    return found
