"""Addresses to be placed, hotline orders"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_search",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("candidates", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("layers_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'assigned', 'placed', 'unplaceable')", name=op.f("ck_address_search_state_known")
        ),
        sa.CheckConstraint("jsonb_typeof(candidates) = 'array'", name=op.f("ck_address_search_candidates_listed")),
        sa.CheckConstraint(
            "(state IN ('open', 'assigned')) = (decided_at IS NULL)", name=op.f("ck_address_search_decided_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'unplaceable' OR why <> ''", name=op.f("ck_address_search_unplaceable_has_reason")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_address_search_report_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_address_search_decided_by")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_address_search")),
    )
    op.create_index("ix_address_search_state", "address_search", ["state", "report_id"])
    op.create_index("ix_address_search_decided_by", "address_search", ["decided_by"])
    op.create_table(
        "hotline_order",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number <> ''", name=op.f("ck_hotline_order_number_not_blank")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_hotline_order_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_hotline_order")),
        sa.UniqueConstraint("number", name=op.f("uq_hotline_order_number")),
    )


def downgrade() -> None:
    op.drop_table("hotline_order")
    op.drop_index("ix_address_search_decided_by", table_name="address_search")
    op.drop_index("ix_address_search_state", table_name="address_search")
    op.drop_table("address_search")
