"""Piles and rounded coordinates in the database: found as a whole, kept as flags of reports, asked by case page, list and filter."""

from collections import Counter
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from geodata.copying import copy_in
from geodata.days import numbered_day
from geodata.locking import lock_rows
from geodata.points import point
from geodata.reports import described
from geodata.sql import statement
from geodata.tables import account, pile, place_flag, report
from gridmap.datum import as_hypothesis, to_wgs84
from gridmap.errors import GridmapError
from gridmap.positions import SAME_DECIMALS, find_piles, find_rounded

_FLAGS = "CREATE TEMP TABLE found_flag (report_id bigint PRIMARY KEY, kind text, pile_id bigint) ON COMMIT DROP"


class UnknownPile(GridmapError):
    """No pile has that reference."""

    code = "unknown_pile"
    zh = "没有找到该坐标堆积点，可能已不再存在。"
    en = "There is no such pile; it may be gone."


def renew_flags(conn: Connection, positions: pd.DataFrame) -> dict[str, int]:
    """Find piles and rounded coordinates among all positions, and keep them; gives the number of piles and of reports of each kind.

    ``positions`` as from ``received_positions``. A pile that somebody called a real place stays known and flags nothing.
    """
    found = _found_piles(positions)
    keys = [_write_pile(conn, each) for each in found]
    flags = pd.DataFrame({"report_id": _rounded(positions), "kind": "rounded", "pile_id": pd.NA}).set_index("report_id")
    real = set(conn.scalars(select(pile.c.id).where(pile.c.real_at.is_not(None))))
    for key, each in zip(keys, found, strict=True):
        own = pd.DataFrame({"kind": "pile", "pile_id": key}, index=pd.Index(each["report_ids"], name="report_id"))
        flags = flags.drop(index=flags.index.intersection(own.index))
        flags = flags if key in real else pd.concat([flags, own])
    last = int(positions["report_id"].max()) if len(positions) else 0
    _write_flags(conn, flags.reset_index().astype({"report_id": "int64", "pile_id": "Int64"}), last)
    flagged = exists(select(1).where(place_flag.c.pile_id == pile.c.id))
    conn.execute(delete(pile).where(pile.c.id.not_in(keys), pile.c.real_at.is_(None), ~flagged))
    conn.execute(statement("pile_things"))
    kinds = Counter(flags["kind"])
    return {"piles": len(keys), "in_piles": kinds["pile"], "rounded": kinds["rounded"]}


def _found_piles(positions: pd.DataFrame) -> list[dict[str, Any]]:
    found = []
    datums = positions["datum"].astype(object).map(as_hypothesis)
    for datum, part in positions.groupby(datums):
        lons, lats, days = (part[name].to_numpy() for name in ("lon", "lat", "day"))
        for each in find_piles(lons, lats, days, np.asarray(part["category"].cat.codes, dtype=np.int64)):
            rows = part.iloc[each.rows]
            lon, lat = to_wgs84(each.lon, each.lat, str(datum))
            found.append(
                {
                    "datum": datum, "raw_lon": each.lon, "raw_lat": each.lat, "lon": lon, "lat": lat,
                    "report_ids": rows["report_id"].to_numpy(),
                    "reports": len(rows), "categories": int(rows["category"].nunique()),
                    "sources": {str(name): int(n) for name, n in rows["source"].value_counts().items() if n},
                    "first_day": numbered_day(rows["day"].min()),
                    "last_day": numbered_day(rows["day"].max()),
                }
            )  # fmt: skip
    return found


def _write_pile(conn: Connection, found: dict[str, Any]) -> int:
    geom = point(found["lon"], found["lat"])
    told = {name: found[name] for name in ("reports", "categories", "sources", "first_day", "last_day")}
    written = insert(pile).values(
        datum=found["datum"], raw_lon=found["raw_lon"], raw_lat=found["raw_lat"], geom=geom, **told
    )
    key: int = conn.execute(
        written.on_conflict_do_update(index_elements=["datum", "raw_lon", "raw_lat"], set_=told).returning(pile.c.id)
    ).scalar_one()
    return key


def _rounded(positions: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Keys of the reports whose coordinates are rounded; a source and device has one habit, whatever datum it states."""
    found = [np.array([], dtype=np.int64)]
    for _, part in positions.groupby(["source", "device"], observed=True):
        rounded = find_rounded(part["lon"].to_numpy(), part["lat"].to_numpy())
        found.append(part["report_id"].to_numpy()[rounded])
    return np.concatenate(found)


def _write_flags(conn: Connection, flags: pd.DataFrame, last: int) -> None:
    """Make the flags of reports up to the key ``last`` those of the frame; reports whose flag changes are stamped, so that snapshots hear of it."""
    conn.execute(text("DROP TABLE IF EXISTS found_flag"))
    conn.execute(text(_FLAGS))
    copy_in(conn, "found_flag", flags)
    changed = conn.execute(
        text(
            "SELECT coalesce(f.report_id, p.report_id) FROM found_flag f FULL JOIN place_flag p USING (report_id) "
            "WHERE (f.kind, f.pile_id) IS DISTINCT FROM (p.kind, p.pile_id) AND coalesce(f.report_id, p.report_id) <= :last"
        ),
        {"last": last},
    )
    ids = list(changed.scalars())
    if not ids:
        return
    lock_rows(conn, report.c.id, ids)
    conn.execute(delete(place_flag).where(place_flag.c.report_id == func.any(ids)))
    conn.execute(
        text(
            "INSERT INTO place_flag (report_id, kind, pile_id) SELECT f.report_id, f.kind, f.pile_id FROM found_flag f "
            "JOIN report r ON r.id = f.report_id WHERE f.report_id = ANY(:ids)"
        ),
        {"ids": ids},
    )
    stamp(conn, ids)


def stamp(conn: Connection, report_ids: list[int]) -> None:
    """Note that something about reports changed that snapshots show."""
    conn.execute(text("UPDATE report SET changed_xid = DEFAULT WHERE id = ANY(:ids)"), {"ids": report_ids})


def flag_new_report(conn: Connection, report_id: int, lon: float, lat: float, datum: str) -> None:
    """Flag a report that was just written if its coordinate is that of a known pile."""
    known = select(pile.c.id).where(
        pile.c.datum == as_hypothesis(datum),
        pile.c.raw_lon == round(lon, SAME_DECIMALS),
        pile.c.raw_lat == round(lat, SAME_DECIMALS),
        pile.c.real_at.is_(None),
    )
    if (key := conn.scalar(known)) is not None:
        conn.execute(place_flag.insert().values(report_id=report_id, kind="pile", pile_id=key))


def list_piles(conn: Connection) -> list[Row[Any]]:
    """Piles with their place in WGS84, largest first; those that somebody called real last."""
    return list(conn.execute(_described().order_by(pile.c.real_at.is_not(None), pile.c.reports.desc(), pile.c.id)))


def pile_by_ref(conn: Connection, ref: UUID) -> Row[Any]:
    """One pile. Errors: ``UnknownPile``."""
    found = conn.execute(_described().where(pile.c.ref == ref)).one_or_none()
    if found is None:
        raise UnknownPile(field="ref")
    return found


def _described() -> Any:
    return select(
        pile,
        func.ST_X(pile.c.geom).label("lon"),
        func.ST_Y(pile.c.geom).label("lat"),
        account.c.display_name.label("real_by_name"),
    ).select_from(pile.outerjoin(account, account.c.id == pile.c.real_by))


def call_real(conn: Connection, ref: UUID, real: bool, account_id: int | None) -> None:
    """Say that a pile is a real place, whose reports count on site, or take that back. Errors: ``UnknownPile``."""
    key = pile_by_ref(conn, ref).id
    if not real:
        conn.execute(update(pile).where(pile.c.id == key).values(real_at=None, real_by=None))
        return
    conn.execute(update(pile).where(pile.c.id == key).values(real_at=func.now(), real_by=account_id))
    ids = list(conn.scalars(select(place_flag.c.report_id).where(place_flag.c.pile_id == key)))
    lock_rows(conn, report.c.id, ids)
    conn.execute(delete(place_flag).where(place_flag.c.pile_id == key))
    stamp(conn, ids)


def flag_of(conn: Connection, report_id: int) -> Row[Any] | None:
    """What is flagged of a report: ``kind``, and the pile's ``ref``, ``reports``, ``thing``, ``thing_name``, ``thing_m``; None without a flag."""
    columns = (pile.c[name] for name in ("ref", "reports", "thing", "thing_code", "thing_name", "thing_m"))
    joined = place_flag.outerjoin(pile, pile.c.id == place_flag.c.pile_id)
    query = select(place_flag.c.kind, *columns).select_from(joined).where(place_flag.c.report_id == report_id)
    return conn.execute(query).one_or_none()


def flag_counts(conn: Connection) -> dict[str, int]:
    """Reports by kind of flag."""
    counted = select(place_flag.c.kind, func.count()).group_by(place_flag.c.kind)
    return {kind: count for kind, count in conn.execute(counted)}  # noqa: C416  (rows are no pairs to the type checker)


def reports_of_pile(conn: Connection, pile_id: int, *, limit: int, after: int = 0) -> tuple[list[Row[Any]], int | None]:
    """A page of the reports of a pile, newest first, from the so manyeth on, and where the next page starts (None on the last)."""
    query = described().join(place_flag, place_flag.c.report_id == report.c.id).where(place_flag.c.pile_id == pile_id)
    rows = conn.execute(query.order_by(report.c.occurred_at.desc(), report.c.id.desc()).offset(after).limit(limit + 1))
    found = list(rows)
    return found[:limit], after + limit if len(found) > limit else None
