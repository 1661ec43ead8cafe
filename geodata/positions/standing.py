"""Corrections that stand: what a device reports from now on is taken in the corrected datum as it comes in.

A source that names no device is one, too: everything that comes from it without a name. Our own pages name themselves.

A standing correction has no last day. A report that is filed is put right before it gets its owner; those of a file by the correction's
job, which a load asks for. Both are written down with the correction like those that it found, so undoing gives them back too.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from geodata.positions.correcting import CORRECTED
from geodata.positions.corrections import STANDS
from geodata.settings import Settings
from geodata.tables import datum_correction, datum_correction_report, event
from gridmap.assignment import Reason
from gridmap.datum import to_wgs84
from gridmap.report import ReportDraft


@dataclass(frozen=True, slots=True)
class Standing:
    """A standing correction and the draft that it is about, as it was sent."""

    correction_id: int
    ref: UUID
    to_datum: str
    sent: ReportDraft

    @property
    def corrected(self) -> ReportDraft:
        """The draft in the datum that it really is in."""
        return replace(self.sent, datum=self.to_datum)

    def note(self, conn: Connection, report_id: int, intake_district: str) -> None:
        """Write down that a report was corrected as it came in: for its history, and to give it back. It had no owner before."""
        assert self.sent.lon is not None
        assert self.sent.lat is not None
        lon, lat = to_wgs84(self.sent.lon, self.sent.lat, self.sent.datum)
        before = {"lon_before": lon, "lat_before": lat, "grid_before": None, "reason_before": str(Reason.NONE)}
        keys = {"correction_id": self.correction_id, "report_id": report_id}
        conn.execute(datum_correction_report.insert().values(**keys, **before))
        detail = {"from": self.sent.datum, "to": self.to_datum, "correction": str(self.ref), "when_filed": True}
        told = {"report_id": report_id, "kind": CORRECTED, "intake_district": intake_district, "detail": detail}
        conn.execute(event.insert().values(told))


def standing_for(conn: Connection, settings: Settings, draft: ReportDraft, at: datetime) -> Standing | None:
    """The correction that a draft, reported at a time, falls under; None for most. Until the transaction ends nobody undoes it."""
    if draft.lon is None:
        return None
    found = conn.execute(
        select(datum_correction.c.id, datum_correction.c.ref, datum_correction.c.to_datum)
        .where(
            STANDS,
            datum_correction.c.source == draft.source,
            datum_correction.c.device == draft.device,
            datum_correction.c.from_datum == draft.datum,
            datum_correction.c.from_day <= at.astimezone(settings.zone).date(),
        )
        .with_for_update(read=True)
    ).one_or_none()
    return None if found is None else Standing(found.id, found.ref, found.to_datum, draft)


def standing_corrections(conn: Connection) -> list[UUID]:
    """References of all that stand."""
    return list(conn.scalars(select(datum_correction.c.ref).where(STANDS).order_by(datum_correction.c.id)))
