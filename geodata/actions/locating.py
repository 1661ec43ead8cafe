"""A place to its owning grid and the divisions above it."""

import math
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from geodata.divisions import NamedPlace, division_chain
from geodata.indexes.city import grid_index
from geodata.settings import Settings
from gridmap.assignment import Reason
from gridmap.datum import to_wgs84
from gridmap.report import AccuracyOutOfRange, CoordinateOutOfRange


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """Who owns a place on a day, and why.

    ``grid_id`` is our key of ``grid``; ``alternatives`` are codes with their share of the probability, ``share`` is the owner's (None
    for an exact position); ``plan_version`` is the version of the grids that answered.
    """

    lon: float
    lat: float
    grid: NamedPlace | None
    grid_id: int | None
    community: NamedPlace | None
    street: NamedPlace | None
    district: NamedPlace | None
    reason: Reason
    distance_to_edge_m: float | None
    ambiguous: bool
    alternatives: tuple[tuple[str, float], ...]
    plan_version: int
    at: date
    share: float | None = None

    @property
    def codes(self) -> tuple[str | None, str | None]:
        """Of grid and community, as ``Scope.holds`` takes them."""
        return self.grid.code if self.grid else None, self.community.code if self.community else None


def locate_place(
    conn: Connection,
    settings: Settings,
    lon: float,
    lat: float,
    *,
    datum: str = "wgs84",
    accuracy_m: float | None = None,
    at: date | None = None,
) -> PlaceAnswer:
    """The owner of a place in degrees of ``datum`` among the grids in force on ``at`` (default: today).

    Errors: ``CoordinateOutOfRange``, ``AccuracyOutOfRange``, ``UnknownDatum``.
    """
    for field, value, limit in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        if not (math.isfinite(value) and abs(value) <= limit):
            raise CoordinateOutOfRange(field=field, value=value)
    if accuracy_m is not None and not 0 <= accuracy_m <= 100_000:
        raise AccuracyOutOfRange(field="accuracy_m", value=accuracy_m)
    x, y = to_wgs84(lon, lat, datum)
    city = grid_index(conn, settings, at)
    found = city.index.explain(
        x, y, accuracy_m=accuracy_m, gap_limit_m=settings.gap_limit_m, sure_share=settings.ambiguous_below
    )
    held = found.position >= 0
    chain = division_chain(conn, city.communities[found.position], at) if held else {}
    return PlaceAnswer(
        lon=x,
        lat=y,
        grid=NamedPlace(city.codes[found.position], city.names[found.position]) if held else None,
        grid_id=int(city.grid_ids[found.position]) if held else None,
        community=chain.get("community"),
        street=chain.get("street"),
        district=chain.get("district"),
        reason=found.reason,
        distance_to_edge_m=found.distance_to_edge_m if held else None,
        ambiguous=found.ambiguous,
        alternatives=tuple(found.alternatives),
        plan_version=city.version,
        at=city.at,
        share=found.share,
    )
