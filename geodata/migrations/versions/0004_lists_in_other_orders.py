"""Lists of reports by the time of reporting and by state read an index"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = (
    "filed", "to_review", "invalid", "merged", "self_governed", "whistled", "street_handling", "sent_back", "refused",
    "dispatched", "accepted", "returned", "in_progress", "suspended", "to_check", "closed", "rework", "rated", "reopened", "upheld",
)  # fmt: skip


def upgrade() -> None:
    newest = [sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")]
    words = ", ".join(f"'{state}'" for state in STATES)
    place = sa.literal_column(f"array_position(ARRAY[{words}]::text[], status)")
    op.create_index(
        "ix_report_reported_at", "report", [sa.literal_column("reported_at DESC"), sa.literal_column("id DESC")]
    )
    op.create_index("ix_report_state_place_occurred_at", "report", [place, *newest])


def downgrade() -> None:
    op.drop_index("ix_report_state_place_occurred_at", table_name="report")
    op.drop_index("ix_report_reported_at", table_name="report")
