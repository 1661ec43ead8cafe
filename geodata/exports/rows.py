"""Rows of an export, fetched a block at a time so that a million of them need no more memory than a thousand."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from geodata.report_order import Order
from geodata.reports import Choice, chosen_reports
from geodata.scope import Scope
from geodata.tables import division, grid

BLOCK = 1000


def exported_rows(
    conn: Connection, scope: Scope, chosen: Choice, zone: ZoneInfo, order: Order
) -> Iterator[list[dict[str, Any]]]:
    """The chosen reports inside the scope, in order, as blocks of dictionaries by ``COLUMNS``; times in the city's zone.

    The connection is busy with it until the last block.
    """
    query = chosen_reports(conn, scope, chosen, zone).add_columns(division.c.name.label("community_name"))
    named = query.outerjoin(division, division.c.code == grid.c.community_code)
    (whole,) = order.parts(named, None)
    found = conn.execution_options(yield_per=BLOCK).execute(whole)
    for block in found.mappings().partitions():
        yield [_values(row, zone) for row in block]


def _values(row: Any, zone: ZoneInfo) -> dict[str, Any]:
    return {
        **row,
        "number": str(row["ref"])[:8],
        "ref": str(row["ref"]),
        "address": row["address_text"],
        "owner_reason": row["reason"] or "none",
        "occurred_at": row["occurred_at"].astimezone(zone),
        "reported_at": row["reported_at"].astimezone(zone),
    }
