"""Owners derived by the rule, for points and for reports that are there; nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.days import day_number, numbered_day
from geodata.indexes.city import CityIndex, change_days, grid_index
from geodata.owners.asking import Alternatives, named_alternatives, shares_in
from geodata.owners.changes import as_of_number
from geodata.owners.held import WORDS, HeldOwners, held_owners
from geodata.settings import Settings
from gridmap.assignment import REASONS, Reason

_NONE = REASONS.index(Reason.NONE)
_ADDRESS = REASONS.index(Reason.ADDRESS)


@dataclass(frozen=True, slots=True)
class DerivedOwners:
    """Owners aligned with the points asked for.

    ``grid_id`` is -1 where ``reason`` is none; ``reason_code`` positions in ``REASONS``; ``distance_to_edge_m`` NaN where there is no
    grid; ``share`` of the probability, NaN where it was not asked or the owner is sure; ``intake_district`` the district of the grid's
    community, or the city's code where there is none, empty where it was not asked; ``index_version`` the version of the grids; ``alternatives`` by the place of a
    point whose owner is in doubt.
    """

    grid_id: NDArray[np.int64]
    reason_code: NDArray[np.int16]
    distance_to_edge_m: NDArray[np.float64]
    share: NDArray[np.float64]
    intake_district: NDArray[np.object_]
    index_version: int
    alternatives: Mapping[int, Alternatives] = field(default_factory=dict)

    @property
    def reason(self) -> NDArray[np.object_]:
        """The reasons as words."""
        found: NDArray[np.object_] = WORDS[self.reason_code]
        return found

    def columns(self, as_of: date | None = None) -> dict[str, NDArray[np.generic]]:
        """What ``geodata.owners.changes`` compares and writes; ``as_of`` is the day whose grids decide from now on, None as before."""
        n = len(self.grid_id)
        return {
            "grid_id": self.grid_id,
            "reason": self.reason_code,
            "distance_to_edge_m": self.distance_to_edge_m,
            "share": self.share,
            "index_version": np.full(n, self.index_version, dtype=np.int64),
            "as_of": np.full(n, as_of_number(as_of), dtype=np.int32),
        }


def derive_owners(
    conn: Connection,
    settings: Settings,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    days: NDArray[np.generic] | date,
    *,
    accuracy_m: NDArray[np.float64] | None = None,
    by_address: NDArray[np.bool_] | None = None,
    intake: bool = True,
    threads: int = 2,
) -> DerivedOwners:
    """The owner of each point among the grids in force on its day.

    ``lon``, ``lat``: WGS84 degrees, NaN where a report has no coordinates. ``days``: the city's day on which each report was
    received (ISO texts, or whole days since 1970), or one day for all. ``accuracy_m``: NaN where it is not known, or where nobody wants
    to know how sure the owner is. ``by_address``: points that are those of a matched address; where a grid is found its reason is ``address``.
    ``intake``: False for reports that have been taken in already: their districts are not looked up.
    """
    n = len(lon)
    grid_id = np.full(n, -1, dtype=np.int64)
    reason = np.full(n, _NONE, dtype=np.int16)
    distance, share = np.full(n, np.nan), np.full(n, np.nan)
    district = np.full(n if intake else 0, settings.city_code, dtype=object)
    version = 0
    alternatives: dict[int, Alternatives] = {}
    for rows, index in _by_edition(conn, settings, days, n):
        version = index.version
        located = index.index.locate_explained(lon[rows], lat[rows], gap_limit_m=settings.gap_limit_m, threads=threads)
        found = located.position >= 0
        at = rows[found]
        position = located.position[found]
        grid_id[at] = index.grid_ids[position]
        reason[at] = located.reason[found]
        distance[at] = located.distance_to_edge_m[found]
        if intake:
            districts = np.array([c[:6] if c else settings.city_code for c in index.communities], dtype=object)
            district[at] = districts[position]
        if accuracy_m is not None:
            told = shares_in(index, settings, lon[rows], lat[rows], accuracy_m[rows], located, threads=threads)
            share[rows] = told.share
            alternatives |= {int(rows[point]): named for point, named in named_alternatives(index, told).items()}
    if by_address is not None:
        reason[by_address & (grid_id >= 0)] = _ADDRESS
    return DerivedOwners(grid_id, reason, distance, share, district, version, alternatives)


def derive_reports(
    conn: Connection, settings: Settings, report_ids: Sequence[int], *, at: date | None = None
) -> pd.DataFrame:
    """The owners of reports that are there, as ``write_owners`` takes them: by the grids that decide for each, or by those of ``at``.

    Columns ``report_id``, ``grid_id`` (-1 none), ``reason`` (word), ``distance_to_edge_m``, ``share``, ``index_version``, ``as_of``
    (a day, None for the one that decided before), ``alternatives`` (None where the owner is in no doubt).
    """
    held = held_owners(conn, settings, report_ids)
    derived = derive_held(conn, settings, held, at=at)
    return pd.DataFrame(
        {
            "report_id": held.report_id,
            "grid_id": derived.grid_id,
            "reason": derived.reason,
            "distance_to_edge_m": derived.distance_to_edge_m,
            "share": derived.share,
            "index_version": derived.index_version,
            "as_of": pd.Series([at] * len(held), dtype=object),
            "alternatives": pd.Series([derived.alternatives.get(row) for row in range(len(held))], dtype=object),
        }
    )


def derive_held(
    conn: Connection, settings: Settings, held: HeldOwners, *, at: date | None = None, threads: int = 2
) -> DerivedOwners:
    """The owners of reports as they lie, aligned with them."""
    derived = derive_owners(
        conn,
        settings,
        held.lon,
        held.lat,
        at or held.day,
        accuracy_m=held.accuracy_m,
        by_address=held.by_address,
        intake=False,
        threads=threads,
    )
    # Where nobody asks any more, what was known of the same owner stays.
    known = np.isnan(held.accuracy_m) & (held.grid_id == derived.grid_id)
    return replace(derived, share=np.where(known, held.share, derived.share))


def _by_edition(
    conn: Connection, settings: Settings, days: NDArray[np.generic] | date, n: int
) -> Iterator[tuple[NDArray[np.intp], CityIndex]]:
    """Rows with the index that holds on their day; days between two changes of grids share one."""
    if isinstance(days, date):
        yield np.arange(n), grid_index(conn, settings, days)
        return
    ordinals = _since_1970(days)
    changes = np.array([day_number(day) for day in change_days(conn)], dtype=np.int64)
    edition = np.searchsorted(changes, ordinals, side="right")
    for number in np.unique(edition):
        rows = np.flatnonzero(edition == number)
        yield rows, grid_index(conn, settings, numbered_day(ordinals[rows[0]]))


def _since_1970(days: NDArray[np.generic]) -> NDArray[np.int64]:
    if np.issubdtype(days.dtype, np.integer):
        return days.astype(np.int64)
    seconds = pd.to_datetime(pd.Series(days)).dt.as_unit("s").astype("int64").to_numpy(dtype=np.int64)
    return np.asarray(seconds // 86_400, dtype=np.int64)
