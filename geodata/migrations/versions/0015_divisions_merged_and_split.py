"""Divisions that were merged or split, with the share that went where"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "division_succession"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("share", sa.Float(), nullable=True))
    op.create_check_constraint(op.f("ck_division_succession_share_plausible"), TABLE, "share BETWEEN 0 AND 1")
    op.drop_constraint(op.f("ck_division_succession_kind_known"), TABLE, type_="check")
    op.create_check_constraint(
        op.f("ck_division_succession_kind_known"), TABLE, "kind IN ('renamed', 'recoded', 'merged', 'split')"
    )


def downgrade() -> None:
    # Another code was all that could be said.
    op.execute("UPDATE division_succession SET kind = 'recoded' WHERE kind IN ('merged', 'split')")
    op.drop_constraint(op.f("ck_division_succession_kind_known"), TABLE, type_="check")
    op.create_check_constraint(op.f("ck_division_succession_kind_known"), TABLE, "kind IN ('renamed', 'recoded')")
    op.drop_constraint(op.f("ck_division_succession_share_plausible"), TABLE, type_="check")
    op.drop_column(TABLE, "share")
