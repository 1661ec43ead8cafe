"""The ground of one community after another, of many by two processes."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.plans.ground import PlanGround
from geodata.plans.layers import CommunityLayers
from geodata.plans.plane import Plane
from gridmap.coverage import hold_buildings
from gridmap.planning.units import Ground, Rules, Units
from gridmap.planning.units.making import cut

Ints = NDArray[np.int64]
#: Told the share done and the community at work. What it raises ends the work.
Progress = Callable[[float, str], None]

#: Ground of a community beside its fixed grids that is none: where outlines were drawn twice they differ by less.
_NO_GROUND_M2 = 1.0
#: From so many communities on further processes are worth the seconds in which they start; how many at most, for others wait too.
_WORTH_PROCESSES, _MOST_PROCESSES = 100, 2
#: Seconds between two words about the progress of other processes: so long takes it to hear that the work is to stop.
_TELL_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """The ground of a community without its cases, and what is to be said of it: ``community`` (code), ``units``, ``counted`` and, by kind, how
    many things were ``adjusted``."""

    ground: PlanGround
    remark: dict[str, Any]


def pieces_of(
    communities: Sequence[CommunityLayers],
    metric_crs: str,
    rules: Rules,
    tell: Progress,
    *,
    processes: int | None = None,
) -> list[Piece]:
    """A piece for each community, in their order; the same ones however many ``processes`` (default: as many as are worth it)."""
    if processes is None:
        enough = len(communities) >= _WORTH_PROCESSES
        processes = min(_MOST_PROCESSES, len(os.sched_getaffinity(0))) if enough else 1
    if processes > 1:
        return _by_processes(communities, metric_crs, rules, tell, processes)
    found = []
    for number, community in enumerate(communities):

        def told(part: float, _step: str, number: int = number, name: str = community.name) -> None:
            tell((number + part) / len(communities), name)

        found.append(_piece(community, metric_crs, rules, told))
    return found


def _by_processes(
    communities: Sequence[CommunityLayers], metric_crs: str, rules: Rules, tell: Progress, processes: int
) -> list[Piece]:
    # A new interpreter each: a copy of this one would share its open connections.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_end_at_once) as pool:
        try:
            asked = {pool.submit(_piece, each, metric_crs, rules, _silent): each.name for each in communities}
            waiting: set[Future[Piece]] = set(asked)
            name = ""
            while waiting:
                done, waiting = wait(waiting, _TELL_EVERY_S, FIRST_COMPLETED)
                name = max((asked[each] for each in done), default=name)
                tell(1.0 - len(waiting) / len(asked), name)
            return [each.result() for each in asked]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _end_at_once() -> None:
    """Ctrl-C reaches every process of a terminal: these have nothing to bring to an end, and no word to say about it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _silent(_share: float, _step: str) -> None:
    """Progress that nobody hears."""


def _piece(layers: CommunityLayers, metric_crs: str, rules: Rules, tell: Progress) -> Piece:
    tell(0.0, "")
    plane = Plane(metric_crs)
    held = hold_buildings(layers.buildings.shapes, layers.fixed.shapes).grid
    free = shapely.difference(layers.boundary, shapely.union_all(layers.fixed.shapes))
    units = _cut(plane, layers, free, held, rules, tell)
    found = Counter(each.kind for each in units.adjustments)
    if not layers.buildings.rows["households"].any():
        found["no_households" if len(layers.buildings.rows) else "no_buildings"] = 1
    if not len(layers.roads.shapes):
        found["roads_outside"] = 1
    remark = {
        "community": layers.code, "units": len(units), "counted": layers.counted, "adjusted": dict(found),
    }  # fmt: skip
    return Piece(_described(plane, layers, free, held, units), remark)


def _cut(plane: Plane, layers: CommunityLayers, free: Any, held: Ints, rules: Rules, tell: Progress) -> Units:
    """The units of what is left of a community beside its fixed grids, and of the buildings that stand in none of those."""
    (ground,) = plane.metres(np.array([free], dtype=object))
    if shapely.area(ground) < _NO_GROUND_M2:
        return _no_units(int((held < 0).sum()))
    outside, kind = held < 0, layers.covers.rows["kind"].to_numpy()
    given = Ground.of(
        ground,
        plane.metres(layers.buildings.shapes[outside]),
        layers.buildings.rows["households"][outside],
        roads=plane.metres(layers.roads.shapes),
        road_class=layers.roads.rows["class"].tolist(),
        rail=plane.metres(layers.covers.shapes[kind == "rail"]),
        water=plane.metres(layers.covers.shapes[kind == "water"]),
        compounds=plane.metres(layers.compounds.shapes),
        compound_names=layers.compounds.rows["name"].tolist(),
    )
    return cut(given, rules, tell)


def _no_units(buildings: int) -> Units:
    """What is left of a community whose grids all stay as they are."""
    words, metres, whole = np.zeros(0, dtype=object), np.zeros(0), np.zeros(0, dtype=np.int64)
    return Units(
        shapes=words, households=whole, kind=words, compound=whole, area_m2=metres, perimeter_m=metres, xy=np.zeros((0, 2)),
        edges=np.zeros((0, 2), dtype=np.int64), border_m=metres, barrier=words, building_unit=np.full(buildings, -1), community=whole,
    )  # fmt: skip


def _described(plane: Plane, layers: CommunityLayers, free: Any, held: Ints, units: Units) -> PlanGround:
    """Units of a community with their facts, fixed grids after them."""
    cut_shapes = plane.degrees(units.shapes, free) if len(units) else units.shapes
    shapes = np.concatenate([cut_shapes, layers.fixed.shapes])
    fixed_metres = plane.metres(layers.fixed.shapes)
    middle = shapely.get_coordinates(shapely.point_on_surface(fixed_metres))
    xy = np.concatenate([units.xy, middle])
    unit_of = np.where(held < 0, -1, held + len(units))
    unit_of[held < 0] = units.building_unit
    inside, buildings, fixed = unit_of >= 0, layers.buildings.rows, layers.fixed.rows
    sums = {
        name: np.bincount(unit_of[inside], buildings[name][inside], minlength=len(shapes)).astype(np.int64)
        for name in ("households", "care")
    }
    names = np.append(layers.compounds.rows["name"].to_numpy(dtype=object), "")[units.compound]
    keys = np.append(layers.compounds.rows["id"].to_numpy(dtype=np.int64), -1)[units.compound]
    compound = np.append(keys, np.repeat(-1, len(fixed)))
    rows = pd.DataFrame(
        {
            "community_code": layers.code,
            "kind": np.append(units.kind, np.repeat("fixed", len(fixed))),
            "name": np.append(names, fixed["name"].to_numpy(dtype=object)),
            "compound_id": pd.Series(compound, dtype="Int64").mask(compound < 0),
            "fixed_code": [None] * len(units) + fixed["code"].tolist(),
            **sums,
            "area_m2": np.append(units.area_m2, shapely.area(fixed_metres)),
            "perimeter_m": np.append(units.perimeter_m, shapely.length(fixed_metres)),
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
        }
    )
    of_buildings = pd.DataFrame({"building_id": buildings["id"][inside].to_numpy(), "unit": unit_of[inside]})
    return PlanGround(rows, shapes, units.edges.astype(np.int32), units.border_m, units.barrier, of_buildings)
