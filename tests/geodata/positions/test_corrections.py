"""Correcting a stream of wrong coordinates: previewed, done, undone, alone."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, func, select, text

from geodata.demo.city import City
from geodata.jobs.positions import ask_for_correction, ask_for_positions
from geodata.loaders import LoadOptions, apply_frame
from geodata.positions.corrections import (
    CorrectionUnderWay,
    CorrectionUndone,
    ask_correction,
    ask_undoing,
    correction_by_ref,
)
from geodata.positions.preview import preview_correction
from geodata.positions.stream_reports import Stream, StreamUnusable, stream_places
from geodata.positions.streams import list_streams, stream_by_key
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import owner, owner_history, report
from gridmap.datum import from_wgs84
from tests.geodata.demo.conftest import UNTIL
from tests.geodata.positions.judged import couriers, work_off


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


@pytest.mark.parametrize("datum", ["gcj02_twice", "bd09_twice"])
def test_what_was_shifted_twice_is_found_corrected_to_the_centimetre_and_undone(
    engine: Engine, settings: Settings, datum: str
) -> None:
    with engine.begin() as conn:
        honest = next(row for row in list_streams(conn) if row.likely == row.stated == "wgs84" and row.reports > 300)
        stream = Stream.of(honest)
        right = stream_places(conn, settings, stream, "wgs84").set_index("report_id")
        lon, lat = from_wgs84(right["lon"].to_numpy(), right["lat"].to_numpy(), datum)
        sent = [
            {"key": int(key), "x": x, "y": y} for key, x, y in zip(right.index, lon.tolist(), lat.tolist(), strict=True)
        ]
        moved = "UPDATE report SET raw_lon = :x, raw_lat = :y, geom = ST_Point(:x, :y, 4326) WHERE id = :key"
        conn.execute(text(moved), sent)
        before = everything(conn)
        ask_for_positions(conn)
    work_off(engine, settings)
    with engine.begin() as conn:
        found = stream_by_key(conn, honest.source, honest.device, "wgs84", honest.from_day)
        assert (found.likely, found.suspect) == (datum, True)
        ref = ask_correction(conn, Stream.of(found), datum, None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    with engine.begin() as conn:
        point = select(report.c.id, func.ST_X(report.c.geom), func.ST_Y(report.c.geom), report.c.datum)
        corrected = {row[0]: row[1:] for row in conn.execute(point.where(report.c.id.in_(right.index.tolist())))}
        assert {row[2] for row in corrected.values()} == {datum}
        places = np.array([corrected[key][:2] for key in right.index])
        assert np.abs(places - right[["lon", "lat"]].to_numpy()).max() < 1e-7  # degrees: 1 cm
        ask_undoing(conn, ref, None)
        ask_for_correction(conn, ref, None)
    work_off(engine, settings)
    with engine.connect() as conn:
        assert [row[:5] for row in everything(conn)] == [row[:5] for row in before]
