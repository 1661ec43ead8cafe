"""The sample in a real database: loaded with owners, removed without a trace, never mixed with real data."""

import io
import json

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select, text

from geodata.accounts import account_by_name
from geodata.actions.keeping_photos import keep_photo, take_in
from geodata.audit import note
from geodata.cli.main import main
from geodata.demo import City
from geodata.demo.account_removal import OWN, RECORDS
from geodata.demo.removal import _REPORT_PARTS, _USES, NoSample, SampleInUse, remove_sample
from geodata.demo.sample import TABLES as SAMPLED
from geodata.demo.sample import NotEmpty, load_city, occupied_by, sample_of
from geodata.plans.listing import add_plan
from geodata.plans.talk import note_step
from geodata.plans.versions import PlanVersion, add_version
from geodata.positions.correcting import correct_batch, undo_batch
from geodata.positions.corrections import ask_correction, ask_undoing, correction_by_ref, note_finished
from geodata.positions.reading import received_positions
from geodata.positions.stream_reports import Stream
from geodata.positions.streams import list_streams, renew_streams
from geodata.settings import Settings
from geodata.tables import (
    account,
    account_area,
    compound,
    compound_body,
    division,
    event,
    fact,
    gate,
    grid,
    household,
    landcover,
    metadata,
    owner,
    owner_history,
    person,
    post,
    report,
    report_key,
    road,
    service_point,
    stairwell,
    unit,
    unit_duty,
)  # fmt: skip
from geodata.tables import building as building_table
from gridmap.planning.approval import PlanStep
from tests.geodata.photo_files import photo_file

TABLES = (
    division, grid, compound, building_table, stairwell, household, road, landcover, service_point, report, report_key, owner, owner_history,
    event, fact, gate, unit, unit_duty, person, post, compound_body, account, account_area,
)  # fmt: skip


def counts(conn: Connection) -> dict[str, int]:
    """Rows by table."""
    return {table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


@pytest.fixture
def loaded(conn: Connection, settings: Settings, tiny: City) -> Connection:
    """A connection that sees the tiny city."""
    load_city(conn, settings, tiny)
    return conn


def test_everything_is_loaded_and_marked_as_synthetic(loaded: Connection, tiny: City) -> None:
    found = counts(loaded)
    for kind, frame in tiny.frames().items():
        named = {"service-points": "service_point", "people": "post", "bodies": "compound_body"}
        table = named.get(kind, kind.removesuffix("s"))
        assert found[table] == len(frame), kind
    noted = sample_of(loaded)
    assert noted is not None
    assert (noted["seed"], noted["size"], noted["until"]) == (1, "tiny", tiny.until.isoformat())


def test_every_placed_report_has_the_grid_that_covers_it(loaded: Connection) -> None:
    rows = loaded.execute(
        text(
            "SELECT o.reason, o.grid_id IS NOT NULL AS owned, bool_or(ST_Covers(g.geom, r.geom)) FILTER (WHERE g.id = o.grid_id) AS by_owner,"
            " count(g.id) FILTER (WHERE ST_Covers(g.geom, r.geom)) AS covering"
            " FROM report r JOIN owner o ON o.report_id = r.id LEFT JOIN grid g ON ST_DWithin(g.geom, r.geom, 0.001)"
            " WHERE r.geom IS NOT NULL GROUP BY r.id, o.reason, o.grid_id"
        )
    ).all()
    assert len(rows) > 150
    for reason, owned, by_owner, covering in rows:
        assert by_owner if covering else reason in ("gap", "none"), (reason, owned, covering)
    assert sum(reason == "inside" for reason, *_ in rows) / len(rows) > 0.9


def test_households_keep_their_stairwell(loaded: Connection) -> None:
    assert not loaded.scalar(select(func.count()).select_from(household).where(household.c.stairwell_id.is_(None)))


def test_a_second_sample_is_refused(loaded: Connection, settings: Settings, tiny: City) -> None:
    with pytest.raises(NotEmpty) as error:
        load_city(loaded, settings, tiny)
    assert "division, grid, unit, person, report" in error.value.text("en")


def test_removal_leaves_nothing(conn: Connection, settings: Settings, tiny: City) -> None:
    before = counts(conn)
    load_city(conn, settings, tiny)
    removed = remove_sample(conn)
    assert counts(conn) == before
    assert removed.rows["report"] == 240
    assert removed.divisions_kept == 0
    with pytest.raises(NoSample):
        remove_sample(conn)


def test_removal_takes_what_people_did_with_the_sample(engine: Engine, settings: Settings, tiny: City) -> None:
    """A stream corrected and given back, a photo that waits for its report: by an account that stays because the log names it."""
    with engine.connect() as conn:
        load_city(conn, settings, tiny)
        me = account_by_name(conn, "dispatcher")
        assert me is not None
        note(conn, "signed_in", account_id=me.id)
        renew_streams(conn, settings, received_positions(conn, settings), lambda _: None)
        stream = Stream.of(list_streams(conn)[0])
        ref = ask_correction(conn, stream, "bd09", me.id)
        for work in (correct_batch, undo_batch):
            while work(conn, settings, correction_by_ref(conn, ref)):
                pass
            note_finished(conn, correction_by_ref(conn, ref).id)
        ask_undoing(conn, ref, me.id)
        sent = take_in(settings, io.BytesIO(photo_file()), "1.jpg")
        keep_photo(conn, settings, sent, account_id=me.id)
        removed = remove_sample(conn)
        left = {name for name, count in rows_of(conn).items() if count}
        assert left == {"layer_version", "account", "audit_log", "job"}
        assert sent.file in removed.photo_files
        conn.rollback()


def rows_of(conn: Connection) -> dict[str, int]:
    return {table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables}


def test_history_is_append_only_again_after_the_removal(loaded: Connection) -> None:
    remove_sample(loaded)
    assert loaded.scalar(text("SELECT current_setting('gridmap.remove_sample', true)")) == "off"


def test_rows_that_were_there_before_or_came_later_stay(conn: Connection, settings: Settings, tiny: City) -> None:
    line = text("ST_GeomFromText('MULTILINESTRING((111 40, 111.1 40))', 4326)")
    conn.execute(road.insert().values(code="mine-before", geom=line))
    load_city(conn, settings, tiny)
    conn.execute(road.insert().values(code="mine-after", geom=line))
    remove_sample(conn)
    assert set(conn.scalars(select(road.c.code))) == {"mine-before", "mine-after"}


def _file_report(conn: Connection, grid_id: int) -> None:
    conn.execute(
        text(
            "WITH r AS (INSERT INTO report (category, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district) VALUES"
            " ('mine', 111.7, 40.82, ST_SetSRID(ST_MakePoint(111.7, 40.82), 4326), now(), now(), '150105') RETURNING id)"
            " INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)"
            " SELECT id, :grid, 'inside', 0, '150105' FROM r"
        ),
        {"grid": grid_id},
    )


def test_removal_is_refused_while_a_real_report_has_its_grid_there(loaded: Connection) -> None:
    _file_report(loaded, loaded.execute(select(grid.c.id)).scalars().first() or 0)
    before = counts(loaded)
    with pytest.raises(SampleInUse) as error:
        remove_sample(loaded)
    assert "owner: 1" in error.value.text("en")
    assert "未删除" in error.value.text("zh")
    assert counts(loaded) == before


def test_reports_filed_for_trial_go_with_the_sample_when_asked(loaded: Connection) -> None:
    _file_report(loaded, loaded.execute(select(grid.c.id)).scalars().first() or 0)
    elsewhere = "INSERT INTO report (category, address_text, occurred_at, reported_at, intake_district) VALUES ('kept', 'x', now(), now(), '1501')"
    loaded.execute(text(elsewhere))
    remove_sample(loaded, with_reports=True)
    assert loaded.scalars(select(report.c.category)).all() == ["kept"]
    assert sample_of(loaded) is None


def test_plans_that_its_accounts_started_go_with_the_sample(loaded: Connection) -> None:
    area = loaded.scalars(select(division.c.code).where(division.c.level == "community")).first()
    editor = loaded.scalar(select(account.c.id).where(account.c.name == "editor"))
    made = add_plan(loaded, "试划", str(area), target=400, lower=300, upper=500, account_id=editor)
    first = PlanVersion(1, None, np.zeros(0, dtype=np.int32), (), "present", account_id=editor)
    add_version(loaded, made.id, first)
    note_step(loaded, made.id, PlanStep.PROPOSE, 1, reason="", account_id=editor)
    remove_sample(loaded)
    assert loaded.scalar(text("SELECT count(*) FROM plan")) == 0
    assert loaded.scalar(select(account.c.id).where(account.c.name == "editor")) is None


def test_removal_knows_every_column_that_may_point_at_the_sample() -> None:
    """A new table that refers to the sample's rows must be thought of: it holds them back, goes with them, or lets go."""
    sampled = {table.name for table in SAMPLED}
    pointing = {
        (table.name, key.parent.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in sampled and not key.ondelete
    }
    holding = {(table.name, column.name) for table, _, column, _ in _USES}
    with_report = {(table.name, "report_id") for table in _REPORT_PARTS}
    with_account = {(table.name, "account_id") for table in (*RECORDS, *OWN)} | {("account_area", "stands_in_for")}
    with_account |= {("photo", "account_id")}
    kept_divisions = {("division", "parent_code"), ("grid", "community_code"), ("compound", "community_code")}
    kept_divisions |= {("division_former", "code"), ("plan", "area_code")}
    by_building = {("household", "stairwell_id")}
    derived = {("grid_lineage", "old_grid_id"), ("grid_lineage", "new_grid_id")}
    assert pointing == holding | with_report | with_account | kept_divisions | by_building | derived


def test_removal_is_refused_when_a_grid_was_redrawn(loaded: Connection) -> None:
    loaded.execute(
        text("UPDATE grid SET geom = ST_Multi(ST_Buffer(geom, 0.0001)) WHERE id = (SELECT min(id) FROM grid)")
    )
    with pytest.raises(SampleInUse, match="changed"):
        remove_sample(loaded)


def test_divisions_stay_without_their_shape_once_a_list_was_loaded(loaded: Connection) -> None:
    loaded.execute(division.insert().values(code="150102", level="district", name="新城区"))
    own_shape = "ST_Multi(ST_Buffer(geom, 0.001))"
    loaded.execute(text(f"UPDATE division SET geom = {own_shape} WHERE code = '150105001'"))
    removed = remove_sample(loaded)
    assert removed.divisions_kept == 4
    assert set(loaded.scalars(select(division.c.code).where(division.c.geom.is_not(None)))) == {"150105001"}
    assert loaded.scalar(select(func.count()).select_from(division)) == 5


def test_the_command_loads_once_and_removes(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    run = CliRunner()
    home = ["--home", str(settings.home)]
    first = run.invoke(main, [*home, "demo", "load", "--size", "tiny", "--seed", "4"])
    assert first.exit_code == 0, first.output
    assert "240  reports" in first.output
    assert "worker, worker2" in first.output
    listed = run.invoke(main, [*home, "demo", "accounts"])
    assert (listed.exit_code, "gridmap-demo" in listed.output) == (0, True)
    with engine.connect() as conn:
        assert json.loads(json.dumps(sample_of(conn)))["seed"] == 4
        newest = conn.scalar(select(func.max(report.c.reported_at)))
        assert newest is not None
    again = run.invoke(main, [*home, "demo", "load", "--size", "tiny", "--if-empty"])
    assert (again.exit_code, "already holds data" in again.output) == (0, True)
    refused = run.invoke(main, [*home, "demo", "load", "--size", "tiny"])
    assert (refused.exit_code, "Traceback" in refused.output) == (2, False)
    gone = run.invoke(main, [*home, "demo", "remove"])
    assert gone.exit_code == 0, gone.output
    with engine.connect() as conn:
        assert occupied_by(conn) == []
    nothing = run.invoke(main, [*home, "demo", "remove"])
    assert nothing.exit_code == 2
    assert run.invoke(main, [*home, "demo", "accounts"]).exit_code == 1
    without = run.invoke(main, [*home, "demo", "load", "--size", "tiny", "--no-accounts"])
    assert (without.exit_code, "worker" in without.output) == (0, False)
