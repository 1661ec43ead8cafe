"""Coordinates that were shifted twice are a datum of their own"""

from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

STATED = "'wgs84', 'cgcs2000', 'gcj02', 'bd09'"
TWICE = "'gcj02_twice', 'bd09_twice'"
COLUMNS = (
    ("report", "datum"),
    ("pile", "datum"),
    ("datum_stream", "stated"),
    ("datum_correction", "from_datum"),
    ("datum_correction", "to_datum"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        _allow(table, column, f"{STATED}, {TWICE}")
    _allow("datum_stream", "likely", f"'wgs84', 'gcj02', 'bd09', {TWICE}")


def downgrade() -> None:
    """Refused while a correction to one of them stands: undo it first, its reports get back what they had."""
    for table, column in COLUMNS:
        _allow(table, column, STATED)
    op.execute("UPDATE datum_stream SET likely = NULL, suspect = false WHERE likely = 'bd09_twice'")
    _allow("datum_stream", "likely", "'wgs84', 'gcj02', 'bd09', 'gcj02_twice'")


def _allow(table: str, column: str, words: str) -> None:
    name = op.f(f"ck_{table}_{column}_known")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({words})")
