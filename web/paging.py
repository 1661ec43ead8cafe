"""Pages of lists: where one starts, its links, and other numbers in the addresses of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload
from urllib.parse import urlencode

from flask import request

#: Rows of a page.
A_PAGE = 50
_MOST = 2**53
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Pager:
    """Links of a page of a list (``pager.html``): back to the first page and on to the next, None where there is none."""

    first_url: str | None
    next_url: str | None


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """A page of rows that are all there, how many there are, and its links."""

    rows: Sequence[Row]
    total: int
    pager: Pager


def pager(next_place: object, name: str = "cursor") -> Pager:
    """Links of the page that was asked for, with the filter of its address; ``name`` is the parameter that says where a page starts."""
    first = _here(name) if request.args.get(name) else None
    return Pager(first, None if next_place is None else _here(name, next_place))


def part_of(rows: Sequence[Row]) -> Part[Row]:
    """The page of these rows that ``start`` in the address asks for."""
    start = whole_number("start", 0)
    after = start + A_PAGE
    return Part(rows[start:after], len(rows), pager(after if after < len(rows) else None, "start"))


def _here(name: str, place: object | None = None) -> str:
    # Not by url_for: words of the address would become its options.
    pairs = [(key, value) for key, value in request.args.items(multi=True) if value and key not in (name, "lang")]
    if place is not None:
        pairs.append((name, str(place)))
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


@overload
def whole_number(name: str, otherwise: int) -> int: ...
@overload
def whole_number(name: str, otherwise: None) -> int | None: ...
def whole_number(name: str, otherwise: int | None) -> int | None:
    """A whole number of the query, not negative; ``otherwise`` for what is none: a mistyped address shows the first page."""
    raw = request.args.get(name, "")
    return min(int(raw), _MOST) if raw.isascii() and raw.isdigit() and len(raw) < 20 else otherwise
