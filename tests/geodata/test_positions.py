"""The sample city's planted streams, piles and rounded coordinates: found, and nothing else."""

import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.pool import NullPool

from geodata.actions import file_report
from geodata.cluster import Cluster
from geodata.demo.city import City
from geodata.demo.peculiarities import WRONG_DATUM_DAYS
from geodata.demo.sample import load_city
from geodata.jobs.positions import ask_for_correction, ask_for_positions, ask_for_standing
from geodata.jobs.queue import enqueue
from geodata.jobs.runner import Runner
from geodata.loaders import LoadOptions, apply_frame
from geodata.positions.correcting import correct_batch
from geodata.positions.corrections import (
    CorrectionEnded,
    CorrectionStands,
    CorrectionUnderWay,
    CorrectionUndone,
    DeviceNotTold,
    StreamChanged,
    ask_correction,
    ask_undoing,
    correction_by_ref,
    end_standing,
    list_corrections,
)
from geodata.positions.piles import call_real, flag_counts, flag_of, list_piles
from geodata.positions.preview import preview_correction
from geodata.positions.stream_reports import Stream, StreamUnusable
from geodata.positions.streams import list_streams
from geodata.report_filter import ReportFilter
from geodata.reports import count_reports
from geodata.scope import EVERYTHING
from geodata.selections import choose
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import datum_stream, event, job, owner, owner_history, place_flag, report, report_key
from gridmap.datum import from_wgs84
from gridmap.report import ReportDraft
from tests.conftest import TEMPLATE
from tests.geodata.demo.conftest import UNTIL, small_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def planted() -> City:
    return small_of(1)


@pytest.fixture(scope="module")
def judged(cluster: Cluster, planted: City, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A database with the small city, judged once by the job; tests take copies."""
    home: Path = tmp_path_factory.mktemp("judged")
    name = f"test_{uuid.uuid4().hex[:12]}"
    settings = Settings(home=home, database_url=cluster.url(name))
    cluster.create_database(name, template=TEMPLATE)
    made = create_engine(settings.database_url, poolclass=NullPool)
    with made.begin() as conn:
        load_city(conn, settings, planted, accounts=False)
    work_off(made, settings)
    made.dispose()
    yield name
    cluster.drop_database(name)


@pytest.fixture
def database_url(cluster: Cluster, judged: str) -> Any:
    name = f"{judged}_copy"
    cluster.create_database(name, template=judged)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture
def engine(database_url: str) -> Any:
    made = create_engine(database_url, poolclass=NullPool)
    yield made
    made.dispose()


def work_off(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


def keys_of(city: City, name: str) -> set[str]:
    return {key for each in city.peculiarities if each.name == name for key in each.keys}


def flagged(conn: Connection, kind: str) -> set[str]:
    query = select(report_key.c.key).join(place_flag, place_flag.c.report_id == report_key.c.report_id)
    return set(conn.scalars(query.where(place_flag.c.kind == kind, report_key.c.scope == "load:reports")))


def couriers(conn: Connection) -> Any:
    [found] = [row for row in list_streams(conn) if row.suspect]
    return found


def test_the_planted_stream_is_found_with_its_days_and_no_other_is_accused(conn: Connection, planted: City) -> None:
    found = couriers(conn)
    first, after = (UNTIL - timedelta(days=days) for days in WRONG_DATUM_DAYS)
    assert (found.source, found.stated, found.likely) == ("courier", "wgs84", "gcj02")
    assert first <= found.from_day <= first + timedelta(days=3)
    assert after - timedelta(days=4) <= found.to_day < after
    assert found.reports == len(keys_of(planted, "wrong_datum"))
    assert found.confidence > 0.999
    assert found.shares["gcj02"][0] > 0.9 > found.shares["wgs84"][0]
    assert {row.likely for row in list_streams(conn) if not row.suspect} <= {"wgs84", "gcj02", "bd09", None}


def test_planted_piles_and_rounded_coordinates_are_found_and_nothing_else(conn: Connection, planted: City) -> None:
    assert flagged(conn, "pile") == keys_of(planted, "at_hall") | keys_of(planted, "at_centroid")
    assert flagged(conn, "rounded") == keys_of(planted, "rounded")
    hall, middle = list_piles(conn)
    assert (hall.thing, hall.thing_code, hall.reports) == (
        "service_point",
        "150105001018S01",
        len(keys_of(planted, "at_hall")),
    )
    assert (middle.thing, middle.thing_code) == ("division", "150105001")
    assert set(middle.sources) == {"hotline"}


def test_planted_hotspots_stay_on_site(conn: Connection, planted: City) -> None:
    for spot in planted.hotspots:
        near = func.ST_DWithin(
            func.geography(report.c.geom),
            func.geography(func.ST_SetSRID(func.ST_MakePoint(spot.lon, spot.lat), 4326)),
            spot.radius_m,
        )
        there = select(func.count()).select_from(report).where(near, report.c.category == spot.kind.category)
        flags = there.where(report.c.id.in_(select(place_flag.c.report_id)))
        assert (conn.scalar(there) or 0) > 100
        assert (conn.scalar(flags) or 0) <= 5


def test_filter_list_and_snapshot_agree(engine: Engine, conn: Connection, settings: Settings) -> None:
    snapshot = open_snapshot(engine, settings)
    counts = flag_counts(conn)
    for placing, expected in (
        ("pile", counts["pile"]),
        ("rounded", counts["rounded"]),
        ("exact", 20_000 - sum(counts.values())),
    ):
        chosen = ReportFilter.parse({"placing": placing})
        assert count_reports(conn, EVERYTHING, chosen, settings.zone) == expected
        assert choose(conn, EVERYTHING, snapshot, chosen).total == expected
        assert ReportFilter.parse(chosen.query()) == chosen


def test_a_report_filed_onto_a_pile_is_flagged_at_once_and_the_snapshot_hears_of_it(
    engine: Engine, settings: Settings
) -> None:
    before = open_snapshot(engine, settings)
    with engine.begin() as conn:
        hall = list_piles(conn)[0]
        filed = file_report(
            conn,
            settings,
            ReportDraft("噪声扰民", lon=hall.raw_lon, lat=hall.raw_lat, datum=hall.datum, device="办事终端"),
            scope="anonymous",
        )
        key, device = conn.execute(select(report.c.id, report.c.device).where(report.c.ref == filed.ref)).one()
        found = flag_of(conn, key)
    assert device == "办事终端"
    assert found is not None
    assert (found.kind, found.ref, found.thing_name) == ("pile", hall.ref, hall.thing_name)
    after = open_snapshot(engine, settings)
    assert np.count_nonzero(after.columns["placing"]) == np.count_nonzero(before.columns["placing"]) + 1


def test_reports_loaded_onto_a_pile_are_flagged_at_once(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        hall = list_piles(conn)[0]
        frame = pd.DataFrame(
            {
                "key": ["at", "beside"],
                "category": ["噪声扰民"] * 2,
                "lon": [hall.raw_lon, hall.raw_lon + 2e-6],
                "lat": [hall.raw_lat] * 2,
                "datum": [hall.datum] * 2,
                "device": ["窗口", ""],
                "occurred_at": ["2026-05-01 08:00"] * 2,
            }
        )
        for _ in range(2):
            apply_frame(conn, settings, "reports", frame)
        query = select(report_key.c.key).join(place_flag, place_flag.c.report_id == report_key.c.report_id)
        assert conn.scalars(query.where(report_key.c.key.in_(["at", "beside"]))).all() == ["at"]
        frame["lon"] += 1e-4
        apply_frame(conn, settings, "reports", frame)
        assert conn.scalars(query.where(report_key.c.key.in_(["at", "beside"]))).all() == []


def test_a_real_place_counts_on_site_from_now_on(engine: Engine, settings: Settings) -> None:
    before = np.count_nonzero(open_snapshot(engine, settings).columns["placing"])
    with engine.begin() as conn:
        hall = list_piles(conn)[0]
        call_real(conn, hall.ref, True, None)
    assert np.count_nonzero(open_snapshot(engine, settings).columns["placing"]) == before - hall.reports
    judge_again(engine, settings)
    with engine.begin() as conn:
        assert flag_counts(conn)["pile"] == list_piles(conn)[0].reports
        call_real(conn, hall.ref, False, None)
    judge_again(engine, settings)
    assert np.count_nonzero(open_snapshot(engine, settings).columns["placing"]) == before


def judge_again(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        ask_for_positions(conn)
    work_off(engine, settings)


def everything(conn: Connection) -> list[Any]:
    """Place, datum and owner of every report."""
    return list(
        conn.execute(
            text(
                "SELECT r.id, r.datum, ST_AsBinary(r.geom), r.raw_lon, r.raw_lat, o.grid_id, o.reason FROM report r "
                "LEFT JOIN owner o ON o.report_id = r.id ORDER BY r.id"
            )
        )
    )


def test_a_correction_is_previewed_done_and_undone(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        before, stream = everything(conn), Stream.of(couriers(conn))
        preview = preview_correction(conn, settings, stream, "gcj02")
        assert everything(conn) == before
        ref = ask_correction(conn, stream, "gcj02", None)
        ask_for_correction(conn, ref, None)
    open_snapshot(engine, settings)
    work_off(engine, settings)
    with engine.begin() as conn:
        done, after = correction_by_ref(conn, ref), everything(conn)
        changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        assert len(changed) == preview.reports == done.reports
        assert (
            sum(one.grid_id != other.grid_id for one, other in changed)
            == preview.moved
            == sum(move.reports for move in preview.moves)
            + (preview.moved - sum(move.reports for move in preview.moves))
        )
        assert done.finished_at is not None
        assert preview.metres == pytest.approx(604, abs=10)
        assert preview.none_after < preview.none_before
        assert {row.datum for _, row in changed} == {"gcj02"}
        assert [row for row in list_streams(conn) if row.suspect] == []
        history = select(func.count()).select_from(owner_history).where(owner_history.c.cause == "datum_corrected")
        assert (conn.scalar(history) or 0) >= preview.moved
        assert conn.scalar(text("SELECT count(*) FROM event WHERE kind = 'datum_corrected'")) == preview.reports
        ask_undoing(conn, ref, None)
        ask_for_correction(conn, ref, None)
        with pytest.raises(CorrectionUndone):
            ask_undoing(conn, ref, None)
    shown = open_snapshot(engine, settings)
    work_off(engine, settings)
    with engine.connect() as conn:
        assert everything(conn) == before
        assert correction_by_ref(conn, ref).undone_at is not None
        assert couriers(conn).reports == preview.reports
    assert open_snapshot(engine, settings).token != shown.token


def test_a_decision_is_asked_anew_and_given_back(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        stream = Stream.of(couriers(conn))
        key = conn.scalars(select(report.c.id).where(*stream.conditions(settings)).limit(1)).one()
        other = conn.scalars(text("SELECT min(id) FROM grid")).one()
        conn.execute(owner.update().where(owner.c.report_id == key).values(grid_id=other, reason="decided"))
        assert preview_correction(conn, settings, stream, "gcj02").decided == 1
        ref = ask_correction(conn, stream, "gcj02", None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    with engine.begin() as conn:
        assert conn.scalar(select(owner.c.reason).where(owner.c.report_id == key)) != "decided"
        ask_undoing(conn, ref, None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    with engine.connect() as conn:
        row = conn.execute(select(owner.c.grid_id, owner.c.reason).where(owner.c.report_id == key)).one()
        assert row == (other, "decided")


def test_what_a_person_placed_stays(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        stream = Stream.of(couriers(conn))
        key = conn.scalars(select(report.c.id).where(*stream.conditions(settings)).limit(1)).one()
        conn.execute(report.update().where(report.c.id == key).values(placed_by="person"))
        assert preview_correction(conn, settings, stream, "gcj02").left_alone == 1
        ref = ask_correction(conn, stream, "gcj02", None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    with engine.connect() as conn:
        assert conn.scalar(select(report.c.datum).where(report.c.id == key)) == "wgs84"


def test_two_people_at_once_and_nothing_to_correct(conn: Connection, settings: Settings) -> None:
    stream = Stream.of(couriers(conn))
    ask_correction(conn, stream, "gcj02", None)
    with pytest.raises(CorrectionUnderWay):
        ask_correction(conn, stream, "bd09", None)
    with pytest.raises(StreamUnusable):
        ask_correction(conn, stream, "cgcs2000", None)
    nobody = Stream("patrol", "nobody", "wgs84", date(2026, 1, 1), date(2026, 2, 1))
    with pytest.raises(StreamUnusable):
        preview_correction(conn, settings, nobody, "gcj02")


def test_a_correction_goes_on_where_a_killed_one_ended(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geodata.positions import correcting

    monkeypatch.setattr(correcting.correct_batch, "__defaults__", (40,))
    with engine.begin() as conn:
        stream = Stream.of(couriers(conn))
        total = preview_correction(conn, settings, stream, "gcj02").reports
        ref = ask_correction(conn, stream, "gcj02", None)
        # One batch, then the process is gone.
        correcting.correct_batch(conn, settings, correction_by_ref(conn, ref))
    with engine.begin() as conn:
        assert correction_by_ref(conn, ref).reports == 40
        ask_for_correction(conn, ref, None)
        enqueue(conn, "datum_correction", {"correction": str(ref)})  # and somebody asks twice
    work_off(engine, settings)
    with engine.connect() as conn:
        assert correction_by_ref(conn, ref).reports == total
        assert conn.scalar(text("SELECT count(*) FROM event WHERE kind = 'datum_corrected'")) == total


_DIES_INSIDE = """
import sys, time
from pathlib import Path
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
import geodata.jobs.positions
from geodata.jobs.runner import Runner
from geodata.positions import correcting
from geodata.settings import Settings
correcting.correct_batch.__defaults__ = (40,)
telling, batches = correcting._tell, 0
def stop(*given):
    global batches
    telling(*given)
    batches += 1
    if batches == 2:
        print("written, not committed", flush=True)
        time.sleep(600)
correcting._tell = stop
Runner(create_engine(sys.argv[1], poolclass=NullPool), Settings(home=Path(sys.argv[2]), database_url=sys.argv[1])).run_one()
"""


def test_a_correction_that_is_killed_inside_a_batch_is_done_once(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        stream = Stream.of(couriers(conn))
        total = preview_correction(conn, settings, stream, "gcj02").reports
        ref = ask_correction(conn, stream, "gcj02", None)
        assert ask_for_correction(conn, ref, None) is not None
        # As the uninterrupted work would leave it; rolled back.
        with conn.begin_nested() as trial:
            while correct_batch(conn, settings, correction_by_ref(conn, ref)):
                pass
            expected = corrected_state(conn)
            trial.rollback()
    words = [sys.executable, "-P", "-c", _DIES_INSIDE, settings.database_url, str(settings.home)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline().strip() == "written, not committed"
        dying.kill()
    with engine.begin() as conn:
        assert correction_by_ref(conn, ref).reports == 40
        # The lease of the dead runs out.
        conn.execute(
            job.update().where(job.c.state == "running").values(leased_until=func.now() - timedelta(seconds=1))
        )
    work_off(engine, settings)
    with engine.connect() as conn:
        done = correction_by_ref(conn, ref)
        assert (done.reports, done.finished_at is not None) == (total, True)
        assert corrected_state(conn) == expected
        assert conn.scalar(select(func.count()).where(job.c.state == "failed")) == 0


def corrected_state(conn: Connection) -> list[Any]:
    """Places, datums and owners of all reports, with the lines that corrections left in their histories."""
    rows = (
        "SELECT r.id, r.datum, ST_AsText(r.geom, 9), o.grid_id, o.reason, round(o.distance_to_edge_m::numeric, 3), "
        "(SELECT count(*) FROM event e WHERE e.report_id = r.id AND e.kind = 'datum_corrected'), "
        "(SELECT array_agg(h.grid_id ORDER BY h.id) FROM owner_history h WHERE h.report_id = r.id AND h.cause = 'datum_corrected') "
        "FROM report r JOIN owner o ON o.report_id = r.id ORDER BY r.id"
    )
    return [tuple(row) for row in conn.execute(text(rows))]


def test_loading_the_file_again_undoes_no_correction(engine: Engine, settings: Settings, planted: City) -> None:
    with engine.begin() as conn:
        ref = ask_correction(conn, Stream.of(couriers(conn)), "gcj02", None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    with engine.begin() as conn:
        before = everything(conn)
        frame = planted.reports[planted.reports["source"] == "courier"]
        summary = apply_frame(conn, settings, "reports", frame, LoadOptions(state_events=False))
        assert (summary.new, summary.changed) == (0, 0)
        assert everything(conn) == before
    assert datetime.now(UTC).date() > UNTIL


def test_a_correction_can_stand_for_what_a_device_reports_later(engine: Engine, settings: Settings) -> None:
    device, key = "新终端", str(uuid.uuid4())
    with engine.connect() as conn:
        inside = select(func.ST_X(report.c.geom), func.ST_Y(report.c.geom), owner.c.grid_id).join(owner)
        lon, lat, grid_id = conn.execute(inside.where(owner.c.distance_to_edge_m > 50).limit(1)).one()
    wrong_lon, wrong_lat = from_wgs84(lon, lat, "gcj02")

    def file(device: str = device, **values: Any) -> Any:
        draft = ReportDraft("井盖缺失", lon=wrong_lon, lat=wrong_lat, source="courier", device=device, **values)
        with engine.begin() as conn:
            return file_report(conn, settings, draft, scope="test")

    def state_of(ref: Any) -> Any:
        columns = (report.c.datum, func.ST_X(report.c.geom), owner.c.grid_id, report.c.raw_lon)
        with engine.connect() as conn:
            return conn.execute(select(*columns).join(owner).where(report.c.ref == ref)).one()

    first = file()
    today_is = datetime.now(settings.zone).date()
    stream = Stream("courier", device, "wgs84", today_is, today_is)
    with engine.begin() as conn:
        with pytest.raises(DeviceNotTold):
            ask_correction(conn, replace(stream, device=""), "gcj02", None, later=True)
        with conn.begin_nested() as since:  # a later run of the same stream
            run = {
                "source": "courier",
                "device": device,
                "stated": "wgs84",
                "reports": 30,
                "places": 30,
                "shares": {},
                "confidence": 0,
            }
            day = today_is + timedelta(days=1)
            conn.execute(datum_stream.insert().values(**run, from_day=day, to_day=day, suspect=False))
            with pytest.raises(StreamChanged):
                ask_correction(conn, stream, "gcj02", None, later=True)
            since.rollback()
        ref = ask_correction(conn, stream, "gcj02", None, later=True)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    as_it_is = ("gcj02", pytest.approx(lon, abs=1e-6), grid_id, wrong_lon)
    assert state_of(first.ref) == as_it_is

    filed = file(client_key=key)
    assert filed.place.grid_id == grid_id
    assert state_of(filed.ref) == as_it_is
    again = file(client_key=key)
    assert (again.created, again.ref) == (False, filed.ref)
    assert state_of(file(device="别的终端").ref)[0] == "wgs84"
    frame = pd.DataFrame(
        {
            "key": ["later"], "category": ["井盖缺失"], "source": ["courier"], "device": [device], "lon": [wrong_lon], "lat": [wrong_lat],
            "datum": ["wgs84"], "occurred_at": [datetime.now(UTC)],
        }
    )  # fmt: skip
    with engine.begin() as conn:
        apply_frame(conn, settings, "reports", frame)
        loaded = select(report.c.ref).join(report_key, report_key.c.report_id == report.c.id)
        later = conn.scalars(loaded.where(report_key.c.key == "later")).one()
    work_off(engine, settings)
    assert state_of(later) == as_it_is
    with engine.begin() as conn:
        kinds = select(event.c.detail).join(report, report.c.id == event.c.report_id)
        told = conn.scalars(kinds.where(report.c.ref == filed.ref, event.c.kind == "datum_corrected")).one()
        assert (told["from"], told["to"], told["correction"]) == ("wgs84", "gcj02", str(ref))
        [row] = [each for each in list_corrections(conn) if each.ref == ref]
        assert (row.stands, row.reports) == (True, 3)
        with pytest.raises(CorrectionStands):
            ask_correction(conn, replace(stream, datum="gcj02"), "wgs84", None)
        end_standing(conn, ref, today_is)
        with pytest.raises(CorrectionEnded):
            end_standing(conn, ref, today_is)
    assert state_of(file().ref)[0] == "wgs84"
    assert state_of(filed.ref) == as_it_is
    with engine.begin() as conn:
        ask_undoing(conn, ref, None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    for each in (first.ref, filed.ref, later):
        assert state_of(each)[:2] == ("wgs84", pytest.approx(wrong_lon, abs=1e-9))


def test_standing_corrections_do_not_keep_the_jobs_going(engine: Engine, settings: Settings) -> None:
    today_is = datetime.now(settings.zone).date()
    with engine.begin() as conn:
        stream = Stream("courier", "空终端", "wgs84", today_is, today_is)
        ask_correction(conn, stream, "gcj02", None, later=True)
        ask_for_standing(conn)
    work_off(engine, settings)  # and comes to an end
    with engine.begin() as conn:
        jobs = select(func.count()).select_from(job).where(job.c.kind == "positions")
        before = conn.scalar(jobs)
        ask_for_standing(conn)
    work_off(engine, settings)
    with engine.connect() as conn:
        assert conn.scalar(jobs) == before
