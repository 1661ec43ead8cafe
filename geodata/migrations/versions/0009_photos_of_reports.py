"""Photos of reports with what their EXIF says, and what was remarked on them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Uuid(), nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("zone_assumed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("altitude_m", sa.Float(), nullable=True),
        sa.Column("direction_deg", sa.Float(), nullable=True),
        sa.Column("direction_ref", sa.Text(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("remarks", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("intake_district", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'image/png', 'image/webp')", name=op.f("ck_photo_media_type_known")
        ),
        sa.CheckConstraint("direction_ref IN ('true', 'magnetic')", name=op.f("ck_photo_direction_ref_known")),
        sa.CheckConstraint(
            "(report_id IS NULL) = (number IS NULL) AND (report_id IS NULL) = (intake_district IS NULL)",
            name=op.f("ck_photo_with_a_report"),
        ),
        sa.CheckConstraint("file ~ '^[0-9a-f]{32}$'", name=op.f("ck_photo_file_is_random")),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_photo_sha256_whole")),
        sa.CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name=op.f("ck_photo_picture_not_empty")),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_photo_position_whole")),
        sa.CheckConstraint(
            "lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name=op.f("ck_photo_position_on_earth")
        ),
        sa.CheckConstraint("direction_deg >= 0 AND direction_deg < 360", name=op.f("ck_photo_direction_plausible")),
        sa.CheckConstraint("accuracy_m > 0 AND accuracy_m <= 100000", name=op.f("ck_photo_accuracy_m_plausible")),
        sa.CheckConstraint("distance_m >= 0", name=op.f("ck_photo_distance_m_plausible")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_photo_account_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_photo_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("file", name=op.f("uq_photo_file")),
        sa.UniqueConstraint("ref", name=op.f("uq_photo_ref")),
    )
    op.create_index("uq_photo_report_id_number", "photo", ["report_id", "number"], unique=True)
    given = {"account_id": "account_id IS NOT NULL", "form_key": "form_key IS NOT NULL"}
    for column, condition in given.items():
        op.create_index(f"ix_photo_{column}", "photo", [column], postgresql_where=sa.text(condition))
    op.create_index("ix_photo_sha256", "photo", ["sha256"])
    op.create_index("ix_photo_waiting", "photo", ["received_at"], postgresql_where=sa.text("report_id IS NULL"))


def downgrade() -> None:
    op.drop_table("photo")
