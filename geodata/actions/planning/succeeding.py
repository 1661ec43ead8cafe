"""Which new grid takes on most of an ended one, so that its worker has a successor's place."""

import pandas as pd

from geodata.actions.planning.drafting import Draft
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlanVersion


def successors(ground: PlanGround, present: PlanVersion, version: PlanVersion, draft: Draft) -> dict[str, str]:
    """By the code of a present grid, the code of the draft's grid that has most of its households (of its ground where nobody lives)."""
    units = ground.units.assign(old=present.labels, new=version.labels)
    units = units[(units["old"] >= 0) & (units["new"] >= 0)]
    sums = units.groupby(["old", "new"])[["households", "area_m2"]].sum()
    best = sums.sort_values(["households", "area_m2"]).reset_index().drop_duplicates("old", keep="last")
    found: dict[str, str] = {}
    for old, new in zip(best["old"].tolist(), best["new"].tolist(), strict=True):
        if code := present.grids[old].code:
            found[code] = draft.codes[new]
    return found


def predecessors(successor: dict[str, str], ended: tuple[str, ...]) -> dict[str, list[str]]:
    """The other way round, for grids that end: by a new grid's code those whose households it takes on."""
    found: dict[str, list[str]] = {}
    for code in pd.unique(pd.Series(ended, dtype=object)).tolist():
        if code in successor:
            found.setdefault(successor[code], []).append(code)
    return found
