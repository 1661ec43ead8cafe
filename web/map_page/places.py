"""A place as an address names it."""

from collections.abc import Mapping

from gridmap.report import CoordinateOutOfRange


def asked_place(query: Mapping[str, str]) -> tuple[float, float]:
    """``lon`` and ``lat`` of a query. Errors: ``CoordinateOutOfRange`` when one is missing or no number."""
    found = []
    for name in ("lon", "lat"):
        raw = query.get(name, "")
        try:
            found.append(float(raw))
        except ValueError as error:
            raise CoordinateOutOfRange(field=name, value=raw) from error
    return found[0], found[1]
