"""File a report: report, owner, history and first event, wholly or not at all."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import Connection, func

from geodata.actions.keeping_photos import JudgedPhoto, attach_photos
from geodata.actions.locating import PlaceAnswer, locate_place
from geodata.addresses.matching import MatchedAddress, candidate_json, match_addresses
from geodata.addresses.queue import keep_searches
from geodata.days import today
from geodata.indexes.city import grid_index
from geodata.owners.asking import renew_doubts
from geodata.points import point
from geodata.positions.piles import flag_new_report
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
    body_hash = _body_hash(draft)
    if draft.client_key:
        # Two retries at once wait for each other here, so that the second finds the first's report.
        conn.execute(func.pg_advisory_xact_lock(func.hashtextextended(f"{scope}\n{draft.client_key}", 0)).select())
        if (known := report_by_key(conn, scope, draft.client_key)) is not None:
            if bytes(known.body_hash) != body_hash:
                raise KeyReused(field="client_key")
            return FiledReport(
                known.ref, created=False, place=_place(conn, settings, draft, _match(conn, settings, draft))
            )
    matched = _match(conn, settings, draft)
    place = _place(conn, settings, draft, matched)
    by_address = matched is not None and matched.sure
    reported_at = draft.reported_at or now
    occurred_at = min(draft.occurred_at or reported_at, reported_at)
    district = place.district.code if place.district else (matched and matched.district) or settings.city_code
    filed = insert_report(
        conn,
        draft,
        {
            "geom": None if math.isnan(place.lon) else point(place.lon, place.lat),
            "placed_by": "address" if by_address else "received",
            "occurred_at": occurred_at,
            "reported_at": reported_at,
            "intake_district": district,
            "grid_at_capture": place.grid_id,
            "account_id": account_id,
        },
    )
    decided = {
        "report_id": filed.id,
        "grid_id": place.grid_id,
        "reason": str(place.reason),
        "index_version": place.plan_version,
        "intake_district": district,
    }
    share = place.share if place.alternatives else None
    conn.execute(owner.insert().values(**decided, distance_to_edge_m=place.distance_to_edge_m, share=share))
    cause = "address_matched" if by_address else "filed"
    conn.execute(owner_history.insert().values(**decided, cause=cause, account_id=account_id))
    conn.execute(
        event.insert().values(report_id=filed.id, kind="filed", account_id=account_id, intake_district=district)
    )
    if matched is not None:
        keep_searches(conn, {filed.id: matched})
        if by_address:
            found = {"candidate": candidate_json(matched.candidates[0])}
            conn.execute(
                event.insert().values(
                    report_id=filed.id, kind="address_matched", intake_district=district, detail=found
                )
            )
    if draft.lon is not None and draft.lat is not None:
        flag_new_report(conn, filed.id, draft.lon, draft.lat, draft.datum)
    if place.ambiguous:
        renew_doubts(conn, {filed.id: place.alternatives})
    if draft.client_key:
        conn.execute(
            report_key.insert().values(scope=scope, key=draft.client_key, report_id=filed.id, body_hash=body_hash)
        )
    photos = []
    if draft.photos:
        photos = attach_photos(
            conn,
            settings,
            draft.photos,
            account_id=account_id,
            form_key=UUID(draft.client_key) if draft.client_key else None,
            report_id=filed.id,
            intake_district=district,
            pin=None if math.isnan(place.lon) else Pin(place.lon, place.lat, draft.accuracy_m),
            reported_at=reported_at,
            occurred_at=occurred_at,
        )
    return FiledReport(filed.ref, created=True, place=place, photos=tuple(photos))


def _match(conn: Connection, settings: Settings, draft: ReportDraft) -> MatchedAddress | None:
    """What the address means where it is all that there is; None for a report with coordinates."""
    return match_addresses(conn, settings, [draft.address_text])[0] if draft.lon is None else None


def _place(conn: Connection, settings: Settings, draft: ReportDraft, matched: MatchedAddress | None) -> PlaceAnswer:
    if draft.lon is not None and draft.lat is not None:
        return locate_place(conn, settings, draft.lon, draft.lat, datum=draft.datum, accuracy_m=draft.accuracy_m)
    if matched is None or not matched.sure:
        return _no_place(conn, settings, today(settings.zone))
    place = locate_place(conn, settings, matched.candidates[0].lon, matched.candidates[0].lat)
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
