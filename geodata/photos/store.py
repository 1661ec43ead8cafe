"""Rows of photos: waiting for their report, and with it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from geodata.photos.decoding import Decoded
from geodata.photos.errors import PhotoNotSent, UnknownPhoto
from geodata.scope import Scope
from geodata.tables import photo, report
from gridmap.photo import PhotoFacts

#: How long a photo waits for its report.
_WAITS = timedelta(days=1)


def insert_photo(
    conn: Connection,
    decoded: Decoded,
    *,
    file: str,
    sha256: bytes,
    size: int,
    account_id: int | None,
    form_key: UUID | None,
) -> Row[Any]:
    """Write a photo that waits for its report; its files are on disk."""
    facts = decoded.facts
    return conn.execute(
        photo.insert()
        .values(
            account_id=account_id,
            form_key=form_key,
            file=file,
            sha256=sha256,
            media_type=decoded.media_type,
            bytes=size,
            width=decoded.width,
            height=decoded.height,
            taken_at=facts.taken_at,
            zone_assumed=facts.zone_assumed,
            lon=facts.lon,
            lat=facts.lat,
            accuracy_m=facts.accuracy_m,
            altitude_m=facts.altitude_m,
            direction_deg=facts.direction_deg,
            direction_ref=facts.direction_ref,
        )
        .returning(*photo.c)
    ).one()


def facts_in(row: Row[Any]) -> PhotoFacts:
    """What EXIF said, from a row."""
    return PhotoFacts(
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.accuracy_m,
        altitude_m=row.altitude_m,
        direction_deg=row.direction_deg,
        direction_ref=row.direction_ref,
        taken_at=row.taken_at,
        zone_assumed=row.zone_assumed,
    )


def photos_of_sender(
    conn: Connection, refs: Sequence[str], *, account_id: int | None, form_key: UUID | None, lock: bool = False
) -> list[Row[Any]]:
    """Photos by their references in that order, each once, if the sender may attach them.

    That is: sent by the same account (or by nobody known, whom the random reference was told), and from the same form if from one.
    Errors: ``PhotoNotSent``.
    """
    asked = list(dict.fromkeys(_key(ref) for ref in refs))
    query = select(photo).where(
        photo.c.ref.in_(asked),
        photo.c.account_id.is_not_distinct_from(account_id),
        or_(photo.c.form_key.is_(None), photo.c.form_key == form_key),
    )
    found = {row.ref: row for row in conn.execute(query.order_by(photo.c.id).with_for_update() if lock else query)}
    if len(found) < len(asked):
        raise PhotoNotSent(field="photos")
    return [found[ref] for ref in asked]


def photos_of_form(conn: Connection, form_key: UUID, account_id: int | None) -> list[Row[Any]]:
    """All that was sent from one form, oldest first, attached or not."""
    mine = photo.c.account_id.is_not_distinct_from(account_id)
    return list(conn.execute(select(photo).where(photo.c.form_key == form_key, mine).order_by(photo.c.id)))


def attach(conn: Connection, photo_id: int, **values: Any) -> None:
    """Put a waiting photo to its report: ``report_id``, ``number``, ``intake_district``, ``distance_m``, ``remarks``."""
    conn.execute(update(photo).where(photo.c.id == photo_id, photo.c.report_id.is_(None)).values(**values))


def photos_of_report(conn: Connection, report_id: int) -> list[Row[Any]]:
    """The photos of a report that the caller may see, in their order; ``elsewhere``: whether the same file is with another report."""
    twin = photo.alias()
    elsewhere = select(twin.c.id).where(
        twin.c.sha256 == photo.c.sha256, twin.c.report_id.is_not(None), twin.c.report_id != photo.c.report_id
    )
    query = select(photo, elsewhere.exists().label("elsewhere"))
    return list(conn.execute(query.where(photo.c.report_id == report_id).order_by(photo.c.number)))


def photo_of_report(conn: Connection, report_id: int, ref: UUID) -> Row[Any]:
    """One photo of a report that the caller may see. Errors: ``UnknownPhoto``."""
    found = conn.execute(select(photo).where(photo.c.report_id == report_id, photo.c.ref == ref)).one_or_none()
    if found is None:
        raise UnknownPhoto(field="photo")
    return found


def twins(conn: Connection, scope: Scope, report_id: int) -> dict[bytes, list[UUID]]:
    """References of other reports inside the scope that hold the same files as a report's photos, by SHA-256."""
    mine = select(photo.c.sha256).where(photo.c.report_id == report_id)
    query = (
        select(photo.c.sha256, report.c.ref)
        .join(report, report.c.id == photo.c.report_id)
        .where(photo.c.sha256.in_(mine), photo.c.report_id != report_id, *scope.report_conditions(conn))
        .order_by(report.c.id)
    )
    found: dict[bytes, list[UUID]] = {}
    for sha256, ref in conn.execute(query):
        found.setdefault(bytes(sha256), []).append(ref)
    return found


def with_a_report(conn: Connection, hashes: Sequence[bytes]) -> set[bytes]:
    """Those of the files (by SHA-256) that are with some report already."""
    known = select(photo.c.sha256).where(photo.c.sha256.in_(hashes), photo.c.report_id.is_not(None))
    return {bytes(found) for found in conn.scalars(known)}


def remove_waiting(conn: Connection) -> int:
    """Delete photos that waited too long for a report; gives how many. Their files are orphans once this is committed."""
    old = photo.c.received_at < func.now() - _WAITS
    return conn.execute(delete(photo).where(photo.c.report_id.is_(None), old)).rowcount


def _key(ref: str) -> UUID:
    try:
        return UUID(str(ref))
    except ValueError as error:
        raise PhotoNotSent(field="photos") from error
