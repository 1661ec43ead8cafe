from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY

from geodata.tables.base import id_column, metadata, one_of, ref_column

#: Photos of reports. The files lie in the home folder under the random name ``file``; what stands here is what EXIF says, as it says it
#: (WGS84), and what was remarked when the report was filed. Until then a photo belongs to whoever sent it (``account_id``, ``form_key``)
#: and to no report.
photo = Table(
    "photo",
    metadata,
    id_column(),
    ref_column(),
    Column("report_id", BigInteger, ForeignKey("report.id")),
    Column("number", Integer),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("form_key", Uuid),
    Column("file", Text, nullable=False, unique=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", DateTime(timezone=True)),
    # The camera's clock named no zone: the city's was taken.
    Column("zone_assumed", Boolean, nullable=False, server_default=text("false")),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Column("altitude_m", Float),
    Column("direction_deg", Float),
    Column("direction_ref", Text),
    Column("distance_m", Float),
    Column("remarks", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("intake_district", Text),
    one_of("media_type", ("image/jpeg", "image/png", "image/webp")),
    one_of("direction_ref", ("true", "magnetic")),
    CheckConstraint(
        "(report_id IS NULL) = (number IS NULL) AND (report_id IS NULL) = (intake_district IS NULL)",
        name="with_a_report",
    ),
    CheckConstraint("file ~ '^[0-9a-f]{32}$'", name="file_is_random"),
    CheckConstraint("length(sha256) = 32", name="sha256_whole"),
    CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name="picture_not_empty"),
    CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="position_whole"),
    CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="position_on_earth"),
    CheckConstraint("direction_deg >= 0 AND direction_deg < 360", name="direction_plausible"),
    CheckConstraint("accuracy_m > 0 AND accuracy_m <= 100000", name="accuracy_m_plausible"),
    CheckConstraint("distance_m >= 0", name="distance_m_plausible"),
)
Index("uq_photo_report_id_number", photo.c.report_id, photo.c.number, unique=True)
Index("ix_photo_account_id", photo.c.account_id, postgresql_where=photo.c.account_id.is_not(None))
Index("ix_photo_sha256", photo.c.sha256)
Index("ix_photo_form_key", photo.c.form_key, postgresql_where=photo.c.form_key.is_not(None))
#: Photos that wait for their report, which the timer clears after a day.
Index("ix_photo_waiting", photo.c.received_at, postgresql_where=photo.c.report_id.is_(None))
