"""What stands against publishing a version of a plan: what forbids it, and what somebody has to sign off with a reason."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Connection, Row, func, select

from geodata.actions.planning.drafting import Draft
from geodata.days import valid_on
from geodata.plans.ground import PlanGround
from geodata.plans.layers import communities_of
from geodata.plans.versions import PlanVersion
from geodata.tables import building, division, grid, person, plan_building, post
from gridmap.coverage import tiling_flaws

#: Checks in the order in which they are told; True: it forbids publication, False: it may be signed off with a reason.
CHECKS: Final = {
    "unassigned_units": True,
    "tiling": True,
    "grids_changed": True,
    "day_taken": True,
    "not_contiguous": False,
    "outside_bounds": False,
    "compounds_split": False,
    "buildings_outside": False,
    "ties_broken": False,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that found something: how often, and where (grids by their place in the version, or names) as far as it can be said."""

    check: str
    count: int
    grids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def forbids(self) -> bool:
        """Whether no reason helps."""
        return CHECKS[self.check]


def check_plan(
    conn: Connection,
    row: Row[Any],
    ground: PlanGround,
    present: PlanVersion,
    version: PlanVersion,
    draft: Draft,
    day: date,
) -> list[Finding]:
    """Findings about publishing a version from a day, in the order of ``CHECKS``. ``present`` is the plan's first version."""
    found = {
        "unassigned_units": Finding("unassigned_units", len(draft.unassigned)),
        "tiling": _tiling(conn, row.area_code, draft),
        "grids_changed": _grids_changed(conn, draft, present, day),
        "day_taken": _day_taken(conn, draft, day),
        "not_contiguous": _of_grids("not_contiguous", draft.parts > 1),
        "outside_bounds": _outside_bounds(row, version, draft),
        "compounds_split": _compounds_split(ground, version, row.upper),
        "buildings_outside": _buildings_outside(conn, row),
        "ties_broken": _ties_broken(conn, ground, version, day),
    }
    return [found[check] for check in CHECKS if found[check].count]


def _of_grids(check: str, which: Any) -> Finding:
    places = tuple(np.flatnonzero(which).tolist())
    return Finding(check, len(places), places)


def _tiling(conn: Connection, area: str, draft: Draft) -> Finding:
    communities = communities_of(conn, area)
    place = {community.code: number for number, community in enumerate(communities)}
    outlines = shapely.from_wkb(np.array([bytes(community.shape) for community in communities], dtype=object))
    flaws = tiling_flaws(draft.shapes, outlines, [place.get(code, -1) for code in draft.communities])
    touched = tuple(sorted({number for flaw in flaws for number in flaw.grids}))
    return Finding("tiling", len(flaws), touched)


def _grids_changed(conn: Connection, draft: Draft, present: PlanVersion, day: date) -> Finding:
    """Grids that are in force until the day, but were not when the plan was started, or the other way round."""
    on_the_day = set(
        conn.scalars(
            select(grid.c.code).where(
                grid.c.community_code.in_(set(draft.communities)), valid_on(grid, day - timedelta(days=1))
            )
        )
    )
    other = sorted(on_the_day ^ {each.code for each in present.grids if each.code})
    return Finding("grids_changed", len(other), names=tuple(other))


def _day_taken(conn: Connection, draft: Draft, day: date) -> Finding:
    """Grids of these communities that begin on the day or after it: another publication is under way."""
    query = select(grid.c.code).where(
        grid.c.community_code.in_(set(draft.communities)), func.lower(grid.c.valid) >= day
    )
    codes = tuple(sorted(set(conn.scalars(query))))
    return Finding("day_taken", len(codes), names=codes)


def _outside_bounds(row: Row[Any], version: PlanVersion, draft: Draft) -> Finding:
    general = np.array([each.kind == "general" for each in version.grids], dtype=bool)
    return _of_grids("outside_bounds", general & ((draft.households < row.lower) | (draft.households > row.upper)))


def _compounds_split(ground: PlanGround, version: PlanVersion, upper: int) -> Finding:
    """Compounds that would fit a grid, and lie in several."""
    units = ground.units.assign(label=version.labels)
    units = units[units["compound_id"].notna() & (units["label"] >= 0)]
    split = []
    for _, parts in units.groupby("compound_id"):
        if parts["households"].sum() <= upper and parts["label"].nunique() > 1:
            split.append(parts)
    grids = {label for parts in split for label in parts["label"].tolist()}
    names = tuple(sorted({parts["name"].iloc[0] for parts in split}))
    return Finding("compounds_split", len(split), tuple(sorted(grids)), names)


def _buildings_outside(conn: Connection, row: Row[Any]) -> Finding:
    """Buildings of the area that have come since the ground was made."""
    known = select(1).where(plan_building.c.plan_id == row.id, plan_building.c.building_id == building.c.id)
    inside = func.ST_Contains(division.c.geom, func.ST_PointOnSurface(building.c.geom))
    query = (
        select(building.c.name, building.c.code)
        .join(division, inside)
        .where(
            division.c.level == "community",
            division.c.code.startswith(row.area_code, autoescape=True),
            ~known.exists(),
        )
        .order_by(building.c.code)
    )
    names = tuple(each.name or each.code for each in conn.execute(query))
    return Finding("buildings_outside", len(names), names=names[:20])


def _ties_broken(conn: Connection, ground: PlanGround, version: PlanVersion, day: date) -> Finding:
    """Building heads whose buildings come into several grids."""
    label = {
        building_id: int(version.labels[unit])
        for building_id, unit in zip(ground.buildings["building_id"], ground.buildings["unit"], strict=True)
    }
    query = (
        select(post.c.person_id, person.c.name, post.c.building_id)
        .join(person, person.c.id == post.c.person_id)
        .where(post.c.kind == "building_head", post.c.building_id.in_(list(label)), valid_on(post, day))
        .order_by(post.c.person_id)
    )
    grids: dict[int, set[int]] = {}
    names: dict[int, str] = {}
    for person_id, name, building_id in conn.execute(query):
        grids.setdefault(person_id, set()).add(label[building_id])
        names[person_id] = name
    torn = [key for key, labels in grids.items() if len(labels) > 1]
    return Finding("ties_broken", len(torn), names=tuple(names[key] for key in torn[:20]))
