"""Photos on the web: taken from a form under limits, told in words, shown small inside a page."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.datastructures import FileStorage

from geodata.actions.keeping_photos import keep_photo, take_in
from geodata.photos import PhotoGone, file_path, read_file, remove_files
from geodata.photos.waiting import count_bytes, make_room
from geodata.rate_limits import count_event
from gridmap.errors import GridmapError
from gridmap.photo import MAGNETIC, Remark
from web import db
from web.address import address_key

_HOUR = timedelta(hours=1)
#: An account may send so many times what an address without one may.
_ACCOUNT_TIMES = 10
_SECTORS = (
    _l("north"), _l("north-east"), _l("east"), _l("south-east"), _l("south"), _l("south-west"), _l("west"), _l("north-west"),
)  # fmt: skip
_BADGES = {
    Remark.FAR: _l("Far from the place"),
    Remark.MAYBE_GCJ02: _l("Position may be GCJ-02"),
    Remark.OLD: _l("Old photo"),
    Remark.FUTURE: _l("Camera's clock is ahead"),
    Remark.NO_POSITION: _l("No position"),
    Remark.NO_TIME: _l("No time"),
    Remark.OTHER_REPORT: _l("Also with another report"),
}


def keep_sent(sent: FileStorage, form_key: UUID | None) -> Row[Any]:
    """Keep one photo of a request for its sender, counted by account or address.

    Errors: ``TooManyRequests``, without an account ``PhotoBytesSpent`` and ``PhotoRoomFull``, those of ``take_in`` and ``keep_photo``.
    """
    settings = db.settings()
    account_id = g.account.id if g.account else None
    most = settings.photos_most * settings.anonymous_reports_per_hour
    key, limit = (
        (f"photo:account:{account_id}", most * _ACCOUNT_TIMES)
        if account_id
        else (f"photo:address:{address_key()}", most)
    )
    with db.transaction() as conn:
        count_event(conn, key, limit, _HOUR)
    taken = take_in(settings, sent.stream, sent.filename or "")  # type: ignore[arg-type]  # a stream of bytes
    gone: list[str] = []
    try:
        with db.transaction() as conn:
            if account_id is None:
                count_bytes(conn, settings, f"address:{address_key()}", taken.size)
                gone = make_room(conn, settings, taken.size)
            kept = keep_photo(conn, settings, taken, account_id=account_id, form_key=form_key)
    except GridmapError:
        remove_files(settings, [taken.file])
        raise
    remove_files(settings, gone)
    return kept


def chosen_files(files: Iterable[FileStorage]) -> list[FileStorage]:
    """What was chosen; a browser sends an empty nameless part for an input that was left alone."""
    return [sent for sent in files if sent.filename]


def small_picture(row: Row[Any]) -> str | None:
    """The thumbnail as an address that holds it whole, for pages whose own address is a secret; None when the file is gone."""
    try:
        content = read_file(db.settings(), row.file, "small")
    except PhotoGone:
        return None
    return f"data:image/jpeg;base64,{b64encode(content).decode()}"


def photo_there(row: Row[Any]) -> bool:
    """Whether the files of a photo are on the server."""
    return file_path(db.settings(), row.file, "small").is_file()


def remark_word(remark: Remark) -> str:
    """A remark on a badge."""
    return str(_BADGES[remark])


def distance_word(metres: float) -> str:
    """A distance as one says it: in metres below a kilometre, then in kilometres with one decimal."""
    if metres < 999.5:
        return str(_("%(number)s m", number=round(metres)))
    return str(_("%(number)s km", number=f"{metres / 1000:,.1f}"))


def direction_word(degrees: float, ref: str | None) -> str:
    """Where the camera looked."""
    said = _("%(sector)s, %(degrees)s°", sector=_SECTORS[round(degrees / 45) % 8], degrees=round(degrees) % 360)
    return str(_("%(direction)s (magnetic)", direction=said) if ref == MAGNETIC else said)


def helpers() -> dict[str, Any]:
    """The names for templates that show photos."""
    return {
        "remark_word": remark_word,
        "distance_word": distance_word,
        "direction_word": direction_word,
        "small_picture": small_picture,
        "photo_there": photo_there,
    }
