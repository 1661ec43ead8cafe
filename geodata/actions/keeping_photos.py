"""Photos on their way to a report: taken in, judged, attached."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import Connection, Row, func

from geodata.photos import files, store
from geodata.photos.decoding import Decoded, decode
from geodata.photos.errors import PhotoTaken, PhotoTooLarge, TooManyPhotos
from geodata.settings import Settings
from gridmap.photo import PhotoFacts, PhotoLimits, Pin, Remark, distance_m, remarks

_NAME_MOST = 60
_TIMES_EXCHANGED = 3


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A photo that could be read and lies on disk, but belongs to nobody yet."""

    file: str
    sha256: bytes
    size: int
    decoded: Decoded


@dataclass(frozen=True, slots=True)
class JudgedPhoto:
    """A photo (its row), what it says, how far from the report's place it was taken, what does not fit."""

    row: Row[Any]
    facts: PhotoFacts
    distance_m: float | None
    remarks: tuple[Remark, ...]


def take_in(settings: Settings, stream: BinaryIO, name: str) -> TakenIn:
    """Read a photo and write its files; needs no database, since it takes a while. Call ``keep_photo`` next: what is not kept is swept.

    Errors: ``PhotoTooLarge`` and those of ``decode``, each with the file's ``name``.
    """
    shown = name[-_NAME_MOST:]
    data = stream.read(settings.photo_bytes_most + 1)
    if len(data) > settings.photo_bytes_most:
        raise PhotoTooLarge(field="photos", name=shown, limit=settings.photo_bytes_most // 1_000_000)
    decoded = decode(data, shown, settings.zone)
    file = files.write_files(settings, {"original": data, "large": decoded.large, "small": decoded.small})
    return TakenIn(file, hashlib.sha256(data).digest(), len(data), decoded)


def keep_photo(
    conn: Connection, settings: Settings, taken: TakenIn, *, account_id: int | None, form_key: UUID | None = None
) -> Row[Any]:
    """Keep a photo for a day until its report comes. The same file from the same form again is the same photo.

    Errors: ``TooManyPhotos`` when the form has sent far more than a report takes: some may be exchanged for others.
    """
    if form_key is not None:
        # Two requests of one form wait for each other here.
        conn.execute(func.pg_advisory_xact_lock(func.hashtextextended(f"photos {form_key}", 0)).select())
        sent = store.photos_of_form(conn, form_key, account_id)
        for row in sent:
            if bytes(row.sha256) == taken.sha256:
                files.remove_files(settings, [taken.file])
                return row
        if len(sent) >= _TIMES_EXCHANGED * settings.photos_most:
            files.remove_files(settings, [taken.file])
            raise TooManyPhotos(field="photos", limit=settings.photos_most)
    return store.insert_photo(
        conn,
        taken.decoded,
        file=taken.file,
        sha256=taken.sha256,
        size=taken.size,
        account_id=account_id,
        form_key=form_key,
    )


def attach_photos(
    conn: Connection,
    settings: Settings,
    refs: Sequence[str],
    *,
    account_id: int | None,
    form_key: UUID | None,
    report_id: int,
    intake_district: str,
    pin: Pin | None,
    reported_at: datetime,
    occurred_at: datetime,
) -> list[JudgedPhoto]:
    """Put photos to a report in the caller's transaction, with what does not fit it. Errors: ``PhotoNotSent``, ``PhotoTaken``, ``TooManyPhotos``."""
    if not refs:
        return []
    if len(refs) > settings.photos_most:
        raise TooManyPhotos(field="photos", limit=settings.photos_most)
    rows = store.photos_of_sender(conn, refs, account_id=account_id, form_key=form_key, lock=True)
    if any(row.report_id is not None for row in rows):
        raise PhotoTaken(field="photos")
    judged = judge(conn, settings, rows, pin, reported_at, occurred_at)
    for number, found in enumerate(judged, start=1):
        store.attach(
            conn,
            found.row.id,
            report_id=report_id,
            number=number,
            intake_district=intake_district,
            distance_m=found.distance_m,
            remarks=[str(remark) for remark in found.remarks],
        )
    return judged


def judge(
    conn: Connection,
    settings: Settings,
    rows: Sequence[Row[Any]],
    pin: Pin | None,
    sent_at: datetime,
    occurred_at: datetime | None = None,
) -> list[JudgedPhoto]:
    """Photos that wait for their report against the place and time that it is to have."""
    known = store.with_a_report(conn, [row.sha256 for row in rows])
    return [_judged(settings, row, pin, sent_at, occurred_at, bytes(row.sha256) in known) for row in rows]


def photos_against(
    conn: Connection, settings: Settings, report: Row[Any], *, at: tuple[float, float] | None = None
) -> list[JudgedPhoto]:
    """The photos of a report (a row of ``geodata.reports``) against the place that it has now: a pin may have been moved since.

    With ``at`` (WGS84 degrees, longitude first) against that place: what would not fit if the pin were moved there.
    """
    lon, lat = at or (report.lon, report.lat)
    pin = None if lon is None else Pin(lon, lat, report.accuracy_m)
    return [
        _judged(settings, row, pin, report.reported_at, report.occurred_at, row.elsewhere)
        for row in store.photos_of_report(conn, report.id)
    ]


def _judged(
    settings: Settings,
    row: Row[Any],
    pin: Pin | None,
    sent_at: datetime,
    occurred_at: datetime | None,
    elsewhere: bool,
) -> JudgedPhoto:
    facts = store.facts_in(row)
    limits = PhotoLimits(settings.photo_far_m, timedelta(hours=settings.photo_old_h))
    told = remarks(facts, pin, sent_at, occurred_at=occurred_at, limits=limits, elsewhere=elsewhere)
    return JudgedPhoto(row, facts, distance_m(facts, pin), told)
