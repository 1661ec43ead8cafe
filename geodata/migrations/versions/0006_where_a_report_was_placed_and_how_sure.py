"""What a report's point comes from, its device; owners by address and by a person's decision, with their share of the probability"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REASONS = ("inside", "edge", "edge_tie", "overlap", "gap", "none")
CAUSES = ("filed", "loaded", "assigned", "moved", "transferred", "published")
NEW_REASONS = ("address", "decided")
NEW_CAUSES = ("confirmed", "address_matched", "datum_corrected", "boundary_corrected")
WHOLE = "(raw_lon IS NULL) = (raw_lat IS NULL) AND (raw_lon IS NULL) = (geom IS NULL)"
NEW_WHOLE = (
    "(raw_lon IS NULL) = (raw_lat IS NULL) AND CASE placed_by WHEN 'received' THEN (raw_lon IS NULL) = (geom IS NULL) "
    "ELSE geom IS NOT NULL END"
)


def _one_of(table: str, column: str, words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    _check(table, f"{column}_known", f"{column} IN ({listed})")


def _check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    op.add_column("report", sa.Column("placed_by", sa.Text(), server_default="received", nullable=False))
    op.add_column("report", sa.Column("device", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_report_placed_by_known"), "report", "placed_by IN ('received', 'address', 'person')"
    )
    _check("report", "point_whole", NEW_WHOLE)
    op.add_column("owner", sa.Column("share", sa.Float(), nullable=True))
    op.create_check_constraint(op.f("ck_owner_share_plausible"), "owner", "share BETWEEN 0 AND 1")
    _one_of("owner", "reason", REASONS + NEW_REASONS)
    _one_of("owner_history", "reason", REASONS + NEW_REASONS)
    _one_of("owner_history", "cause", CAUSES + NEW_CAUSES)


def downgrade() -> None:
    # Refused while rows hold what the earlier schema has no word for.
    _one_of("owner_history", "cause", CAUSES)
    _one_of("owner_history", "reason", REASONS)
    _one_of("owner", "reason", REASONS)
    op.drop_constraint(op.f("ck_owner_share_plausible"), "owner", type_="check")
    op.drop_column("owner", "share")
    _check("report", "point_whole", WHOLE)
    op.drop_constraint(op.f("ck_report_placed_by_known"), "report", type_="check")
    op.drop_column("report", "device")
    op.drop_column("report", "placed_by")
