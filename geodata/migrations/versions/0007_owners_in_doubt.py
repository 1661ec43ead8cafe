"""Owners in doubt and what people decided"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("accuracy", "published")
REASONS = ("inside", "edge", "edge_tie", "overlap", "gap", "none", "address", "decided")
STATES = ("open", "confirmed", "transferred", "withdrawn")


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_doubt_{column}_known"))


def upgrade() -> None:
    op.create_table(
        "doubt",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column(
            "alternatives",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("chosen_grid_id", sa.BigInteger(), nullable=True),
        sa.Column("intake_district", sa.Text(), nullable=False),
        _one_of("kind", KINDS),
        _one_of("reason", REASONS),
        _one_of("state", STATES),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_doubt_share_plausible")),
        sa.CheckConstraint("jsonb_typeof(alternatives) = 'array'", name=op.f("ck_doubt_alternatives_listed")),
        sa.CheckConstraint("(grid_id IS NULL) = (reason = 'none')", name=op.f("ck_doubt_none_has_no_grid")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_doubt_open_is_undecided")),
        sa.CheckConstraint(
            "state <> 'transferred' OR chosen_grid_id IS NOT NULL", name=op.f("ck_doubt_transferred_to_a_grid")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_doubt_report_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_doubt_grid_id")),
        sa.ForeignKeyConstraint(["chosen_grid_id"], ["grid.id"], name=op.f("fk_doubt_chosen_grid_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_doubt_decided_by")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_doubt")),
    )
    op.create_index("ix_doubt_open", "doubt", ["opened_at", "report_id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "ix_doubt_decided_at",
        "doubt",
        [sa.text("decided_at DESC"), "report_id"],
        postgresql_where=sa.text("state <> 'open'"),
    )
    op.create_index("ix_doubt_grid_id", "doubt", ["grid_id"])
    for column in ("chosen_grid_id", "decided_by"):
        op.create_index(f"ix_doubt_{column}", "doubt", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("doubt")
