"""New boundaries: corrected, published at a midnight, asked about, told, and withdrawn."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.actions import assign_reports, boundaries, file_report
from geodata.actions.acting import Actor
from geodata.actions.edition_reports import FATES, edition_reports
from geodata.actions.publishing import (
    PublicationAhead,
    PublicationPast,
    UnknownPublication,
    apply_publication,
    preview_publication,
    withdraw_publication,
)
from geodata.days import today
from geodata.editions import due_days, edition_days
from geodata.grids import remove_grids
from geodata.lineage import lineage_of
from geodata.loaders import LoadOptions, apply_frame
from geodata.notices import notices_of
from geodata.owners.deriving import derive_reports
from geodata.owners.writing import write_owners
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import doubt, grid, grid_lineage, job, owner, owner_history, publication, report
from geodata.versions import version_of
from gridmap.report import ReportDraft
from tests.geodata.cities import COMMUNITY, SIDE, SOUTH, WEST, insert_building, insert_household

FIRST = date(2020, 1, 1)
Middle = Callable[[str], tuple[float, float]]


@pytest.fixture
def dated_grids(nine_grids: Connection) -> Connection:
    """The nine grids, in force since a day."""
    nine_grids.execute(update(grid).values(valid=func.daterange(FIRST, None)))
    return nine_grids


def square(column: int, row: int, width: float = 1, height: float = 1, west: float = 0.0) -> shapely.Polygon:
    """A box on the drawing of nine grids, in its cells."""
    x, y = WEST + (column + west) * SIDE, SOUTH + row * SIDE
    return shapely.box(x, y, x + width * SIDE, y + height * SIDE)


def load_grids(conn: Connection, settings: Settings, shapes: dict[str, shapely.Polygon], day: date | None) -> Any:
    frame = gpd.GeoDataFrame(
        {"code": list(shapes), "name": [f"{code} 网格" for code in shapes], "community_code": COMMUNITY},
        geometry=list(shapes.values()),
        crs=4326,
    )
    summary = apply_frame(conn, settings, "grids", frame, LoadOptions(valid_from=day))
    assert not summary.rejects
    return summary


def file_at(
    conn: Connection, settings: Settings, place: tuple[float, float], days_ago: int = 3, status: str = "filed"
) -> int:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    filed = file_report(
        conn, settings, ReportDraft("暴露垃圾", lon=place[0], lat=place[1], reported_at=at), scope="anonymous"
    )
    # Filing derives among the grids of today; these were received before.
    conn.execute(update(report).where(report.c.ref == filed.ref).values(status=status))
    key = conn.scalar(select(report.c.id).where(report.c.ref == filed.ref))
    assert key is not None
    return key


def owner_of(conn: Connection, report_id: int) -> str | None:
    query = select(grid.c.code).join(owner, owner.c.grid_id == grid.c.id).where(owner.c.report_id == report_id)
    return conn.scalar(query)


def causes_of(conn: Connection, report_id: int) -> list[str]:
    query = select(owner_history.c.cause).where(owner_history.c.report_id == report_id).order_by(owner_history.c.id)
    return list(conn.scalars(query))


def test_a_corrected_border_moves_the_owners_on_the_changed_ground_alone(
    dated_grids: Connection, settings: Settings, middle: Middle
) -> None:
    stays, lon_lat = file_at(dated_grids, settings, middle("a")), middle("b")
    moves = file_at(dated_grids, settings, (lon_lat[0] - 0.3 * SIDE, lon_lat[1]), status="closed")
    decided = file_at(dated_grids, settings, (lon_lat[0] - 0.31 * SIDE, lon_lat[1]))
    dated_grids.execute(update(owner).where(owner.c.report_id == decided).values(reason="decided"))
    # The border of a and b goes 0.4 cells to the east, in the editions that there are.
    with dated_grids.begin_nested() as trial:
        summary = load_grids(dated_grids, settings, {"a": square(0, 0, 1.4), "b": square(1, 0, 0.6, west=0.4)}, FIRST)
        notes = {note.code: note for note in summary.notes}
        assert "b → a 1" in notes["owners_corrected"].zh
        trial.rollback()
    assert owner_of(dated_grids, moves) == "b"
    load_grids(dated_grids, settings, {"a": square(0, 0, 1.4), "b": square(1, 0, 0.6, west=0.4)}, FIRST)
    assert [owner_of(dated_grids, each) for each in (stays, moves, decided)] == ["a", "a", "b"]
    assert causes_of(dated_grids, moves) == ["filed", "boundary_corrected"]
    assert causes_of(dated_grids, stays) == ["filed"]
    assert dated_grids.scalar(select(func.count()).select_from(publication)) == 0


def test_new_boundaries_re_route_what_is_not_dispatched_and_ask_about_the_rest(
    dated_grids: Connection, settings: Settings, middle: Middle
) -> None:
    conn, day = dated_grids, today(settings.zone)
    worker = add_account(conn, "new", "a long enough password", "grid_worker")
    give_area(conn, worker, "a")
    east_of_border = (middle("b")[0] - 0.3 * SIDE, middle("b")[1])
    reports = {
        state: file_at(conn, settings, east_of_border, status=state)
        for state in ("filed", "whistled", "in_progress", "closed")
    }
    decided = file_at(conn, settings, east_of_border)
    conn.execute(update(owner).where(owner.c.report_id == decided).values(reason="decided"))
    stays = file_at(conn, settings, (middle("b")[0] + 0.3 * SIDE, middle("b")[1]), status="in_progress")
    summary = load_grids(conn, settings, {"a": square(0, 0, 1.4), "b": square(1, 0, 0.6, west=0.4)}, day)
    assert {"editions_made", "published"} <= {note.code for note in summary.notes}
    assert {state: owner_of(conn, key) for state, key in reports.items()} == {
        "filed": "a", "whistled": "a", "in_progress": "b", "closed": "b",
    }  # fmt: skip
    assert causes_of(conn, reports["filed"]) == ["filed", "published"]
    assert owner_of(conn, decided) == "b"
    asked = {row.report_id: row for row in conn.execute(select(doubt))}
    assert set(asked) == {reports["in_progress"], decided}
    assert asked[decided].kind == "published"
    assert asked[decided].alternatives == [["a", None], ["b", None]]
    assert owner_of(conn, stays) == "b"
    noted = conn.execute(select(publication)).one()
    assert (noted.day, noted.rerouted, noted.asked, noted.kept) == (day, 2, 2, 1)
    assert noted.applied_at is not None
    listed = {fate: edition_reports(conn, settings, day, fate, applied=True) for fate in FATES}
    assert listed == {
        "open": sorted((reports["whistled"], reports["filed"], decided, reports["in_progress"]), reverse=True),
        "rerouted": [reports["whistled"], reports["filed"]], "asked": [decided, reports["in_progress"]], "kept": [reports["closed"]],
    }  # fmt: skip
    assert edition_reports(conn, settings, day, "rerouted", applied=True, move=("a", "b")) == []
    assert edition_reports(conn, settings, day, "rerouted", applied=True, status="filed") == [reports["filed"]]
    assert edition_reports(conn, settings, FIRST, "rerouted", applied=True) == []
    told = notices_of(conn, worker.id)
    assert [(each.kind, each.detail) for each in told] == [
        ("published", {"day": day.isoformat(), "grid": "a", "grid_name": "a 网格", "came": 2, "left": 0, "asked": 0})
    ]
    # Deriving everything anew goes by the day that decided: nothing falls back to the ended grids.
    everything = derive_reports(conn, settings, list(conn.scalars(select(report.c.id))))
    assert write_owners(conn, settings, everything, cause="assigned") == 0


def plan_for_tomorrow(conn: Connection, settings: Settings) -> date:
    """Grid a takes the half of b that lies next to it, from tomorrow."""
    day = today(settings.zone) + timedelta(days=1)
    load_grids(conn, settings, {"a": square(0, 0, 1.5), "b": square(1, 0, 0.5, west=0.5)}, day)
    return day


def test_before_the_midnight_the_old_grids_answer_and_after_it_the_new_ones(
    dated_grids: Connection, settings: Settings, middle: Middle
) -> None:
    conn = dated_grids
    place = (middle("b")[0] - 0.2 * SIDE, middle("b")[1])
    waiting = file_at(conn, settings, place)
    day = plan_for_tomorrow(conn, settings)
    preview = preview_publication(conn, settings, day)
    assert (preview.grids.changed, preview.reports.rerouted, preview.by_state) == (2, 1, {"filed": 1})
    assert preview.reports.moves == [("b", "a", 1)]
    assert preview.without_worker == ["a", "b"]
    assert edition_reports(conn, settings, day, "rerouted", applied=False, move=("b", "a"), status="filed") == [waiting]
    for none in ({"move": ("a", "b")}, {"status": "whistled"}):
        assert edition_reports(conn, settings, day, "rerouted", applied=False, **none) == []
    assert edition_reports(conn, settings, day, "asked", applied=False) == []
    assert owner_of(conn, waiting) == "b"
    with pytest.raises(PublicationAhead):
        apply_publication(conn, settings, day)
    after_midnight = conn.execute(select(job.c.unique_key, job.c.run_after).where(job.c.kind == "publish")).one()
    assert after_midnight == (f"publish:{day}", datetime.combine(day, time(), tzinfo=settings.zone))
    assert due_days(conn, day - timedelta(days=1)) == []
    assert due_days(conn, day) == [day]
    # Received today: the grids of today, until midnight.
    assert owner_of(conn, file_at(conn, settings, place, days_ago=0)) == "b"
    first = apply_publication(conn, settings, day, now=day)
    again = apply_publication(conn, settings, day, now=day)
    assert (first.rerouted, again.rerouted, owner_of(conn, waiting)) == (2, 2, "a")
    assert causes_of(conn, waiting) == ["filed", "published"]
    assert due_days(conn, day + timedelta(days=9)) == []


def test_a_publication_can_be_taken_back_until_its_day(dated_grids: Connection, settings: Settings) -> None:
    conn, by = dated_grids, Actor(EVERYTHING, None, today(settings.zone))
    shapes = select(grid.c.code, func.ST_AsText(grid.c.geom), grid.c.valid).order_by(grid.c.code)
    before = conn.execute(shapes).all()
    day = plan_for_tomorrow(conn, settings)
    assert conn.execute(shapes).all() != before
    version = version_of(conn, "grid")
    withdraw_publication(conn, settings, by, day)
    assert conn.execute(shapes).all() == before
    assert version_of(conn, "grid") > version
    assert conn.scalar(select(func.count()).select_from(grid_lineage)) == 0
    with pytest.raises(UnknownPublication):
        withdraw_publication(conn, settings, by, day)
    load_grids(conn, settings, {"a": square(0, 0, 1.5), "b": square(1, 0, 0.5, west=0.5)}, today(settings.zone))
    with pytest.raises(PublicationPast):
        withdraw_publication(conn, settings, by, today(settings.zone))


def test_grids_that_are_in_use_are_not_removed(dated_grids: Connection, settings: Settings, middle: Middle) -> None:
    conn, used = dated_grids, select(owner.c.grid_id)
    version = version_of(conn, "grid")
    file_at(conn, settings, middle("a"))
    remove_grids(conn, list(conn.scalars(select(grid.c.id).where(grid.c.code == "i"))))
    assert version_of(conn, "grid") > version
    with pytest.raises(IntegrityError), conn.begin_nested():
        remove_grids(conn, list(conn.scalars(used)))
    assert conn.scalar(select(func.count()).select_from(grid)) == 8


def test_lineage_goes_by_homes_and_loses_nobody(dated_grids: Connection, settings: Settings, middle: Middle) -> None:
    conn, day = dated_grids, today(settings.zone)
    lon, lat = middle("b")
    for number, (east, homes) in enumerate([(-0.4, 3), (-0.3, 3), (0.3, 4), (0.05, 0)]):
        key = insert_building(conn, f"h{number}", lon + east * SIDE, lat)
        for room in range(homes):
            insert_household(conn, f"h{number}-{room}", key)
    # a takes half of b; the north third of d is given up, the rest of it split; g stays as it is.
    load_grids(
        conn, settings,
        {"a": square(0, 0, 1.5), "b": square(1, 0, 0.5, west=0.5), "d": square(0, 1, 1, 0.5), "d2": square(0, 1.5, 1, 0.25)},
        day,
    )  # fmt: skip
    rows = conn.execute(select(grid_lineage).where(grid_lineage.c.day == day)).all()
    for side in ("old", "new"):
        shares: dict[int, float] = {}
        for row in rows:
            if (key := getattr(row, f"{side}_grid_id")) is not None:
                shares[key] = shares.get(key, 0) + getattr(row, f"share_of_{side}")
        assert shares
        assert all(share == pytest.approx(1, abs=1e-9) for share in shares.values())
    told = {(row.old_code, row.new_code): row for row in lineage_of(conn, "b")}
    assert (told["b", "a"].households, told["b", "a"].share_of_old) == (6, pytest.approx(0.6))
    assert told["b", "a"].share_of_new == 1  # all homes of the new a were b's
    assert told["b", "b"].share_of_old == pytest.approx(0.4)
    split = {(row.old_code, row.new_code): row.share_of_old for row in lineage_of(conn, "d")}
    # Nobody lives in d: its ground says what became of it.
    assert split == {
        ("d", "d"): pytest.approx(0.5, abs=1e-4), ("d", "d2"): pytest.approx(0.25, abs=1e-4), ("d", None): pytest.approx(0.25, abs=1e-4),
    }  # fmt: skip
    assert lineage_of(conn, "g") == []
    assert sum(row.households for row in rows if row.old_grid_id is not None) == 10


def test_the_days_of_editions_are_listed(dated_grids: Connection, settings: Settings) -> None:
    day = plan_for_tomorrow(dated_grids, settings)
    found = edition_days(dated_grids, EVERYTHING)
    assert [(each.day, each.begun, each.ended, each.changed, each.planned) for each in found] == [
        (day, 0, 0, 2, True), (FIRST, 9, 0, 0, False),
    ]  # fmt: skip
    assert found[0].applied_at is None


def test_too_many_reports_are_left_to_a_job_and_that_is_said(
    dated_grids: Connection, settings: Settings, middle: Middle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boundaries, "MOST_AT_ONCE", 1)
    conn, (lon, lat) = dated_grids, middle("b")
    keys = [file_at(conn, settings, (lon - 0.3 * SIDE, lat)) for _ in range(2)]
    summary = load_grids(conn, settings, {"a": square(0, 0, 1.4), "b": square(1, 0, 0.6, west=0.4)}, FIRST)
    assert next(note for note in summary.notes if note.code == "owners_pending").loud
    assert [owner_of(conn, key) for key in keys] == ["b", "b"]
    waiting = select(func.count()).where(job.c.kind == boundaries.OWNERS_JOB, job.c.state == "waiting")
    assert conn.scalar(waiting) == 1
    assign_reports(conn, settings, "all", cause="boundary_corrected")  # what the job does
    assert [owner_of(conn, key) for key in keys] == ["a", "a"]
    assert causes_of(conn, keys[0]) == ["filed", "boundary_corrected"]
    # A job that is under way may be past the reports that the next correction moves.
    running = {"state": "running", "runner": "another", "leased_until": func.now()}
    conn.execute(update(job).where(job.c.kind == boundaries.OWNERS_JOB).values(running))
    load_grids(conn, settings, {"a": square(0, 0, 1.3), "b": square(1, 0, 0.7, west=0.3)}, FIRST)
    assert conn.scalar(waiting) == 1


def test_assigning_anew_leaves_published_owners_alone(
    dated_grids: Connection, settings: Settings, middle: Middle
) -> None:
    conn, (lon, lat) = dated_grids, middle("b")
    key = file_at(conn, settings, (lon - 0.3 * SIDE, lat))
    load_grids(conn, settings, {"a": square(0, 0, 1.4), "b": square(1, 0, 0.6, west=0.4)}, today(settings.zone))
    assert owner_of(conn, key) == "a"
    assert assign_reports(conn, settings, "all").changed == 0
    # A second file for the same day is applied on top of the first, and asks nobody twice.
    load_grids(conn, settings, {"d": square(0, 1, 1.4), "e": square(1, 1, 0.6, west=0.4)}, today(settings.zone))
    assert conn.scalar(select(publication.c.rerouted)) == 1
    assert causes_of(conn, key) == ["filed", "published"]
