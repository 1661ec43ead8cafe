"""Accounts to try every role with; they exist only beside the sample and go with it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, cast, func, insert, literal, select, text
from sqlalchemy.types import Date

from geodata.accounts import EVERYWHERE, password_hash
from geodata.demo.city import City
from geodata.demo.names import short_name
from geodata.demo.staff import SHIQI
from geodata.demo.units import unit_of_category
from geodata.tables import account, account_area, person, unit
from gridmap.access import Role

#: The one password of all of them. It is no secret: the sign-in page of a demo shows it.
PASSWORD = "gridmap-demo"  # noqa: S105
_DEPUTY_DAYS = 30

_FILED = 40
_LAY = """
UPDATE report SET account_id = :id FROM (
    SELECT r.id FROM account_area a JOIN report r ON r.source = :source JOIN owner o ON o.report_id = r.id
    LEFT JOIN grid g ON g.id = o.grid_id
    WHERE a.account_id = :id AND a.stands_in_for IS NULL AND (a.area_code = '*' OR g.code = a.area_code)
    ORDER BY r.occurred_at DESC LIMIT :most
) mine WHERE report.id = mine.id
"""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account before it is made.

    It has an ``area`` (code of a division or grid, or everywhere) or a ``unit`` (its code); ``person`` is a code of staff. With
    ``deputy_for`` (an account's name) it stands in there until ``deputy_until``. ``zh`` and ``en`` say where, in words.
    """

    name: str
    role: Role
    zh: str
    en: str
    area: str | None = None
    unit: str | None = None
    person: str | None = None
    deputy_for: str | None = None
    deputy_area: str | None = None
    deputy_until: date | None = None


def demo_accounts(city: City) -> list[DemoAccount]:
    """One account for each role, with a second grid worker (deputy of the first), a district's dispatcher and another unit's handler."""
    first, second, until = _covered_grids(city)
    compound = _compound_in(city, first)
    street, district = first[:9], first[:6]
    head = _post(city, "building_head", building_code=_buildings_in(city, first))
    branch = _post(city, "branch_secretary", area_code=_own(city.grids, first[:12]))
    branch_grid = first if branch is None else str(branch["area_code"])
    return [
        _at(city, "worker", Role.GRID_WORKER, first, person=_code(_post(city, "grid_worker", area_code=[first]))),
        _at(
            city, "worker2", Role.GRID_WORKER, second, person=_code(_post(city, "grid_worker", area_code=[second])),
            deputy_for="worker", deputy_area=first, deputy_until=until,
        ),
        _at(city, "head", Role.BUILDING_HEAD, first, person=_code(head)),
        _at(city, "branch", Role.BRANCH_SECRETARY, branch_grid, person=_code(branch)),
        _at(
            city, "secretary", Role.COMMUNITY_SECRETARY, first[:12],
            person=_code(_post(city, "community_secretary", area_code=[first[:12]])),
        ),
        _of(city, "property", Role.PROPERTY_COMPANY, _unit_of(city, "property_company", compound)),
        _of(city, "owners", Role.OWNERS_BODY, _unit_of(city, "owners_committee", None)),
        _at(city, "street", Role.STREET_OFFICER, street),
        _at(city, "dispatcher", Role.DISPATCHER, EVERYWHERE),
        _at(city, "district", Role.DISPATCHER, district),
        _of(city, "unit", Role.UNIT_HANDLER, unit_of_category("井盖缺失")),
        _of(city, "unit2", Role.UNIT_HANDLER, unit_of_category("供暖不热")),
        _at(city, "hotline", Role.HOTLINE_AGENT, EVERYWHERE),
        _at(city, "editor", Role.BOUNDARY_EDITOR, district),
        _at(city, "approver", Role.APPROVER, district),
        _at(city, "leader", Role.LEADER, EVERYWHERE),
        _at(city, "admin", Role.ADMIN, EVERYWHERE),
        _at(city, "courier", Role.MOBILE_REPORTER, EVERYWHERE),
    ]  # fmt: skip


def add_accounts(conn: Connection, chosen: Iterable[DemoAccount], since: date) -> list[dict[str, Any]]:
    """Write the accounts whose name is free, with areas from ``since`` on; what is noted of each: id, name, role, zh, en.

    Units and staff must be there. One hash serves all, because making one takes long on purpose.
    """
    taken = set(conn.scalars(select(account.c.name)))
    free = [each for each in chosen if each.name not in taken]
    units = {row.code: row.id for row in conn.execute(select(unit.c.code, unit.c.id))}
    people = {row.code: row for row in conn.execute(_people([each.person for each in free if each.person]))}
    if not free:
        return []
    shared = password_hash(PASSWORD)
    rows = []
    for each in free:
        staff = people.get(each.person or "")
        rows.append(
            {
                "name": each.name,
                "display_name": staff.name if staff else "",
                "password_hash": shared,
                "role": each.role,
                "unit_id": units[each.unit] if each.unit else None,
                "person_id": staff.id if staff else None,
            }
        )
    made = conn.execute(insert(account).returning(account.c.name, account.c.id), rows)
    ids = {row.name: row.id for row in made}
    conn.execute(insert(account_area).values([*_areas(free, ids, since)]))
    return [{"id": ids[each.name], **_noted(each)} for each in free]


def lay_reports(conn: Connection, made: Iterable[Mapping[str, Any]]) -> None:
    """The newest reports of a channel in its area become an account's own: who sees only the own ones should see some."""
    channels = {"worker": "patrol", "worker2": "patrol", "head": "building_head", "courier": "courier"}
    for each in made:
        if source := channels.get(each["name"]):
            conn.execute(text(_LAY), {"id": each["id"], "source": source, "most": _FILED})


def _areas(free: list[DemoAccount], ids: dict[str, int], since: date) -> Iterable[dict[str, Any]]:
    for each in free:
        if each.area:
            yield {
                "account_id": ids[each.name],
                "area_code": each.area,
                "valid": _days(since, None),
                "stands_in_for": None,
            }
        if each.deputy_for in ids:
            yield {
                "account_id": ids[each.name],
                "area_code": each.deputy_area,
                "valid": _days(since, each.deputy_until),
                "stands_in_for": ids[each.deputy_for],
            }


def _days(start: date, end: date | None) -> Any:
    return func.daterange(cast(literal(start), Date), cast(literal(end), Date))


def _people(codes: list[str]) -> Any:
    return select(person.c.code, person.c.id, person.c.name).where(person.c.code.in_(codes))


def _noted(each: DemoAccount) -> dict[str, Any]:
    return {name: str(value) for name, value in asdict(each).items() if name in ("name", "role", "zh", "en")}


def _at(city: City, name: str, role: Role, area: str, **more: Any) -> DemoAccount:
    """An account with an area."""
    if area == EVERYWHERE:
        return DemoAccount(name, role, "全市", "the whole city", area=area, **more)
    frame = city.grids if area in set(city.grids["code"]) else city.divisions
    row = frame.set_index("code").loc[area]
    return DemoAccount(name, role, short_name(str(row["name"])), str(row["name_en"] or area), area=area, **more)


def _of(city: City, name: str, role: Role, unit_code: str) -> DemoAccount:
    """An account of a unit."""
    row = city.units.set_index("code").loc[unit_code]
    return DemoAccount(name, role, str(row["name"]), str(row["name_en"] or row["name"]), unit=unit_code)


def _own(frame: pd.DataFrame, community: str) -> list[str]:
    return [code for code in frame["code"] if code.startswith(community)]


def _covered_grids(city: City) -> tuple[str, str, date]:
    """A general grid, that of the worker who stands in there, and until when: Shiqi's first, or the first two with a worker."""
    people = city.people[city.people["kind"].isin(["grid_worker", "deputy_worker"])]
    workers = people[(people["kind"] == "grid_worker") & people["valid_to"].isna()].set_index("area_code")["code"]
    general = set(city.grids.loc[city.grids["kind"] == "general", "code"]) & set(workers.index)
    in_order = sorted(general, key=lambda code: (not code.startswith(SHIQI), code))
    grid_of = {workers[code]: code for code in in_order}
    deputies = people[people["kind"] == "deputy_worker"].set_index("area_code")
    for code in in_order:
        if code in deputies.index and (own := grid_of.get(deputies.loc[code, "code"])):
            return code, own, deputies.loc[code, "valid_to"]
    return in_order[0], in_order[1], city.until + timedelta(days=_DEPUTY_DAYS)


def _buildings_in(city: City, grid: str) -> list[str]:
    ground = city.grids.loc[city.grids["code"] == grid, "geom"].iloc[0]
    near = city.buildings[city.buildings["code"].str.startswith(grid[:12])]
    return list(near.loc[near["geom"].intersects(ground.buffer(-1e-6)), "code"])


def _compound_in(city: City, grid: str) -> str:
    inside = city.buildings[
        city.buildings["code"].isin(_buildings_in(city, grid)) & city.buildings["compound_code"].notna()
    ]
    return str(inside["compound_code"].iloc[0])


def _post(city: City, kind: str, **place: list[str]) -> pd.Series | None:
    """The first post in force of a kind at one of the places; None when there is none."""
    ((column, codes),) = place.items()
    people = city.people
    found = people[(people["kind"] == kind) & people[column].isin(codes) & people["valid_to"].isna()]
    return None if found.empty else found.iloc[0]


def _code(post: pd.Series | None) -> str | None:
    return None if post is None else str(post["code"])


def _unit_of(city: City, kind: str, compound: str | None) -> str:
    """The unit that is a compound's body now (``compound`` None: that of the first compound that has such a unit)."""
    bodies = city.bodies
    found = bodies[(bodies["kind"] == kind) & bodies["unit_code"].notna() & bodies["valid_to"].isna()]
    if compound is not None:
        found = found[found["compound_code"] == compound]
    return str(found["unit_code"].iloc[0])
