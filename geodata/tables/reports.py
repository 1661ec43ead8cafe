from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    literal_column,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import geometry_checks, id_column, metadata, one_of, ref_column
from geodata.tables.xid8 import Xid8
from gridmap.assignment import Reason
from gridmap.datum import DATUMS
from gridmap.report import OPEN, SOURCES, STATES

PLACED_BY = ("received", "address", "person")


def _changed_xid() -> Column[int]:
    return Column("changed_xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()"))


#: Reports (案件). Coordinates as received stand beside the derived point, so that a wrong datum can be undone.
#: ``intake_district`` never changes and, with ``reported_at``, is what the table can be partitioned by.
report = Table(
    "report",
    metadata,
    id_column(),
    ref_column(),
    Column("category", Text, nullable=False),
    Column("source", Text, nullable=False, server_default="other"),
    Column("status", Text, nullable=False, server_default="filed"),
    Column("text", Text, nullable=False, server_default=""),
    Column("address_text", Text, nullable=False, server_default=""),
    Column("raw_lon", Float),
    Column("raw_lat", Float),
    Column("datum", Text, nullable=False, server_default="wgs84"),
    Column("accuracy_m", Float),
    Column("geom", Geometry("POINT", srid=4326, spatial_index=True)),
    # What the point comes from: the coordinates as received, an address that was matched, or a person who set the pin.
    Column("placed_by", Text, nullable=False, server_default="received"),
    # The device or program that gave the coordinates, where it says so: its datum is judged as a stream.
    Column("device", Text, nullable=False, server_default=""),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("intake_district", Text, nullable=False),
    Column("grid_at_capture", BigInteger, ForeignKey("grid.id")),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    _changed_xid(),
    one_of("source", SOURCES),
    one_of("status", STATES),
    one_of("datum", DATUMS),
    CheckConstraint("category <> ''", name="category_not_blank"),
    one_of("placed_by", PLACED_BY),
    CheckConstraint(
        "(raw_lon IS NULL) = (raw_lat IS NULL) AND CASE placed_by WHEN 'received' THEN (raw_lon IS NULL) = (geom IS NULL) "
        "ELSE geom IS NOT NULL END",
        name="point_whole",
    ),
    CheckConstraint("raw_lon BETWEEN -180 AND 180 AND raw_lat BETWEEN -90 AND 90", name="raw_on_earth"),
    CheckConstraint("geom IS NOT NULL OR address_text <> ''", name="has_place"),
    CheckConstraint("accuracy_m BETWEEN 0 AND 100000", name="accuracy_m_plausible"),
    CheckConstraint("occurred_at <= reported_at", name="occurred_before_reported"),
    CheckConstraint("reported_at <= received_at + interval '1 day'", name="reported_before_received"),
    CheckConstraint("occurred_at >= '1990-01-01+00'", name="occurred_plausible"),
    *geometry_checks(),
)
Index("ix_report_occurred_at", report.c.occurred_at.desc(), report.c.id.desc())
Index("ix_report_category_occurred_at", report.c.category, report.c.occurred_at.desc(), report.c.id.desc())
Index("ix_report_reported_at", report.c.reported_at.desc(), report.c.id.desc())
#: The place of a report's state in its life, from 1. A state that is added to ``STATES`` needs a migration that makes the index anew.
STATE_PLACE: ColumnElement[int] = literal_column(
    "array_position(ARRAY[" + ", ".join(f"'{state}'" for state in STATES) + "]::text[], status)", Integer
)
#: The condition that the work on a report is not over, as the index of open ones has it.
IS_OPEN: ColumnElement[bool] = STATE_PLACE.in_([literal_column(str(STATES.index(state) + 1)) for state in OPEN])
Index("ix_report_state_place_occurred_at", STATE_PLACE, report.c.occurred_at.desc(), report.c.id.desc())
#: Open reports are few and among the latest: a list of them that starts with the oldest would walk over all that is closed.
Index(
    "ix_report_open_occurred_at",
    report.c.occurred_at,
    report.c.id,
    postgresql_where=IS_OPEN,
)
Index("ix_report_changed_xid", report.c.changed_xid)
Index("ix_report_intake_district_reported_at", report.c.intake_district, report.c.reported_at)
Index(
    "ix_report_account_id",
    report.c.account_id,
    report.c.occurred_at.desc(),
    report.c.id.desc(),
    postgresql_where=report.c.account_id.is_not(None),
)

#: Keys that a client or a source gave, unique in their scope: ``account:7``, ``anonymous``, ``load:reports``.
report_key = Table(
    "report_key",
    metadata,
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("report_id", BigInteger, ForeignKey("report.id"), nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("scope", "key"),
)
Index("ix_report_key_report_id", report_key.c.report_id)

REASONS = tuple(str(reason) for reason in Reason)

#: The one owning grid of each report, in a table of its own: updating a million wide reports costs ten times more.
owner = Table(
    "owner",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id"), primary_key=True, autoincrement=False),
    Column("grid_id", BigInteger, ForeignKey("grid.id")),
    Column("reason", Text, nullable=False),
    Column("distance_to_edge_m", Float),
    # The owner's share of the probability, where the position has an accuracy that reaches another grid.
    Column("share", Float),
    Column("index_version", BigInteger, nullable=False),
    # The day whose grids decide, where it is not the day reported: a publication re-routed it, or its pin was moved later.
    Column("as_of", Date),
    Column("assigned_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("intake_district", Text, nullable=False),
    _changed_xid(),
    one_of("reason", REASONS),
    CheckConstraint("(grid_id IS NULL) = (reason = 'none')", name="none_has_no_grid"),
    CheckConstraint("share BETWEEN 0 AND 1", name="share_plausible"),
)
Index("ix_owner_grid_id", owner.c.grid_id, owner.c.report_id.desc())
Index("ix_owner_changed_xid", owner.c.changed_xid)

CAUSES = (
    "filed", "loaded", "assigned", "moved", "transferred", "published", "confirmed", "address_matched", "datum_corrected", "boundary_corrected",
)  # fmt: skip

#: Every owner a report ever had. Appended only.
owner_history = Table(
    "owner_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("report_id", BigInteger, ForeignKey("report.id"), nullable=False),
    Column("grid_id", BigInteger, ForeignKey("grid.id")),
    Column("reason", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("index_version", BigInteger, nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("intake_district", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("reason", REASONS),
    one_of("cause", CAUSES),
    PrimaryKeyConstraint("report_id", "id"),
)

#: What happened to a report (filed, verified, whistled, ...). Appended only; its state follows from it.
event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("report_id", BigInteger, ForeignKey("report.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("intake_district", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    CheckConstraint("kind <> ''", name="kind_not_blank"),
)
Index("ix_event_report_id", event.c.report_id, event.c.id)
