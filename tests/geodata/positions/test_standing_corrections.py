"""Corrections that hold from now on."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, func, select

from geodata.actions import file_report
from geodata.jobs.positions import ask_for_correction, ask_for_standing
from geodata.loaders import apply_frame
from geodata.positions.corrections import (
    CorrectionEnded,
    CorrectionStands,
    DeviceNotTold,
    StreamChanged,
    ask_correction,
    ask_undoing,
    end_standing,
    list_corrections,
)
from geodata.positions.stream_reports import Stream, reports_lately
from geodata.settings import Settings
from geodata.tables import datum_stream, event, job, owner, report, report_key
from gridmap.datum import from_wgs84
from gridmap.report import OWN_PAGES, ReportDraft
from tests.geodata.positions.judged import work_off


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


def test_a_source_without_devices_is_corrected_from_now_on_only_where_the_judgement_is_sure(
    engine: Engine, settings: Settings
) -> None:
    today_is = datetime.now(settings.zone).date()
    stream = Stream("chat", "", "wgs84", today_is, today_is)
    run = {
        "source": "chat", "device": "", "stated": "wgs84", "from_day": today_is, "to_day": today_is, "reports": 30, "places": 30,
        "shares": {}, "likely": "gcj02",
    }  # fmt: skip
    with engine.begin() as conn:
        conn.execute(datum_stream.delete().where(datum_stream.c.source == "chat"))
        conn.execute(datum_stream.insert().values(**run, confidence=0.9, suspect=False))
        with pytest.raises(DeviceNotTold):
            ask_correction(conn, stream, "gcj02", None, later=True)
        conn.execute(datum_stream.update().where(datum_stream.c.source == "chat").values(confidence=1, suspect=True))
        with pytest.raises(DeviceNotTold):
            ask_correction(conn, stream, "bd09", None, later=True)
        ask_correction(conn, stream, "gcj02", None, later=True)

    def datum_of(**said: str) -> str:
        with engine.begin() as conn:
            filed = file_report(
                conn,
                settings,
                ReportDraft("井盖缺失", lon=111.71, lat=40.83, **({"source": "chat"} | said)),
                scope="test",
            )
            return str(conn.scalar(select(report.c.datum).where(report.c.ref == filed.ref)))

    assert datum_of() == "gcj02"
    assert datum_of(device="群机器人") == "wgs84"
    assert datum_of(device=OWN_PAGES) == "wgs84"
    assert datum_of(source="courier") == "wgs84"
    with engine.connect() as conn:
        assert reports_lately(conn, settings, replace(stream, datum="gcj02"), today_is, 28) == 1
        assert reports_lately(conn, settings, replace(stream, datum="gcj02"), today_is + timedelta(days=28), 28) == 0
