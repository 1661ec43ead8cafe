"""The desk of the hotline: what an address means, who is responsible there, and what is open there already, while the caller waits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from geodata.addresses.finding import GROUND_SHARE, AddressCandidate, find_address
from geodata.addresses.matching import AREAS
from geodata.hotline import open_cases_near
from geodata.people import posts_of_areas
from geodata.scope import Scope
from geodata.settings import Settings
from gridmap.access import Permission
from gridmap.errors import GridmapError

#: Whom the desk may ring, of those that a grid's card names.
_RESPONSIBLE = ("grid_worker", "deputy_worker", "community_secretary")
#: Cases so near to a place are told as being there.
NEARBY_M = 100
ADDRESS_MOST = 300


class AddressMissing(GridmapError):
    """Nothing to look for."""

    code = "address_missing"
    zh = "请输入地址。"
    en = "Give an address."


class AddressTooLong(GridmapError):
    """More than an address."""

    code = "address_too_long"
    zh = "地址过长，最多 {most} 字。"
    en = "The address is too long: at most {most} characters."


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """A candidate with the posts of its grid and community (``kind``, ``name``, ``phone``) and the open cases around it, nearest first.

    A road or a division is no one place, and a large compound may lie in several grids: then there is no one grid, nor its worker.
    """

    candidate: AddressCandidate
    posts: list[Row[Any]]
    cases: list[Row[Any]]

    @property
    def is_place(self) -> bool:
        """Whether something can be said to be there."""
        return self.candidate.kind not in AREAS

    @property
    def in_one_grid(self) -> bool:
        """Whether the grid of its point is that of nearly all of it."""
        return _in_one_grid(self.candidate)


def answer_address(
    conn: Connection, settings: Settings, scope: Scope, words: str, day: date, *, limit: int = 5
) -> list[DeskAnswer]:
    """Candidates inside the scope, the likeliest first. People are told to whom the grid's card tells them, cases to whom lists do.

    Errors: ``AddressMissing``, ``AddressTooLong``.
    """
    words = words.strip()
    if not words:
        raise AddressMissing(field="text")
    if len(words) > ADDRESS_MOST:
        raise AddressTooLong(field="text", most=ADDRESS_MOST)
    return [
        DeskAnswer(found, _posts(conn, scope, found, day), _cases(conn, scope, found))
        for found in find_address(conn, settings, scope, words, limit)
    ]


def _in_one_grid(found: AddressCandidate) -> bool:
    return found.grid_code is not None and found.ground_share >= GROUND_SHARE


def _posts(conn: Connection, scope: Scope, found: AddressCandidate, day: date) -> list[Row[Any]]:
    areas = [found.grid_code] if _in_one_grid(found) else []
    if found.kind == "community" or found.kind not in AREAS:
        areas.append(found.community_code)
    codes = [code for code in areas if code]
    if not codes or not scope.may(Permission.VIEW_MAP):
        return []
    return [post for post in posts_of_areas(conn, scope, codes, day) if post.kind in _RESPONSIBLE]


def _cases(conn: Connection, scope: Scope, found: AddressCandidate) -> list[Row[Any]]:
    if found.kind in AREAS or not scope.may(Permission.VIEW_REPORTS):
        return []
    return open_cases_near(conn, scope, found.lon, found.lat, metres=NEARBY_M)
