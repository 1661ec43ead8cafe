"""Every route, asked by every role for what lies in a foreign area: 404, 403, or an answer that says nothing of it.

The list of routes is the application's own. A route with a new kind of value, or one that changes something, fails here until the
tables below say how to ask it.
"""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, true

from geodata import selections
from geodata.account_areas import give_area, set_areas
from geodata.accounts import Account, add_account
from geodata.days import today
from geodata.settings import Settings
from geodata.tables import unit, unit_duty
from geodata.tokens import issue_token
from gridmap.access import GRANTS, Reach, Role, may
from tests.geodata.cities import COMMUNITY, OTHER_COMMUNITY, SIDE, SOUTH, WEST, insert_body, insert_compound
from tests.web.conftest import PASSWORD
from tests.web.foreign import (
    CASE,
    ELSEWHERE,
    FIRST_GRID,
    LAT,
    LON,
    ORDER,
    PERSON,
    PLACE,
    STREAM,
    Foreign,
    make_foreign,
    state,
    told,
    words_of,
)
from web.access import access_of

#: Routes that tell nothing of the city, or tell by design what a secret link stands for.
OPEN = {
    "static": "files of the program",
    "vendor": "files of libraries",
    "healthz": "whether the service is well",
    "auth.sign_in": "the form",
    "auth.sign_in_submitted": "the form",
    "auth.sign_out": "ends a session",
    "track.show": "a report's own secret link: its grid's name and no more",
    "report_page.filed": "the same link after filing",
    "report_page.file": "everybody may report anything anywhere; the answer names the grid that has it",
    "report_page.photos": "what the caller itself sent from the form",
    "api.file": "everybody may report anything anywhere; the answer names the grid that has it",
    "api.hand_over": "an order may be handed over for any place; the answer names the grid that has it",
    "api.keep_photo": "what the caller itself sends",
}
#: Layers of vector tiles that are geography, open to everybody who may see the map.
GEOGRAPHY = ("base", "divisions", "services")
TILE = (14, 13271, 6154)

#: What the questions of every GET route carry; a route reads what it knows and refuses or ignores the rest. One thing by its name is
#: asked without (by its reference) or with an area.
QUERIES: list[dict[str, Any]] = [
    {},
    {"area": OTHER_COMMUNITY[:6]},
    {"area": "x", "grid": "x", "name": "foreign", "period": "all"},
    {"bbox": f"{LON - 0.02},{LAT - 0.02},{LON + 0.02},{LAT + 0.02}"},
    {"lon": LON, "lat": LAT},
    {"q": "外区", "address_text": "外区", "person": "foreign", "subject": "外区", "period": "all"},
    {"text": ELSEWHERE},
    {"cursor": "foreign", "start": "foreign", "area": OTHER_COMMUNITY},
    STREAM,
]
#: Values for the parts of an address.
PARTS: dict[str, Any] = {
    "ref": lambda f: f.refs,
    "day": lambda _: ("2026-01-01", "x"),
    "photo": lambda f: (f.photo,),
    "size": lambda _: ("small", "large"),
    "code": lambda f: f.codes,
    "layer": lambda _: ("grids",),
    "number": lambda _: (ORDER, "1"),
    "version": lambda _: (2,),
    # Looked for inside the plan that the address names first: one will do, more would be too many requests.
    "comment": lambda f: f.refs[:1],
    "job": lambda f: f.refs[:1],
    "ending": lambda _: ("geojson",),
    "table": lambda _: ("totals",),
    "z": lambda _: (TILE[0],),
    "x": lambda _: (TILE[1],),
    "y": lambda _: (TILE[2],),
    "name": lambda _: ("areas", "categories", "sources", "months", "periods", "x"),
    "kind": lambda _: ("csv", "excel", "gap", "overlap"),
}
#: What the forms of every POST route carry; a list is several forms.
FORMS: dict[str, list[dict[str, Any]]] = {
    "account.change_password": [{"old": "x", "password": "y", "again": "y"}],
    "account.end_sessions": [{}],
    "account.tokens_add": [{"token_name": "mine", "days": "30"}],
    "account.tokens_revoke": [{"key": "{token}"}],
    "admin.deputies_add": [
        {"principal": "foreign", "deputy": "stand-in", "until": "2099-01-01"},
        {"principal": "{me}", "deputy": "foreign", "until": "2099-01-01"},
        {"principal": "foreign", "deputy": "{me}", "until": "2099-01-01"},
    ],
    "admin.deputies_end": [{"key": "{deputy}"}],
    "admin.hand_over_done": [{"?grid": "x", "person": "p", "name": "n", "seen": "x"}],
    "admin.people_add": [
        {"name": "made-{me}", "role": "grid_worker", "areas": "x", "password": PASSWORD},
        {"name": "made-{me}", "role": "admin", "areas": "*", "password": PASSWORD},
        {"name": "made-{me}", "role": "unit_handler", "unit": "foreign", "password": PASSWORD},
    ],
    "admin.people_change": [{"?name": "foreign", "role": "leader", "areas": "150105", "seen": "x"}],
    "admin.people_disable": [{"?name": "foreign"}],
    "admin.people_set_password": [{"?name": "foreign", "password": "another long password"}],
    "admin.tokens_add": [{"?name": "foreign", "token_name": "t", "days": "30"}],
    "admin.tokens_revoke": [{"?name": "foreign", "key": "{token}"}],
    "admin.units_add": [{"code": "made-{me}", "name": "u", "kind": "other"}],
    "admin.units_change": [{"?code": "foreign", "name": "u", "kind": "other", "seen": "x"}],
    "cases.cancel_export": [{}],
    "cases.change": [{"name": "renamed"}, {"delete": "1"}],
    "cases.export": [{"format": kind, "query": query} for kind in ("csv", "excel", "gpkg") for query in ("", "area=x")],
    "cases.moved": [{"seen": "x", "lon": str(LON), "lat": str(LAT), "why": "外区"}],
    "cases.keep": [{"name": "mine", "query": "area=x"}],
    "data.doubts_confirm": [{"seen": "x"}],
    "data.doubts_transfer": [{"seen": "x", "grid": "e"}, {"seen": "x", "grid": "x"}],
    "data.doubts_take_back": [{}],
    "data.addresses_place": [{"seen": "x", "chosen": "0"}, {"seen": "x", "lon": str(LON), "lat": str(LAT)}],
    "data.addresses_give_up": [{"seen": "x", "why": "外区"}],
    "data.assigning_tried": [{"which": "all"}, {"which": "open", "area": "x"}],
    "data.assigning_applied": [{}],
    "data.grid_edited": [{"name": "renamed", "kind": "general", "seen": "x"}],
    "data.job_apply": [{}],
    "data.job_cancel": [{}],
    "data.sources_continue": [{}],
    "data.sources_correct": [{**{f"?{name}": value for name, value in STREAM.items()}, "datum": "gcj02", "later": "1"}],
    "data.sources_end": [{}],
    "data.sources_judge": [{}],
    "data.sources_pile_real": [{"real": "1"}],
    "data.sources_undo": [{}],
    "data.upload_sent": [{"kind": "grids"}],
    "data.upload_tried": [{}],
    "data.edition_apply": [{}],
    "data.edition_withdraw": [{}],
    "plans.started": [{"name": "mine", "area": OTHER_COMMUNITY, "target": "400", "lower": "300", "upper": "500"}],
    "plans.making_again": [{}],
    "plans.making_cancel": [{}],
    "plans.step": [{"step": step, "version": "2", "reason": "x"} for step in ("propose", "send_back", "discard")],
    "plans.comment": [{"text": "x", "version": "2"}],
    "plans.settled": [{}],
    "plans.published": [{"day": "2099-01-01", "version": "2"}],
    "plans.withdrawn": [{"version": "2", "reason": "x"}],
    "plans.save": [{"base": "2"}],
    "plans.suggest": [{"labels": "0"}],
    "plans.cancel": [{}],
    "plans.merge": [{"base": "2"}],
    "plans.import_file": [{"base": "2"}],
    "notices.read": [{}],
    "notices.read_all": [{}],
    "map_page.show_homes": [{"purpose": "visit", "words": "x"}],
    "map_page.export_homes": [{"purpose": "visit", "words": "x"}],
}

#: Changes of one report, which is looked for inside the area before anything else is looked at.
UNKNOWN = {
    "cases.moved", "data.addresses_give_up", "data.addresses_place", "data.doubts_confirm", "data.doubts_take_back", "data.doubts_transfer",
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """Somebody of a role who works in the near area."""

    role: Role
    name: str
    headers: dict[str, str] = field(repr=False)

    @property
    def places_are_foreign(self) -> bool:
        """A unit's handler works in the whole city; what is foreign to it are others' reports."""
        return GRANTS[self.role].reports is not Reach.UNIT


@pytest.fixture(scope="module")
def foreign(city: Engine) -> Foreign:
    with city.begin() as conn:
        return make_foreign(conn)


@pytest.fixture(scope="module")
def callers(city: Engine, foreign: Foreign) -> dict[Role, Caller]:
    with city.begin() as conn:
        return {role: _caller(conn, role) for role in Role}


def _caller(conn: Connection, role: Role) -> Caller:
    unit_id = _near_unit(conn, role) if GRANTS[role].by_unit else None
    made = add_account(conn, f"near-{role}", PASSWORD, role, unit_id=unit_id)
    if area := near_area(role):
        set_areas(conn, made, [area])
    return Caller(role, made.name, {"Authorization": f"Bearer {issue_token(conn, made.id, 'test')}"})


def near_area(role: Role) -> str | None:
    """The largest area of the near district that a role can have."""
    areas = {"district": COMMUNITY[:6], "street": COMMUNITY[:9], "community": COMMUNITY, "grid": "e"}
    return next((area for level, area in areas.items() if level in GRANTS[role].levels), None)


def _near_unit(conn: Connection, role: Role) -> int:
    key = conn.scalar(unit.insert().values(code=f"unit-{role}", name="本区单位").returning(unit.c.id)) or 0
    conn.execute(unit_duty.insert().values(unit_id=key, category="本区类别"))
    near = insert_compound(conn, f"near-{role}", WEST + SIDE / 2, SOUTH + SIDE / 2)
    insert_body(conn, near, "property_company", "本区物业", unit_id=key)
    return key


@dataclass(frozen=True)
class Ask:
    """One request."""

    endpoint: str
    method: str
    address: str
    form: dict[str, str] = field(default_factory=dict)


def asks(app: Flask, foreign: Foreign, caller: Caller) -> Iterator[Ask]:
    """Every request for foreign things that the tables make of the application's routes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        unknown = set(rule.arguments) - set(PARTS)
        assert not unknown, f"{rule.endpoint}: say in PARTS what {unknown} can be"
        choices = [PARTS[name](foreign) for name in sorted(rule.arguments)]
        for values in itertools.product(*choices):
            built = None
            with app.test_request_context(), suppress(ValueError):
                built = rule.build(dict(zip(sorted(rule.arguments), values, strict=True)), append_unknown=False)
            if built is None:  # a value of another kind, such as a code where a UUID belongs
                continue
            if "GET" in (rule.methods or ()):
                queries = QUERIES if not rule.arguments else QUERIES[:1] if "ref" in rule.arguments else QUERIES[:2]
                yield from (Ask(rule.endpoint, "GET", f"{built[1]}?{urlencode(query)}") for query in queries)
            else:
                assert rule.endpoint in FORMS, f"{rule.endpoint}: say in FORMS what its form carries"
                yield from (_filled(rule.endpoint, built[1], form, foreign, caller) for form in FORMS[rule.endpoint])


def _filled(endpoint: str, address: str, form: dict[str, Any], foreign: Foreign, caller: Caller) -> Ask:
    said = {"{token}": str(foreign.token), "{deputy}": str(foreign.deputy)}
    filled = {name: said.get(value, value.replace("{me}", caller.name)) for name, value in form.items()}
    query = {name[1:]: value for name, value in filled.items() if name.startswith("?")}
    body = {name: value for name, value in filled.items() if not name.startswith("?")}
    return Ask(endpoint, "POST", f"{address}?{urlencode(query)}", body)


@pytest.mark.parametrize("role", Role)
def test_nothing_of_a_foreign_area_is_told(
    app: Flask, client: FlaskClient, city: Engine, foreign: Foreign, callers: dict[Role, Caller], role: Role
) -> None:
    caller, leaks, asked = callers[role], [], set()
    with city.connect() as conn:
        before = state(conn)
    for ask in asks(app, foreign, caller):
        permission = access_of(app, ask.endpoint)
        refused = permission is not None and not may(role, permission)
        if refused and ask.endpoint in asked:  # the door comes before the question
            continue
        answer = client.open(
            ask.address, method=ask.method, data=ask.form or None, headers=caller.headers, buffered=True
        )
        asked.add(ask.endpoint)
        assert answer.status_code < 500, ask
        if refused:
            assert answer.status_code == 403, ask
            continue
        if answer.status_code in (403, 404):
            continue
        # What lies elsewhere is not there; any other refusal would mean that somebody had looked it up.
        assert ask.endpoint not in UNKNOWN, (ask, answer.status_code)
        found = told(words_of(answer.data, answer.mimetype), places_too=caller.places_are_foreign)
        if found:
            leaks.append((ask, found))
    assert leaks == [], "\n".join(f"{ask.method} {ask.address} {ask.form or ''}: {found}" for ask, found in leaks)
    with city.connect() as conn:
        assert state(conn) == before
    assert asked == set(app.view_functions) - set(OPEN)


def test_whoever_may_sees_what_the_others_do_not(
    app: Flask, client: FlaskClient, city: Engine, foreign: Foreign
) -> None:
    """The markers are there: the same questions, asked by somebody of the foreign district, bring them out."""
    with city.begin() as conn:
        made = add_account(conn, "insider", PASSWORD, "admin")
        set_areas(conn, made, [OTHER_COMMUNITY[:6]])
        caller = Caller(Role.ADMIN, "insider", {"Authorization": f"Bearer {issue_token(conn, made.id, 'test')}"})
    seen: dict[str, set[str]] = {}
    for ask in asks(app, foreign, caller):
        if ask.method == "GET":
            answer = client.get(ask.address, headers=caller.headers, buffered=True)
            seen.setdefault(ask.endpoint, set()).update(told(words_of(answer.data, answer.mimetype), places_too=True))
    telling = {
        "api.address", "api.order", "api.grids", "api.grid", "api.index", "api.one", "api.photos", "data.addresses", "data.addresses_desk", "data.addresses_queue",
        "areas.index", "cases.index", "cases.one", "heat.index", "heat.latest",
        "heat.grids", "tiles.heat", "tiles.vector", "map_page.card", "map_page.search", "map_page.grid", "admin.people",
        "admin.deputies", "admin.hand_over", "admin.audit", "admin.audit_export", "coverage.index", "coverage.findings", "figures.index",
        "plans.index", "plans.way", "plans.making", "plans.comments",
    }  # fmt: skip
    assert {name for name in telling if not seen.get(name)} == set()


@pytest.mark.parametrize(
    ("dropped", "address"),
    [
        ("geodata.scope.Scope.report_conditions", "/api/v1/reports?bbox=-180,-90,180,90"),
        ("geodata.scope.Scope.report_conditions", "/cases?sort=category"),
        ("geodata.scope.Scope.grid_condition", "/api/v1/grids?area=x"),
        ("geodata.scope.Scope.sql_areas", "/tiles/grids/15/26542/12309.mvt"),
        ("geodata.scope.Scope.sql_areas", "/areas?q=外区"),
        ("geodata.scope.Scope.sql_areas", "/map/search?q=外区"),
        ("geodata.selections._in_scope", "/heat?period=all&source=patrol"),
        ("geodata.account_list.inside", "/admin/people"),
        ("geodata.audit_lines.inside", "/admin/audit?subject=外区"),
        ("geodata.deputies.area_inside", "/admin/deputies"),
    ],
)
def test_a_dropped_condition_is_seen(
    client: FlaskClient, callers: dict[Role, Caller], monkeypatch: pytest.MonkeyPatch, dropped: str, address: str
) -> None:
    """The walk above can fail: without its condition a question that no cache has answered yet brings the marks out.

    Lists of newest reports are held by SQL and by the snapshot's choice, either alone: here they are asked in ways that only SQL answers.
    """
    selections._chosen.clear()
    selections._there.clear()
    nothing: dict[str, Any] = {"report_conditions": [], "_in_scope": [], "sql_areas": {"areas": None}}
    monkeypatch.setattr(dropped, lambda *_: nothing.get(dropped.rsplit(".", 1)[1], true()))
    answer = client.get(address, headers=callers[Role.ADMIN].headers, buffered=True)
    assert told(words_of(answer.data, answer.mimetype), places_too=True)


@pytest.mark.parametrize("layer", GEOGRAPHY)
def test_geography_is_open(client: FlaskClient, foreign: Foreign, callers: dict[Role, Caller], layer: str) -> None:
    """Said here so that it is a decision: names of compounds, divisions and service points on the map are nobody's secret."""
    z, x, y = TILE
    answer = client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt", headers=callers[Role.LEADER].headers)
    words = words_of(answer.data, answer.mimetype)
    assert CASE not in words
    assert PERSON not in words


def test_a_deputy_sees_both_until_the_end(
    client: FlaskClient, city: Engine, foreign: Foreign, web_settings: Settings
) -> None:
    day = today(web_settings.zone)
    before, running, over = (day + timedelta(days=n) for n in (1, 0, -1))

    def codes(name: str, start: date, end: date) -> set[str]:
        with city.begin() as conn:
            deputy, principal = _worker(conn, name, "e"), _worker(conn, f"{name}-principal", "x")
            give_area(conn, deputy, "x", start, end, for_=principal)
            headers = {"Authorization": f"Bearer {issue_token(conn, deputy.id, 'test')}"}
        grids = {one["id"] for one in client.get("/api/v1/grids", headers=headers).json["features"]}
        reports = client.get("/api/v1/reports?limit=1", headers=headers).json["features"]
        assert bool(reports) is ("x" in grids)
        return grids

    assert codes("early", before, before + timedelta(days=3)) == {"e"}
    assert codes("now", running, running + timedelta(days=1)) == {"e", "x"}
    assert codes("late", over - timedelta(days=3), over + timedelta(days=1)) == {"e"}


def _worker(conn: Connection, name: str, area: str) -> Account:
    made = add_account(conn, name, PASSWORD, "grid_worker")
    set_areas(conn, made, [area])
    return made


def test_a_route_that_nobody_described_fails(app: Flask, foreign: Foreign, callers: dict[Role, Caller]) -> None:
    made = Flask("other")
    made.add_url_rule("/new/<secret>", "new", lambda secret: secret)
    with pytest.raises(AssertionError, match="PARTS"):
        list(asks(made, foreign, callers[Role.LEADER]))
    made = Flask("another")
    made.add_url_rule("/change", "change", lambda: "", methods=["POST"])
    with pytest.raises(AssertionError, match="FORMS"):
        list(asks(made, foreign, callers[Role.LEADER]))


def test_the_marks_are_found() -> None:
    assert told(f"<b>{CASE}1</b> {PLACE}", places_too=False) == [CASE]
    assert told("4,321 件", places_too=True) == ["4321"]
    assert told("a4321 x4321z 14321", places_too=True) == []
    assert told(f"[{FIRST_GRID + 1}]", places_too=True) == ["key of a grid"]
