"""What is known of positions, held against reports that are being loaded: piles, and corrections of their datum."""

from sqlalchemy import Connection

from geodata.sql import statement


def keep_corrections(conn: Connection, scope: str) -> None:
    """A datum that was corrected stays so while the file says what it said before: loading it again undoes nothing."""
    conn.execute(statement("keep_corrections"), {"scope": scope})


def flag_loaded(conn: Connection) -> None:
    """Flag what was loaded onto a known pile; what moved loses an older flag."""
    conn.execute(statement("unflag_moved"))
    conn.execute(statement("flag_loaded"))
