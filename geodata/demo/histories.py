"""What led to the state of each report of the sample: the steps of its way, at plausible times."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, text

from geodata.copying import copy_in
from geodata.demo.report_kinds import KINDS
from geodata.demo.states import CITY_ZONE
from geodata.demo.units import unit_name_of_category
from geodata.sql import statement
from gridmap.report import STATES

#: Reports that are older get their last step only: three years of a whole city would be seven million events.
DETAILED_DAYS = 365
#: Each report takes one of so many variants of its way.
_VARIANTS = 10
_FIRST = ("filed", "to_review")
_WAYS = {
    "whistle": ("whistled", "dispatched", "accepted", "in_progress"),
    "self": ("self_governed",),
    "street": ("street_handling",),
}
_END = ("to_check", "closed", "rated")
#: Hours that a step takes in the middle.
_HOURS = {
    "to_review": 1.5, "invalid": 3, "merged": 2, "self_governed": 6, "whistled": 6, "street_handling": 6, "sent_back": 8, "refused": 10,
    "dispatched": 3, "accepted": 9, "returned": 10, "in_progress": 10, "suspended": 30, "to_check": 60, "rework": 14, "closed": 12,
    "rated": 70, "upheld": 60, "reopened": 50,
}  # fmt: skip
_BY = {
    "to_review": "grid_worker", "invalid": "grid_worker", "merged": "grid_worker", "closed": "grid_worker", "rework": "grid_worker",
    "self_governed": "community_secretary", "whistled": "community_secretary", "sent_back": "community_secretary",
    "refused": "community_secretary", "street_handling": "community_secretary", "rated": "community_secretary",
    "dispatched": "dispatcher", "upheld": "street_officer", "reopened": "street_officer",
}  # fmt: skip
#: Steps that tell which unit it was.
_OF_UNIT = ("dispatched", "accepted", "returned", "in_progress", "suspended", "to_check")
_WORKED_BY = {"whistle": "unit_handler", "self": "property_company", "street": "street_officer"}


def steps_to(status: str, way: str, variant: int = 9) -> tuple[str, ...]:
    """The states that a report of a way went through to be in one, from ``filed`` on.

    Variant 0 was returned once and dispatched anew, 1 suspended for a time, 2 sent to rework by the check; all others go straight.

    >>> steps_to("closed", "self")
    ('filed', 'to_review', 'self_governed', 'to_check', 'closed')
    >>> steps_to("returned", "whistle")
    ('filed', 'to_review', 'whistled', 'dispatched', 'returned')
    """
    if status in ("invalid", "merged"):
        return ("filed", status)
    if status in ("refused", "sent_back"):
        return (*_FIRST, status)
    if status in ("rework", "upheld", "reopened", "suspended", "returned"):
        before = {"rework": "to_check", "suspended": "in_progress", "returned": "dispatched"}.get(status, "rated")
        return (*steps_to(before, way), status)
    straight = (*_FIRST, *_WAYS[way], *_END)
    steps = straight[: straight.index(status) + 1]
    return _with_detour(steps, variant)


def _with_detour(steps: tuple[str, ...], variant: int) -> tuple[str, ...]:
    after, detour = {
        0: ("dispatched", ("returned", "dispatched")),
        1: ("in_progress", ("suspended", "in_progress")),
        2: ("to_check", ("rework", "to_check")),
    }.get(variant, ("", ()))
    if after not in steps[:-1]:
        return steps
    at = steps.index(after) + 1
    return (*steps[:at], *detour, *steps[at:])


def write_histories(conn: Connection, first: int, last: int, until: date) -> int:
    """Append the events of the sample's reports (ids from ``first`` to ``last``) up to ``until``; how many.

    They have their ``filed`` already. Nothing happens after ``until``.
    """
    end = datetime.combine(until, datetime.min.time(), CITY_ZONE)
    conn.execute(
        text(
            "CREATE TEMP TABLE demo_path (category text, status text, variant integer, step integer, last integer, kind text,"
            " share double precision, hours double precision, detail jsonb) ON COMMIT DROP"
        )
    )
    copy_in(conn, "demo_path", pd.DataFrame(_paths()))
    conn.execute(text("ANALYZE demo_path, report"))
    since = end - timedelta(days=DETAILED_DAYS)
    days = {"since": since, "until": end, "zone": str(CITY_ZONE)}
    written = conn.execute(statement("sample_histories"), {"first": first, "last": last, **days}).rowcount
    conn.execute(text("DROP TABLE demo_path"))
    return written


def _paths() -> Iterator[dict[str, object]]:
    for kind in KINDS:
        for status in _states_of(kind.way):
            for variant in range(_VARIANTS):
                yield from _path(kind.category, kind.way, status, variant)


def _states_of(way: str) -> list[str]:
    """The states that reports of a way can be in."""
    others = {state for name, states in _WAYS.items() if name != way for state in states} - set(_WAYS[way])
    if way != "whistle":
        others |= {"returned", "suspended"}
    return [state for state in STATES if state not in others and state != "filed"]


def _path(category: str, way: str, status: str, variant: int) -> Iterator[dict[str, object]]:
    steps = steps_to(status, way, variant)[1:]
    hours = [_HOURS[step] for step in steps]
    for number, step in enumerate(steps, start=1):
        yield {
            "category": category,
            "status": status,
            "variant": variant,
            "step": number,
            "last": len(steps),
            "kind": step,
            "share": sum(hours[:number]) / sum(hours),
            "hours": sum(hours),
            "detail": json.dumps(_detail(step, category, way), ensure_ascii=False),
        }


def _detail(step: str, category: str, way: str) -> dict[str, str]:
    """Whose step it is, as a role; the unit where one works on it."""
    found = {"role": _BY.get(step, _WORKED_BY[way])}
    if way == "whistle" and step in _OF_UNIT:
        found["unit"] = unit_name_of_category(category)
    return found
