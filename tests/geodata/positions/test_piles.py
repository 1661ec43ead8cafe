"""The sample city's planted piles and rounded coordinates: found, and nothing else; what is filed or loaded onto one."""

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from geodata.actions import file_report
from geodata.demo.city import City
from geodata.jobs.positions import ask_for_positions
from geodata.loaders import apply_frame
from geodata.positions.piles import call_real, flag_counts, flag_of, list_piles
from geodata.report_filter import ReportFilter
from geodata.reports import count_reports
from geodata.scope import EVERYTHING
from geodata.selections import choose
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import place_flag, report, report_key
from gridmap.report import ReportDraft
from tests.geodata.positions.judged import keys_of, work_off


def flagged(conn: Connection, kind: str) -> set[str]:
    query = select(report_key.c.key).join(place_flag, place_flag.c.report_id == report_key.c.report_id)
    return set(conn.scalars(query.where(place_flag.c.kind == kind, report_key.c.scope == "load:reports")))


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
