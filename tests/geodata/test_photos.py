"""From a file to a report's photo: nothing acknowledged is lost, nothing else stays."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, Row, func, select, update

from geodata.accounts import add_account
from geodata.actions import KeyReused, file_report
from geodata.actions.keeping_photos import keep_photo, photos_against, take_in
from geodata.photos import (
    SIZES,
    PhotoGone,
    PhotoNotSent,
    PhotoTaken,
    PhotoTooLarge,
    TooManyPhotos,
    UnknownPhoto,
    file_path,
    photo_of_report,
    photos_of_report,
    read_file,
    remove_files,
    remove_waiting,
    sweep_files,
    twins,
)
from geodata.reports import report_by_ref
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import grid, photo, report
from gridmap.report import ReportDraft
from tests.geodata.cities import insert_divisions, insert_grids, middle_of
from tests.geodata.photo_files import photo_file

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)
LON, LAT = middle_of("e")
DAY_OLD = time.time() - 25 * 3600


def keep(conn: Connection, settings: Settings, data: bytes | None = None, **who: Any) -> Row[Any]:
    taken = take_in(settings, io.BytesIO(data or photo_file((LON, LAT), NOW)), "a.jpg")
    return keep_photo(conn, settings, taken, **{"account_id": None, **who})


def file(conn: Connection, settings: Settings, *photos: Row[Any], key: str | None = None, **draft: Any) -> Row[Any]:
    values = {"category": "井盖", "lon": LON, "lat": LAT, **draft}
    made = ReportDraft(**values, client_key=key, photos=tuple(str(row.ref) for row in photos))
    filed = file_report(conn, settings, made, scope="anonymous")
    return report_by_ref(conn, EVERYTHING, filed.ref)


def stored(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.home / "photos").rglob("*") if path.is_file())


def test_what_was_sent_is_kept_as_it_was_and_attached_with_what_was_remarked(
    nine_grids: Connection, settings: Settings
) -> None:
    data = photo_file((LON, LAT + 0.01), NOW - timedelta(days=3), gps={17: 90.0, 16: "T"})
    row = file(nine_grids, settings, keep(nine_grids, settings), keep(nine_grids, settings, data))
    first, second = photos_of_report(nine_grids, row.id)
    assert [first.number, second.number] == [1, 2]
    assert (first.remarks, second.remarks) == ([], ["far", "old"])
    assert first.distance_m < 1
    assert second.distance_m == pytest.approx(1110, abs=2)
    assert (second.direction_deg, second.direction_ref, second.intake_district) == (90, "true", "150105")
    assert read_file(settings, second.file, "original") == data
    assert all(path.stat().st_mode & 0o077 == 0 for path in stored(settings))
    assert len(stored(settings)) == 6


def test_the_page_judges_against_the_place_that_a_report_has_now(nine_grids: Connection, settings: Settings) -> None:
    row = file(nine_grids, settings, keep(nine_grids, settings))
    there = func.ST_SetSRID(func.ST_MakePoint(LON + 0.01, LAT), 4326)
    nine_grids.execute(update(report).where(report.c.id == row.id).values(geom=there, placed_by="person"))
    found = photos_against(nine_grids, settings, report_by_ref(nine_grids, EVERYTHING, row.ref))
    assert [str(one) for one in found[0].remarks] == ["far"]
    assert photos_of_report(nine_grids, row.id)[0].remarks == []


def test_the_same_file_with_another_report_is_remarked_on_both(nine_grids: Connection, settings: Settings) -> None:
    data = photo_file((LON, LAT), NOW, colour="red")
    one = file(nine_grids, settings, keep(nine_grids, settings, data))
    two = file(nine_grids, settings, keep(nine_grids, settings, data))
    assert photos_of_report(nine_grids, two.id)[0].remarks == ["other_report"]
    assert [str(word) for word in photos_against(nine_grids, settings, one)[0].remarks] == ["other_report"]
    assert list(twins(nine_grids, EVERYTHING, one.id).values()) == [[two.ref]]


def test_a_form_s_retry_is_harmless(nine_grids: Connection, settings: Settings) -> None:
    key = str(uuid4())
    form = {"form_key": UUID(key)}
    data = photo_file((LON, LAT), NOW)
    rows = [keep(nine_grids, settings, data, **form) for _ in range(3)]
    assert len({row.ref for row in rows}) == 1
    assert len(stored(settings)) == 3
    filed = [file(nine_grids, settings, rows[0], key=key) for _ in range(2)]
    assert filed[0].id == filed[1].id
    again = keep(nine_grids, settings, data, **form)  # a form without script sends the files themselves again
    assert file(nine_grids, settings, again, key=key).id == filed[0].id
    with pytest.raises(KeyReused):
        file(nine_grids, settings, key=key)


def test_one_photo_is_with_one_report(nine_grids: Connection, settings: Settings) -> None:
    row = keep(nine_grids, settings)
    file(nine_grids, settings, row)
    with pytest.raises(PhotoTaken):
        file(nine_grids, settings, row)


def test_whose_photos_they_are(nine_grids: Connection, settings: Settings, account_ids: list[int]) -> None:
    key = uuid4()
    of_form, of_account = (
        keep(nine_grids, settings, form_key=key),
        keep(nine_grids, settings, account_id=account_ids[0]),
    )
    for refused in (of_form, of_account):
        with pytest.raises(PhotoNotSent):
            file(nine_grids, settings, refused)
        with pytest.raises(PhotoNotSent):
            file(nine_grids, settings, refused, key=str(uuid4()))
    assert file(nine_grids, settings, of_form, key=str(key)).id
    draft = ReportDraft("井盖", lon=LON, lat=LAT, photos=(str(of_account.ref),))
    with pytest.raises(PhotoNotSent):
        file_report(nine_grids, settings, draft, scope="x", account_id=account_ids[1])
    assert file_report(nine_grids, settings, draft, scope="y", account_id=account_ids[0]).photos


@pytest.fixture
def account_ids(nine_grids: Connection) -> list[int]:
    return [add_account(nine_grids, name, "a long enough password", "grid_worker").id for name in ("a", "b")]


@pytest.mark.parametrize("ref", ["", "x", "3f1c1b52-9d5c-4b0e-8f6a-2f1f4c1f7a10", "'; DROP TABLE photo"])
def test_references_that_are_none(nine_grids: Connection, settings: Settings, ref: str) -> None:
    with pytest.raises(PhotoNotSent):
        file_report(nine_grids, settings, ReportDraft("井盖", lon=LON, lat=LAT, photos=(ref,)), scope="x")


def test_limits(nine_grids: Connection, settings: Settings) -> None:
    object.__setattr__(settings, "photos_most", 2)
    key = uuid4()
    pictures = [photo_file(colour=(n, n, n)) for n in range(7)]
    for data in pictures[:6]:
        keep(nine_grids, settings, data, form_key=key)
    with pytest.raises(TooManyPhotos):
        keep(nine_grids, settings, pictures[6], form_key=key)
    assert len(stored(settings)) == 6 * 3
    rows = [keep(nine_grids, settings, data) for data in pictures[:3]]
    with pytest.raises(TooManyPhotos):
        file(nine_grids, settings, *rows)
    object.__setattr__(settings, "photo_bytes_most", 300)
    with pytest.raises(PhotoTooLarge, match="larger"):
        take_in(settings, io.BytesIO(photo_file()), "a.jpg")


def test_a_file_that_is_gone_is_said(nine_grids: Connection, settings: Settings) -> None:
    row = file(nine_grids, settings, keep(nine_grids, settings))
    found = photos_of_report(nine_grids, row.id)[0]
    remove_files(settings, [found.file])
    with pytest.raises(PhotoGone):
        read_file(settings, found.file, "small")
    with pytest.raises(UnknownPhoto):
        photo_of_report(nine_grids, row.id + 1, found.ref)


def test_what_nobody_came_for_goes_and_nothing_else(nine_grids: Connection, settings: Settings) -> None:
    kept = file(nine_grids, settings, keep(nine_grids, settings))
    waiting, forgotten = keep(nine_grids, settings), keep(nine_grids, settings)
    lost = take_in(settings, io.BytesIO(photo_file()), "a.jpg")
    for path in stored(settings):
        os.utime(path, (DAY_OLD, DAY_OLD))
    unfinished = file_path(settings, forgotten.file, "small").with_suffix(".part")
    unfinished.write_bytes(b"half")
    os.utime(unfinished, (DAY_OLD, DAY_OLD))
    fresh = take_in(settings, io.BytesIO(photo_file()), "a.jpg")
    age = update(photo).where(photo.c.id == forgotten.id).values(received_at=func.now() - timedelta(hours=25))
    nine_grids.execute(age)
    assert remove_waiting(nine_grids) == 1
    assert sweep_files(nine_grids, settings) == 3 + 3 + 1
    left = {path.name.split(".")[0] for path in stored(settings)}
    assert left == {photos_of_report(nine_grids, kept.id)[0].file, waiting.file, fresh.file}
    assert lost.file not in left


SCRIPT = """
import io, os, signal, sys
from pathlib import Path
from sqlalchemy import create_engine
from geodata.actions import file_report
from geodata.actions.keeping_photos import keep_photo, take_in
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.geodata.photo_files import photo_file

moment, home, url = sys.argv[1:]
settings = Settings(home=Path(home), database_url=url)
def die_at(here):
    if here == moment:
        os.kill(os.getpid(), signal.SIGKILL)
if moment == "writing":
    sync = os.fsync
    def first_sync_only(number, seen=[]):
        seen.append(number)
        sync(number)
        if len(seen) == 6:
            die_at("writing")
    os.fsync = first_sync_only
with create_engine(url).begin() as conn:
    taken = take_in(settings, io.BytesIO(photo_file(({lon}, {lat}))), "a.jpg")
    die_at("written")
    row = keep_photo(conn, settings, taken, account_id=None)
    die_at("kept")
    draft = ReportDraft("井盖", lon={lon}, lat={lat}, photos=(str(row.ref),))
    file_report(conn, settings, draft, scope="anonymous")
    die_at("attached")
die_at("committed")
"""


@pytest.mark.parametrize("moment", ["writing", "written", "kept", "attached", "committed"])
def test_killed_at_any_moment(engine: Engine, settings: Settings, moment: str) -> None:
    """What was committed is whole; what was not leaves orphans only, which the sweep takes."""
    with engine.begin() as conn:
        before = conn.scalar(select(func.count()).select_from(photo)) or 0
        if not conn.scalar(select(func.count()).select_from(grid)):
            insert_divisions(conn)
            insert_grids(conn)
    script = textwrap.dedent(SCRIPT).replace("{lon}", str(LON)).replace("{lat}", str(LAT))
    command = [sys.executable, "-P", "-c", script, moment, str(settings.home), settings.database_url]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=120
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    assert stored(settings)
    for path in stored(settings):
        os.utime(path, (DAY_OLD, DAY_OLD))
    with engine.connect() as conn:
        sweep_files(conn, settings)
        rows = conn.execute(select(photo).order_by(photo.c.id.desc())).all()
    assert len(rows) == before + (moment == "committed")
    if moment == "committed":
        assert [path.name for path in stored(settings)] == sorted(f"{rows[0].file}.{size}" for size in SIZES)
        assert read_file(settings, rows[0].file, "original") == photo_file((LON, LAT))
        assert rows[0].report_id is not None
    else:
        assert stored(settings) == []
