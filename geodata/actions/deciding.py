"""Decide whose a report is (确认归属、移交网格): one person confirms the owner or transfers the report, and may take that back.

Each in the caller's transaction, with event and history. The same decision by the same person again changes nothing; who decides on
what somebody else has changed meanwhile is told so.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import Connection, Row, cast, func, select, update

from geodata.actions.acting import Actor
from geodata.actions.managing import ChangedMeanwhile
from geodata.days import valid_on
from geodata.doubts import DECIDED, doubt_of, doubt_of_ref, tag_of
from geodata.grids import grid_by_code
from geodata.reports import UnknownReport, described, report_by_ref
from geodata.tables import doubt, event, grid, owner, owner_history, report
from gridmap.assignment import Reason
from gridmap.errors import GridmapError


class SameOwner(GridmapError):
    """A transfer to the grid that the report belongs to already."""

    code = "same_owner"
    zh = "该案件已经属于网格“{grid_code}”，无需移交；如无疑问，请确认归属。"
    en = "The report belongs to the grid “{grid_code}” already; confirm it instead."


class NothingToTakeBack(GridmapError):
    """There is no decision of this account that still stands."""

    code = "nothing_to_take_back"
    zh = "没有可以撤回的决定：可能已撤回，或已由其他人重新决定。"
    en = "There is no decision of yours to take back: it was taken back, or somebody else decided anew."


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a report: ``state`` of the question, codes of the owner before and after (None: no grid), whether anything changed."""

    ref: UUID
    state: str
    before: str | None
    after: str | None
    changed: bool = True


def confirm_owner(conn: Connection, by: Actor, ref: UUID, seen: str) -> Decision:
    """The owner is right. ``seen`` is the tag of what the person saw (``geodata.doubts.tag_of``).

    Errors: ``UnknownReport`` outside the actor's scope, ``ChangedMeanwhile``.
    """
    row, question = _locked(conn, by, ref)
    if _decided_so(question, by, "confirmed", row.grid_code):
        return Decision(row.ref, "confirmed", row.grid_code, row.grid_code, changed=False)
    _check_seen(row, question, seen)
    # What no grid owns stays so: the reason says it.
    if row.grid_id is not None:
        conn.execute(_owner_of(row.id).values(reason=str(Reason.DECIDED), assigned_at=func.now()))
    _note(conn, by, row.id, "confirmed", "owner_confirmed", grid=row.grid_code, share=_share(question, row.grid_code))
    _answer(conn, by, row.id, "confirmed", row.grid_id)
    return Decision(row.ref, "confirmed", row.grid_code, row.grid_code)


def transfer_owner(conn: Connection, by: Actor, ref: UUID, code: str, seen: str) -> Decision:
    """The report belongs to another grid: one of those that may hold the place, or any in force inside the actor's area.

    Errors: ``UnknownReport`` outside the scope, ``UnknownGrid``, ``SameOwner``, ``ChangedMeanwhile``.
    """
    row, question = _locked(conn, by, ref)
    if _decided_so(question, by, "transferred", code) and row.grid_code == code:
        return Decision(row.ref, "transferred", question.asked_code if question else None, code, changed=False)
    _check_seen(row, question, seen)
    if row.grid_code == code:
        raise SameOwner(field="grid", grid_code=code)
    target = _target(conn, by, question, code)
    share = _share(question, code)
    values = {"grid_id": target, "reason": str(Reason.DECIDED), "share": share, "assigned_at": func.now()}
    conn.execute(_owner_of(row.id).values(**values, distance_to_edge_m=_distance_to_edge_m(row.id, target)))
    _note(conn, by, row.id, "transferred", "owner_transferred", **{"from": row.grid_code, "to": code, "share": share})
    _answer(conn, by, row.id, "transferred", target)
    return Decision(row.ref, "transferred", row.grid_code, code)


def take_back(conn: Connection, by: Actor, ref: UUID) -> Decision:
    """Undo one's own decision: the owner that was asked about is the owner again, and the question is open.

    Errors: ``UnknownReport``, ``NothingToTakeBack``.
    """
    row, question = _locked(conn, by, ref)
    mine = question is not None and question.doubt_state in DECIDED and question.decided_by == by.account_id
    stands = row.grid_id is None or row.reason == Reason.DECIDED
    if question is None or not (mine and stands and row.grid_code == question.chosen_code):
        raise NothingToTakeBack(field="ref")
    asked = conn.execute(select(doubt).where(doubt.c.report_id == row.id)).one()
    distance_m = _distance_to_edge_m(row.id, asked.grid_id) if asked.grid_id is not None else None
    values = {"grid_id": asked.grid_id, "reason": asked.reason, "share": asked.share, "assigned_at": func.now()}
    conn.execute(_owner_of(row.id).values(**values, distance_to_edge_m=distance_m))
    _note(conn, by, row.id, "assigned", "decision_taken_back", grid=question.asked_code)
    reopened = {"state": "open", "decided_at": None, "decided_by": None, "chosen_grid_id": None}
    conn.execute(update(doubt).where(doubt.c.report_id == row.id).values(**reopened))
    return Decision(row.ref, "open", question.chosen_code, question.asked_code)


def _locked(conn: Connection, by: Actor, ref: UUID) -> tuple[Row[Any], Row[Any] | None]:
    """The report with its owner, which nobody else can change until the transaction ends, and the question about it."""
    try:
        found = report_by_ref(conn, by.scope, ref)
    except UnknownReport:  # perhaps this account has just transferred it out of its area
        mine = doubt_of_ref(conn, by.scope, ref)
        if mine is None:
            raise
        found = mine
    # The report before its owner, as whoever moves a pin or places an address does: so nobody waits for the other.
    conn.execute(select(report.c.id).where(report.c.id == found.id).with_for_update(key_share=True))
    conn.execute(select(owner.c.report_id).where(owner.c.report_id == found.id).with_for_update())
    row = conn.execute(described().where(report.c.id == found.id)).one()
    return row, doubt_of(conn, found.id)


def _decided_so(question: Row[Any] | None, by: Actor, state: str, code: str | None) -> bool:
    """Whether this account has decided the same before: a click that comes twice."""
    return (
        question is not None
        and question.doubt_state == state
        and question.decided_by == by.account_id
        and question.chosen_code == code
    )


def _check_seen(row: Row[Any], question: Row[Any] | None, seen: str) -> None:
    if seen != tag_of(row.id, row.grid_id, row.assigned_at, question.doubt_state if question else None):
        raise ChangedMeanwhile


def _target(conn: Connection, by: Actor, question: Row[Any] | None, code: str) -> int:
    """The key of the grid that takes the report; of a grid that was asked about the edition in force, else the latest."""
    if code in dict(question.alternatives if question else ()):
        editions = select(grid.c.id).where(grid.c.code == code)
        found = conn.scalar(editions.order_by(valid_on(grid, by.day).desc(), func.lower(grid.c.valid).desc()).limit(1))
        if found is not None:
            return int(found)
    return int(grid_by_code(conn, by.scope, code, by.day).id)


def _share(question: Row[Any] | None, code: str | None) -> float | None:
    return dict(question.alternatives).get(code) if question else None


def _distance_to_edge_m(report_id: int, grid_id: int) -> Any:
    """Metres between a report and the edge of a grid; NULL without a place."""
    edge = cast(func.ST_Boundary(grid.c.geom), Geography)
    measured = select(func.ST_Distance(cast(report.c.geom, Geography), edge)).select_from(
        report.join(grid, grid.c.id == grid_id)
    )
    return measured.where(report.c.id == report_id).scalar_subquery()


def _owner_of(report_id: int) -> Any:
    return update(owner).where(owner.c.report_id == report_id)


def _note(conn: Connection, by: Actor, report_id: int, cause: str, kind: str, **detail: Any) -> None:
    """The owner as it is now in its history, and what was done among the events."""
    now = select(
        owner.c.report_id, owner.c.grid_id, owner.c.reason, owner.c.index_version, owner.c.intake_district
    ).where(owner.c.report_id == report_id)
    row = conn.execute(now).one()
    conn.execute(owner_history.insert().values(**row._mapping, cause=cause, account_id=by.account_id))
    happened = {"report_id": report_id, "kind": kind, "account_id": by.account_id, "detail": detail}
    conn.execute(event.insert().values(**happened, intake_district=row.intake_district))


def _answer(conn: Connection, by: Actor, report_id: int, state: str, grid_id: int | None) -> None:
    """What was decided, if it was asked."""
    answer = {"state": state, "decided_at": func.now(), "decided_by": by.account_id, "chosen_grid_id": grid_id}
    conn.execute(update(doubt).where(doubt.c.report_id == report_id).values(**answer))
