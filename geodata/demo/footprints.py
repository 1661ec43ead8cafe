"""Buildings in metres: slab blocks and towers in rows, shops along streets, and what special grids are made of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import Polygon, affinity

from geodata.demo.yards import SHOP_DEPTH_M, Plot

STOREY_M = 3.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """A building: outline in metres, stairwells and homes per stairwell and floor (0 where nobody lives)."""

    polygon: Polygon
    use: str
    floors: int
    stairs: int = 0
    homes_per_landing: int = 0
    name: str = ""

    @property
    def dwellings(self) -> int:
        """Homes in the building."""
        return self.stairs * self.floors * self.homes_per_landing


@dataclass(frozen=True, slots=True)
class HouseType:
    """A kind of residential building: sizes in metres, floors from and to."""

    depth: float
    stair_width: float
    stairs: tuple[int, int]
    homes_per_landing: int
    floors: tuple[int, int]
    lane: float = 9.0

    def gap(self, floors: int) -> float:
        """Metres between rows, so that the lower homes get winter sun (less than the rule for the tallest, which stand apart)."""
        return float(np.clip(1.25 * floors * STOREY_M, 15.0, 46.0))


OLD_SLAB = HouseType(depth=11.5, stair_width=14.5, stairs=(2, 5), homes_per_landing=2, floors=(5, 7))
LONG_SLAB = HouseType(depth=13.5, stair_width=19.0, stairs=(2, 3), homes_per_landing=2, floors=(8, 11), lane=13.0)
TOWER = HouseType(depth=19.0, stair_width=27.0, stairs=(1, 1), homes_per_landing=3, floors=(12, 24), lane=21.0)
#: Where nothing else finds room.
POINT_HOUSE = HouseType(depth=11.5, stair_width=14.5, stairs=(1, 1), homes_per_landing=2, floors=(5, 8))
HOUSE_TYPES = (OLD_SLAB, LONG_SLAB, TOWER)


def rectangle(x: float, y: float, width: float, height: float) -> Polygon:
    """A rectangle in the frame's directions around a centre."""
    return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def house_plot(plot: Plot, rng: np.random.Generator) -> tuple[list[Footprint], list[Polygon]]:
    """The residential buildings of a plot, north row first, and the courtyards left free for green.

    A kind of house is taken at random among those that hold the plot's number of dwellings; floors follow from that number. Rows run
    along the plot's own streets.
    """
    turn = plot.quad.turn_deg
    ground = affinity.rotate(plot.quad.inset(5.0).polygon, -turn, origin=(0, 0))
    kinds = [OLD_SLAB] if plot.old else [HOUSE_TYPES[i] for i in rng.permutation(len(HOUSE_TYPES))]
    choices = [(kind, _slots(ground, kind)) for kind in kinds]
    if not any(slots for _, slots in choices):
        choices = [(POINT_HOUSE, _slots(ground, POINT_HOUSE))]
    fitting = [choice for choice in choices if _capacity(*choice) >= plot.target]
    kind, slots = fitting[0] if fitting else max(choices, key=lambda choice: _capacity(*choice))
    houses, courts = _build(kind, slots, plot.target, ground)
    turned = [replace(house, polygon=affinity.rotate(house.polygon, turn, origin=(0, 0))) for house in houses]
    return turned, [affinity.rotate(court, turn, origin=(0, 0)) for court in courts]


def _capacity(kind: HouseType, slots: list[tuple[Polygon, int]]) -> int:
    return sum(stairs for _, stairs in slots) * kind.homes_per_landing * kind.floors[1]


def _slots(ground: Polygon, kind: HouseType) -> list[tuple[Polygon, int]]:
    """Places for houses in rows from north to south, with their stairwells."""
    (_, sw), (_, se), (_, ne), (_, nw) = ground.exterior.coords[:4]
    south, north = max(sw, se), min(ne, nw)
    gap = kind.gap(sum(kind.floors) // 2)
    rows = max(1, int((north - south + gap) // (kind.depth + gap)))
    pitch = (north - south - kind.depth) / max(1, rows - 1)
    found = []
    for row in range(rows):
        y = north - kind.depth / 2 - row * pitch if rows > 1 else (north + south) / 2
        left, right = _span(ground, y, kind.depth)
        lengths = _row_lengths(right - left, kind)
        if not lengths:  # too narrow for this kind of house
            continue
        spare = (right - left - sum(lengths)) / (len(lengths) - 1) if len(lengths) > 1 else 0.0
        x = left if len(lengths) > 1 else (left + right - lengths[0]) / 2
        for length in lengths:
            found.append((rectangle(x + length / 2, y, length - 0.5, kind.depth), round(length / kind.stair_width)))
            x += length + spare
    return found


def _span(ground: Polygon, y: float, depth: float) -> tuple[float, float]:
    """West and east end of the ground's strip around y, so that a house in it stays inside."""
    west, _, east, _ = ground.bounds
    edges = (y - depth / 2 + 0.1, y + depth / 2 - 0.1)
    ends = [ground.intersection(shapely.LineString([(west - 1, at), (east + 1, at)])).bounds for at in edges]
    return max(end[0] for end in ends), min(end[2] for end in ends)


def _row_lengths(width: float, kind: HouseType) -> list[float]:
    """Lengths of the houses of one row: as many as fit with lanes between, each as long as its kind allows."""
    least, most = kind.stairs
    for houses in range(1, 12):
        stairs = int((width - kind.lane * (houses - 1)) / houses / kind.stair_width)
        if stairs < least:
            break
        if stairs <= most:
            return [stairs * kind.stair_width] * houses
    houses = int((width + kind.lane) // (least * kind.stair_width + kind.lane))
    return [least * kind.stair_width] * houses


def _build(
    kind: HouseType, slots: list[tuple[Polygon, int]], target: int, ground: Polygon
) -> tuple[list[Footprint], list[Polygon]]:
    centre = np.array([ground.centroid.x, ground.centroid.y])
    middle = [float(np.hypot(*(np.array([slot.centroid.x, slot.centroid.y]) - centre))) for slot, _ in slots]
    kept = set(range(len(slots)))
    # The slots nearest the middle become the courtyard, as long as the others can hold everybody: a quarter of them, more only
    # where even the lowest houses would hold too many.
    for index in np.argsort(middle):
        homes = sum(slots[i][1] for i in kept) * kind.homes_per_landing
        left = homes - slots[index][1] * kind.homes_per_landing
        enough = len(slots) - len(kept) >= max(1, len(slots) // 4) and homes * (kind.floors[0] - 1) <= target
        if enough or left * (0.35 * kind.floors[0] + 0.65 * kind.floors[1]) < target:
            break
        kept.remove(int(index))
    places = [slots[i] for i in sorted(kept)]
    floors = _floors([stairs * kind.homes_per_landing for _, stairs in places], target, kind.floors[0] - 1)
    houses = [
        Footprint(outline, "住宅", height, stairs, kind.homes_per_landing)
        for (outline, stairs), height in zip(places, floors, strict=True)
    ]
    courts = [slots[i][0].buffer(5.0, join_style="mitre") for i in range(len(slots)) if i not in kept]
    return houses, courts


def _floors(per_floor: list[int], target: int, least: int) -> list[int]:
    """Floors of each house, so that all together come as near to ``target`` homes as they can: some have one floor more."""
    height = int(np.clip(target // sum(per_floor), least, 33))
    left = target - height * sum(per_floor)
    floors = []
    for homes in per_floor:
        higher = left >= homes
        left -= homes if higher else 0
        floors.append(height + higher)
    return floors


def shops_of(plot: Plot, ways: list[shapely.LineString], rng: np.random.Generator) -> list[Footprint]:
    """Rows of one and two-storey shops between a compound and the street, with room for the ``ways`` out of its gates."""
    found = []
    sw, se, ne, nw = plot.piece.quad.inset(1.0).corners
    edges = {"s": (sw, se), "e": (se, ne), "n": (ne, nw), "w": (nw, sw)}
    for side in plot.shops:
        start, end = edges[side]
        length = float(np.linalg.norm(end - start))
        along = (end - start) / length
        inward = np.array([-along[1], along[0]])
        for left, right in _runs(length, rng):
            base = start + along * left
            corners = [
                base,
                base + along * (right - left),
                base + along * (right - left) + inward * (SHOP_DEPTH_M - 1.5),
            ]
            corners.append(base + inward * (SHOP_DEPTH_M - 1.5))
            found.append(Footprint(Polygon(corners), "商业", int(rng.integers(1, 4)), name="临街商铺"))
    kept = _apart(found)
    return [shop for shop in kept if all(shop.polygon.distance(way) > 4.0 for way in ways)]


def _runs(length: float, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    at = float(rng.uniform(10, 22))
    while at + 18 < length - 10:
        size = float(rng.uniform(24, 58))
        end = min(at + size, length - 10)
        yield at, end
        at = end + float(rng.uniform(6, 16))


def _apart(shops: list[Footprint]) -> list[Footprint]:
    kept: list[Footprint] = []
    for shop in shops:
        if not any(shop.polygon.intersects(other.polygon) for other in kept):
            kept.append(shop)
    return kept
