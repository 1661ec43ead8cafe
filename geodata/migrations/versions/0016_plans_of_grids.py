"""Plans of grids: their ground in units, saved versions, comments, the way to publication"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = "status IN ('draft', 'proposed', 'reviewed', 'approved', 'published', 'discarded')"
DATED = "(status = 'published') = (published_at IS NOT NULL AND valid_from IS NOT NULL)"
APPENDED_ONLY = ("plan_event", "plan_version")


def upgrade() -> None:
    op.drop_constraint(op.f("ck_plan_status_known"), "plan")
    op.drop_constraint(op.f("ck_plan_published_has_dates"), "plan")
    op.create_table(
        "plan_comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                "POINT", srid=4326, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"
            ),
            nullable=True,
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck_plan_comment_text_not_blank")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_plan_comment_settled_by_somebody")
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_plan_comment_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_plan_comment_geom_on_earth"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_plan_comment_account_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_comment_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_plan_comment_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_comment")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_comment_ref")),
    )
    op.create_index("idx_plan_comment_geom", "plan_comment", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_plan_comment_account_id", "plan_comment", ["account_id"], unique=False)
    op.create_index("ix_plan_comment_plan_id", "plan_comment", ["plan_id"], unique=False)
    op.create_index("ix_plan_comment_settled_by", "plan_comment", ["settled_by"], unique=False)
    op.create_table(
        "plan_edge",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("a", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("b", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("border_m", sa.Float(), nullable=False),
        sa.Column("barrier", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("0 <= a AND a < b", name=op.f("ck_plan_edge_once")),
        sa.CheckConstraint("border_m >= 0", name=op.f("ck_plan_edge_border_m_not_negative")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_edge_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "a", "b", name=op.f("pk_plan_edge")),
    )
    op.create_table(
        "plan_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "step IN ('propose', 'review', 'approve', 'send_back', 'publish', 'withdraw', 'discard')",
            name=op.f("ck_plan_event_step_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_plan_event_account_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_event_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_event")),
    )
    op.create_index("ix_plan_event_account_id", "plan_event", ["account_id"], unique=False)
    op.create_index("ix_plan_event_plan_id", "plan_event", ["plan_id"], unique=False)
    op.create_table(
        "plan_unit",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=True),
        sa.Column("fixed_code", sa.Text(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("care", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("perimeter_m", sa.Float(), nullable=False),
        sa.Column("x_m", sa.Float(), nullable=False),
        sa.Column("y_m", sa.Float(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                "MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_plan_unit_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_plan_unit_geom_on_earth"),
        ),
        sa.CheckConstraint("care BETWEEN 0 AND households AND cases >= 0", name=op.f("ck_plan_unit_weights_plausible")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_plan_unit_number_from_0")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_plan_unit_compound_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_unit_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_unit")),
    )
    op.create_index("idx_plan_unit_geom", "plan_unit", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_plan_unit_compound_id", "plan_unit", ["compound_id"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("labels", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("grids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "made_by IN ('present', 'suggested', 'drawn', 'imported', 'merged')",
            name=op.f("ck_plan_version_made_by_known"),
        ),
        sa.CheckConstraint("version > 0 AND base < version", name=op.f("ck_plan_version_version_after_base")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_plan_version_account_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_version_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "version", name=op.f("pk_plan_version")),
    )
    op.create_index("ix_plan_version_account_id", "plan_version", ["account_id"], unique=False)
    op.create_table(
        "plan_building",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_plan_building_building_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "unit"],
            ["plan_unit.plan_id", "plan_unit.number"],
            name="fk_plan_building_unit",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("plan_id", "building_id", name=op.f("pk_plan_building")),
    )
    op.create_index("ix_plan_building_building_id", "plan_building", ["building_id"], unique=False)
    op.create_index("ix_plan_building_unit", "plan_building", ["unit", "plan_id"], unique=False)
    op.add_column("plan", sa.Column("area_code", sa.Text(), nullable=False))
    op.add_column("plan", sa.Column("target", sa.Integer(), server_default="400", nullable=False))
    op.add_column("plan", sa.Column("lower", sa.Integer(), server_default="300", nullable=False))
    op.add_column("plan", sa.Column("upper", sa.Integer(), server_default="500", nullable=False))
    op.add_column(
        "plan",
        sa.Column("weighs", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "plan",
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("plan", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("plan", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "plan", sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    )
    op.create_index("ix_plan_account_id", "plan", ["account_id"], unique=False)
    op.create_index("ix_plan_area_code", "plan", ["area_code"], unique=False)
    op.create_foreign_key(op.f("fk_plan_account_id"), "plan", "account", ["account_id"], ["id"])
    op.create_foreign_key(op.f("fk_plan_area_code"), "plan", "division", ["area_code"], ["code"])
    op.drop_column("plan", "note")
    op.create_check_constraint(op.f("ck_plan_status_known"), "plan", STATES)
    op.create_check_constraint(op.f("ck_plan_published_has_dates"), "plan", DATED)
    op.create_check_constraint(op.f("ck_plan_named"), "plan", "name <> ''")
    op.create_check_constraint(
        op.f("ck_plan_bounds_ordered"), "plan", "0 < lower AND lower <= target AND target <= upper"
    )
    for table in APPENDED_ONLY:
        op.execute(
            f"CREATE TRIGGER appended_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for name in ("bounds_ordered", "named", "published_has_dates", "status_known"):
        op.drop_constraint(op.f(f"ck_plan_{name}"), "plan")
    for table in ("plan_building", "plan_version", "plan_unit", "plan_event", "plan_edge", "plan_comment"):
        op.drop_table(table)
    op.add_column("plan", sa.Column("note", sa.Text(), server_default="", nullable=False))
    for column in ("area_code", "target", "lower", "upper", "weighs", "remarks", "version", "account_id", "changed_at"):
        op.drop_column("plan", column)
    op.create_check_constraint(op.f("ck_plan_status_known"), "plan", "status IN ('draft', 'approved', 'published')")
    op.create_check_constraint(
        op.f("ck_plan_published_has_dates"),
        "plan",
        "status <> 'published' OR (published_at IS NOT NULL AND valid_from IS NOT NULL)",
    )
