"""A part of the city that no account of the scope test may see, full of words and numbers that betray themselves."""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import shapely
from PIL import Image
from sqlalchemy import Connection, text

from geodata.account_areas import set_areas
from geodata.accounts import add_account
from geodata.audit import note
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.talk import add_comment, note_step
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from geodata.tables import (
    api_token,
    building_grid,
    datum_correction,
    datum_stream,
    finding,
    grid,
    job,
    photo,
    pile,
    saved_filter,
)
from gridmap.datum import HYPOTHESES
from gridmap.planning.approval import PlanStep
from tests.geodata.cities import (
    OTHER_COMMUNITY,
    OTHER_WEST,
    SIDE,
    SOUTH,
    insert_body,
    insert_building,
    insert_compound,
    insert_gate,
    insert_household,
    insert_other_district,
    insert_post,
    insert_service_point,
    insert_stairwell,
)

#: In every text about a place of the foreign part, a report in it, a person in it, somebody's private things. Not in the names of
#: categories: which kinds of problem there are is the city's catalogue, and filters offer all of it.
PLACE, CASE, PERSON, PRIVATE = "外区地点", "外区案件", "外区人员", "外区私事"
REPORTS, HOMES = 4321, 7654
DEVICE = f"{PRIVATE}终端"
#: What names its stream of positions in an address.
STREAM = {"source": "patrol", "device": DEVICE, "stated": "wgs84", "from": "2026-01-01"}
#: A compound whose name has no mark: what is told of its place has.
ELSEWHERE = "异地小区"
#: The number of an order among the foreign reports.
ORDER = "HH-FOREIGN-1"
#: Large enough to be told from other numbers, small enough for arrays with a place for each key.
FIRST_GRID = 2345600
LON, LAT = OTHER_WEST + SIDE / 2, SOUTH + SIDE / 2
#: Tables of which the city of the test has foreign rows alone.
_WORK = (
    "report", "owner", "owner_history", "event", "doubt", "photo", "address_search", "hotline_order", "pile", "datum_stream",
    "datum_correction", "notice", "publication", "grid_lineage", "place_flag", "plan", "plan_version", "plan_event", "plan_comment",
)  # fmt: skip
_GRIDS = re.compile(rf"(?<!\d){str(FIRST_GRID)[:-2]}\d\d(?!\d)")

_FILE = text(
    """
    INSERT INTO report (category, source, text, address_text, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district, status)
    SELECT '别类', 'patrol', :mark || i, :mark || '楼', :lon, :lat, ST_Point(:lon, :lat, 4326), now() - interval '1 day',
        now() - interval '1 day', :district, 'dispatched'
    FROM generate_series(1, :many) i;
    INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
    SELECT r.id, :grid, 'inside', 1, :district FROM report r WHERE r.text LIKE :mark || '%';
    INSERT INTO doubt (report_id, kind, grid_id, reason, share, alternatives, intake_district)
    SELECT r.id, 'accuracy', :grid, 'inside', 0.6, '[["x", 0.6], ["y", 0.4]]', :district FROM report r WHERE r.text LIKE :mark || '%'
    """
)

#: The latest of them is an order of the hotline whose address a person is asked about.
_ORDER = text(
    """
    WITH latest AS (SELECT max(id) AS id FROM report),
    ordered AS (INSERT INTO hotline_order (report_id, number) SELECT id, :number FROM latest)
    INSERT INTO address_search (report_id, candidates, score)
    SELECT id, jsonb_build_array(jsonb_build_object(
        'kind', 'compound', 'key', 'foreign', 'name', CAST(:place AS text), 'score', 0.5, 'near', false, 'lon', CAST(:lon AS float), 'lat', CAST(:lat AS float),
        'accuracy_m', 15, 'grid_code', 'x', 'grid_name', CAST(:place AS text), 'community_code', CAST(:community AS text), 'community_name', CAST(:place AS text),
        'street_name', null, 'district_name', null, 'matched', '{}'::jsonb, 'spans', '[]'::jsonb, 'ref', null)), 0.5 FROM latest
    """
)


@dataclass(frozen=True)
class Foreign:
    """Public names of the foreign things: references of everything that has one, codes of its divisions and grids."""

    refs: tuple[str, ...]
    codes: tuple[str, ...]
    token: int
    deputy: int
    photo: str


def make_foreign(conn: Connection) -> Foreign:
    """Fill the other district."""
    insert_other_district(conn, PLACE)
    conn.execute(grid.update().where(grid.c.code.in_(("x", "y"))).values(id=grid.c.id + FIRST_GRID, households=HOMES))
    key = conn.scalar(grid.select().with_only_columns(grid.c.id).where(grid.c.code == "x"))
    insert_compound(conn, "elsewhere", LON, LAT, name=ELSEWHERE, community_code=OTHER_COMMUNITY)
    home = insert_compound(conn, "foreign", LON, LAT, name=f"{PLACE}小区", community_code=OTHER_COMMUNITY)
    house = insert_building(conn, "foreign", LON, LAT, name=f"{PLACE}楼", compound_id=home)
    insert_stairwell(conn, house)
    insert_household(conn, f"{PERSON}户", house)
    insert_service_point(conn, "foreign", LON, LAT, name=f"{PLACE}卫生站", phone=f"{PERSON}电话")
    insert_gate(conn, "foreign", home, LON, LAT, name=f"{PLACE}门")
    insert_body(conn, home, "owners_committee", f"{PERSON}业委会", contact=f"{PERSON}主任", phone=f"{PERSON}电话")
    for who, kind, place in (
        ("网格员", "grid_worker", {"area_code": "x"}),
        ("书记", "community_secretary", {"area_code": OTHER_COMMUNITY}),
        ("楼栋长", "building_head", {"building_id": house}),
        ("小区书记", "branch_secretary", {"compound_id": home}),
    ):
        insert_post(conn, f"{PERSON}{who}", kind, **place)
    conn.execute(building_grid.insert().values(building_id=house, grid_id=key, grids=2, households=HOMES))
    for kind, building_id in (("overlap", None), ("building_in_several", house)):
        conn.execute(
            finding.insert().values(
                kind=kind,
                area_code=OTHER_COMMUNITY,
                grid_a=f"{PLACE}甲",
                grid_b=f"{PLACE}乙",
                building_id=building_id,
                households=HOMES,
            )
        )
    for statement in str(_FILE).split(";"):
        conn.execute(
            text(statement),
            {"mark": CASE, "lon": LON, "lat": LAT, "district": OTHER_COMMUNITY[:6], "many": REPORTS, "grid": key},
        )
    conn.execute(_ORDER, {"number": ORDER, "place": PLACE, "community": OTHER_COMMUNITY, "lon": LON, "lat": LAT})
    token, deputy = _private(conn)
    _positions(conn)
    _plan(conn)
    refs = conn.scalars(
        text(
            " UNION ".join(
                f"(SELECT ref::text FROM {table} ORDER BY id DESC LIMIT 1)"
                for table in (
                    "report",
                    "compound",
                    "building",
                    "service_point",
                    "finding",
                    "saved_filter",
                    "job",
                    "person",
                    "post",
                    "compound_body",
                    "pile",
                    "datum_correction",
                    "plan",
                    "plan_comment",
                )
            )
        )
    )
    codes = ("x", OTHER_COMMUNITY, OTHER_COMMUNITY[:6])
    return Foreign(tuple(refs), codes, token, deputy, _photo(conn))


def _positions(conn: Connection) -> None:
    """A stream, its correction and a pile, told by the names of what gave them and what lies there."""
    days = {"from_day": STREAM["from"], "to_day": "2026-02-01"}
    judged = {
        "stated": "wgs84",
        "places": 50,
        "shares": {name: [0.5, 0.5] for name in HYPOTHESES},
        "likely": "gcj02",
        "confidence": 1.0,
    }
    conn.execute(
        datum_stream.insert().values(source="patrol", device=DEVICE, reports=REPORTS, suspect=True, **days, **judged)
    )
    conn.execute(
        datum_correction.insert().values(source="patrol", device=DEVICE, from_datum="wgs84", to_datum="gcj02", reports=REPORTS, **days)
    )  # fmt: skip
    conn.execute(
        pile.insert().values(
            datum="wgs84", raw_lon=LON, raw_lat=LAT, geom=f"SRID=4326;POINT({LON} {LAT})", reports=REPORTS, categories=5,
            sources={"patrol": REPORTS}, first_day="2026-01-01", last_day="2026-02-01", thing="service_point", thing_name=f"{PLACE}大厅",
        )
    )  # fmt: skip


def _photo(conn: Connection) -> str:
    """A photo of the latest foreign report, whose file tells who took it."""
    values = {
        "file": "f" * 32,
        "sha256": b"f" * 32,
        "media_type": "image/jpeg",
        "bytes": REPORTS,
        "width": 640,
        "height": 480,
    }
    latest = text("(SELECT id FROM report ORDER BY id DESC LIMIT 1)")
    made = photo.insert().values(
        **values, report_id=latest, number=1, intake_district=OTHER_COMMUNITY[:6], lon=LON, lat=LAT
    )
    return str(conn.scalar(made.returning(photo.c.ref)))


def _plan(conn: Connection) -> None:
    """A plan of two grids in the foreign part, with what people said about it."""
    made = add_plan(conn, f"{PLACE}方案", OTHER_COMMUNITY, target=400, lower=300, upper=500, account_id=None)
    shapes = np.array(
        [shapely.box(OTHER_WEST + at * SIDE, SOUTH, OTHER_WEST + (at + 1) * SIDE, SOUTH + SIDE) for at in range(2)]
    )
    units = pd.DataFrame(
        {
            "community_code": OTHER_COMMUNITY,
            "kind": "block",
            "name": f"{PLACE}单元",
            "compound_id": pd.array([None] * 2, dtype="Int64"),
            "fixed_code": None,
            "households": [HOMES, 0],
            "care": 0,
            "cases": [REPORTS, 0],
            "area_m2": 1.0,
            "perimeter_m": 4.0,
            "x_m": [0.0, 1.0],
            "y_m": 0.0,
        }
    )
    edges = np.array([[0, 1]], dtype=np.int32)
    buildings = pd.DataFrame({"building_id": [], "unit": []}).astype(np.int64)
    write_ground(
        conn, made.id, PlanGround(units, shapes, edges, np.array([1.0]), np.array([""], dtype=object), buildings)
    )
    grids = tuple(PlannedGrid(f"{PLACE}网格", code=code) for code in ("x", "y"))
    for version in (PRESENT, PRESENT + 1):
        labels = np.array([version - PRESENT, 1 - (version - PRESENT)], dtype=np.int32)
        add_version(conn, made.id, PlanVersion(version, version - 1 or None, labels, grids, "drawn", f"{PRIVATE}说明"))
    change_plan(
        conn,
        made.id,
        version=PRESENT + 1,
        remarks=[{"community": OTHER_COMMUNITY, "units": 2, "counted": "households", "adjusted": {}}],
    )
    add_comment(conn, made.id, PRESENT, f"{PRIVATE}意见", at=(LON, LAT), account_id=None)
    note_step(conn, made.id, PlanStep.PROPOSE, PRESENT + 1, reason=f"{PRIVATE}理由", account_id=None)


def _private(conn: Connection) -> tuple[int, int]:
    """An account in the foreign part, its token, filter, job, deputy and line of the audit log."""
    people = [
        add_account(conn, name, "a long enough password", "grid_worker", f"{PERSON}{name}")
        for name in ("foreign", "stand-in")
    ]
    for found in people:
        set_areas(conn, found, ["x"])
    mine = people[0].id
    token = conn.scalar(
        api_token.insert().values(token_hash=b"h", account_id=mine, name=f"{PRIVATE}令牌").returning(api_token.c.id)
    )
    conn.execute(saved_filter.insert().values(account_id=mine, page="cases", name=f"{PRIVATE}筛选", query=""))
    conn.execute(
        job.insert().values(
            kind="export_reports", account_id=mine, message=f"{PRIVATE}任务", arguments={"words": PRIVATE}
        )
    )
    deputy = conn.scalar(
        text(
            "INSERT INTO account_area (account_id, area_code, valid, stands_in_for) "
            "VALUES (:deputy, 'x', '[2026-01-01,2100-01-01)', :mine) RETURNING id"
        ),
        {"deputy": people[1].id, "mine": mine},
    )
    note(conn, "viewed_homes", account_id=mine, subject=f"{PRIVATE}对象", purpose=f"{PRIVATE}目的")
    return token or 0, deputy or 0


def state(conn: Connection) -> Any:
    """What no request from elsewhere may change."""
    tables = (
        "account",
        "account_area",
        "person",
        "post",
        "api_token",
        "saved_filter",
        "job",
        "compound",
        "building",
        "grid",
        "unit",
    )
    marked = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t WHERE t::text ~ '外区|foreign|stand-in'"
        for table in tables
    )
    # All of these is foreign, and none of it may change, nor may anything be added.
    whole = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t"
        for table in _WORK
    )
    return conn.execute(text(f"{marked} UNION ALL {whole}")).all()


def words_of(body: bytes, kind: str) -> str:
    """All that an answer says, whatever its form: pages, JSON, vector tiles, spreadsheets, files of SQLite; of a picture whether anything is drawn."""
    if kind == "application/vnd.mapbox-vector-tile":
        return str(mapbox_vector_tile.decode(body)) if body else ""
    if kind == "image/png":
        picture = Image.open(io.BytesIO(body)).convert("RGBA")
        return "" if picture.getextrema()[3] == (0, 0) else f"{CASE}图片"
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as folder:
            return "".join(folder.read(name).decode("utf-8", "replace") for name in folder.namelist())
    return body.decode("utf-8", "replace")


def told(words: str, *, places_too: bool) -> list[str]:
    """What of the foreign part an answer gives away; ``places_too``: whether its places are foreign as well."""
    marks = [CASE, PRIVATE, *([PLACE, PERSON] if places_too else [])]
    found = [mark for mark in marks if mark in words]
    numbers = [REPORTS, *([HOMES] if places_too else [])]
    found += [str(n) for n in numbers if re.search(rf"(?<![\w./-])(?:{n}|{n:,})(?![\w./-])", words)]
    if places_too and _GRIDS.search(words):
        found.append("key of a grid")
    return found
