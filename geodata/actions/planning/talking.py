"""Say something about a plan, at a place of its map or about the whole, and settle what was said."""

from uuid import UUID

from sqlalchemy import Connection

from geodata.actions.acting import Actor
from geodata.actions.planning.stepping import StepForbidden
from geodata.notices import tell
from geodata.plans.listing import authors_of, plan_by_ref
from geodata.plans.talk import add_comment, settle_comment
from geodata.plans.versions import UnknownVersion
from gridmap.access import Permission
from gridmap.errors import GridmapError

#: Whoever draws plans or reviews them may say that a comment is dealt with.
SETTLING = frozenset({Permission.DRAFT_PLANS, Permission.REVIEW_PLANS})


class CommentNowhere(GridmapError):
    """A comment at a place that is none."""

    code = "plan_comment_nowhere"
    zh = "意见的位置有误：经度应在 -180 至 180 之间，纬度应在 -90 至 90 之间，两者须同时填写。"
    en = "The comment's place is wrong: give a longitude from -180 to 180 and a latitude from -90 to 90, or neither."


def say(
    conn: Connection, by: Actor, ref: UUID, words: str, *, version: int, at: tuple[float, float] | None = None
) -> UUID:
    """Keep a comment in the caller's transaction; its name. Those who drew the plan are told.

    Errors: ``UnknownPlan``, ``UnknownVersion``, ``CommentNowhere``, ``CommentMissing``, ``CommentTooLong``.
    """
    row = plan_by_ref(conn, by.scope, ref)
    if not 0 <= version <= row.version:
        raise UnknownVersion(field="version", version=version)
    if at is not None and not (-180 <= at[0] <= 180 and -90 <= at[1] <= 90):
        raise CommentNowhere(field="lon")
    made = add_comment(conn, row.id, version, words, at=at, account_id=by.account_id)
    tell(conn, authors_of(conn, row.id), "plan_comment", {"plan": str(row.ref), "name": row.name}, but=by.account_id)
    return made


def settle(conn: Connection, by: Actor, ref: UUID, comment: UUID) -> None:
    """Mark a comment as dealt with, in the caller's transaction. Errors: ``UnknownPlan``, ``StepForbidden``, ``UnknownComment``."""
    row = plan_by_ref(conn, by.scope, ref)
    if by.account_id is None or not SETTLING & by.scope.permissions:
        raise StepForbidden(field="comment")
    settle_comment(conn, row.id, comment, by.account_id)
