"""Numbers in addresses of lists: where a page starts, limits of a filter."""

from typing import overload

from flask import request

_MOST = 2**53


@overload
def whole_number(name: str, otherwise: int) -> int: ...
@overload
def whole_number(name: str, otherwise: None) -> int | None: ...
def whole_number(name: str, otherwise: int | None) -> int | None:
    """A whole number of the query, not negative; ``otherwise`` for what is none: a mistyped address shows the first page."""
    raw = request.args.get(name, "")
    return min(int(raw), _MOST) if raw.isascii() and raw.isdigit() and len(raw) < 20 else otherwise
