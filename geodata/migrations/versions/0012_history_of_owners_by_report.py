"""The history of owners is keyed by report: one index to write for each line instead of two"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("pk_owner_history"), "owner_history", type_="primary")
    op.create_primary_key(op.f("pk_owner_history"), "owner_history", ["report_id", "id"])
    op.drop_index("ix_owner_history_report_id", table_name="owner_history")


def downgrade() -> None:
    op.create_index("ix_owner_history_report_id", "owner_history", ["report_id", "id"])
    op.drop_constraint(op.f("pk_owner_history"), "owner_history", type_="primary")
    op.create_primary_key(op.f("pk_owner_history"), "owner_history", ["id"])
