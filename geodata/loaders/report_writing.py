"""Staged reports into the tables: report, key, owner, its history and the first event."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from geodata.jobs.positions import ask_for_positions, ask_for_standing
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.loaders.address_searching import write_searches
from geodata.loaders.position_flags import flag_loaded, keep_corrections
from geodata.loaders.staging import STAGE, Counts
from geodata.owners.asking import Alternatives, renew_doubts

# Each staged row with the report it is: new ones get their number here.
_MATCH = f"""
CREATE TEMP TABLE load_match ON COMMIT DROP AS
SELECT s.position, coalesce(k.report_id, nextval(pg_get_serial_sequence('report', 'id'))) AS report_id, k.report_id IS NULL AS is_new,
       r.id IS NOT NULL AND ({{differs}}) AS is_changed,
       r.id IS NOT NULL AND ({{moved}}) AS is_moved
FROM {STAGE} s
LEFT JOIN report_key k ON k.scope = :scope AND k.key = s.key
LEFT JOIN report r ON r.id = k.report_id
"""  # noqa: S608
# What the source says of the place is another than before. Otherwise the point stays, also one that an address or a person gave.
_MOVED = "r.raw_lon IS DISTINCT FROM s.raw_lon OR r.raw_lat IS DISTINCT FROM s.raw_lat OR s.raw_lon IS NOT NULL AND r.datum IS DISTINCT FROM s.datum"
_MOVED_BY_ADDRESS = " OR s.raw_lon IS NULL AND r.address_text IS DISTINCT FROM s.address_text"
_CAUSE = "CASE s.placed_by WHEN 'address' THEN 'address_matched' ELSE '{}' END"
_NEW = f"FROM {STAGE} s JOIN load_match m USING (position) WHERE m.is_new"


def write_reports(
    conn: Connection, scope: str, compared: Sequence[str], *, with_status: bool, state_events: bool = True
) -> Counts:
    """Write what is new, update what differs in ``compared`` (columns of ``report``); a moved report gets its new owner.

    The status of a report that is there already stays: its life goes on here, not in the file.
    """
    differs = " OR ".join(f"r.{name} IS DISTINCT FROM s.{name}" for name in compared)
    moved = _MOVED + (_MOVED_BY_ADDRESS if "address_text" in compared else "")
    keep_corrections(conn, scope)
    conn.execute(text("DROP TABLE IF EXISTS load_match"))
    conn.execute(text(_MATCH.format(differs=differs, moved=moved)), {"scope": scope})
    conn.execute(text("ALTER TABLE load_match ADD PRIMARY KEY (position)"))
    conn.execute(text("ANALYZE load_match"))
    row = conn.execute(
        text("SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed), count(*) FROM load_match")
    ).one()
    counts = Counts(row[0], row[1], row[2] - row[0] - row[1])
    if counts.changed:
        _update(conn, scope, compared)
    if counts.new:
        columns = [*dict.fromkeys([*compared, "category"]), *(["status"] if with_status else [])]
        _insert(conn, scope, columns)
        if with_status and state_events:
            _insert_later_states(conn)
    if counts.changed or counts.new:
        write_searches(conn)
        flag_loaded(conn)
        ask_for_snapshot(conn)
        ask_for_standing(conn)
        ask_for_positions(conn)
    return counts


def _insert(conn: Connection, scope: str, columns: Sequence[str]) -> None:
    listed = ", ".join(columns)
    values = ", ".join(f"s.{name}" for name in columns)
    conn.execute(
        text(
            f"INSERT INTO report (id, geom, placed_by, intake_district, grid_at_capture, {listed}) "
            f"SELECT m.report_id, s.geom, s.placed_by, s.intake_district, s.grid_id, {values} {_NEW} ORDER BY position"
        )
    )
    conn.execute(
        text(
            "INSERT INTO report_key (scope, key, report_id, body_hash) "
            f"SELECT :scope, s.key, m.report_id, s.body_hash::bytea {_NEW}"
        ),
        {"scope": scope},
    )
    conn.execute(
        text(
            "INSERT INTO owner (report_id, grid_id, reason, distance_to_edge_m, share, index_version, intake_district) "
            f"SELECT m.report_id, s.grid_id, s.reason, s.distance_to_edge_m, s.share, s.index_version, s.intake_district {_NEW} ORDER BY position"
        )
    )
    conn.execute(
        text(
            "INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, intake_district) "
            f"SELECT m.report_id, s.grid_id, s.reason, {_CAUSE.format('loaded')}, s.index_version, s.intake_district {_NEW} ORDER BY position"
        )
    )
    conn.execute(
        text(
            "INSERT INTO event (report_id, kind, at, intake_district, detail) "
            f"SELECT m.report_id, 'filed', s.reported_at, s.intake_district, jsonb_build_object('scope', CAST(:scope AS text)) {_NEW} "
            "ORDER BY position"
        ),
        {"scope": scope},
    )


def _insert_later_states(conn: Connection) -> None:
    """The state that the file gives is an event of its own, so that the state still follows from the events."""
    conn.execute(
        text(
            "INSERT INTO event (report_id, kind, at, intake_district, detail) "
            f'SELECT m.report_id, s.status, greatest(s.reported_at, s.occurred_at), s.intake_district, \'{{"cause": "loaded"}}\' '
            f"{_NEW} AND s.status <> 'filed' ORDER BY position"
        )
    )


def _update(conn: Connection, scope: str, compared: Sequence[str]) -> None:
    assigned = ", ".join(f"{name} = s.{name}" for name in compared)
    where = "CASE WHEN m.is_moved THEN s.{0} ELSE r.{0} END"
    conn.execute(
        text(
            f"UPDATE report r SET {assigned}, geom = {where.format('geom')}, placed_by = {where.format('placed_by')} FROM {STAGE} s JOIN load_match m USING (position) "  # noqa: S608
            "WHERE m.is_changed AND r.id = m.report_id"
        )
    )
    conn.execute(
        text(
            f"UPDATE report_key k SET body_hash = s.body_hash::bytea FROM {STAGE} s JOIN load_match m USING (position) "  # noqa: S608
            "WHERE m.is_changed AND k.scope = :scope AND k.key = s.key"
        ),
        {"scope": scope},
    )
    conn.execute(
        text(
            "WITH moved AS ("  # noqa: S608
            "UPDATE owner o SET grid_id = s.grid_id, reason = s.reason, distance_to_edge_m = s.distance_to_edge_m, share = s.share, "
            f"index_version = s.index_version, assigned_at = now() FROM {STAGE} s JOIN load_match m USING (position) "
            "WHERE m.is_moved AND o.report_id = m.report_id RETURNING o.*, "
            f"{_CAUSE.format('moved')} AS cause) "
            "INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, intake_district) "
            "SELECT report_id, grid_id, reason, cause, index_version, intake_district FROM moved"
        )
    )
    conn.execute(
        text(
            f"UPDATE owner o SET share = s.share FROM {STAGE} s JOIN load_match m USING (position) "  # noqa: S608
            "WHERE m.is_changed AND o.report_id = m.report_id AND o.reason = s.reason AND o.grid_id IS NOT DISTINCT FROM s.grid_id "
            "AND o.share IS DISTINCT FROM s.share"
        )
    )


def ask_about(conn: Connection, doubtful: Mapping[int, Alternatives]) -> None:
    """Ask about the owners of staged rows that are new or changed, by their position; needs ``load_match``."""
    written = text(
        "SELECT position, report_id FROM load_match WHERE (is_new OR is_changed) AND position = ANY(CAST(:positions AS bigint[]))"
    )
    asked = {row.report_id: doubtful[row.position] for row in conn.execute(written, {"positions": list(doubtful)})}
    renew_doubts(conn, asked, conn.scalars(text("SELECT report_id FROM load_match WHERE is_changed")))
