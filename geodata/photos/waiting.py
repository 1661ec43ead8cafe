"""The room that photos sent without an account take while they wait for a report: bounded in bytes, by address and in all.

An address is counted in the windows of ``geodata.rate_limits``, in kilobytes; no photo says whom it came from.
"""

from datetime import timedelta

from sqlalchemy import Connection, delete, func, select

from geodata.photos.errors import PhotoBytesSpent, PhotoRoomFull
from geodata.rate_limits import TooManyRequests, count_event
from geodata.settings import Settings
from geodata.tables import photo

_DAY = timedelta(days=1)
#: Somebody may still be filling in the form of a photo that is younger.
_IN_USE = timedelta(hours=1)
_NOBODY_S = (photo.c.report_id.is_(None), photo.c.account_id.is_(None))


def count_bytes(conn: Connection, settings: Settings, sender: str, size: int) -> None:
    """Count a photo against what its sender may send in a day. Errors: ``PhotoBytesSpent``."""
    most = settings.anonymous_photos_mb_per_day
    try:
        count_event(conn, f"photo_kb:{sender}", most * 1000, _DAY, amount=-(-size // 1000))
    except TooManyRequests as error:
        raise PhotoBytesSpent(field="photos", limit=most) from error


def make_room(conn: Connection, settings: Settings, size: int) -> list[str]:
    """See that a photo fits beside those that wait, in the caller's transaction; where it does not, those that waited longest go.

    Gives the names of their files, to be removed once it is committed. Errors: ``PhotoRoomFull`` when what is left is still in use.
    """
    conn.execute(func.pg_advisory_xact_lock(func.hashtextextended("photos that wait", 0)).select())
    most = settings.anonymous_photos_mb_waiting * 1_000_000
    over = (conn.scalar(select(func.sum(photo.c.bytes)).where(*_NOBODY_S)) or 0) + size - most
    if over <= 0:
        return []
    old = select(photo.c.id, photo.c.file, photo.c.bytes).where(*_NOBODY_S, photo.c.received_at < func.now() - _IN_USE)
    gone: list[int] = []
    names: list[str] = []
    for row in conn.execute(old.order_by(photo.c.received_at, photo.c.id).with_for_update(skip_locked=True)):
        gone.append(row.id)
        names.append(row.file)
        over -= row.bytes
        if over <= 0:
            conn.execute(delete(photo).where(photo.c.id.in_(gone)))
            return names
    raise PhotoRoomFull(field="photos")
