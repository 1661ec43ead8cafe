"""Another edition of the official list: compared, told, carried; nothing is deleted, nothing is left hanging in silence."""

import random
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, func, select

from geodata.account_areas import areas_of, give_area
from geodata.accounts import add_account
from geodata.days import today
from geodata.loaders import LoadOptions, apply_frame
from geodata.loaders.division_editions import compare_editions, known_divisions
from geodata.places import find_places
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import account, compound, division, division_succession, grid, post
from gridmap.errors import GridmapError
from tests.geodata.cities import COMMUNITY, SOUTH, WEST, insert_compound, insert_divisions, insert_grid, insert_post
from tests.geodata.loaders.conftest import Load

STREET, NEW = COMMUNITY[:9], COMMUNITY[:9] + "099"


@pytest.fixture
def city(conn: Connection) -> Connection:
    """A community with a grid in force, one that ended, a compound, a worker's account and post; and another community."""
    insert_divisions(conn)
    conn.execute(division.insert().values(code=STREET + "019", level="community", name="桥靠社区"))
    insert_grid(conn, "a", WEST, SOUTH)
    insert_grid(conn, "old", WEST, SOUTH, valid="[2020-01-01,2021-01-01)")
    insert_compound(conn, "c", WEST + 0.005, SOUTH + 0.005)
    insert_post(conn, "书记", "community_secretary", area_code=COMMUNITY)
    secretary = add_account(conn, "secretary", "a long enough password", "community_secretary")
    give_area(conn, secretary, COMMUNITY)
    return conn


def listed(rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"code": list(rows), "name": list(rows.values())})


ABOVE = {"150105": "赛罕区", STREET: "人民路街道"}


def test_a_replaced_code_takes_along_what_hangs_on_it(city: Connection, settings: Settings) -> None:
    day = today(settings.zone)
    rows = {**ABOVE, NEW: "仕奇社区", STREET + "019": "东瓦窑社区", STREET + "020": "新建社区"}
    summary = apply_frame(city, settings, "divisions", listed(rows), LoadOptions(edition=day))
    notes = {note.code: note.zh for note in summary.notes}
    assert notes["divisions_added"].startswith("新增 1：")
    assert "桥靠社区 → 东瓦窑社区" in notes["divisions_renamed"]
    assert f"{COMMUNITY} → {NEW} 仕奇社区" in notes["divisions_recoded"]
    assert "网格 1、小区 1、账号责任范围 1、岗位 1" in notes["divisions_carried"]
    assert not {"divisions_removed", "divisions_hanging"} & notes.keys()
    codes = {row.code: row.community_code for row in city.execute(select(grid.c.code, grid.c.community_code))}
    assert codes == {"a": NEW, "old": COMMUNITY}  # what has ended keeps the code of its time
    assert city.scalar(select(compound.c.community_code)) == NEW
    accounts = list(city.scalars(select(account.c.id)))
    areas = {row.area_code: (row.valid_from, row.valid_to) for row in areas_of(city, accounts)}
    assert areas == {COMMUNITY: (None, day), NEW: (day, None)}
    posts = {row.area_code: row.valid for row in city.execute(select(post.c.area_code, post.c.valid))}
    assert (posts[COMMUNITY].upper, posts[NEW].lower) == (day, day)
    assert city.scalar(select(division.c.retired_on).where(division.c.code == COMMUNITY)) == day
    kept = city.execute(select(division_succession.c.kind, division_succession.c.old_code, division_succession.c.new_code, division_succession.c.old_name).order_by(division_succession.c.kind)).all()  # fmt: skip
    assert [tuple(row) for row in kept] == [
        ("recoded", COMMUNITY, NEW, "仕奇社区"), ("renamed", STREET + "019", STREET + "019", "桥靠社区"),
    ]  # fmt: skip
    former = [place.name for place in find_places(city, EVERYTHING, "桥靠", day)]
    assert former == ["东瓦窑社区"]
    assert [place.code for place in find_places(city, EVERYTHING, COMMUNITY, day)] == [NEW]
    again = apply_frame(city, settings, "divisions", listed(rows), LoadOptions(edition=day))
    assert (again.new, again.changed) == (0, 0)
    assert not {note.code for note in again.notes if note.code.startswith("divisions_")}


def test_what_is_left_hanging_is_told_loudly_and_only_retired(city: Connection, settings: Settings) -> None:
    rows = {**ABOVE, STREET + "019": "桥靠社区"}
    with city.begin_nested() as trial:
        compared = apply_frame(city, settings, "divisions", listed(rows))
        assert {"divisions_removed", "edition_not_given"} <= {note.code for note in compared.notes}
        assert city.scalar(select(func.count()).where(division.c.retired_on.is_not(None))) == 0
        trial.rollback()
    summary = apply_frame(city, settings, "divisions", listed(rows), LoadOptions(edition=today(settings.zone)))
    hanging = next(note for note in summary.notes if note.code == "divisions_hanging")
    assert hanging.loud
    assert "仕奇社区（网格 1、小区 1、账号责任范围 1、岗位 1）" in hanging.zh
    assert city.scalar(select(grid.c.community_code).where(grid.c.code == "a")) == COMMUNITY
    assert city.scalar(select(division.c.retired_on).where(division.c.code == COMMUNITY)) is not None
    # Listed again, it is in force again.
    apply_frame(
        city, settings, "divisions", listed({**rows, COMMUNITY: "仕奇社区"}), LoadOptions(edition=today(settings.zone))
    )
    assert city.scalar(select(division.c.retired_on).where(division.c.code == COMMUNITY)) is None


def test_an_edition_to_come_is_refused(city: Connection, settings: Settings) -> None:
    ahead = today(settings.zone) + timedelta(days=1)
    with pytest.raises(GridmapError) as caught:
        apply_frame(city, settings, "divisions", listed(ABOVE), LoadOptions(edition=ahead))
    assert caught.value.code == "edition_ahead"


def test_a_list_of_one_district_says_nothing_of_the_others(city: Connection) -> None:
    city.execute(
        division.insert(),
        [
            {"code": "150102", "level": "district", "name": "新城区"},
            {"code": "150103", "level": "district", "name": "回民区"},
        ],
    )
    changes = compare_editions(known_divisions(city), {**ABOVE, COMMUNITY: "仕奇社区", STREET + "019": "桥靠社区"})
    assert changes.removed == ()


def test_names_that_several_have_are_never_taken_for_successors(city: Connection) -> None:
    twin = STREET + "021"
    city.execute(division.insert().values(code=twin, level="community", name="仕奇社区"))
    rows = {**ABOVE, STREET + "019": "桥靠社区", NEW: "仕奇社区"}
    changes = compare_editions(known_divisions(city), rows)
    assert changes.recoded == ()
    assert changes.removed == (COMMUNITY, twin)
    assert changes.added == (NEW,)


@pytest.mark.shared
def test_a_year_of_the_real_list(load: Load, shared_data: Path, conn: Connection, settings: Settings) -> None:
    file = shared_data / "hohhot_divisions" / "hohhot_2023.csv"
    load("divisions", file)
    frame = pd.read_csv(file, dtype=str, encoding="utf-8")
    villages = frame[frame["code"].str.rstrip("0").str.len() > 9].copy()
    draw = random.Random(4)
    chosen = draw.sample(sorted(villages.index), 330)
    removed, renamed, recoded = chosen[:40], chosen[40:190], chosen[190:240]
    shared_names = frame["name"].value_counts()
    expected_recoded = {frame.loc[at, "code"] for at in recoded if shared_names[frame.loc[at, "name"]] == 1}
    edited = frame.copy()
    for at in renamed:
        edited.loc[at, "name"] = f"新{edited.loc[at, 'name']}"
    for at in recoded:
        code = edited.loc[at, "code"]
        edited.loc[at, "code"] = code[:9] + str(900 - recoded.index(at)).zfill(3)
    edited = edited.drop(index=removed)
    fresh = villages.loc[chosen[240:330]].copy()
    fresh["code"] = [code[:9] + str(700 + number % 100).zfill(3) for number, code in enumerate(fresh["code"])]
    fresh["name"] = [f"添{number}社区" for number in range(len(fresh))]
    edited = pd.concat([edited, fresh.drop_duplicates("code")], ignore_index=True)
    known = known_divisions(conn)
    changes = compare_editions(
        known, {_plain(code): name for code, name in zip(edited["code"], edited["name"], strict=True)}
    )
    assert len(changes.renamed) == len(renamed)
    assert {old for old, _, _ in changes.recoded} >= {_plain(code) for code in expected_recoded}
    assert len(changes.removed) + len(changes.recoded) == len(removed) + len(recoded)
    assert len(changes.added) + len(changes.recoded) == len(fresh.drop_duplicates("code")) + len(recoded)
    day = today(settings.zone)
    summary = apply_frame(conn, settings, "divisions", edited, LoadOptions(edition=day))
    assert summary.rejected == 0
    retired = conn.scalar(select(func.count()).where(division.c.retired_on == day))
    assert retired == len(changes.removed) + len(changes.recoded)


def _plain(code: str) -> str:
    for width in (4, 6, 9):
        if code.endswith("0" * (12 - width)) and len(code) == 12:
            return code[:width]
    return code
