"""What an account may see, in SQL and in the snapshot: the same reports, for every reach."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, select, text

from geodata.accounts import add_account
from geodata.divisions import division_chain
from geodata.grids import grids_in_force
from geodata.report_filter import ReportFilter
from geodata.scope import Scope
from geodata.selections import choose
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import owner, report
from gridmap.access import Permission, Reach
from gridmap.report import SOURCES, STATES
from tests.geodata.cities import COMMUNITY, OTHER_COMMUNITY, insert_divisions, insert_grids, insert_other_district

TODAY = date(2026, 11, 20)
CATEGORIES = ("路灯", "井盖", "噪声")
AREAS: tuple[tuple[str, ...] | None, ...] = (
    None, (), ("e",), ("e", "x"), (COMMUNITY,), (COMMUNITY[:9],), (COMMUNITY[:6],), (OTHER_COMMUNITY[:6],), ("1501",), ("nowhere",),
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(engine: Engine, tmp_path_factory: pytest.TempPathFactory, database_url: str) -> tuple[Engine, Settings]:
    """Reports drawn at random: in each grid, in none, of each category, state and filer."""
    rng = np.random.default_rng(20261120)
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        insert_other_district(conn)
        me = add_account(conn, "me", "a long enough password", "building_head").id
        grids = [None, *conn.execute(text("SELECT id, community_code FROM grid ORDER BY id")).all()]
        for _ in range(400):
            _file(conn, rng, grids, me)
    return engine, Settings(home=tmp_path_factory.mktemp("home"), database_url=database_url)


def _file(conn: Connection, rng: np.random.Generator, grids: list[Any], me: int) -> None:
    place = grids[rng.integers(len(grids))]
    district = (COMMUNITY, OTHER_COMMUNITY)[rng.integers(2)][:6] if place is None else place.community_code[:6]
    key = conn.scalar(
        report.insert()
        .values(
            category=CATEGORIES[rng.integers(3)],
            source=SOURCES[rng.integers(len(SOURCES))],
            status=STATES[rng.integers(len(STATES))],
            address_text="某处",
            occurred_at=text("now() - interval '1 day'"),
            reported_at=text("now()"),
            intake_district=district,
            account_id=me if rng.integers(5) == 0 else None,
        )
        .returning(report.c.id)
    )
    conn.execute(
        owner.insert().values(
            report_id=key,
            grid_id=None if place is None else place.id,
            reason="none" if place is None else "inside",
            index_version=1,
            intake_district=district,
        )
    )


def in_sql(conn: Connection, scope: Scope) -> set[int]:
    return set(conn.scalars(select(report.c.id).where(*scope.report_conditions(conn))))


def in_snapshot(engine: Engine, settings: Settings, scope: Scope) -> set[int]:
    with engine.connect() as conn:
        selection = choose(conn, scope, open_snapshot(engine, settings), ReportFilter())
    return set(selection.column("report_id").tolist())


@pytest.mark.parametrize("areas", AREAS)
def test_areas_in_sql_and_in_the_snapshot(filled: tuple[Engine, Settings], areas: tuple[str, ...] | None) -> None:
    engine, settings = filled
    scope = Scope(None, frozenset(Permission), Reach.AREA, areas)
    with engine.connect() as conn:
        found = in_sql(conn, scope)
    assert found == in_snapshot(engine, settings, scope)
    assert bool(found) == (areas not in ((), ("nowhere",)))


@pytest.mark.parametrize("categories", [(), CATEGORIES[:1], CATEGORIES, ("那",)])
def test_units_in_sql_and_in_the_snapshot(filled: tuple[Engine, Settings], categories: tuple[str, ...]) -> None:
    engine, settings = filled
    scope = Scope(None, frozenset(), Reach.UNIT, None, categories=categories)
    with engine.connect() as conn:
        found = in_sql(conn, scope)
        rows = conn.execute(select(report.c.id, report.c.category, report.c.status)).all()
    assert found == in_snapshot(engine, settings, scope)
    early = ("filed", "to_review", "whistled", "self_governed", "street_handling")
    assert not {row.id for row in rows if row.status in early or row.category not in categories} & found


def test_own_reports_are_those_that_one_filed(filled: tuple[Engine, Settings]) -> None:
    engine, _ = filled
    with engine.connect() as conn:
        me = conn.scalar(select(report.c.account_id).where(report.c.account_id.is_not(None)).limit(1))
        mine = set(conn.scalars(select(report.c.id).where(report.c.account_id == me)))
        assert in_sql(conn, Scope(me, frozenset(), Reach.OWN, ("e",))) == mine
        assert in_sql(conn, Scope(-1, frozenset(), Reach.OWN, None)) == set()


def test_who_has_no_right_to_figures_counts_nothing(filled: tuple[Engine, Settings]) -> None:
    """The snapshot does not know who filed what: it shows such accounts nothing rather than too much."""
    engine, settings = filled
    for reach in (Reach.OWN, Reach.COMPOUNDS):
        assert in_snapshot(engine, settings, Scope(1, frozenset(), reach, None)) == set()


def test_a_district_has_its_reports_without_a_grid_and_a_community_does_not(filled: tuple[Engine, Settings]) -> None:
    engine, _ = filled
    with engine.connect() as conn:

        def unowned(*areas: str) -> set[str]:
            found = in_sql(conn, Scope(None, frozenset(), Reach.AREA, areas))
            rows = select(owner.c.intake_district).where(owner.c.grid_id.is_(None), owner.c.report_id.in_(found))
            return set(conn.scalars(rows))

        assert unowned(COMMUNITY[:6]) == {COMMUNITY[:6]}
        assert unowned("1501") == {COMMUNITY[:6], OTHER_COMMUNITY[:6]}
        assert unowned(COMMUNITY) == unowned(COMMUNITY[:9]) == unowned("e") == set()


def test_grids_and_divisions(filled: tuple[Engine, Settings]) -> None:
    engine, _ = filled
    with engine.connect() as conn:

        def codes(areas: tuple[str, ...] | None) -> list[str]:
            return [row.code for row in grids_in_force(conn, Scope(None, frozenset(), Reach.AREA, areas), TODAY)]

        assert codes(None) == list("abcdefghixy")
        assert codes(()) == []
        assert codes((COMMUNITY[:6],)) == list("abcdefghi")
        assert codes((OTHER_COMMUNITY, "e")) == ["e", "x", "y"]
        assert len(division_chain(conn, OTHER_COMMUNITY)) >= 3  # names of divisions are geography


def test_equal_keys_mean_equal_answers() -> None:
    one = Scope(1, frozenset(), Reach.AREA, ("e",))
    assert one.key == Scope(2, frozenset(), Reach.AREA, ("e",)).key
    different = [
        Scope(1, frozenset(), Reach.AREA, ("f",)),
        Scope(1, frozenset(), Reach.AREA, None),
        Scope(1, frozenset(), Reach.AREA, ()),
        Scope(1, frozenset(), Reach.OWN, ("e",)),
        Scope(2, frozenset(), Reach.OWN, ("e",)),
        Scope(1, frozenset(), Reach.UNIT, None, ("路灯",)),
        Scope(1, frozenset(), Reach.COMPOUNDS, ("e",), compounds=(1,)),
    ]
    assert len({scope.key for scope in (one, *different)}) == len(different) + 1
