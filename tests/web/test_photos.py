"""Photos over the web: sent with the form or ahead of it, told before and after, seen only with their report."""

import io
import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, select, text
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

import web.photos
from geodata.account_areas import set_areas
from geodata.accounts import add_account
from geodata.actions import keeping_photos
from geodata.photos import file_path, photos_of_sender
from geodata.settings import Settings
from geodata.tables import audit_log, photo, report
from geodata.tokens import issue_token
from tests.geodata.cities import middle_of
from tests.geodata.photo_files import photo_file
from tests.web.conftest import PASSWORD, SignIn, csrf_of

Bearer = Callable[[str], dict[str, str]]
LON, LAT = middle_of("e")
E = {"lon": str(LON), "lat": str(LAT)}


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def unlike_any() -> dict[int, str]:
    """Tags that make a file differ from every other: the same file with another report is remarked on."""
    return {0x10F: uuid.uuid4().hex}


def here(**changes: Any) -> bytes:
    """A photo of the middle of e, no two the same."""
    return photo_file((LON, LAT), now(), **{"base": unlike_any(), "size": (90, 60), **changes})


def form_of(browser: FlaskClient, **fields: Any) -> dict[str, Any]:
    page = browser.get("/report").text
    key = re.search(r'name="client_key" value="([^"]+)"', page)
    assert key
    filled = {"csrf_token": csrf_of(page), "client_key": key.group(1), "source": "resident", "datum": "wgs84"}
    return {**filled, "category": "井盖", **fields}


def files(*contents: bytes) -> list[FileStorage]:
    return [FileStorage(io.BytesIO(content), f"{number}.jpg") for number, content in enumerate(contents, start=1)]


def send_ahead(browser: FlaskClient, form: dict[str, Any], *contents: bytes) -> Any:
    return post(browser, "/report/photos", {**form, "photos": files(*contents)})


def post(browser: FlaskClient, path: str, fields: dict[str, Any]) -> Any:
    """A form with files. Werkzeug's own way to send large ones leaves temporary files open."""
    boundary, body = encode_multipart(MultiDict(fields))
    return browser.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def refs_in(page: str) -> list[str]:
    return re.findall(r'name="photo" value="([^"]+)"', page)


def file_it(browser: FlaskClient, form: dict[str, Any], *contents: bytes) -> Any:
    return post(browser, "/report", {**form, "photos": files(*contents)})


def ref_of(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).rsplit("/", 1)[1]


def stored(city: Engine, ref: str) -> list[Any]:
    with city.connect() as conn:
        query = select(photo).join(report, report.c.id == photo.c.report_id).where(report.c.ref == uuid.UUID(ref))
        return list(conn.execute(query.order_by(photo.c.number)))


@pytest.fixture(params=["grid_worker", None])
def sender(request: pytest.FixtureRequest, client: FlaskClient, signed_in: SignIn, empty_limits: None) -> FlaskClient:
    """A worker, and somebody without an account."""
    return signed_in(request.param) if request.param else client


def test_told_before_and_after_and_kept(sender: FlaskClient, city: Engine) -> None:
    old = photo_file((LON, LAT + 0.0117), now() - timedelta(days=2), base=unlike_any())
    form = form_of(sender, **E)
    before = send_ahead(sender, form, here(), old)
    assert before.status_code == 200
    for said in (
        "拍摄于2天前",
        "距上报位置 1.3 公里",
        "远离上报位置",
        "旧照片",
        "使用照片位置",
        "data:image/jpeg;base64,",
    ):
        assert said in before.text
    refs = refs_in(before.text)
    assert len(refs) == 2
    ref = ref_of(file_it(sender, {**form, "photo": refs}))
    rows = stored(city, ref)
    assert [row.remarks for row in rows] == [[], ["far", "old"]]
    after = sender.get(f"/report/filed/{ref}").text
    for said in ("已随案保存的照片", "距上报位置 1.3 公里", "远离上报位置", "旧照片"):
        assert said in after
    tracked = sender.get(f"/track/{ref}").text
    assert tracked.count("data:image/jpeg;base64,") == 2
    assert "1.3" not in tracked


def test_without_script_the_form_carries_the_files_itself(sender: FlaskClient, city: Engine) -> None:
    form = form_of(sender, **E)
    content = [here(), here(kind="PNG")]
    answers = [file_it(sender, form, *content) for _ in range(2)]  # the button pressed twice
    assert ref_of(answers[0]) == ref_of(answers[1])
    assert [row.media_type for row in stored(city, ref_of(answers[0]))] == ["image/jpeg", "image/png"]


def test_a_photo_can_give_the_place(sender: FlaskClient, city: Engine) -> None:
    form = form_of(sender)
    page = send_ahead(sender, form, here()).text
    assert f'data-gm-choose-lon="{LON:.6f}"' in page
    assert "距上报位置" not in page
    (ref,) = refs_in(page)
    filed = ref_of(file_it(sender, {**form, "photo": ref, "place_of": ref}))
    with city.connect() as conn:
        lon = conn.scalar(text("SELECT ST_X(geom) FROM report WHERE ref = :ref"), {"ref": filed})
    assert lon == pytest.approx(LON, abs=1e-5)
    assert stored(city, filed)[0].distance_m < 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空文件"),
        (b"no picture at all", "无法读取"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
        (photo_file(size=(1, 1)), "太小"),
        (photo_file(size=(600, 400))[:-300], "无法读取"),
        (b"\0" * 12_000_001, "超过 12 MB"),
    ],
    ids=["empty", "text", "heic", "tiny", "cut", "large"],
)
def test_what_is_wrong_is_said_and_the_others_are_kept(
    signed_in: SignIn, city: Engine, content: bytes, said: str
) -> None:
    browser = signed_in("grid_worker")
    form = form_of(browser, **E)
    page = send_ahead(browser, form, here(), content)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert said in page.text
    assert "2.jpg" in page.text
    (ref,) = refs_in(page.text)
    refused = file_it(browser, {**form, "photo": ref}, content)
    assert refused.status_code == 422
    wrong = re.search(r'id="wrong-photos" role="alert">.*?</i> ([^<]+)</p>', refused.text)
    assert wrong
    assert said in wrong.group(1)
    assert refs_in(refused.text) == [ref]


def test_no_more_than_a_report_takes(signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    form = form_of(browser, **E)
    page = send_ahead(browser, form, *(photo_file(colour=(30 * n, 0, 0)) for n in range(7))).text
    assert len(refs_in(page)) == 6
    assert "最多附 6 张照片" in page


def test_one_request_has_no_more_read_than_a_report_takes(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same photo over and over is one photo of the form, yet each time as much work as another."""
    read: list[str] = []
    take_in = keeping_photos.take_in
    monkeypatch.setattr(web.photos, "take_in", lambda *given: read.append(given[2]) or take_in(*given))
    browser = signed_in("grid_worker")
    form = form_of(browser, **E)
    page = send_ahead(browser, form, *[here()] * 20).text
    assert (len(refs_in(page)), len(read)) == (1, 6)
    assert "最多附 6 张照片" in page


def test_references_without_end_are_not_looked_up(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def counted(conn: Any, refs: list[str], **asked: Any) -> list[Any]:
        looked_up.extend(refs)
        return photos_of_sender(conn, refs, **asked)

    monkeypatch.setattr("web.report_page.photos.photos_of_sender", counted)
    browser = signed_in("grid_worker")
    form = form_of(browser, **E, photo=[str(uuid.uuid4()) for _ in range(10_000)])
    assert browser.post("/report/photos", data=form).status_code == 200
    assert looked_up == form["photo"][:6]


def test_only_these_routes_take_so_much(app: Flask, client: FlaskClient, signed_in: SignIn) -> None:
    settings: Settings = app.config["GRIDMAP"]
    much = settings.max_body_mb * 1024 * 1024 + 1
    assert client.post("/api/v1/reports", data=b"0" * much, content_type="application/json").status_code == 413
    browser = signed_in("grid_worker")
    form = form_of(browser)
    assert send_ahead(browser, form, *[b"0" * 11_000_000] * 2).status_code == 200
    assert send_ahead(browser, form, *[b"0" * 11_000_000] * 7).status_code == 413


def test_sending_without_an_account_is_limited_by_address(app: Flask, client: FlaskClient, empty_limits: None) -> None:
    settings = app.config["GRIDMAP"]
    object.__setattr__(settings, "anonymous_reports_per_hour", 1)
    try:
        form = form_of(client, **E)
        for _ in range(settings.photos_most):
            assert refs_in(send_ahead(client, form, here()).text)
        assert "操作过于频繁" in send_ahead(client, form, here()).text
        refused = client.post("/api/v1/photos", data={"photo": files(here())[0]})
        assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many_requests")
    finally:
        object.__setattr__(settings, "anonymous_reports_per_hour", 1000)


def test_nobody_takes_another_s_photo(client: FlaskClient, signed_in: SignIn, empty_limits: None) -> None:
    worker = signed_in("grid_worker")
    form = form_of(worker, **E)
    (ref,) = refs_in(send_ahead(worker, form, here()).text)
    for other, key in (
        (client, form["client_key"]),
        (worker, str(uuid.uuid4())),
        (signed_in("dispatcher"), form["client_key"]),
    ):
        theirs = form_of(other, **E) | {"client_key": key, "photo": ref}
        answer = file_it(other, theirs)
        assert answer.status_code == 422
        assert "没有找到该照片" in answer.text
        assert refs_in(answer.text) == []
    assert file_it(worker, {**form, "photo": ref}).status_code == 303


def test_a_forged_request_sends_nothing(signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    form = form_of(browser) | {"csrf_token": "x"}
    assert send_ahead(browser, form, here()).status_code == 400


def test_the_page_of_the_case(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("grid_worker")
    form = form_of(browser, **E)
    content = here(gps={16: "T", 17: 45.0})
    far = photo_file((LON + 0.02, LAT), now() - timedelta(days=4), colour=77, base=unlike_any())
    ref = ref_of(file_it(browser, form, content, far))
    one, two = stored(city, ref)
    page = browser.get(f"/cases/{ref}").text
    for said in (
        f"/cases/{ref}/photos/{one.ref}/small",
        "拍摄方向：东北 45°",
        "旧照片",
        "远离上报位置",
        'alt="照片 2"',
        "距上报位置 1.7 公里",
    ):
        assert said in page
    assert page.count("gridmap.photoMark(") == 2
    for size, most in (("small", 320), ("large", 1600)):
        answer = browser.get(f"/cases/{ref}/photos/{one.ref}/{size}")
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
        shown = Image.open(io.BytesIO(answer.data))
        assert max(shown.size) <= most
        assert dict(shown.getexif()) == {}
    original = browser.get(f"/cases/{ref}/photos/{one.ref}/original")
    assert original.data == content
    assert original.headers["Content-Disposition"].startswith("attachment;")
    assert original.headers["Cache-Control"] == "no-store"
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    with city.connect() as conn:
        line = conn.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).one()
    assert (line.action, line.object, line.detail["photo"]) == ("photo_original_taken", ref, str(one.ref))
    assert browser.get(f"/cases/{ref}/photos/{two.ref}/tiny").status_code == 404
    assert browser.get(f"/cases/{ref}/photos/{uuid.uuid4()}/small").status_code == 404


def test_a_case_names_others_with_the_same_file_inside_the_scope(signed_in: SignIn, app: Flask, city: Engine) -> None:
    browser, twin = signed_in("dispatcher"), here()
    refs = [
        ref_of(file_it(browser, form_of(browser, lon=middle_of(code)[0], lat=middle_of(code)[1]), twin))
        for code in "ea"
    ]
    assert f'href="/cases/{refs[1]}"' in browser.get(f"/cases/{refs[0]}").text
    narrow = signed_in("grid_worker").get(f"/cases/{refs[0]}").text  # whose grid is e alone
    assert "重复照片" in narrow
    assert refs[1] not in narrow


def test_a_file_that_is_gone_is_said_on_every_page(signed_in: SignIn, app: Flask, city: Engine) -> None:
    browser = signed_in("grid_worker")
    form = form_of(browser, **E)
    waiting = refs_in(send_ahead(browser, form, here()).text)
    ref = ref_of(file_it(browser, {**form, "photo": waiting}))
    (row,) = stored(city, ref)
    for size in ("small", "large", "original"):
        file_path(app.config["GRIDMAP"], row.file, size).unlink()  # type: ignore[arg-type]
    for address in (f"/cases/{ref}", f"/report/filed/{ref}", f"/track/{ref}"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "照片文件不在服务器上" in answer.text
    for size in ("small", "original"):
        answer = browser.get(f"/cases/{ref}/photos/{row.ref}/{size}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "photo_gone")


def test_photos_are_seen_with_their_report_only(
    app: Flask, client: FlaskClient, signed_in: SignIn, city: Engine
) -> None:
    """Whoever may not see the report sees no photo of it, nor one by way of a report that may be seen."""
    browser = signed_in("dispatcher")
    a, e = (
        ref_of(file_it(browser, form_of(browser, lon=middle_of(code)[0], lat=middle_of(code)[1]), here()))
        for code in "ae"
    )
    with city.begin() as conn:
        made = add_account(conn, f"only-e-{uuid.uuid4().hex[:6]}", PASSWORD, "grid_worker")
        set_areas(conn, made, ["e"])
        worker = {"Authorization": f"Bearer {issue_token(conn, made.id, 'test')}", "Accept": "application/json"}
    ours, theirs = stored(city, e)[0].ref, stored(city, a)[0].ref
    for size in ("small", "large", "original"):
        assert client.get(f"/cases/{e}/photos/{ours}/{size}", headers=worker).status_code == 200
        assert client.get(f"/cases/{a}/photos/{theirs}/{size}", headers=worker).status_code == 404
        assert client.get(f"/cases/{e}/photos/{theirs}/{size}", headers=worker).status_code == 404
        anybody = app.test_client().get(f"/cases/{e}/photos/{ours}/{size}", headers={"Accept": "application/json"})
        assert anybody.status_code == 401
    assert client.get(f"/api/v1/reports/{a}/photos", headers=worker).status_code == 404


def test_the_interface(client: FlaskClient, bearer: Bearer, empty_limits: None) -> None:
    headers, key = bearer("grid_worker"), str(uuid.uuid4())
    content = photo_file((LON + 0.02, LAT), now(), gps={16: "M", 17: 200.5}, base=unlike_any())

    def keep() -> Any:
        return client.post("/api/v1/photos", data={"photo": files(content)[0], "client_key": key}, headers=headers)

    kept = keep()
    assert kept.status_code == 201
    assert kept.json["direction_deg"] == 200.5
    assert kept.json["lon"] == pytest.approx(LON + 0.02, abs=1e-5)
    assert keep().json["ref"] == kept.json["ref"]  # a retry
    body = {"category": "x", "lon": LON, "lat": LAT, "client_key": key, "photos": [kept.json["ref"]]}
    filed = client.post("/api/v1/reports", json=body, headers=headers)
    assert filed.status_code == 201
    assert filed.json["photos"][0]["remarks"] == ["far"]
    assert filed.json["photos"][0]["distance_m"] == pytest.approx(1688, abs=5)
    assert client.post("/api/v1/reports", json=body, headers=headers).status_code == 200
    (listed,) = client.get(f"/api/v1/reports/{filed.json['ref']}/photos", headers=headers).json["photos"]
    assert (listed["remarks"], listed["remarks_when_filed"], listed["number"]) == (["far"], ["far"], 1)
    assert client.get(listed["original_url"], headers=headers).data == content
    again = client.post("/api/v1/reports", json={**body, "client_key": str(uuid.uuid4())}, headers=headers)
    assert (again.status_code, again.json["error"]["code"]) == (422, "photo_not_sent")
    free = client.post("/api/v1/photos", data={"photo": files(here())[0]}, headers=headers).json["ref"]
    one, two = (
        client.post(
            "/api/v1/reports", json={**body, "client_key": str(uuid.uuid4()), "photos": [free]}, headers=headers
        )
        for _ in range(2)
    )
    assert (one.status_code, two.status_code, two.json["error"]["code"]) == (201, 409, "photo_taken")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 422, "missing_field"),
        ({"photo": (io.BytesIO(b"x"), "a.jpg"), "other": "1"}, 422, "unknown_field"),
        ({"photo": (io.BytesIO(b"x"), "a.jpg"), "client_key": "1"}, 422, "bad_client_key"),
        ({"photo": (io.BytesIO(b"x"), "a.jpg")}, 422, "photo_unreadable"),
        ({"photo": "text"}, 422, "missing_field"),
        (None, 415, "wrong_content_type"),
    ],
)
def test_what_the_interface_refuses(
    client: FlaskClient, bearer: Bearer, fields: dict[str, Any] | None, status: int, code: str
) -> None:
    sent: dict[str, Any] = (
        {"json": {}} if fields is None else {"data": dict(fields), "content_type": "multipart/form-data"}
    )
    answer = client.post("/api/v1/photos", headers=bearer("grid_worker"), **sent)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)


@pytest.mark.parametrize("photos", ["x", [1], [None], {"a": 1}, ["\ud800"]])
def test_photos_that_are_no_list_of_references(client: FlaskClient, bearer: Bearer, photos: Any) -> None:
    body = {"category": "x", "lon": LON, "lat": LAT, "photos": photos}
    sent = json.dumps(body).encode()
    answer = client.post("/api/v1/reports", data=sent, content_type="application/json", headers=bearer("grid_worker"))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "not_texts")


def room_of(city: Engine) -> tuple[int, set[str]]:
    """Bytes and files of the photos of nobody known that wait."""
    with city.connect() as conn:
        rows = conn.execute(
            select(photo.c.bytes, photo.c.file).where(photo.c.report_id.is_(None), photo.c.account_id.is_(None))
        )
        found = rows.all()
    return sum(row.bytes for row in found), {row.file for row in found}


def test_an_address_sends_so_many_bytes_a_day(
    app: Flask, client: FlaskClient, signed_in: SignIn, city: Engine, empty_limits: None
) -> None:
    settings, large = app.config["GRIDMAP"], here() + b"\0" * 600_000
    before = room_of(city)[1]
    files_before = photo_files(settings)
    object.__setattr__(settings, "anonymous_photos_mb_per_day", 1)
    try:
        form = form_of(client, **E)
        assert len(refs_in(send_ahead(client, form, large).text)) == 1
        refused = send_ahead(client, form, here() + b"\0" * 600_000)
        assert "已达 1 MB 上限" in refused.text
        answer = post(client, "/api/v1/photos", {"photo": files(large)[0]})
        assert (answer.status_code, answer.json["error"]["code"]) == (429, "photo_bytes_spent")
        worker = signed_in("grid_worker")
        assert refs_in(send_ahead(worker, form_of(worker, **E), large).text)
    finally:
        object.__setattr__(settings, "anonymous_photos_mb_per_day", 500)
    assert len(room_of(city)[1] - before) == 1
    assert len(photo_files(settings) - files_before) == 2 * 3  # nothing of what was refused stays on disk


def photo_files(settings: Settings) -> set[str]:
    return {path.name for path in (settings.home / "photos").rglob("*") if path.is_file()}


def test_photos_that_wait_longest_make_room(app: Flask, client: FlaskClient, city: Engine, empty_limits: None) -> None:
    settings = app.config["GRIDMAP"]
    form = form_of(client, **E)
    assert send_ahead(client, form, here() + b"\0" * 600_000).status_code == 200
    with city.begin() as conn:
        conn.execute(text("UPDATE photo SET received_at = now() - interval '2 hours' WHERE report_id IS NULL"))
    old = room_of(city)[1]
    object.__setattr__(settings, "anonymous_photos_mb_waiting", 1)
    try:
        assert len(refs_in(send_ahead(client, form_of(client, **E), here() + b"\0" * 600_000).text)) == 1
        taken, waiting = room_of(city)
        assert taken <= 1_000_000
        assert len(waiting - old) == 1
        gone = old - waiting
        assert gone
        assert not [name for name in photo_files(settings) if name.split(".")[0] in gone]
        # Those of the last hour may still be in somebody's form.
        answer = post(client, "/api/v1/photos", {"photo": files(here() + b"\0" * 900_000)[0]})
        assert (answer.status_code, answer.json["error"]["code"]) == (503, "photo_room_full")
        assert "照片暂存空间已满" in send_ahead(client, form_of(client, **E), here() + b"\0" * 900_000).text
        assert room_of(city)[1] == waiting
    finally:
        object.__setattr__(settings, "anonymous_photos_mb_waiting", 5000)


def test_photos_are_judged_again_before_and_after_the_pin_moves(
    signed_in: SignIn, city: Engine, empty_limits: None
) -> None:
    secretary = signed_in("community_secretary")
    ref = ref_of(file_it(secretary, form_of(secretary, **E), here(), photo_file(None, now(), base=unlike_any())))
    assert "远离上报位置" not in secretary.get(f"/cases/{ref}").text
    lon, lat = middle_of("f")
    preview = secretary.get(f"/cases/{ref}/move/preview?lon={lon}&lat={lat}").text
    assert "照片 1 · 844 米" in preview
    assert "远离上报位置" in preview
    assert "照片 2" in preview
    near = secretary.get(f"/cases/{ref}/move/preview?lon={LON + 0.0005}&lat={LAT}").text
    assert "远离上报位置" not in near
    assert "相符" in near
    page = secretary.get(f"/cases/{ref}/move").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    moved = {"csrf_token": csrf_of(page), "seen": seen.group(1), "lon": str(lon), "lat": str(lat), "why": ""}
    assert secretary.post(f"/cases/{ref}/move", data=moved).status_code == 302
    assert "远离上报位置" in secretary.get(f"/cases/{ref}").text
