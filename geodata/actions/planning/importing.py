"""Grids of a file onto the units of a plan: a table by unit, or polygons that units lie in. Nothing is saved."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from geodata.actions.planning.exporting import unit_ids
from geodata.actions.planning.polygons import DrawnGrids, read_grids
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlannedGrid, PlanVersion
from geodata.settings import Settings
from gridmap.coverage import hold_buildings
from gridmap.errors import GridmapError, Language
from gridmap.planning.assignment_table import read_assignment

Labels = NDArray[np.int32]
Ints = NDArray[np.int64]
TABLES: Final = (".csv", ".tsv", ".txt")
#: A unit of which no grid of the file has this much is in none.
_LEAST_SHARE: Final = 0.25
#: A unit of which a grid has this much lies in it wholly: corners are rounded on the way.
_WHOLE_SHARE: Final = 0.995
_NAMED_AT_MOST: Final = 5


class NoUnitInGrids(GridmapError):
    """Polygons that lie beside the plan's area."""

    code = "plan_file_elsewhere"
    zh = "文件中的网格与方案范围没有重叠，请检查坐标系、坐标基准和所选方案。"
    en = "The grids of the file lie beside the plan's area: check its reference system and datum, and the plan."


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a file that was read all the same."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "zh") -> str:
        """The remark in one language."""
        return _REMARKS[self.code][language == "en"].format(**self.values)


_REMARKS: Final = {
    "unassigned": ("有 {count} 个单元不在任何网格中。", "{count} units are in no grid."),
    "partly": (
        "有 {count} 个单元不完全在一个网格内，已归入占地最多的网格：单元 {some}。",
        "{count} units lie in no grid wholly and went to the one with most of their ground: units {some}.",
    ),
    "empty_grids": (
        "文件第 {some} 行等 {count} 个网格不含任何单元，未采用。",
        "{count} grids of the file hold no unit and were left out: rows {some}.",
    ),
    "fixed": (
        "固定网格保持不变：{count} 个单元未按文件划分。",
        "Grids that stay as they are stay: {count} units were not given as the file has them.",
    ),
    "across": (
        "有 {count} 个网格跨社区，已按社区分开。",
        "{count} grids reached across communities and were parted by community.",
    ),
    "other_plan": (
        "文件来自另一个方案，已按图形归入本方案的单元。",
        "The file is of another plan: its shapes were laid on the units of this one.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """Labels of all units (-1 none), the grids that they name, and what a planner should know."""

    labels: Labels
    grids: tuple[PlannedGrid, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    """What a file says: for each unit a place in ``names`` (-1 none), for each of those its code, name and kind ("" unsaid)."""

    place: Ints
    names: Sequence[tuple[str, str, str]]
    remarks: list[Remark]


def import_version(
    settings: Settings, row: Row[Any], ground: PlanGround, base: PlanVersion, path: Path, *, datum: str = "wgs84"
) -> Imported:
    """The grids of a file as what could be saved next. Grids that ``base`` has by the same code or name in a community go on with its locks.

    Errors: those of ``read_assignment``, the first of its flaws, of ``read_grids``, and ``NoUnitInGrids``.
    """
    if path.suffix.lower() in TABLES:
        named = _of_table(ground, path.read_bytes())
    else:
        named = _of_polygons(row, ground, read_grids(settings, path, ground.shapes, datum))
    return _laid(ground, base, named)


def _of_table(ground: PlanGround, data: bytes) -> _Named:
    table = read_assignment(data, unit_ids(ground))
    if table.flaws:
        raise table.flaws[0]
    labels, values = table.labels()
    return _Named(labels, [(value, value, "") for value in values], [])


def _of_polygons(row: Row[Any], ground: PlanGround, drawn: DrawnGrids) -> _Named:
    held = hold_buildings(ground.shapes, drawn.shapes)
    place = np.where(held.share >= _LEAST_SHARE, held.grid, -1)
    if (place < 0).all():
        raise NoUnitInGrids(field="file")
    remarks = []
    if drawn.plan and drawn.plan != str(row.ref):
        remarks.append(Remark("other_plan"))
    partly = np.flatnonzero((place >= 0) & (held.share < _WHOLE_SHARE))
    if len(partly):
        remarks.append(Remark("partly", {"count": len(partly), "some": _some(partly + 1)}))
    if across := _across(place, ground.units["community_code"].to_numpy()):
        remarks.append(Remark("across", {"count": across}))
    empty = np.setdiff1d(np.arange(len(drawn.shapes)), place)
    if len(empty):
        remarks.append(Remark("empty_grids", {"count": len(empty), "some": _some(drawn.rows[empty])}))
    return _Named(place, drawn.names, remarks)


def _across(place: Ints, communities: NDArray[np.object_]) -> int:
    """How many grids have units of several communities; in a table a name may stand for a grid in each."""
    pairs = {(grid, code) for grid, code in zip(place.tolist(), communities.tolist(), strict=True) if grid >= 0}
    return sum(count > 1 for count in Counter(grid for grid, _ in pairs).values())


def _some(numbers: Ints) -> str:
    shown = ", ".join(map(str, numbers[:_NAMED_AT_MOST].tolist()))
    return f"{shown} …" if len(numbers) > _NAMED_AT_MOST else shown


def _laid(ground: PlanGround, base: PlanVersion, named: _Named) -> Imported:
    """Grids of a community each, known ones first found in ``base``; fixed ones as they are."""
    communities = ground.units["community_code"].tolist()
    fixed = ground.units["fixed_code"].notna().to_numpy()
    known = _known(ground, base)
    of_fixed = {int(base.labels[unit]) for unit in np.flatnonzero(fixed).tolist()}
    grids: list[PlannedGrid] = []
    label_of: dict[tuple[str, int], int] = {}
    labels = np.full(len(ground), -1, dtype=np.int32)

    def label_for(key: tuple[str, int], make: Callable[[], PlannedGrid]) -> int:
        if key not in label_of:
            label_of[key] = len(grids)
            grids.append(make())
        return label_of[key]

    touched = 0
    for unit, place in enumerate(named.place.tolist()):
        found = _find(known, communities[unit], named.names[place]) if place >= 0 else None
        if fixed[unit]:
            stays = int(base.labels[unit])
            labels[unit] = label_for(("fixed", stays), lambda stays=stays: base.grids[stays])  # type: ignore[misc]
            touched += place >= 0 and found != stays
        elif found in of_fixed:
            touched += 1
        elif place >= 0:
            key = (communities[unit], place)
            labels[unit] = label_for(key, lambda found=found, place=place: _grid(base, found, named.names[place]))  # type: ignore[misc]
    counts = {"fixed": touched, "unassigned": int((labels < 0).sum())}
    told = [Remark(code, {"count": count}) for code, count in counts.items() if count]
    return Imported(labels, tuple(grids), tuple(named.remarks + told))


def _known(ground: PlanGround, base: PlanVersion) -> dict[tuple[str, str], int]:
    """Grids of a version by community and code, and by community and name."""
    communities = ground.units["community_code"].to_numpy()
    found: dict[tuple[str, str], int] = {}
    for label in np.unique(base.labels[base.labels >= 0]).tolist():
        community, grid = communities[int(np.argmax(base.labels == label))], base.grids[label]
        found.setdefault((community, grid.name), label)
        if grid.code:
            found[community, grid.code] = label
    return found


def _find(known: dict[tuple[str, str], int], community: str, names: tuple[str, str, str]) -> int | None:
    code, name, _ = names
    return known.get((community, code), known.get((community, name)))


def _grid(base: PlanVersion, found: int | None, names: tuple[str, str, str]) -> PlannedGrid:
    code, name, kind = names
    if found is not None:
        return base.grids[found]
    return PlannedGrid(name or code, kind or "general")
