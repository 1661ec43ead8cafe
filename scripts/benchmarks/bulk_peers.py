"""What PostGIS is asked to do beside the bulk assignment: the plain UPDATE that people write, and one that leaves what ours leaves."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from scripts.benchmarks.bulk_city import forget_owners, maintain

# A column of the grid in a table of reports made for it, with a key and an index.
_PEOPLES_TABLE = """
    DROP TABLE IF EXISTS people;
    CREATE TABLE people AS SELECT id, category, text, occurred_at, geom, NULL::bigint AS grid_id FROM report WHERE id <= {last} ORDER BY id;
    ALTER TABLE people ADD PRIMARY KEY (id), ADD FOREIGN KEY (grid_id) REFERENCES grid;
    CREATE INDEX ON people USING gist (geom);
    CREATE INDEX ON people (grid_id);
"""
_NARROW_UPDATE = "UPDATE people p SET grid_id = g.id FROM grid g WHERE ST_Covers(g.geom, p.geom)"
_WIDE_UPDATE = (
    "UPDATE report r SET grid_at_capture = g.id FROM grid g WHERE ST_Covers(g.geom, r.geom) AND r.id <= {last}"
)
# The same end as ours has, as far as SQL gets there by one join: grid, reason, version and time in the table of owners, with its
# checks, keys and indexes, and a line of history each. The distance to the edge stays empty: it would be dearer than all the rest.
_OWNER_UPDATE = """
    WITH moved AS (
        UPDATE owner o
        SET grid_id = g.id, reason = 'inside', index_version = v.version, assigned_at = now(), changed_xid = pg_current_xact_id()
        FROM report r JOIN grid g ON ST_Covers(g.geom, r.geom) CROSS JOIN (SELECT version FROM layer_version WHERE layer = 'grid') v
        WHERE o.report_id = r.id AND r.id <= {last}
        RETURNING o.report_id, o.grid_id, o.reason, o.index_version, o.intake_district
    )
    INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, intake_district)
    SELECT report_id, grid_id, reason, 'assigned', index_version, intake_district FROM moved
"""
#: A join over grids is sorted and hashed in memory; everything else is as an installation has it.
_MEMORY = "SET LOCAL work_mem = '256MB'"
# What a superuser may leave out: foreign keys looked up row by row, and a trigger's call for each row.
_UNCHECKED = "SET LOCAL session_replication_role = replica"


@dataclass(frozen=True, slots=True)
class Peer:
    """Statements of one transaction, and what lays the table out before it, unmeasured."""

    name: str
    statements: tuple[str, ...]
    before: Callable[[Engine], None]

    def run(self, conn: Connection) -> None:
        """Everything up to the commit, which is the caller's."""
        for each in (_MEMORY, *self.statements):
            conn.execute(text(each))


def plain_in_a_table_for_it(last: int) -> Peer:
    """One column of a table of the reports up to a key."""

    def lay_out(engine: Engine) -> None:
        with engine.begin() as conn:
            conn.execute(text(_PEOPLES_TABLE.format(last=last)))
        maintain(engine, "VACUUM ANALYZE people", "CHECKPOINT")

    return Peer("UPDATE: a table for it alone", (_NARROW_UPDATE,), lay_out)


def plain_in_reports(last: int) -> Peer:
    """One column of the table of reports itself, which is twice as large afterwards."""
    return Peer("UPDATE: the table of reports", (_WIDE_UPDATE.format(last=last),), lambda _: None)


def to_the_same_end(last: int) -> list[Peer]:
    """The table of owners and its history, with foreign keys and triggers as they fire, and without."""
    statements = _OWNER_UPDATE.format(last=last)
    return [
        Peer("UPDATE: owner, with its history", (statements,), forget_owners),
        Peer("UPDATE: owner, history, keys not checked", (_UNCHECKED, statements), forget_owners),
    ]
