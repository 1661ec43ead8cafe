"""The map of a printed sheet as lines, areas and labels in millimetres: crisp in print, without tiles and scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from geodata.plans.scenery import Scenery
from gridmap.planning.paper import Paper

Shapes = NDArray[np.object_]

#: Height of labels in millimetres, and how wide a Chinese character and any other is beside that.
_COMPOUND_MM: Final = 2.9
_BUILDING_MM: Final = 2.3
_ROAD_MM: Final = 2.5
_NEIGHBOUR_MM: Final = 3.2
_WIDE, _NARROW = 1.0, 0.56
#: Roads by class, as their casing is drawn; what is not named is narrow.
_WIDE_ROADS: Final = ("motorway", "trunk", "primary", "secondary")
#: How far from its place a compound's name may stand, the first that is free.
_ASIDE_MM: Final = (0.0, -3.5, 3.5, -7.0, 7.0, -10.5, 10.5)
#: A street's name needs so many of its heights of straight road.
_ROOM: Final = 1.3


@dataclass(frozen=True, slots=True)
class Label:
    """Words around a place, in millimetres, turned by ``angle`` degrees; ``kind`` is how they look."""

    words: str
    x: float
    y: float
    size: float
    kind: str
    angle: float = 0.0

    @property
    def box(self) -> Any:
        """The room that it takes."""
        width, height = width_of(self.words) * self.size, self.size * 1.15
        flat = shapely.box(self.x - width / 2, self.y - height / 2, self.x + width / 2, self.y + height / 2)
        return affinity.rotate(flat, self.angle, origin=(self.x, self.y)) if self.angle else flat


@dataclass(frozen=True, slots=True)
class SheetMap:
    """Outlines as data of SVG paths by kind, lowest first, labels that do not touch, the scale bar (metres, millimetres) and the scale."""

    width: float
    height: float
    paths: list[tuple[str, str]]
    labels: list[Label]
    bar: tuple[int, float]
    scale: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """A building of the table: its number there, its name, its place in degrees."""

    number: int
    name: str
    lon: float
    lat: float


def width_of(words: str) -> float:
    """How wide words are, in heights of their letters.

    >>> width_of("3号楼")
    2.56
    """
    return sum(_WIDE if ord(sign) > 0x2E7F else _NARROW for sign in words)


def draw_sheet(
    shape: Any,
    others: Sequence[tuple[str, Any]],
    scenery: Scenery,
    buildings: Sequence[Numbered],
    mine: Iterable[int],
    *,
    width: float,
    height: float,
) -> SheetMap:
    """The map of a grid (``shape``, degrees) among ``others`` (name, shape).

    ``buildings`` are labelled with their names, with their numbers where a name has no room; ``mine`` are keys of those of the grid.
    """
    paper = Paper.around(shape, width, height)
    [outline] = paper.drawn(np.array([shape], dtype=object))
    near = [(name, other) for name, other in others if _meets(other, paper.bounds)]
    beside = paper.drawn(np.array([other for _name, other in near], dtype=object))
    named = [name for name, _other in near]
    labels = _labels(paper, scenery, buildings, outline, named, beside)
    return SheetMap(
        width, height, _paths(paper, scenery, outline, beside, set(mine)), labels, paper.bar(45), paper.scale
    )


def _meets(shape: Any, bounds: tuple[float, float, float, float]) -> bool:
    return bool(shapely.intersects(shape, shapely.box(*bounds)))


def _paths(paper: Paper, scenery: Scenery, outline: Any, beside: Shapes, mine: set[int]) -> list[tuple[str, str]]:
    covers = _near(paper, scenery.cover_shapes)
    kinds = scenery.covers["kind"].to_numpy(dtype=object)
    layers: list[tuple[str, Shapes]] = [
        (kind, paper.drawn(scenery.cover_shapes[covers & (kinds == kind)])) for kind in ("green", "water", "rail")
    ]
    layers.append(("compound", paper.drawn(scenery.compound_shapes[_near(paper, scenery.compound_shapes)])))
    roads = _near(paper, scenery.road_shapes)
    wide = np.isin(scenery.roads["class"].to_numpy(dtype=object).astype(str), _WIDE_ROADS)
    for kind, which in (("road", roads & ~wide), ("road-wide", roads & wide)):
        drawn = paper.drawn(scenery.road_shapes[which])
        layers += [(f"{kind}-casing", drawn), (kind, drawn)]
    houses = _near(paper, scenery.building_shapes)
    here = np.isin(scenery.buildings["id"].to_numpy(dtype=np.int64), list(mine))
    layers.append(("house", paper.drawn(scenery.building_shapes[houses & ~here])))
    layers.append(("veil", np.array([shapely.box(0, 0, paper.width, paper.height).difference(outline)], dtype=object)))
    layers.append(("house-mine", paper.drawn(scenery.building_shapes[houses & here])))
    layers.append(("neighbour", beside))
    layers.append(("outline", np.array([outline], dtype=object)))
    paths = [(kind, " ".join(filter(None, map(_path, shapes)))) for kind, shapes in layers]
    return [(kind, path) for kind, path in paths if path]


def _near(paper: Paper, shapes: Shapes) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = shapely.intersects(shapes, shapely.box(*paper.bounds))
    return found


def _path(shape: Any) -> str:
    """A shape in millimetres as data of an SVG path; points have none."""
    parts = []
    for part in shapely.get_parts(shapely.get_parts(shape)):
        lines = (
            shapely.get_rings(part) if part.geom_type == "Polygon" else [part] if part.geom_type == "LineString" else []
        )
        for line in lines:
            at = np.round(shapely.get_coordinates(line), 2)
            closed = part.geom_type == "Polygon"
            points = "L".join(f"{x:g} {y:g}" for x, y in (at[:-1] if closed else at).tolist())
            parts.append(f"M{points}{'Z' if closed else ''}")
    return "".join(parts)


def _labels(
    paper: Paper, scenery: Scenery, buildings: Sequence[Numbered], outline: Any, names: list[str], beside: Shapes
) -> list[Label]:
    """Labels that fit and touch no other: compounds, streets, buildings, neighbours, in this order."""
    taken: list[Any] = []
    found: list[Label] = []
    frame = shapely.box(0.5, 0.5, paper.width - 0.5, paper.height - 0.5)

    def put(label: Label) -> bool:
        box = label.box
        if not frame.contains(box) or any(box.intersects(other) for other in taken):
            return False
        taken.append(box)
        found.append(label)
        return True

    wanted = [*_houses(paper, buildings), *_compounds(paper, scenery, outline), *_streets(paper, scenery)]
    for choices in [*wanted, *_neighbours(names, beside)]:
        any(put(label) for label in choices)
    return found


def _houses(paper: Paper, buildings: Sequence[Numbered]) -> list[list[Label]]:
    """The name of each building, its number where that has no room."""
    places = paper.place(np.array([(each.lon, each.lat) for each in buildings]).reshape(-1, 2)).tolist()
    return [
        [Label(words, x, y, _BUILDING_MM, "house") for words in (each.name, str(each.number)) if words]
        for each, (x, y) in zip(buildings, places, strict=True)
    ]


def _compounds(paper: Paper, scenery: Scenery, outline: Any) -> list[list[Label]]:
    """Names of compounds in the middle of their ground in the grid, or a little above or below that."""
    near = _near(paper, scenery.compound_shapes)
    names = scenery.compounds["name"].to_numpy(dtype=object)[near]
    inside = shapely.intersection(paper.drawn(scenery.compound_shapes[near]), outline)
    labels = []
    for name, shape in zip(names, inside, strict=True):
        if name and not shape.is_empty:
            at = shapely.point_on_surface(shape)
            labels.append([Label(name, at.x, at.y + step, _COMPOUND_MM, "compound") for step in _ASIDE_MM])
    return labels


def _streets(paper: Paper, scenery: Scenery) -> list[list[Label]]:
    """The name of each street along its longest straight part in the frame."""
    near = _near(paper, scenery.road_shapes)
    best: dict[str, tuple[float, Label]] = {}
    for name, shape in zip(scenery.roads["name"][near], paper.drawn(scenery.road_shapes[near]), strict=True):
        for line in shapely.get_parts(shapely.get_parts(shape)) if name else ():
            at = shapely.get_coordinates(line)
            steps = np.diff(at, axis=0)
            lengths = np.hypot(steps[:, 0], steps[:, 1])
            if not len(lengths):
                continue
            longest = int(np.argmax(lengths))
            if (
                lengths[longest] < width_of(name) * _ROAD_MM * _ROOM
                or lengths[longest] <= best.get(name, (0.0, None))[0]
            ):
                continue
            x, y = (at[longest] + at[longest + 1]) / 2
            angle = float(np.degrees(np.arctan2(steps[longest, 1], steps[longest, 0])))
            upright = (angle + 90) % 180 - 90
            best[name] = float(lengths[longest]), Label(name, float(x), float(y), _ROAD_MM, "road", round(upright, 1))
    return [[label] for _length, label in best.values()]


def _neighbours(names: list[str], beside: Shapes) -> list[list[Label]]:
    labels = []
    for name, shape in zip(names, beside, strict=True):
        if name and not shape.is_empty:
            at = shapely.point_on_surface(shape)
            labels.append([Label(name, at.x, at.y, _NEIGHBOUR_MM, "neighbour")])
    return labels
