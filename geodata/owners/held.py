"""What reports have now: their place, the day whose grids decide, their owner; read in bulk, to be compared with what is derived."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata import sql
from geodata.binary_copy import Rows, row_type, rows_out
from geodata.days import today
from geodata.settings import Settings
from gridmap.assignment import REASONS
from gridmap.report import OPEN

_ROW = row_type(
    (
        ("report_id", "i8"), ("lon", "f8"), ("lat", "f8"), ("day", "i4"), ("accuracy_m", "f8"), ("by_address", "?"),
        ("owner_xid", "u8"), ("grid_id", "i8"), ("reason", "i2"), ("distance_to_edge_m", "f8"), ("share", "f8"), ("kept", "?"),
    )
)  # fmt: skip
WORDS = np.array([str(reason) for reason in REASONS], dtype=object)


@dataclass(frozen=True, slots=True)
class HeldOwners:
    """Reports in order of their key with the owner that each has, as aligned arrays.

    ``lon``, ``lat``: WGS84 degrees, NaN without a place. ``day``: days since 1970, the one whose grids decide. ``owner_xid``: the
    transaction that changed the owner last, 0 where there is none yet. ``grid_id``: -1 for none. ``reason``: positions in ``REASONS``,
    -1 without an owner. ``distance_to_edge_m``, ``share``: NaN for none. ``accuracy_m``: NaN where it is not known or nobody asks. ``kept``: a person's decision that stands.
    """

    report_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    day: NDArray[np.int32]
    accuracy_m: NDArray[np.float64]
    by_address: NDArray[np.bool_]
    owner_xid: NDArray[np.uint64]
    grid_id: NDArray[np.int64]
    reason: NDArray[np.int16]
    distance_to_edge_m: NDArray[np.float64]
    share: NDArray[np.float64]
    kept: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.report_id)


def held_owners(conn: Connection, settings: Settings, report_ids: Sequence[int] | NDArray[np.int64]) -> HeldOwners:
    """The reports of these keys; keys of none are left out."""
    return held_where(conn, settings, report_ids=np.asarray(report_ids, dtype=np.int64).tolist())


def held_where(conn: Connection, settings: Settings, **conditions: Any) -> HeldOwners:
    """The reports that the conditions of ``held_owners.sql`` choose; one that is not named does not matter."""
    parameters = {
        "zone": settings.time_zone,
        "today": today(settings.zone),
        "reasons": WORDS.tolist(),
        "open_states": list(OPEN),
        **dict.fromkeys(("report_ids", "district", "since", "until", "ended", "area")),
        "unassigned": False,
        **conditions,
    }
    return _columns(rows_out(conn, sql.query("held_owners"), parameters, _ROW))


def _columns(rows: Rows) -> HeldOwners:
    def native(name: str) -> NDArray[Any]:
        found = rows[name]
        return np.ascontiguousarray(found, dtype=found.dtype.newbyteorder("="))

    return HeldOwners(**{name: native(name) for name in HeldOwners.__slots__})
