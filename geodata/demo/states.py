"""In which state a report is, by its age and the way it takes: old ones are closed, those of the last days mostly wait."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geodata.demo.report_kinds import KINDS

CITY_ZONE = ZoneInfo("Asia/Shanghai")
_OLD_DAYS, _NEW_DAYS = 35, 4
#: Where a report of each way is handled, in the words of states.
_OLD = {
    "closed": 0.77,
    "rated": 0.12,
    "invalid": 0.04,
    "merged": 0.03,
    "refused": 0.02,
    "upheld": 0.01,
    "reopened": 0.01,
}
_OPEN_FOR_LONG = {
    "closed": 0.43,
    "rated": 0.04,
    "to_check": 0.1,
    "invalid": 0.03,
    "rework": 0.02,
    "sent_back": 0.01,
    "reopened": 0.01,
}
_JUST_IN = {"filed": 0.5, "to_review": 0.2}
#: The shares of states by way: of those of weeks, and of the last days.
_BY_WAY: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "whistle": (
        {"in_progress": 0.16, "dispatched": 0.07, "accepted": 0.08, "suspended": 0.03, "returned": 0.03},
        {"whistled": 0.16, "dispatched": 0.14},
    ),
    "self": ({"self_governed": 0.37}, {"self_governed": 0.3}),
    "street": ({"street_handling": 0.37}, {"street_handling": 0.3}),
}
_MERGED_SHARE = 0.6


def states_of(
    kinds: np.ndarray, reported: pd.Series, again: np.ndarray, until: date, rng: np.random.Generator
) -> np.ndarray:
    """States of reports (``kinds``: positions in ``KINDS``); most of those that tell something ``again`` are merged after some days."""
    age = (pd.Timestamp(until, tz=CITY_ZONE) - reported).dt.days.to_numpy()
    ways = np.array([kind.way for kind in KINDS], dtype=object)[kinds]
    states = np.empty(len(reported), dtype=object)
    for way, (weeks, days) in _BY_WAY.items():
        own = ways == way
        _draw(states, own & (age >= _OLD_DAYS), _OLD, rng)
        _draw(states, own & (age < _OLD_DAYS) & (age >= _NEW_DAYS), {**_OPEN_FOR_LONG, **weeks}, rng)
        _draw(states, own & (age < _NEW_DAYS), {**_JUST_IN, **days}, rng)
    states[again & (age >= _NEW_DAYS) & (rng.random(len(reported)) < _MERGED_SHARE)] = "merged"
    return states


def _draw(states: np.ndarray, own: np.ndarray, shares: dict[str, float], rng: np.random.Generator) -> None:
    weights = np.array(list(shares.values()))
    states[own] = rng.choice(list(shares), int(own.sum()), p=weights / weights.sum())
