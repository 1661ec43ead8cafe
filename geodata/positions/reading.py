"""Positions as received, read in bulk: whole columns for the judgement."""

import json

import pandas as pd
from sqlalchemy import Connection, Text, cast, func, select

from geodata.copying import copy_out
from geodata.settings import Settings
from geodata.tables import report


def received_positions(conn: Connection, settings: Settings) -> pd.DataFrame:
    """Reports that lie where their coordinates as received put them: not those that an address or a person placed.

    Columns ``report_id``, ``source``, ``device``, ``datum``, ``category`` (categorical), ``lon``, ``lat`` as received, ``day`` (days
    since 1970, on which each was reported).
    """
    day = func.date(func.timezone(settings.time_zone, report.c.reported_at)) - func.date("1970-01-01")
    # As JSON, so that no word is mistaken for a missing value.
    words = [cast(func.to_json(report.c[name]), Text).label(name) for name in ("source", "device", "datum", "category")]
    query = select(report.c.id, *words, report.c.raw_lon, report.c.raw_lat, day).where(
        report.c.placed_by == "received", report.c.raw_lon.is_not(None)
    )
    kinds = {
        "report_id": "int64", "source": "category", "device": "category", "datum": "category", "category": "category",
        "lon": "float64", "lat": "float64", "day": "int64",
    }  # fmt: skip
    found = copy_out(conn, query.order_by(report.c.id), kinds)
    for name in ("source", "device", "datum", "category"):
        found[name] = found[name].cat.rename_categories(
            dict(zip(found[name].cat.categories, map(json.loads, found[name].cat.categories), strict=True))
        )
    return (
        found.sort_values("report_id", ignore_index=True) if not found["report_id"].is_monotonic_increasing else found
    )
