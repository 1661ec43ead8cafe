"""What stands on grounds where nobody lives: malls, schools, offices, parks, river banks."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely import Polygon

from geodata.demo.blocks import Piece, Quad
from geodata.demo.footprints import Footprint
from geodata.demo.names import hohhot_names, short_name

#: Ground cover as (kind, name, outline in metres).
Cover = tuple[str, str, Polygon]
_Public = tuple[list[Footprint], list[Cover]]


def public_buildings(piece: Piece) -> _Public:
    """Buildings of a special grid, and its ground cover; large ones are called after their community."""
    community = short_name(hohhot_names()[piece.community])
    return _PUBLIC[piece.use](piece.quad.inset(4.0), community.removesuffix("社区"))


def _part(quad: Quad, west: float, south: float, east: float, north: float) -> Polygon:
    return Polygon([quad.at(west, south), quad.at(east, south), quad.at(east, north), quad.at(west, north)])


def _mall(quad: Quad, name: str) -> _Public:
    buildings = [
        Footprint(_part(quad, 0.04, 0.28, 0.62, 0.96), "商业", 6, name=f"{name}生活广场"),
        Footprint(_part(quad, 0.70, 0.66, 0.96, 0.96), "办公", 18, name=f"{name}生活广场写字楼"),
        Footprint(_part(quad, 0.70, 0.28, 0.96, 0.54), "商业", 4, name=f"{name}农贸市场"),
    ]
    return buildings, [("green", "", _part(quad, 0.06, 0.03, 0.60, 0.17))]


def _school(quad: Quad, _name: str) -> _Public:
    buildings = [
        Footprint(_part(quad, 0.06, 0.82, 0.60, 0.93), "学校", 5, name="教学楼"),
        Footprint(_part(quad, 0.06, 0.58, 0.60, 0.69), "学校", 5, name="实验楼"),
        Footprint(_part(quad, 0.62, 0.58, 0.70, 0.93), "学校", 4, name="图书馆"),
        Footprint(_part(quad, 0.78, 0.66, 0.96, 0.93), "学校", 2, name="体育馆"),
    ]
    track = shapely.LineString([quad.at(0.26, 0.27), quad.at(0.74, 0.27)]).buffer(0.19 * quad.size()[1], quad_segs=12)
    return buildings, [("green", "操场", track), ("green", "", _part(quad, 0.06, 0.71, 0.60, 0.80))]


def _office(quad: Quad, name: str) -> _Public:
    buildings = [
        Footprint(_part(quad, 0.06, 0.72, 0.44, 0.92), "办公", 21, name=f"{name}大厦"),
        Footprint(_part(quad, 0.58, 0.72, 0.94, 0.92), "办公", 16, name="创业大厦"),
        Footprint(_part(quad, 0.08, 0.12, 0.30, 0.50), "办公", 8, name="政务服务中心"),
    ]
    return buildings, [("green", "", _part(quad, 0.40, 0.10, 0.94, 0.58))]


def _park(quad: Quad, name: str) -> _Public:
    lake = [quad.at(0.5 + r * np.cos(t), 0.46 + 0.8 * r * np.sin(t)) for t, r in _wobble(0.24)]
    buildings = [Footprint(_part(quad, 0.82, 0.84, 0.93, 0.92), "公共服务", 1, name="公园管理处")]
    return buildings, [("green", f"{name}公园", quad.polygon), ("water", f"{name}湖", Polygon(lake))]


def _garden(quad: Quad, _name: str) -> _Public:
    return [], [("green", "口袋公园", quad.polygon)]


def _wobble(radius: float) -> Iterator[tuple[float, float]]:
    for turn in np.linspace(0, 2 * np.pi, 48, endpoint=False):
        yield float(turn), float(radius * (1 + 0.22 * np.sin(2 * turn + 0.6) + 0.12 * np.sin(3 * turn)))


def _river(quad: Quad, _name: str) -> _Public:
    # Banks on both sides of the water; the river itself runs through all its pieces and is drawn once (``scenery``).
    return [], [("green", "东河滨河绿地", quad.polygon)]


_PUBLIC = {"mall": _mall, "school": _school, "office": _office, "park": _park, "garden": _garden, "river": _river}
