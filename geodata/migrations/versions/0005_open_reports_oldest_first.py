"""Open reports, oldest first, read an index of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = (
    "filed", "to_review", "invalid", "merged", "self_governed", "whistled", "street_handling", "sent_back", "refused",
    "dispatched", "accepted", "returned", "in_progress", "suspended", "to_check", "closed", "rework", "rated", "reopened", "upheld",
)  # fmt: skip
OVER = ("invalid", "merged", "refused", "closed", "rated", "upheld")


def upgrade() -> None:
    words = ", ".join(f"'{state}'" for state in STATES)
    places = ", ".join(str(place) for place, state in enumerate(STATES, 1) if state not in OVER)
    op.create_index(
        "ix_report_open_occurred_at",
        "report",
        ["occurred_at", "id"],
        postgresql_where=sa.text(f"array_position(ARRAY[{words}]::text[], status) IN ({places})"),
    )


def downgrade() -> None:
    op.drop_index("ix_report_open_occurred_at", table_name="report")
