"""The database itself refuses what must not be, whoever writes."""

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from geodata import migrations
from geodata.tables import metadata
from geodata.versions import version_of
from tests.geodata.cities import COMMUNITY, SOUTH, WEST, insert_divisions, insert_grid

REPORT = {
    "category": "'暴露垃圾'",
    "occurred_at": "'2026-11-20 08:00+08'",
    "reported_at": "'2026-11-20 08:30+08'",
    "received_at": "'2026-11-20 08:31+08'",
    "intake_district": "'150105'",
    "address_text": "'富邦小区3号楼'",
}


def insert_report(conn: Connection, **changes: str) -> int:
    values = REPORT | changes
    found = conn.scalar(
        text(f"INSERT INTO report ({', '.join(values)}) VALUES ({', '.join(values.values())}) RETURNING id")
    )
    assert found is not None
    return found


def test_code_and_migrations_describe_one_schema(engine: Engine) -> None:
    with engine.begin() as conn:
        migrations.check(conn)


def test_an_empty_schema_goes_back_to_the_first_and_forth_again(engine: Engine) -> None:
    with engine.connect() as conn:
        command.downgrade(migrations._config(conn), "0001")
        migrations.upgrade(conn)
        migrations.check(conn)
        conn.rollback()


def test_every_foreign_key_has_an_index(conn: Connection) -> None:
    """Without one, every delete or update of a parent reads the whole child."""
    indexed = {
        (row.table_name, row.column_name)
        for row in conn.execute(
            text("""
                SELECT i.indrelid::regclass::text AS table_name, a.attname AS column_name
                FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            """)
        )
    }
    # Parents of these are never deleted (accounts, grids, plans are ended), and the children grow without end.
    unindexed_by_choice = {
        "event.account_id", "owner_history.account_id", "owner_history.grid_id", "report.account_id", "report.grid_at_capture",
        "job.account_id", "grid.plan_id", "household.stairwell_id",
        "datum_correction.account_id", "datum_correction.undo_account_id", "datum_correction_report.grid_before", "pile.real_by",
    }  # fmt: skip
    missing = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if (table.name, key.parent.name) not in indexed
    }
    assert missing <= unindexed_by_choice


def test_one_code_names_one_grid_on_a_day(conn: Connection) -> None:
    insert_divisions(conn)
    insert_grid(conn, "a", WEST, SOUTH, valid="[2020-01-01,2026-01-01)")
    insert_grid(conn, "a", WEST, SOUTH, valid="[2026-01-01,)")
    with pytest.raises(IntegrityError, match="ex_grid_one_in_force"):
        insert_grid(conn, "a", WEST, SOUTH, valid="[2025-12-31,2026-01-01)")


@pytest.mark.parametrize(
    ("wkt", "constraint"),
    [
        ("MULTIPOLYGON(((0 0,1 1,1 0,0 1,0 0)))", "geom_valid"),
        ("MULTIPOLYGON EMPTY", "geom_valid"),
        ("MULTIPOLYGON(((0 0,300000 0,300000 1,0 0)))", "geom_on_earth"),
        ("MULTIPOLYGON(((40 111,41 111,41 112,40 111)))", "geom_on_earth"),
    ],
)
def test_geometry_is_valid_and_on_earth(conn: Connection, wkt: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        conn.execute(text("INSERT INTO compound (code, geom) VALUES ('x', ST_GeomFromText(:wkt, 4326))"), {"wkt": wkt})


def test_a_code_must_fit_its_level_and_its_parent_exist(conn: Connection) -> None:
    with pytest.raises(IntegrityError, match="code_fits_level"), conn.begin_nested():
        conn.execute(text("INSERT INTO division (code, level) VALUES ('15010', 'city')"))
    conn.execute(text("INSERT INTO division (code, level) VALUES ('150105', 'district')"))
    with pytest.raises(IntegrityError, match="parent_code"):
        conn.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"raw_lon": "111.7"}, "point_whole"),
        (
            {"raw_lon": "'NaN'", "raw_lat": "40.8", "geom": "ST_SetSRID(ST_MakePoint(111.7, 40.8), 4326)"},
            "raw_on_earth",
        ),
        ({"address_text": "''"}, "has_place"),
        ({"occurred_at": "'2026-11-20 09:00+08'"}, "occurred_before_reported"),
        ({"occurred_at": "'1970-01-01+00'"}, "occurred_plausible"),
        ({"reported_at": "'2027-01-01+08'"}, "reported_before_received"),
        ({"accuracy_m": "-1"}, "accuracy_m_plausible"),
        ({"accuracy_m": "'NaN'"}, "accuracy_m_plausible"),
        ({"datum": "'gcj'"}, "datum_known"),
        ({"source": "'radio'"}, "source_known"),
        ({"status": "'lost'"}, "status_known"),
        ({"category": "''"}, "category_not_blank"),
    ],
)
def test_a_report_makes_sense(conn: Connection, changes: dict[str, str], constraint: str) -> None:
    insert_report(conn)
    with pytest.raises(IntegrityError, match=constraint):
        insert_report(conn, **changes)


def test_an_owner_of_none_has_no_grid_and_every_other_has_one(conn: Connection) -> None:
    report_id = insert_report(conn)
    with pytest.raises(IntegrityError, match="none_has_no_grid"):
        conn.execute(
            text(
                "INSERT INTO owner (report_id, reason, index_version, intake_district) VALUES (:id, 'inside', 1, '150105')"
            ),
            {"id": report_id},
        )


def test_a_household_names_a_stairwell_of_its_own_building(conn: Connection) -> None:
    square = "ST_Multi(ST_MakeEnvelope(111.7, 40.8, 111.701, 40.801, 4326))"
    for code in "ab":
        conn.execute(text(f"INSERT INTO building (code, geom) VALUES ('{code}', {square})"))
    conn.execute(text("INSERT INTO stairwell (building_id, number) SELECT id, '1' FROM building WHERE code = 'a'"))
    with pytest.raises(IntegrityError, match="fk_household_stairwell"):
        conn.execute(
            text(
                "INSERT INTO household (code, building_id, stairwell_id) "
                "SELECT 'h', b.id, s.id FROM building b, stairwell s WHERE b.code = 'b'"
            )
        )


@pytest.mark.parametrize("table", ["event", "owner_history", "audit_log"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_is_appended_only(conn: Connection, table: str, change: str) -> None:
    report_id = insert_report(conn)
    conn.execute(
        text("INSERT INTO event (report_id, kind, intake_district) VALUES (:id, 'filed', '150105')"), {"id": report_id}
    )
    conn.execute(
        text(
            "INSERT INTO owner_history (report_id, reason, cause, index_version, intake_district) VALUES (:id, 'none', 'filed', 0, '150105')"
        ),
        {"id": report_id},
    )
    conn.execute(text("INSERT INTO audit_log (action) VALUES ('sign_in')"))
    with pytest.raises(DBAPIError, match="appended only"):
        conn.execute(text(change.format(table)))


def test_every_change_of_grids_raises_their_version(conn: Connection) -> None:
    insert_divisions(conn)
    before = version_of(conn, "grid")
    insert_grid(conn, "a", WEST, SOUTH)
    inserted = version_of(conn, "grid")
    conn.execute(text("UPDATE grid SET name = 'renamed'"))
    updated = version_of(conn, "grid")
    conn.execute(text("DELETE FROM grid"))
    assert before < inserted < updated < version_of(conn, "grid")


def test_a_change_stamps_the_report_with_its_transaction(engine: Engine) -> None:
    with engine.begin() as conn:
        report_id = insert_report(conn)
        first = conn.scalar(text("SELECT changed_xid::text FROM report WHERE id = :id"), {"id": report_id})
    with engine.begin() as conn:
        conn.execute(text("UPDATE report SET status = 'closed' WHERE id = :id"), {"id": report_id})
        second = conn.scalar(text("SELECT changed_xid::text FROM report WHERE id = :id"), {"id": report_id})
        own = conn.scalar(text("SELECT pg_current_xact_id()::text"))
    assert int(first) < int(second) == int(own)


def test_area_of_a_grid_is_in_square_metres(conn: Connection) -> None:
    insert_divisions(conn)
    insert_grid(conn, "a", 111.70, 40.80, side=0.01)
    area_m2 = conn.scalar(text("SELECT area_m2 FROM grid WHERE code = 'a'"))
    # 0.01 degree at 40.8 N: 843.9 m by 1110.4 m on the ellipsoid.
    assert area_m2 == pytest.approx(843.9 * 1110.4, rel=1e-3)
    assert conn.scalar(text("SELECT community_code FROM grid")) == COMMUNITY
