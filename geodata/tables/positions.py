from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import geometry_column, id_column, metadata, one_of, ref_column
from geodata.tables.reports import REASONS
from gridmap.datum import DATUMS, HYPOTHESES

#: What the last judgement says of each stream of positions (source, device, stated datum), a row a run of days. Replaced as a whole.
#: ``likely`` is NULL where nothing can be said; ``shares`` by hypothesis: {"gcj02": [in grids, on buildings or null], ...}.
datum_stream = Table(
    "datum_stream",
    metadata,
    id_column(),
    Column("source", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("stated", Text, nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("places", Integer, nullable=False),
    Column("shares", JSONB, nullable=False),
    Column("likely", Text),
    Column("confidence", Float, nullable=False),
    Column("suspect", Boolean, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("stated", DATUMS),
    one_of("likely", HYPOTHESES),
    CheckConstraint("from_day <= to_day", name="days_in_order"),
    CheckConstraint("NOT suspect OR likely IS NOT NULL", name="suspect_of_something"),
)
Index(
    "uq_datum_stream_run", *(datum_stream.c[name] for name in ("source", "device", "stated", "from_day")), unique=True
)

#: Corrections of a stream's datum: asked for, done by a job in batches, and undone the same way. Days are the city's, both included.
datum_correction = Table(
    "datum_correction",
    metadata,
    id_column(),
    ref_column(),
    Column("source", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("from_datum", Text, nullable=False),
    Column("to_datum", Text, nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id", ondelete="SET NULL")),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    Column("reports", Integer, nullable=False, server_default="0"),
    Column("moved", Integer, nullable=False, server_default="0"),
    Column("undo_account_id", BigInteger, ForeignKey("account.id", ondelete="SET NULL")),
    Column("undo_asked_at", DateTime(timezone=True)),
    Column("undone_at", DateTime(timezone=True)),
    one_of("from_datum", DATUMS),
    one_of("to_datum", DATUMS),
    CheckConstraint("from_datum <> to_datum", name="another_datum"),
    CheckConstraint("from_day <= to_day", name="days_in_order"),
    CheckConstraint("undone_at IS NULL OR undo_asked_at IS NOT NULL", name="undone_when_asked"),
)
# Two people who correct one stream at once: the second is told of the first.
Index(
    "uq_datum_correction_under_way",
    *(datum_correction.c[name] for name in ("source", "device", "from_datum")),
    unique=True,
    postgresql_where=text("finished_at IS NULL AND undone_at IS NULL"),
)

#: The reports of a correction as they were before: their place in WGS84, their owner.
datum_correction_report = Table(
    "datum_correction_report",
    metadata,
    Column("correction_id", BigInteger, ForeignKey("datum_correction.id"), nullable=False),
    Column("report_id", BigInteger, ForeignKey("report.id"), nullable=False),
    Column("lon_before", Float, nullable=False),
    Column("lat_before", Float, nullable=False),
    Column("grid_before", BigInteger, ForeignKey("grid.id")),
    Column("reason_before", Text, nullable=False),
    PrimaryKeyConstraint("correction_id", "report_id"),
    one_of("reason_before", REASONS),
)
Index("ix_datum_correction_report_report_id", datum_correction_report.c.report_id)

THINGS_THERE = ("service_point", "division", "compound", "building")

#: Coordinates that stand for many places: a service hall's, the middle of a street. As received, to the sixth decimal; CGCS2000 as WGS84.
#: ``thing`` is what lies there. A person may say that it is a real place: its reports count on site then.
pile = Table(
    "pile",
    metadata,
    id_column(),
    ref_column(),
    Column("datum", Text, nullable=False),
    Column("raw_lon", Float, nullable=False),
    Column("raw_lat", Float, nullable=False),
    geometry_column("POINT"),
    Column("reports", Integer, nullable=False),
    Column("categories", Integer, nullable=False),
    Column("sources", JSONB, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("thing", Text),
    Column("thing_code", Text),
    Column("thing_name", Text),
    Column("thing_m", Float),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("real_by", BigInteger, ForeignKey("account.id", ondelete="SET NULL")),
    Column("real_at", DateTime(timezone=True)),
    one_of("datum", DATUMS),
    one_of("thing", THINGS_THERE),
)
Index("uq_pile_coordinate", pile.c.datum, pile.c.raw_lon, pile.c.raw_lat, unique=True)

PLACE_FLAGS = ("pile", "rounded")

#: Reports whose coordinate does not say where something is. They count in areas and lists, not on site.
place_flag = Table(
    "place_flag",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id"), primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("pile_id", BigInteger, ForeignKey("pile.id")),
    one_of("kind", PLACE_FLAGS),
    CheckConstraint("(pile_id IS NULL) = (kind <> 'pile')", name="pile_named"),
)
Index("ix_place_flag_pile_id", place_flag.c.pile_id)
