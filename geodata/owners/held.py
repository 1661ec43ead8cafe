"""What reports have now: their place, the day whose grids decide, their owner; read in bulk, to be compared with what is derived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from geodata.binary_copy import Rows, row_type, rows_out
from geodata.owners.days import city_days
from geodata.owners.standing import standing_decisions
from geodata.settings import Settings
from geodata.sql import query, statement
from gridmap.assignment import REASONS
from gridmap.report import OPEN

Columns = dict[str, NDArray[Any]]

_REPORT = row_type(
    (
        ("report_id", "i8"), ("lon", "f8"), ("lat", "f8"), ("reported_at", "i8"), ("district", "i2"), ("accuracy_m", "f8"),
        ("by_address", "?"),
    )
)  # fmt: skip
_OWNER = row_type(
    (
        ("report_id", "i8"), ("tid", "V6"), ("owner_xid", "u8"), ("grid_id", "i8"), ("reason", "i2"), ("distance_to_edge_m", "f8"),
        ("share", "f8"), ("as_of", "i4"),
    )
)  # fmt: skip
_NO_DAY = int(np.iinfo(np.int32).min)
_REPORT_NAMES = ("report_id", "lon", "lat", "reported_at", "district", "accuracy_m", "by_address")
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

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "HeldOwners":
        """Those that are chosen: by a mask, by their places, or from one place to another."""
        return HeldOwners(**{name: values[chosen] for name, values in self._arrays().items()}, seen=self.seen)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "seen"}


def held_owners(conn: Connection, settings: Settings, report_ids: Sequence[int] | NDArray[np.int64]) -> HeldOwners:
    """The reports of these keys; keys of none are left out."""
    return held_where(conn, settings, report_ids=np.asarray(report_ids, dtype=np.int64).tolist())


def held_in_districts(
    conn: Connection, settings: Settings, districts: Sequence[str], **conditions: Any
) -> dict[str, HeldOwners]:
    """The reports taken in by each district that the conditions of ``held_where`` choose, read together."""
    place, held = _held(conn, settings, districts, **conditions)
    order = np.argsort(place, kind="stable")
    ordered, starts = held.only(order), np.searchsorted(place[order], np.arange(1, len(districts) + 2))
    return {
        code: ordered.only(slice(*bounds)) for code, bounds in zip(districts, pairwise(starts.tolist()), strict=True)
    }


def held_where(conn: Connection, settings: Settings, district: str | None = None, **conditions: Any) -> HeldOwners:
    """The reports of a district, or of all, that the conditions of ``held_reports.sql`` choose; one that is not named does not matter.

    ``area``: only those that a grid (its code), or the grids of a division, own; ``unassigned``: only those without a grid.
    """
    districts = conn.scalars(statement("intake_districts"), {"district": district}).all()
    return _held(conn, settings, districts, **conditions)[1]


def _held(
    conn: Connection,
    settings: Settings,
    districts: Sequence[str],
    *,
    area: str | None = None,
    unassigned: bool = False,
    **conditions: Any,
) -> tuple[NDArray[np.int16], HeldOwners]:
    """Reports in order of their key, and the place of each one's district among those asked for, from 1."""
    seen = str(conn.scalar(text("SELECT CAST(pg_current_snapshot() AS text)")))
    one = districts[0] if len(districts) == 1 else None
    owned = None
    if area is not None:
        owned = _owners(conn, area=area)
        conditions["report_ids"] = owned["report_id"].tolist()
    reports = _reports(conn, districts=list(districts), district=one, **conditions)
    if owned is None:
        owned = _owners(conn, **_keys(reports["report_id"]), district=one)
    owners = _matched(owned, reports["report_id"])
    reported, as_of = city_days(reports.pop("reported_at"), settings.zone), owners.pop("as_of")
    place = reports.pop("district")
    held = HeldOwners(
        **reports,
        **owners,
        district=np.array(["", *districts], dtype=np.bytes_)[place],
        day=np.where(as_of == _NO_DAY, reported, as_of),
        kept=np.zeros(len(place), dtype=bool),
        seen=seen,
    )
    chosen = (place > 0) & (held.grid_id < 0) if unassigned else place > 0
    if not chosen.all():
        place, held = place[chosen], held.only(chosen)
    return place, replace(held, kept=standing_decisions(conn, settings, held))


def changed_since(conn: Connection, held: HeldOwners, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """Which reports of these rows others have changed since they were read: their place may be another."""
    found = np.unique(np.array(conn.scalars(statement("reports_changed_since"), {"seen": held.seen}).all(), np.int64))
    late: NDArray[np.int64] = found[np.isin(found, held.report_id[rows])] if len(found) else found
    return late


def _reports(conn: Connection, **conditions: Any) -> Columns:
    """Columns of ``held_reports.sql`` in order of their key."""
    every = dict.fromkeys(("district", "report_ids", "first", "until", "ended"))
    asked = {"open_states": list(OPEN), **every, **conditions}
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


def _keys(ids: NDArray[np.int64]) -> dict[str, Any]:
    """Parameters of ``held_owners.sql`` for the owners of these reports, which are in order."""
    if not len(ids):
        return {"report_ids": []}
    first, last = int(ids[0]), int(ids[-1])
    return {"first": first, "last": last} if len(ids) > _DENSE * (last - first) else {"report_ids": ids.tolist()}


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
