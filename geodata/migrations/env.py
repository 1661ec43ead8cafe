from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import text

from geodata.tables import metadata

# Two runners that start at once must not migrate at once.
_LOCK = 4_701_501


def _include(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    if kind == "table" and reflected and compare_to is None and name in {"spatial_ref_sys", "alembic_version"}:
        return False
    return bool(alembic_helpers.include_object(thing, name, kind, reflected, compare_to))


def _run() -> None:
    conn = context.config.attributes["connection"]
    context.configure(
        connection=conn,
        target_metadata=metadata,
        include_object=_include,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_server_default=False,
    )
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    context.run_migrations()


_run()
