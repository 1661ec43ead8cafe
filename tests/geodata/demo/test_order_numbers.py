"""The sample's orders of the hotline: numbers, due times, and a queue with something in it."""

import re
from dataclasses import replace

from sqlalchemy import Connection, text

from geodata.demo import City
from geodata.demo.sample import load_city
from geodata.settings import Settings


def test_orders_have_numbers_and_addresses_wait_or_are_placed(conn: Connection, settings: Settings, tiny: City) -> None:
    # A tiny city's few orders are all done by now; here nobody has begun.
    load_city(conn, settings, replace(tiny, reports=tiny.reports.assign(status="filed")))
    rows = conn.execute(
        text(
            "SELECT h.number, h.due_at, r.reported_at, k.key FROM hotline_order h JOIN report r ON r.id = h.report_id "
            "LEFT JOIN report_key k ON k.report_id = r.id AND k.scope = 'hotline' ORDER BY h.number"
        )
    ).all()
    assert len(rows) == int((tiny.reports["source"] == "hotline").sum())
    for row in rows:
        assert re.fullmatch(r"HH-\d{8}-\d{6}", row.number)
        assert row.key == row.number
        assert row.due_at is None or row.due_at > row.reported_at
    assert {row.due_at is None for row in rows} == {True, False}
    states = set(conn.scalars(text("SELECT state FROM address_search")))
    assert states == {"open", "assigned"}


def test_what_is_over_is_not_looked_for(conn: Connection, settings: Settings, tiny: City) -> None:
    load_city(conn, settings, replace(tiny, reports=tiny.reports.assign(status="closed")))
    assert conn.scalar(text("SELECT count(*) FROM address_search")) == 0
