"""Many reports in batches that one transaction can bear: by intake district, and within it by the time of reporting."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import Connection

from geodata.account_areas import level_of_area
from geodata.sql import statement
from gridmap.report import OVER

Which = Literal["all", "open", "unassigned"]

#: Reports of a batch: some 100 MB in memory and a second of locks.
SIZE = 200_000
_DISTRICT_DIGITS = 6
_CITY_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """Which reports: all, those whose work is not over, or those without a grid; of the city, or of an area.

    ``area`` is the code of a district (then reports taken in there) or of a smaller division or a grid (then those that it owns).
    """

    which: Which = "all"
    area: str | None = None

    def check(self, conn: Connection) -> None:
        """Errors: ``UnknownArea``."""
        if self.area is not None:
            level_of_area(conn, self.area)

    @property
    def district(self) -> str | None:
        """The intake district of the reports, None for several."""
        return self.area if self.area and self.area.isdigit() and len(self.area) == _DISTRICT_DIGITS else None

    @property
    def conditions(self) -> dict[str, Any]:
        """Parameters of ``held_owners.sql``."""
        smaller = (
            None
            if self.district or (self.area and self.area.isdigit() and len(self.area) == _CITY_DIGITS)
            else self.area
        )
        ended = list(OVER) if self.which == "open" else None
        return {"district": self.district, "area": smaller, "ended": ended, "unassigned": self.which == "unassigned"}


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports of a district that were reported from ``since`` to before ``until`` (None: unbounded)."""

    district: str
    since: datetime | None
    until: datetime | None

    @property
    def conditions(self) -> dict[str, Any]:
        """Parameters of ``held_owners.sql``."""
        return asdict(self)


def report_batches(conn: Connection, choice: ReportChoice, *, size: int = SIZE) -> list[Batch]:
    """The batches of a choice, in order. Together they hold every report of it, also those filed after the question."""
    parameters = {"size": size, "district": choice.district, "ended": choice.conditions["ended"]}
    rows: Sequence[Any] = conn.execute(statement("report_batches"), parameters).all()
    found: list[Batch] = []
    for row, after in pairwise([*rows, None]):
        assert row is not None
        first = not found or found[-1].district != row.intake_district
        last = after is None or after.intake_district != row.intake_district
        since, until = None if first else row.reported_at, None if last or after is None else after.reported_at
        if since is None or since != until:  # many reports of one instant stay together
            found.append(Batch(row.intake_district, since, until))
    return found
