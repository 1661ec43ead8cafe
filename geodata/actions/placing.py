"""Place reports by their address: as they come in and later by the match alone, or by a person from the queue.

A report that says a place in words only waits without an owner until it is placed. What a person decided can be decided anew, by the
same or another: placing, placing elsewhere, or that it cannot be placed.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from geodata.actions.acting import Actor
from geodata.actions.locating import locate_place
from geodata.actions.managing import ChangedMeanwhile
from geodata.actions.teaching import teach_name, withdraw_taught
from geodata.addresses.matching import AREAS, candidate_json, match_addresses
from geodata.addresses.queue import Search, keep_searches, search_of_report
from geodata.compound_aliases import compound_at, compound_of_candidate
from geodata.owners.deriving import derive_reports
from geodata.owners.writing import write_owners
from geodata.points import point
from geodata.scope import OutsideArea
from geodata.seen import seen_tag
from geodata.settings import Settings
from geodata.tables import address_search, event, report
from gridmap.errors import GridmapError

WHY_MOST = 500


class CandidateMissing(GridmapError):
    """A candidate that the report does not have."""

    code = "candidate_missing"
    zh = "没有这个候选位置，请重新选择，或在地图上点选。"
    en = "There is no such candidate; choose again, or click the place on the map."


class CandidateIsNoPlace(GridmapError):
    """A road or a division as the place of a report."""

    code = "candidate_is_no_place"
    zh = "“{name}”范围较大，不能作为案发位置，请在地图上点选具体位置。"
    en = "“{name}” is too large to be the place of a report: click the place on the map."


class WhyMissing(GridmapError):
    """A report given up without a word."""

    code = "why_missing"
    zh = "请写明无法定位的原因，例如“地址不全，请回访核实”。"
    en = "Say why it cannot be placed, for example “address incomplete, ask the caller”."


@dataclass(frozen=True, slots=True)
class Placed:
    """How many reports were looked at, placed by the match alone, left to the queue, and how many of those have no candidate."""

    looked_at: int = 0
    placed: int = 0
    waiting: int = 0
    without: int = 0

    def __add__(self, other: "Placed") -> "Placed":
        return Placed(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def search_and_place(conn: Connection, settings: Settings, report_ids: Sequence[int]) -> Placed:
    """Look for the addresses of reports without coordinates, place the certain ones, keep the candidates of the others.

    In the caller's transaction. Reports that have a place by now, or that a person decided about, are left alone.
    """
    rows = conn.execute(
        select(report.c.id.label("report_id"), report.c.address_text, report.c.intake_district)
        .outerjoin(address_search, address_search.c.report_id == report.c.id)
        .where(
            report.c.id.in_(report_ids),
            report.c.geom.is_(None),
            report.c.address_text != "",
            func.coalesce(address_search.c.state, "open") == "open",
        )
        .order_by(report.c.id)
        .with_for_update(of=report, key_share=True)
    ).all()
    found = match_addresses(conn, settings, [row.address_text for row in rows])
    keep_searches(conn, {row.report_id: match for row, match in zip(rows, found, strict=True)})
    sure = [(row, match) for row, match in zip(rows, found, strict=True) if match.sure]
    for row, match in sure:
        _set_point(conn, row.report_id, match.candidates[0].lon, match.candidates[0].lat, "address")
        _note(conn, row, "address_matched", None, {"candidate": candidate_json(match.candidates[0])})
    _own(conn, settings, [row.report_id for row, _ in sure], "address_matched", None)
    without = sum(not match.candidates for match in found)
    return Placed(len(rows), len(sure), len(rows) - len(sure), without)


def tag_of_search(search: Search) -> str:
    """Names what somebody saw of an address, so that a decision about something else by now is noticed."""
    decided = (search.state, search.chosen, search.decided_at)
    return seen_tag(search.report_id, *decided, search.searched_at, search.lon, search.lat)


def place_at_candidate(
    conn: Connection, settings: Settings, by: Actor, ref: UUID | str, seen: str, chosen: int, *, teach: bool = False
) -> bool:
    """Place a report at one of its candidates; False when it is there already by the same choice.

    ``teach``: the name in its address means the candidate's compound from now on (`geodata.actions.teaching`). Errors: ``UnknownReport``,
    ``ChangedMeanwhile``, ``CandidateMissing``, ``CandidateIsNoPlace``, ``OutsideArea`` for a candidate that the actor may not see,
    ``NoCompoundThere``, ``NameNotToTeach``.
    """
    search = _locked(conn, by, ref)
    if not 0 <= chosen < len(search.candidates):
        raise CandidateMissing(field="chosen")
    candidate = search.candidates[chosen]
    # Not where somebody has corrected the place since: that is another place by now.
    there = (search.lon, search.lat) == (candidate["lon"], candidate["lat"])
    if search.state == "placed" and search.chosen == chosen and there and not teach:
        return False
    _check_seen(search, seen)
    if candidate["kind"] in AREAS:
        raise CandidateIsNoPlace(field="chosen", name=candidate["name"])
    _check_reach(conn, settings, by, candidate["lon"], candidate["lat"])
    _decide(conn, by, search, "placed", chosen=chosen)
    detail: dict[str, Any] = {"candidate": candidate}
    if teach:
        meant = compound_of_candidate(conn, candidate["kind"], candidate["key"])
        detail["taught"] = teach_name(conn, settings, by, search.report_id, search.address_text, meant)
    _set_point(conn, search.report_id, candidate["lon"], candidate["lat"], "address")
    _note(conn, search, "address_placed", by, detail)
    _own(conn, settings, [search.report_id], "address_matched", by.account_id)
    return True


def place_at_point(
    conn: Connection,
    settings: Settings,
    by: Actor,
    ref: UUID | str,
    seen: str,
    lon: float,
    lat: float,
    *,
    teach: bool = False,
) -> bool:
    """Place a report where a person clicked (WGS84 degrees); False when its pin is there already.

    ``teach``: the name in its address means the compound around the place from now on. Errors: ``UnknownReport``, ``ChangedMeanwhile``,
    ``CoordinateOutOfRange``, ``OutsideArea``, ``NoCompoundThere``, ``NameNotToTeach``.
    """
    search = _locked(conn, by, ref)
    there = (search.lon, search.lat) == (lon, lat)
    if search.state == "placed" and search.chosen is None and there and not teach:
        return False
    _check_seen(search, seen)
    _check_reach(conn, settings, by, lon, lat)
    _decide(conn, by, search, "placed")
    detail: dict[str, Any] = {"lon": lon, "lat": lat}
    if teach:
        meant = compound_at(conn, lon, lat)
        detail["taught"] = teach_name(conn, settings, by, search.report_id, search.address_text, meant)
    _set_point(conn, search.report_id, lon, lat, "person")
    _note(conn, search, "address_placed", by, detail)
    _own(conn, settings, [search.report_id], "moved", by.account_id)
    return True


def give_up_placing(conn: Connection, settings: Settings, by: Actor, ref: UUID | str, seen: str, why: str) -> bool:
    """Say that a report cannot be placed, and why; it keeps, or gets back, no owner but the district that took it in.

    False when that was said already in the same words. Errors: ``UnknownReport``, ``ChangedMeanwhile``, ``WhyMissing``.
    """
    search = _locked(conn, by, ref)
    why = why.strip()[:WHY_MOST]
    if not why:
        raise WhyMissing(field="why")
    if search.state == "unplaceable" and search.why == why:
        return False
    _check_seen(search, seen)
    _decide(conn, by, search, "unplaceable", why=why)
    conn.execute(update(report).where(report.c.id == search.report_id).values(geom=None, placed_by="received"))
    _note(conn, search, "address_given_up", by, {"why": why})
    _own(conn, settings, [search.report_id], "moved", by.account_id)
    return True


def _locked(conn: Connection, by: Actor, ref: UUID | str) -> Search:
    """The search as it is now that nobody else can change it."""
    known = search_of_report(conn, by.scope, ref)
    conn.execute(select(report.c.id).where(report.c.id == known.report_id).with_for_update(key_share=True))
    return search_of_report(conn, by.scope, ref)


def _check_seen(search: Search, seen: str) -> None:
    if tag_of_search(search) != seen:
        raise ChangedMeanwhile


def _check_reach(conn: Connection, settings: Settings, by: Actor, lon: float, lat: float) -> None:
    """Who may not see a place cannot send a report there: it would be gone from both desks at once."""
    place = locate_place(conn, settings, lon, lat)
    if not by.scope.holds(*place.codes):
        raise OutsideArea(field="lon")


def _decide(
    conn: Connection, by: Actor, search: Search, state: str, *, chosen: int | None = None, why: str = ""
) -> None:
    decided = {
        "state": state,
        "chosen": chosen,
        "why": why,
        "decided_by": by.account_id,
        "decided_at": datetime.now(UTC),
    }
    conn.execute(update(address_search).where(address_search.c.report_id == search.report_id).values(**decided))
    withdraw_taught(conn, by, search.report_id)


def _set_point(conn: Connection, report_id: int, lon: float, lat: float, placed_by: str) -> None:
    moved = update(report).where(report.c.id == report_id)
    conn.execute(moved.values(geom=point(lon, lat), placed_by=placed_by))


def _note(conn: Connection, row: Any, kind: str, by: Actor | None, detail: dict[str, Any]) -> None:
    conn.execute(
        event.insert().values(
            report_id=row.report_id,
            kind=kind,
            account_id=by.account_id if by else None,
            intake_district=row.intake_district,
            detail=detail,
        )
    )


def _own(conn: Connection, settings: Settings, report_ids: list[int], cause: str, account_id: int | None) -> None:
    if report_ids:
        derived = derive_reports(conn, settings, report_ids)
        write_owners(conn, settings, derived, cause=cause, account_id=account_id, overrule_decided=True)
