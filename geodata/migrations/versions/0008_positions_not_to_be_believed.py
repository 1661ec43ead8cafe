"""Streams of positions with another datum than stated, their corrections; piles and rounded coordinates"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DATUMS = "('wgs84', 'cgcs2000', 'gcj02', 'bd09')"
HYPOTHESES = "('wgs84', 'gcj02', 'bd09', 'gcj02_twice')"
REASONS = "('inside', 'edge', 'edge_tie', 'overlap', 'gap', 'none', 'address', 'decided')"


def _streams() -> None:
    op.create_table(
        "datum_stream",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("shares", postgresql.JSONB(), nullable=False),
        sa.Column("likely", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"stated IN {DATUMS}", name=op.f("ck_datum_stream_stated_known")),
        sa.CheckConstraint(f"likely IN {HYPOTHESES}", name=op.f("ck_datum_stream_likely_known")),
        sa.CheckConstraint("from_day <= to_day", name=op.f("ck_datum_stream_days_in_order")),
        sa.CheckConstraint("NOT suspect OR likely IS NOT NULL", name=op.f("ck_datum_stream_suspect_of_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datum_stream")),
    )
    op.create_index("uq_datum_stream_run", "datum_stream", ["source", "device", "stated", "from_day"], unique=True)


def _corrections() -> None:
    op.create_table(
        "datum_correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("from_datum", sa.Text(), nullable=False),
        sa.Column("to_datum", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reports", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undo_account_id", sa.BigInteger(), nullable=True),
        sa.Column("undo_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"from_datum IN {DATUMS}", name=op.f("ck_datum_correction_from_datum_known")),
        sa.CheckConstraint(f"to_datum IN {DATUMS}", name=op.f("ck_datum_correction_to_datum_known")),
        sa.CheckConstraint("from_datum <> to_datum", name=op.f("ck_datum_correction_another_datum")),
        sa.CheckConstraint("from_day <= to_day", name=op.f("ck_datum_correction_days_in_order")),
        sa.CheckConstraint(
            "undone_at IS NULL OR undo_asked_at IS NOT NULL", name=op.f("ck_datum_correction_undone_when_asked")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_datum_correction_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undo_account_id"], ["account.id"], name=op.f("fk_datum_correction_undo_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datum_correction")),
        sa.UniqueConstraint("ref", name=op.f("uq_datum_correction_ref")),
    )
    op.create_index(
        "uq_datum_correction_under_way",
        "datum_correction",
        ["source", "device", "from_datum"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL AND undone_at IS NULL"),
    )
    op.create_table(
        "datum_correction_report",
        sa.Column("correction_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("lon_before", sa.Float(), nullable=False),
        sa.Column("lat_before", sa.Float(), nullable=False),
        sa.Column("grid_before", sa.BigInteger(), nullable=True),
        sa.Column("reason_before", sa.Text(), nullable=False),
        sa.CheckConstraint(f"reason_before IN {REASONS}", name=op.f("ck_datum_correction_report_reason_before_known")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["datum_correction.id"], name=op.f("fk_datum_correction_report_correction_id")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_datum_correction_report_report_id")),
        sa.ForeignKeyConstraint(["grid_before"], ["grid.id"], name=op.f("fk_datum_correction_report_grid_before")),
        sa.PrimaryKeyConstraint("correction_id", "report_id", name=op.f("pk_datum_correction_report")),
    )
    op.create_index("ix_datum_correction_report_report_id", "datum_correction_report", ["report_id"])


def _piles() -> None:
    op.create_geospatial_table(
        "pile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("raw_lon", sa.Float(), nullable=False),
        sa.Column("raw_lat", sa.Float(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                "POINT", srid=4326, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"
            ),
            nullable=False,
        ),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("categories", sa.Integer(), nullable=False),
        sa.Column("sources", postgresql.JSONB(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=True),
        sa.Column("thing_code", sa.Text(), nullable=True),
        sa.Column("thing_name", sa.Text(), nullable=True),
        sa.Column("thing_m", sa.Float(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("real_by", sa.BigInteger(), nullable=True),
        sa.Column("real_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"datum IN {DATUMS}", name=op.f("ck_pile_datum_known")),
        sa.CheckConstraint(
            "thing IN ('service_point', 'division', 'compound', 'building')", name=op.f("ck_pile_thing_known")
        ),
        sa.ForeignKeyConstraint(["real_by"], ["account.id"], name=op.f("fk_pile_real_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pile")),
        sa.UniqueConstraint("ref", name=op.f("uq_pile_ref")),
    )
    op.create_geospatial_index(
        "idx_pile_geom", "pile", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("uq_pile_coordinate", "pile", ["datum", "raw_lon", "raw_lat"], unique=True)
    op.create_table(
        "place_flag",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pile_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('pile', 'rounded')", name=op.f("ck_place_flag_kind_known")),
        sa.CheckConstraint("(pile_id IS NULL) = (kind <> 'pile')", name=op.f("ck_place_flag_pile_named")),
        sa.ForeignKeyConstraint(["pile_id"], ["pile.id"], name=op.f("fk_place_flag_pile_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_place_flag_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_place_flag")),
    )
    op.create_index("ix_place_flag_pile_id", "place_flag", ["pile_id"])


def upgrade() -> None:
    _streams()
    _corrections()
    _piles()


def downgrade() -> None:
    op.drop_table("place_flag")
    op.drop_geospatial_index("idx_pile_geom", table_name="pile", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("pile")
    op.drop_table("datum_correction_report")
    op.drop_table("datum_correction")
    op.drop_table("datum_stream")
