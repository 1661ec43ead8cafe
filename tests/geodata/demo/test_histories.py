"""What led to each report's state: steps in the order of its way, at times that can be."""

from collections import defaultdict
from datetime import datetime
from itertools import pairwise

import pytest
from sqlalchemy import Connection, text

from geodata.demo import City
from geodata.demo.histories import steps_to
from geodata.demo.report_kinds import KINDS
from geodata.demo.sample import load_city
from geodata.demo.states import CITY_ZONE
from geodata.settings import Settings
from gridmap.report import STATES

WAYS = {kind.category: kind.way for kind in KINDS}


@pytest.mark.parametrize("variant", range(4))
@pytest.mark.parametrize("way", ["whistle", "self", "street"])
def test_steps_lead_from_filing_to_the_state(way: str, variant: int) -> None:
    for status in (
        "filed",
        "to_review",
        "invalid",
        "merged",
        "refused",
        "sent_back",
        "to_check",
        "closed",
        "rated",
        "upheld",
        "rework",
    ):
        steps = steps_to(status, way, variant)
        assert (steps[0], steps[-1]) == ("filed", status)
        assert set(steps) <= set(STATES)
        assert all(one != following for one, following in pairwise(steps))


def test_some_take_a_detour() -> None:
    assert steps_to("accepted", "whistle", 0) == (
        "filed", "to_review", "whistled", "dispatched", "returned", "dispatched", "accepted",
    )  # fmt: skip
    assert steps_to("closed", "self", 2)[-4:] == ("to_check", "rework", "to_check", "closed")
    assert steps_to("dispatched", "whistle", 0)[-1] == "dispatched"


def test_every_report_has_the_events_that_lead_to_its_state(conn: Connection, settings: Settings, tiny: City) -> None:
    load_city(conn, settings, tiny)
    rows = conn.execute(
        text(
            "SELECT r.id, r.category, r.status, r.reported_at, e.kind, e.at, e.detail FROM report r "
            "JOIN event e ON e.report_id = r.id WHERE e.kind NOT IN ('address_matched', 'owner_confirmed', 'owner_transferred') ORDER BY e.id"
        )
    )
    lives = defaultdict(list)
    for row in rows:
        lives[row.id].append(row)
    assert len(lives) == len(tiny.reports)
    end = datetime.combine(tiny.until, datetime.min.time(), CITY_ZONE)
    hours = []
    for life in lives.values():
        found, last = tuple(row.kind for row in life), life[-1]
        assert found in {steps_to(last.status, WAYS[last.category], variant) for variant in range(10)}
        times = [row.at for row in life]
        assert times == sorted(times)
        assert (times[0], times[-1] <= end) == (last.reported_at, True)
        assert all("role" in row.detail for row in life[1:])
        hours.extend(time.astimezone(CITY_ZONE).hour for time in times[1:])
    assert sum(8 <= hour < 20 for hour in hours) / len(hours) > 0.95
    assert any(row.detail.get("unit") for life in lives.values() for row in life)


def test_some_owners_in_doubt_are_settled(conn: Connection, settings: Settings, tiny: City) -> None:
    load_city(conn, settings, tiny)
    states = [row.state for row in conn.execute(text("SELECT state FROM doubt ORDER BY state"))]
    assert {"open", "confirmed"} <= set(states) <= {"open", "confirmed", "transferred"}
    decided = conn.scalar(text("SELECT count(*) FROM event WHERE kind IN ('owner_confirmed', 'owner_transferred')"))
    assert decided == len(states) - states.count("open")
