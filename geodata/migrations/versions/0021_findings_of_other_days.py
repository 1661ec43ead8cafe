"""Findings of coverage for the grids of other days"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("finding", sa.Column("on_day", sa.Date(), nullable=True))
    op.create_index("ix_finding_on_day", "finding", ["on_day"], postgresql_where=sa.text("on_day IS NOT NULL"))


def downgrade() -> None:
    op.execute("DELETE FROM finding WHERE on_day IS NOT NULL")
    op.execute("DELETE FROM fact WHERE name LIKE 'coverage of %'")
    op.drop_index("ix_finding_on_day", table_name="finding")
    op.drop_column("finding", "on_day")
