"""What people said about a plan, at places of its map, and which steps it took."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, update

from geodata.accounts import SHOWN_NAME
from geodata.points import point
from geodata.tables import account, plan_comment, plan_event
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanStep

TEXT_MOST = 2000


class CommentMissing(GridmapError):
    """A comment without words."""

    code = "plan_comment_missing"
    zh = "请填写意见内容。"
    en = "Write what you want to say."


class CommentTooLong(GridmapError):
    """A comment that would be cut off."""

    code = "plan_comment_too_long"
    zh = "意见最多 {most} 字，现有 {length} 字。"
    en = "A comment has {most} characters at most; this one has {length}."


class UnknownComment(GridmapError):
    """A comment that the plan does not have, or that is settled already."""

    code = "unknown_plan_comment"
    zh = "没有这条意见，或它已办结。"
    en = "There is no such comment, or it is settled already."


def add_comment(
    conn: Connection,
    plan_id: int,
    version: int,
    words: str,
    *,
    at: tuple[float, float] | None = None,
    account_id: int | None,
) -> UUID:
    """Keep a comment on a version, at a longitude and latitude or about the whole; its name. Errors: ``CommentMissing``,
    ``CommentTooLong``."""
    said = words.strip()
    if not said:
        raise CommentMissing(field="text")
    if len(said) > TEXT_MOST:
        raise CommentTooLong(field="text", most=TEXT_MOST, length=len(said))
    place = None if at is None else point(*at)
    made = insert(plan_comment).values(plan_id=plan_id, version=version, text=said, account_id=account_id, geom=place)
    return UUID(str(conn.execute(made.returning(plan_comment.c.ref)).scalar_one()))


def settle_comment(conn: Connection, plan_id: int, ref: UUID, account_id: int) -> None:
    """Mark a comment as dealt with. Errors: ``UnknownComment``."""
    done = conn.execute(
        update(plan_comment)
        .where(plan_comment.c.plan_id == plan_id, plan_comment.c.ref == ref, plan_comment.c.settled_at.is_(None))
        .values(settled_at=func.now(), settled_by=account_id)
    )
    if done.rowcount == 0:
        raise UnknownComment(field="comment")


def comments_on(conn: Connection, plan_id: int) -> list[Row[Any]]:
    """Comments in order of time: ``ref``, ``version``, ``text``, ``author``, ``at``, ``settled_at``, ``lon``, ``lat`` (None: no place)."""
    query = (
        select(
            plan_comment.c.ref,
            plan_comment.c.version,
            plan_comment.c.text,
            plan_comment.c.at,
            plan_comment.c.settled_at,
            func.ST_X(plan_comment.c.geom).label("lon"),
            func.ST_Y(plan_comment.c.geom).label("lat"),
            SHOWN_NAME.label("author"),
        )
        .outerjoin(account, account.c.id == plan_comment.c.account_id)
        .where(plan_comment.c.plan_id == plan_id)
        .order_by(plan_comment.c.id)
    )
    return list(conn.execute(query))


def note_step(
    conn: Connection, plan_id: int, step: PlanStep, version: int, *, reason: str, account_id: int | None, **detail: Any
) -> None:
    """Append a step to a plan's history."""
    conn.execute(
        insert(plan_event).values(
            plan_id=plan_id, step=step, version=version, reason=reason, detail=detail, account_id=account_id
        )
    )


def steps_of(conn: Connection, plan_id: int) -> list[Row[Any]]:
    """Steps of a plan in order: ``step``, ``version``, ``reason``, ``detail``, ``at``, ``author``."""
    query = (
        select(plan_event, SHOWN_NAME.label("author"))
        .outerjoin(account, account.c.id == plan_event.c.account_id)
        .where(plan_event.c.plan_id == plan_id)
        .order_by(plan_event.c.id)
    )
    return list(conn.execute(query))
