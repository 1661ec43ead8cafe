"""Days of publication, lineage of grids, notices, successors of divisions, the day whose grids decided an owner"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("owner", sa.Column("as_of", sa.Date(), nullable=True))
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rerouted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_publication_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("day", name=op.f("uq_publication_day")),
    )
    op.create_index("ix_publication_account_id", "publication", ["account_id"])
    op.create_table(
        "grid_lineage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("old_grid_id", sa.BigInteger(), nullable=True),
        sa.Column("new_grid_id", sa.BigInteger(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("buildings", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("share_of_old", sa.Float(), nullable=True),
        sa.Column("share_of_new", sa.Float(), nullable=True),
        sa.CheckConstraint("num_nonnulls(old_grid_id, new_grid_id) > 0", name=op.f("ck_grid_lineage_of_a_grid")),
        sa.CheckConstraint(
            "share_of_old BETWEEN 0 AND 1 AND share_of_new BETWEEN 0 AND 1",
            name=op.f("ck_grid_lineage_shares_plausible"),
        ),
        sa.ForeignKeyConstraint(["new_grid_id"], ["grid.id"], name=op.f("fk_grid_lineage_new_grid_id")),
        sa.ForeignKeyConstraint(["old_grid_id"], ["grid.id"], name=op.f("fk_grid_lineage_old_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_lineage")),
        sa.UniqueConstraint(
            "old_grid_id", "new_grid_id", "day", name=op.f("uq_grid_lineage_old_grid_id_new_grid_id_day")
        ),
    )
    op.create_index("ix_grid_lineage_new_grid_id", "grid_lineage", ["new_grid_id"])
    op.create_index("ix_grid_lineage_day", "grid_lineage", ["day"])
    op.create_table(
        "division_succession",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("old_code", sa.Text(), nullable=False),
        sa.Column("new_code", sa.Text(), nullable=False),
        sa.Column("old_name", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('renamed', 'recoded')", name=op.f("ck_division_succession_kind_known")),
        sa.CheckConstraint(
            "(kind = 'renamed') = (old_code = new_code)", name=op.f("ck_division_succession_kind_fits_codes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_succession")),
        sa.UniqueConstraint("old_code", "new_code", "day", name=op.f("uq_division_succession_old_code_new_code_day")),
    )
    op.create_index("ix_division_succession_new_code", "division_succession", ["new_code"])
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind <> ''", name=op.f("ck_notice_kind_not_blank")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_notice_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("ref", name=op.f("uq_notice_ref")),
    )
    op.create_index("ix_notice_account_id", "notice", ["account_id", sa.literal_column("id DESC")])
    op.create_index("ix_notice_unread", "notice", ["account_id"], postgresql_where=sa.text("read_at IS NULL"))
    op.create_index("ix_notice_report_id", "notice", ["report_id"])


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("division_succession")
    op.drop_table("grid_lineage")
    op.drop_table("publication")
    op.drop_column("owner", "as_of")
