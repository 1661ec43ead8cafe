"""A draft beside the present grids: what each of them would have had, and in all."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gridmap.planning.replay.loads import Replay

_FIGURES: Final = ("events", "work", "work_per_worker", "peak_work", "bad_day_work", "walking_km", "walking_km_day")


@dataclass(frozen=True, slots=True)
class Beside:
    """Two replays side by side.

    grids: a row a code, in order: code, and each figure as ..._before, ..._after, ..._change (NaN for a grid that there is not).
    totals: what, before, after, change: events, without_grid, work, largest and mean work_per_worker, bad_day_work of the mean grid, walking_km,
    gini, max_to_mean.
    """

    grids: pd.DataFrame
    totals: pd.DataFrame


def beside(before: Replay, after: Replay) -> Beside:
    """Replays of the same events on the present grids and on a draft."""
    sides = {"before": before.grids.set_index("code"), "after": after.grids.set_index("code")}
    codes = sorted({*sides["before"].index, *sides["after"].index})
    grids = pd.DataFrame({"code": codes})
    for name in _FIGURES:
        for side, table in sides.items():
            grids[f"{name}_{side}"] = table[name].astype(np.float64).reindex(codes).to_numpy()
        grids[f"{name}_change"] = grids[f"{name}_after"] - grids[f"{name}_before"]
    totals = pd.DataFrame(
        {"what": list(_in_all(before)), "before": _in_all(before).values(), "after": _in_all(after).values()}
    )
    return Beside(grids, totals.assign(change=totals["after"] - totals["before"]))


def _in_all(found: Replay) -> dict[str, float]:
    table = found.grids
    return {
        "events": float(len(found.owner)),
        "without_grid": float(found.without_grid),
        "work": float(table["work"].sum()),
        "largest_work_per_worker": float(table["work_per_worker"].max()),
        "mean_work_per_worker": float(table["work"].sum() / max(table["workers"].sum(), 1)),
        "mean_bad_day_work": float(table["bad_day_work"].mean()),
        "walking_km": float(table["walking_km"].sum()),
        "gini": found.gini,
        "max_to_mean": found.max_to_mean,
    }
