"""What reports have now: their place, the day whose grids decide, their owner; read in bulk, to be compared with what is derived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select, text

from geodata.binary_copy import Rows, row_type, rows_out
from geodata.owners.days import city_days
from geodata.owners.standing import standing_decisions
from geodata.settings import Settings
from geodata.sql import query, statement
from geodata.tables import report
from gridmap.assignment import REASONS
from gridmap.report import OPEN

Columns = dict[str, NDArray[Any]]

_REPORT = row_type(
    (
        ("report_id", "i8"), ("lon", "f8"), ("lat", "f8"), ("reported_at", "i8"), ("accuracy_m", "f8"), ("by_address", "?"),
    )
)  # fmt: skip
_OWNER = row_type(
    (
        ("report_id", "i8"), ("tid", "V6"), ("owner_xid", "u8"), ("grid_id", "i8"), ("reason", "i2"), ("distance_to_edge_m", "f8"),
        ("share", "f8"), ("as_of", "i4"),
    )
)  # fmt: skip
_NO_DAY = int(np.iinfo(np.int32).min)
_REPORT_NAMES = ("report_id", "lon", "lat", "reported_at", "accuracy_m", "by_address")
#: What a report without an owner has.
_NO_OWNER: dict[str, Any] = {
    "tid": b"", "owner_xid": 0, "grid_id": -1, "reason": -1, "distance_to_edge_m": np.nan, "share": np.nan, "as_of": _NO_DAY,
}  # fmt: skip
#: Keys fuller than this are asked for as a range, which is read in one sweep.
_DENSE = 0.25
WORDS = np.array([str(reason) for reason in REASONS], dtype=object)


@dataclass(frozen=True, slots=True)
class HeldOwners:
    """Reports in order of their key with the owner that each has, as aligned arrays.

    ``district``: where they were taken in (ASCII). ``lon``, ``lat``: WGS84 degrees, NaN without a place. ``day``: days since 1970, the
    one whose grids decide. ``accuracy_m``: NaN where it is not known or nobody asks. ``tid``, ``owner_xid``: where the owner's row lies
    and the transaction that changed it last, 0 where there is none yet. ``grid_id``: -1 for none. ``reason``: positions in ``REASONS``,
    -1 without an owner. ``distance_to_edge_m``, ``share``: NaN for none. ``kept``: a person's decision that stands.
    ``seen``: the snapshot of the database (its text) before which nothing was overlooked.
    """

    report_id: NDArray[np.int64]
    district: NDArray[np.bytes_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    day: NDArray[np.int32]
    accuracy_m: NDArray[np.float64]
    by_address: NDArray[np.bool_]
    tid: NDArray[np.void]
    owner_xid: NDArray[np.uint64]
    grid_id: NDArray[np.int64]
    reason: NDArray[np.int16]
    distance_to_edge_m: NDArray[np.float64]
    share: NDArray[np.float64]
    kept: NDArray[np.bool_]
    seen: str

    def __len__(self) -> int:
        return len(self.report_id)

    def only(self, chosen: NDArray[np.bool_]) -> "HeldOwners":
        """Those that are chosen."""
        return HeldOwners(**{name: values[chosen] for name, values in self._arrays().items()}, seen=self.seen)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "seen"}


def held_owners(conn: Connection, settings: Settings, report_ids: Sequence[int] | NDArray[np.int64]) -> HeldOwners:
    """The reports of these keys; keys of none are left out."""
    ids = np.asarray(report_ids, dtype=np.int64).tolist()
    known = select(report.c.intake_district).where(report.c.id == func.any(ids)).distinct()
    districts = sorted(conn.scalars(known)) or [settings.city_code]
    return _together(held_in_districts(conn, settings, districts, report_ids=ids).values())


def held_where(conn: Connection, settings: Settings, district: str | None = None, **conditions: Any) -> HeldOwners:
    """The reports of a district, or of all, that the conditions of ``held_in_districts`` choose."""
    districts = conn.scalars(statement("intake_districts"), {"district": district}).all() or [
        district or settings.city_code
    ]
    return _together(held_in_districts(conn, settings, districts, **conditions).values())


def held_in_districts(
    conn: Connection,
    settings: Settings,
    districts: Sequence[str],
    *,
    area: str | None = None,
    unassigned: bool = False,
    **conditions: Any,
) -> dict[str, HeldOwners]:
    """The reports taken in by each district that the conditions of ``held_reports.sql`` choose; one that is not named does not matter.

    ``area``: only those that a grid (its code), or the grids of a division, own; ``unassigned``: only those without a grid.
    """
    seen = str(conn.scalar(text("SELECT CAST(pg_current_snapshot() AS text)")))
    owned = None
    if area is not None:
        owned = _owners(conn, area=area)
        conditions["report_ids"] = owned["report_id"].tolist()
    reports = {code: _reports(conn, district=code, **conditions) for code in districts}
    if owned is None:
        one = districts[0] if len(districts) == 1 else None
        owned = _owners(conn, **_keys([each["report_id"] for each in reports.values()]), district=one)
    held = {}
    for code, columns in reports.items():
        owners = _matched(owned, columns["report_id"])
        reported, as_of = city_days(columns.pop("reported_at"), settings.zone), owners.pop("as_of")
        n = len(reported)
        all_held = HeldOwners(
            **columns,
            **owners,
            district=np.full(n, code.encode()),
            day=np.where(as_of == _NO_DAY, reported, as_of),
            kept=np.zeros(n, dtype=bool),
            seen=seen,
        )
        chosen = all_held.only(all_held.grid_id < 0) if unassigned else all_held
        held[code] = replace(chosen, kept=standing_decisions(conn, settings, chosen))
    return held


def changed_since(conn: Connection, held: HeldOwners, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """Which reports of these rows others have changed since they were read: their place may be another."""
    found = conn.scalars(statement("reports_changed_since"), {"seen": held.seen}).all()
    return np.intersect1d(np.array(found, dtype=np.int64), held.report_id[rows])


def _together(held: Iterable[HeldOwners]) -> HeldOwners:
    """All in order of their key; at least one is needed."""
    parts = list(held)
    if len(parts) == 1:
        return parts[0]
    names = [each.name for each in fields(HeldOwners) if each.name != "seen"]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    order = np.argsort(columns["report_id"])
    return HeldOwners(**{name: values[order] for name, values in columns.items()}, seen=parts[0].seen)


def _reports(conn: Connection, **conditions: Any) -> Columns:
    """Columns of ``held_reports.sql`` in order of their key."""
    asked = {"open_states": list(OPEN), **dict.fromkeys(("report_ids", "since", "until", "ended")), **conditions}
    return _in_order(rows_out(conn, query("held_reports"), asked, _REPORT), _REPORT_NAMES)


def _owners(conn: Connection, **conditions: Any) -> Columns:
    """Columns of ``held_owners.sql`` in order of their reports."""
    asked = {"no_day": _NO_DAY, **dict.fromkeys(("report_ids", "first", "last", "district", "area")), **conditions}
    return _in_order(rows_out(conn, query("held_owners"), asked, _OWNER), ("report_id", *_NO_OWNER))


def _in_order(rows: Rows, names: Iterable[str]) -> Columns:
    columns = {name: np.ascontiguousarray(rows[name], dtype=rows[name].dtype.newbyteorder("=")) for name in names}
    ids = columns["report_id"]
    if (ids[:-1] < ids[1:]).all():
        return columns
    order = np.argsort(ids)
    return {name: values[order] for name, values in columns.items()}


def _keys(parts: Sequence[NDArray[np.int64]]) -> dict[str, Any]:
    """Parameters of ``held_owners.sql`` for the owners of these reports, each part in order."""
    count = sum(len(ids) for ids in parts)
    if not count:
        return {"report_ids": []}
    first, last = min(int(ids[0]) for ids in parts if len(ids)), max(int(ids[-1]) for ids in parts if len(ids))
    if count > _DENSE * (last - first):
        return {"first": first, "last": last}
    return {"report_ids": np.concatenate(parts).tolist()}


def _matched(owned: Columns, ids: NDArray[np.int64]) -> Columns:
    """The owner of each report, from owners in order of their reports."""
    keys = owned["report_id"]
    if not len(keys):
        return {name: np.full(len(ids), nothing, dtype=owned[name].dtype) for name, nothing in _NO_OWNER.items()}
    at = np.minimum(np.searchsorted(keys, ids), len(keys) - 1)
    absent = keys[at] != ids
    found = {name: owned[name][at] for name in _NO_OWNER}
    if absent.any():
        for name, nothing in _NO_OWNER.items():
            found[name][absent] = nothing
    return found
