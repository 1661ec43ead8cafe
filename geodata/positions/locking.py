from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from geodata.tables import report


def lock_reports(conn: Connection, report_ids: Sequence[int]) -> None:
    """Let nobody else change these reports until the transaction ends; always in the order of keys, so that no two wait for each other."""
    chosen = select(report.c.id).where(report.c.id == func.any(list(report_ids))).order_by(report.c.id)
    conn.execute(select(func.count()).select_from(chosen.with_for_update(key_share=True).subquery()))
