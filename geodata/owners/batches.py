"""Many reports in batches that one transaction can bear: by their keys, and within those by intake district."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Literal

from sqlalchemy import Connection, text

from geodata.account_areas import level_of_area
from geodata.sql import statement
from gridmap.report import OVER

Which = Literal["all", "open", "unassigned"]

#: Reports of a batch on average: a second of locks, and with those of the same keys in the other districts 100 MB in memory.
SIZE = 50_000
_PAGES = "SELECT pg_relation_size('report') / current_setting('block_size')::bigint"
_PAGES_READ = 1000
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
    def ended(self) -> list[str] | None:
        """States that are left out."""
        return list(OVER) if self.which == "open" else None

    @property
    def conditions(self) -> dict[str, Any]:
        """Parameters of ``held_in_districts`` beside districts and keys."""
        whole = self.area is None or (self.area.isdigit() and len(self.area) in (_CITY_DIGITS, _DISTRICT_DIGITS))
        return {"area": None if whole else self.area, "ended": self.ended, "unassigned": self.which == "unassigned"}


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports of a district whose keys lie from ``first`` to before ``until`` (None: unbounded)."""

    district: str
    first: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Batches of the same keys, by their numbers: read together, for neighbours by key lie together, whatever their districts and times."""

    numbers: tuple[int, ...]
    batches: tuple[Batch, ...]

    @property
    def conditions(self) -> dict[str, Any]:
        """Parameters of ``held_in_districts``."""
        one = self.batches[0]
        return {"districts": [each.district for each in self.batches], "first": one.first, "until": one.until}


def report_batches(conn: Connection, choice: ReportChoice, *, size: int = SIZE) -> list[Batch]:
    """The batches of a choice, in order. Together they hold every report of it, also those filed after the question.

    All districts are cut at the same keys, which are estimated from a part of the reports when there are many: a batch has ``size``
    reports on average.
    """
    districts = conn.scalars(statement("intake_districts"), {"district": choice.district}).all()
    percent = min(100.0, 100.0 * _PAGES_READ / max(1, conn.scalars(text(_PAGES)).one()))
    step = max(1, round(size * len(districts) * percent / 100))
    asked = {"step": step, "percent": percent, "district": choice.district, "ended": choice.ended}
    cuts = conn.scalars(statement("report_cuts"), asked).all()
    return [Batch(code, first, until) for first, until in pairwise([None, *cuts, None]) for code in districts]


def slices(batches: Sequence[Batch], numbers: Iterable[int]) -> list[Slice]:
    """These batches by the keys that they share, in order."""

    def keys(number: int) -> tuple[int | None, int | None]:
        return batches[number].first, batches[number].until

    together = (tuple(each) for _, each in groupby(sorted(numbers), key=keys))
    return [Slice(each, tuple(batches[number] for number in each)) for each in together]
