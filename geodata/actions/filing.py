"""File a report: report, owner, history and first event, wholly or not at all."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func

from geodata.actions.keeping_photos import JudgedPhoto, attach_photos
from geodata.actions.locating import PlaceAnswer, locate_place
from geodata.addresses.matching import MatchedAddress, candidate_json, match_addresses
from geodata.addresses.queue import keep_searches
from geodata.indexes.city import grid_index
from geodata.owners.asking import renew_doubts
from geodata.points import point
from geodata.positions.piles import flag_new_report
from geodata.positions.standing import standing_for
from geodata.reports import insert_report, report_by_key
from geodata.settings import Settings
from geodata.tables import event, owner, owner_history, report_key
from gridmap.assignment import Reason
from gridmap.errors import GridmapError
from gridmap.photo import Pin
from gridmap.report import ReportDraft


class KeyReused(GridmapError):
    """The same client key with another body."""

    code = "key_reused"
    zh = "该 client_key 已用于另一条内容不同的上报；新的上报请使用新的 client_key。"
    en = "This client_key was already used for a report with another body; use a new one for a new report."


@dataclass(frozen=True, slots=True)
class FiledReport:
    """What became of a draft. ``created`` is False when a retry found the report that is already there."""

    ref: UUID
    created: bool
    place: PlaceAnswer
    photos: tuple[JudgedPhoto, ...] = ()


def file_report(
    conn: Connection, settings: Settings, draft: ReportDraft, *, scope: str, account_id: int | None = None
) -> FiledReport:
    """File a draft in the caller's transaction.

    ``scope`` is whose keys ``draft.client_key`` is unique among (``account:7``, ``anonymous``); filing the same key and body
    again is harmless. Errors: those of ``ReportDraft.check`` and of ``attach_photos``, and ``KeyReused``.
    """
    now = datetime.now(UTC)
    draft.check(now)
    # The grids of the moment that is noted, also when a midnight passes meanwhile.
    at = now.astimezone(settings.zone).date()
    body_hash = _body_hash(draft)
    standing = standing_for(conn, settings, draft, draft.reported_at or now)
    if standing is not None:
        draft = standing.corrected
    if draft.client_key and (ref := _filed_before(conn, scope, draft.client_key, body_hash)) is not None:
        return FiledReport(ref, created=False, place=_place(conn, settings, draft, _match(conn, settings, draft), at))
    found = _found(conn, settings, draft, now, at, account_id)
    filed = _insert(conn, draft, found)
    _own(conn, settings, filed.id, found)
    _note(conn, filed.id, found)
    if standing is not None:
        standing.note(conn, filed.id, found.district)
    if draft.lon is not None and draft.lat is not None:
        flag_new_report(conn, filed.id, draft.lon, draft.lat, draft.datum)
    if found.place.ambiguous:
        renew_doubts(conn, {filed.id: found.place.alternatives})
    if draft.client_key:
        kept = {"scope": scope, "key": draft.client_key, "report_id": filed.id, "body_hash": body_hash}
        conn.execute(report_key.insert().values(**kept))
    photos = _attach(conn, settings, draft, filed.id, found) if draft.photos else []
    return FiledReport(filed.ref, created=True, place=found.place, photos=tuple(photos))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a draft turns out to be: its place and what its address matched, its district and times, who files it."""

    place: PlaceAnswer
    matched: MatchedAddress | None
    district: str
    reported_at: datetime
    occurred_at: datetime
    account_id: int | None

    @property
    def by_address(self) -> bool:
        return self.matched is not None and self.matched.sure

    @property
    def has_point(self) -> bool:
        return not math.isnan(self.place.lon)


def _filed_before(conn: Connection, scope: str, key: str, body_hash: bytes) -> UUID | None:
    """The report that bears the key. Two retries at once wait for each other here, so that the second finds the first's."""
    conn.execute(func.pg_advisory_xact_lock(func.hashtextextended(f"{scope}\n{key}", 0)).select())
    known = report_by_key(conn, scope, key)
    if known is None:
        return None
    if bytes(known.body_hash) != body_hash:
        raise KeyReused(field="client_key")
    ref: UUID = known.ref
    return ref


def _found(
    conn: Connection, settings: Settings, draft: ReportDraft, now: datetime, at: date, account_id: int | None
) -> _Found:
    matched = _match(conn, settings, draft)
    place = _place(conn, settings, draft, matched, at)
    district = place.district.code if place.district else (matched and matched.district) or settings.city_code
    reported_at = draft.reported_at or now
    return _Found(place, matched, district, reported_at, min(draft.occurred_at or reported_at, reported_at), account_id)


def _insert(conn: Connection, draft: ReportDraft, found: _Found) -> Row[Any]:
    return insert_report(
        conn,
        draft,
        {
            "geom": point(found.place.lon, found.place.lat) if found.has_point else None,
            "placed_by": "address" if found.by_address else "received",
            "occurred_at": found.occurred_at,
            "reported_at": found.reported_at,
            "intake_district": found.district,
            "grid_at_capture": found.place.grid_id,
            "account_id": found.account_id,
        },
    )


def _own(conn: Connection, settings: Settings, report_id: int, found: _Found) -> None:
    place = found.place
    later = _later_day(conn, settings, found)
    decided = {
        "report_id": report_id,
        "grid_id": place.grid_id,
        "reason": str(place.reason),
        "index_version": place.plan_version,
        "intake_district": found.district,
    }
    share = place.share if place.alternatives else None
    measured = {"distance_to_edge_m": place.distance_to_edge_m, "share": share}
    conn.execute(owner.insert().values(**decided, **measured, as_of=later))
    cause = "address_matched" if found.by_address else "filed"
    conn.execute(owner_history.insert().values(**decided, cause=cause, account_id=found.account_id))


def _later_day(conn: Connection, settings: Settings, found: _Found) -> date | None:
    """The day whose grids decide over what was reported on an earlier day, where those of that day say otherwise: somebody has to work there."""
    day, place = found.reported_at.astimezone(settings.zone).date(), found.place
    if day == place.at or not found.has_point:
        return None
    then = locate_place(conn, settings, place.lon, place.lat, at=day)
    return None if then.grid_id == place.grid_id else place.at


def _note(conn: Connection, report_id: int, found: _Found) -> None:
    """The first events, and what became of an address."""
    happened = {"report_id": report_id, "intake_district": found.district}
    conn.execute(event.insert().values(**happened, kind="filed", account_id=found.account_id))
    if found.matched is None:
        return
    keep_searches(conn, {report_id: found.matched})
    if found.by_address:
        detail = {"candidate": candidate_json(found.matched.candidates[0])}
        conn.execute(event.insert().values(**happened, kind="address_matched", detail=detail))


def _attach(
    conn: Connection, settings: Settings, draft: ReportDraft, report_id: int, found: _Found
) -> list[JudgedPhoto]:
    return attach_photos(
        conn,
        settings,
        draft.photos,
        account_id=found.account_id,
        form_key=UUID(draft.client_key) if draft.client_key else None,
        report_id=report_id,
        intake_district=found.district,
        pin=Pin(found.place.lon, found.place.lat, draft.accuracy_m) if found.has_point else None,
        reported_at=found.reported_at,
        occurred_at=found.occurred_at,
    )


def _match(conn: Connection, settings: Settings, draft: ReportDraft) -> MatchedAddress | None:
    """What the address means where it is all that there is; None for a report with coordinates."""
    return match_addresses(conn, settings, [draft.address_text])[0] if draft.lon is None else None


def _place(
    conn: Connection, settings: Settings, draft: ReportDraft, matched: MatchedAddress | None, at: date
) -> PlaceAnswer:
    if draft.lon is not None and draft.lat is not None:
        return locate_place(conn, settings, draft.lon, draft.lat, datum=draft.datum, accuracy_m=draft.accuracy_m, at=at)
    if matched is None or not matched.sure:
        return _no_place(conn, settings, at)
    place = locate_place(conn, settings, matched.candidates[0].lon, matched.candidates[0].lat, at=at)
    return place if place.grid is None else replace(place, reason=Reason.ADDRESS)


def _no_place(conn: Connection, settings: Settings, at: date) -> PlaceAnswer:
    """An address without coordinates has no owner until somebody or something places it."""
    version = grid_index(conn, settings, at).version
    nothing = (None,) * 5
    return PlaceAnswer(float("nan"), float("nan"), *nothing, Reason.NONE, None, False, (), version, at)


def _body_hash(draft: ReportDraft) -> bytes:
    body = asdict(draft)
    del body["client_key"]
    if not body["photos"]:  # a body from before there were photos has the same hash
        del body["photos"]
    if not body["device"]:  # nor devices
        del body["device"]
    return hashlib.sha256(json.dumps(body, default=str, sort_keys=True, ensure_ascii=False).encode()).digest()
