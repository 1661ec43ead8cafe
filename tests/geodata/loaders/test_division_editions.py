"""Another edition of the official list: compared, told, carried; nothing is deleted, nothing is left hanging in silence."""

import random
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, func, select

from geodata.account_areas import areas_of, give_area
from geodata.accounts import account_by_name, add_account
from geodata.days import today
from geodata.divisions import former_codes
from geodata.loaders import LoadOptions, apply_frame
from geodata.loaders.division_editions import EditionNotWhole, compare_editions, known_divisions
from geodata.places import find_places
from geodata.scope import EVERYTHING, scope_of
from geodata.settings import Settings
from geodata.tables import account, account_area, compound, division, division_succession, grid, post
from gridmap.errors import GridmapError
from tests.geodata.cities import (
    COMMUNITY,
    SIDE,
    SOUTH,
    WEST,
    insert_building,
    insert_compound,
    insert_divisions,
    insert_grid,
    insert_household,
    insert_post,
)
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
    assert changes.heirs == ()
    assert changes.removed == (COMMUNITY, twin)
    assert changes.added == (NEW,)


def test_a_list_with_rejected_rows_is_no_edition(city: Connection, settings: Settings) -> None:
    rows = {**ABOVE, COMMUNITY: "仕奇社区", "15010500101": "桥靠社区"}
    assert apply_frame(city, settings, "divisions", listed(rows)).rejected == 1
    with pytest.raises(EditionNotWhole):
        apply_frame(city, settings, "divisions", listed(rows), LoadOptions(edition=today(settings.zone)))


def drawn(rows: dict[str, tuple[str, shapely.Polygon | None]]) -> gpd.GeoDataFrame:
    names, shapes = zip(*rows.values(), strict=True)
    return gpd.GeoDataFrame({"code": list(rows), "name": list(names)}, geometry=list(shapes), crs=4326)


def cells(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    """A box on the drawing of nine grids, in its cells."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + width * SIDE, south + height * SIDE)


@pytest.fixture
def drawn_city(conn: Connection, settings: Settings) -> Connection:
    """Three communities with shapes, each a column of the nine grids; homes in the first; a secretary, a post and a compound in each."""
    insert_divisions(conn)
    rows = {
        code: (f"{name}社区", cells(column, 0, 1, 3))
        for column, (code, name) in enumerate(zip(COLUMNS, "甲乙丙", strict=True))
    }
    apply_frame(conn, settings, "divisions", drawn({**{code: (name, None) for code, name in ABOVE.items()}, **rows}))
    conn.execute(division.delete().where(division.c.code == COMMUNITY))
    for column, code in enumerate(COLUMNS):
        for row in range(3):
            insert_grid(conn, f"{code}{row:03d}", WEST + column * SIDE, SOUTH + row * SIDE, community=code)
        insert_compound(conn, f"c{column}", WEST + (column + 0.5) * SIDE, SOUTH + 0.5 * SIDE, community_code=code)
        insert_post(conn, f"书记{column}", "community_secretary", area_code=code)
        give_area(conn, add_account(conn, f"secretary{column}", "a long enough password", "community_secretary"), code)
    # Three homes in the south of the first community, one in its north.
    for number, row in enumerate((0.5, 0.6, 0.7, 2.5)):
        key = insert_building(conn, f"h{number}", WEST + 0.5 * SIDE, SOUTH + row * SIDE)
        insert_household(conn, f"home{number}", key)
    return conn


COLUMNS = [STREET + number for number in ("031", "032", "033")]


def communities_of_grids(conn: Connection) -> dict[str, str]:
    rows = conn.execute(select(grid.c.code, grid.c.community_code).where(func.upper_inf(grid.c.valid)))
    return {row.code[-6:]: row.community_code[-3:] for row in rows}


def areas_in_force(conn: Connection, settings: Settings) -> dict[str, set[str]]:
    names = dict(conn.execute(select(account.c.id, account.c.name)).all())
    found: dict[str, set[str]] = {}
    for row in areas_of(conn, list(names), today(settings.zone)):
        found.setdefault(names[row.account_id], set()).add(row.area_code[-3:])
    return found


def test_merged_divisions_are_told_with_shares_and_take_along_what_hangs_on_them(
    drawn_city: Connection, settings: Settings
) -> None:
    conn, day = drawn_city, today(settings.zone)
    ended = insert_grid(conn, "ended", WEST, SOUTH, community=COLUMNS[0], valid="[2020-01-01,2021-01-01)")
    rows = {
        **{code: (name, None) for code, name in ABOVE.items()},
        STREET + "041": ("合并社区", cells(0, 0, 2, 3)),
        COLUMNS[2]: ("丙社区", cells(2, 0, 1, 3)),
    }
    with conn.begin_nested() as trial:
        compared = {note.code: note.zh for note in apply_frame(conn, settings, "divisions", drawn(rows)).notes}
        assert compared["divisions_merged"] == (
            f"合并 1：{COLUMNS[0]} 甲社区 100% + {COLUMNS[1]} 乙社区 100% → {STREET}041 合并社区"
        )
        assert set(communities_of_grids(conn).values()) == {"031", "032", "033"}
        trial.rollback()
    summary = apply_frame(conn, settings, "divisions", drawn(rows), LoadOptions(edition=day))
    notes = {note.code: note for note in summary.notes}
    assert "网格 6、小区 2、账号责任范围 2、岗位 2" in notes["divisions_carried"].zh
    assert notes["divisions_wider"].loud
    assert not {"divisions_hanging", "divisions_added", "divisions_removed"} & notes.keys()
    assert set(communities_of_grids(conn).values()) == {"041", "033"}
    assert areas_in_force(conn, settings) == {"secretary0": {"041"}, "secretary1": {"041"}, "secretary2": {"033"}}
    kept = conn.execute(select(division_succession.c.kind, division_succession.c.old_name, division_succession.c.share).order_by(division_succession.c.old_code)).all()  # fmt: skip
    assert [tuple(row) for row in kept] == [("merged", "甲社区", 1.0), ("merged", "乙社区", 1.0)]
    # What ended under the codes of before is still in the area of those who have the new one, and of nobody else.
    by_name = {name: scope_of(conn, account_by_name(conn, name), settings.city_code, day) for name in ("secretary0", "secretary2")}  # fmt: skip
    assert by_name["secretary0"].areas == (STREET + "041",)
    assert by_name["secretary0"].former == (COLUMNS[0], COLUMNS[1])
    assert by_name["secretary0"].holds("ended", COLUMNS[0])
    assert ended in conn.scalars(select(grid.c.id).where(by_name["secretary0"].grid_condition())).all()
    assert not by_name["secretary2"].holds("ended", COLUMNS[0])
    # A second time nothing happens.
    before = [conn.execute(select(table).order_by(table.c.id)).all() for table in (grid, post, account_area, division)]
    again = apply_frame(conn, settings, "divisions", drawn(rows), LoadOptions(edition=day))
    assert not {note.code for note in again.notes if note.code.startswith("divisions_")}
    assert [conn.execute(select(table).order_by(table.c.id)).all() for table in (grid, post, account_area, division)] == before  # fmt: skip


def test_a_split_division_gives_each_grid_to_the_part_that_holds_it(drawn_city: Connection, settings: Settings) -> None:
    conn, day = drawn_city, today(settings.zone)
    # The first gives its north to a new code and stays; the second is gone, its south goes to the third, its north to a new one.
    rows = {
        **{code: (name, None) for code, name in ABOVE.items()},
        COLUMNS[0]: ("甲社区", cells(0, 0, 1, 2)),
        STREET + "042": ("甲北社区", cells(0, 2)),
        COLUMNS[2]: ("丙社区", shapely.union(cells(2, 0, 1, 3), cells(1, 0))),
        STREET + "043": ("乙北社区", cells(1, 1, 1, 2)),
    }
    summary = apply_frame(conn, settings, "divisions", drawn(rows), LoadOptions(edition=day))
    notes = {note.code: note.zh for note in summary.notes}
    assert notes["divisions_split"] == (
        f"拆分 2：{COLUMNS[0]} 甲社区 → {STREET}042 甲北社区 25%；"  # one of four homes
        f"{COLUMNS[1]} 乙社区 → {COLUMNS[2]} 丙社区 33%、{STREET}043 乙北社区 67%"  # nobody lives there: of ground
    )
    assert communities_of_grids(conn) == {
        "031000": "031", "031001": "031", "031002": "042", "032000": "033", "032001": "043", "032002": "043", "033000": "033", "033001": "033", "033002": "033",
    }  # fmt: skip
    assert areas_in_force(conn, settings) == {
        "secretary0": {"031", "042"}, "secretary1": {"033", "043"}, "secretary2": {"033"},
    }  # fmt: skip
    posts = conn.execute(select(post.c.area_code).where(func.upper_inf(post.c.valid)).order_by(post.c.id)).scalars()
    assert [code[-3:] for code in posts] == ["031", "033", "043"]  # an office goes with the larger part
    assert dict(conn.execute(select(compound.c.code, func.right(compound.c.community_code, 3))).all()) == {
        "c0": "031", "c1": "033", "c2": "033",
    }  # fmt: skip
    assert scope_of(conn, account_by_name(conn, "secretary2"), settings.city_code, day).former == ()


def test_a_border_that_moved_between_two_that_go_on_is_told_and_takes_along_what_lies_there(
    drawn_city: Connection, settings: Settings
) -> None:
    conn, day = drawn_city, today(settings.zone)
    # The first gives its north, with one of four homes, to the second; between the second and the third a hair moves.
    rows = {
        **{code: (name, None) for code, name in ABOVE.items()},
        COLUMNS[0]: ("甲社区", cells(0, 0, 1, 2)),
        COLUMNS[1]: ("乙社区", shapely.union(cells(1, 0, 1.01, 3), cells(0, 2))),
        COLUMNS[2]: ("丙社区", cells(2.01, 0, 0.99, 3)),
    }
    areas = areas_in_force(conn, settings)
    compared = apply_frame(
        conn, settings, "divisions", drawn({**rows, COLUMNS[2]: ("丙社区", None)}), LoadOptions(edition=day)
    )
    notes = {note.code: note.zh for note in compared.notes}
    assert notes["divisions_shifted"] == f"边界调整 1：{COLUMNS[0]} 甲社区 25% → {COLUMNS[1]} 乙社区"
    found = communities_of_grids(conn)
    assert found.pop("031002") == "032"
    assert all(code[:3] == community for code, community in found.items())
    assert areas_in_force(conn, settings) == areas
    again = apply_frame(conn, settings, "divisions", drawn(rows), LoadOptions(edition=day))
    assert "divisions_shifted" not in {note.code for note in again.notes}


def test_a_list_without_shapes_may_say_itself_what_was_merged(city: Connection, settings: Settings) -> None:
    day = today(settings.zone)
    frame = listed({**ABOVE, STREET + "050": "新社区"})
    frame["原代码"] = [None, None, f"{COMMUNITY}、{STREET}019"]
    summary = apply_frame(city, settings, "divisions", frame, LoadOptions(edition=day))
    notes = {note.code: note.zh for note in summary.notes}
    assert notes["divisions_merged"] == f"合并 1：{COMMUNITY} 仕奇社区 + {STREET}019 桥靠社区 → {STREET}050 新社区"
    assert city.scalar(select(grid.c.community_code).where(grid.c.code == "a")) == STREET + "050"
    # Split without shapes: nobody can say where a grid went.
    frame = listed({**ABOVE, STREET + "051": "东社区", STREET + "052": "西社区"})
    frame["原代码"] = [None, None, STREET + "050", STREET + "050"]
    summary = apply_frame(city, settings, "divisions", frame, LoadOptions(edition=day))
    notes = {note.code: note.zh for note in summary.notes}
    assert notes["divisions_hanging"].endswith(f"{STREET}050 新社区（网格 1、小区 1、岗位 1）")
    areas = areas_in_force(city, settings)
    assert areas == {"secretary": {"051", "052"}}


def test_reports_in_no_grid_follow_their_district(conn: Connection, settings: Settings) -> None:
    insert_divisions(conn)
    day = today(settings.zone)
    apply_frame(
        conn, settings, "divisions", listed({"1501": "呼和浩特市", "150199": "赛罕区"}), LoadOptions(edition=day)
    )
    assert former_codes(conn, ["150199"]) == ("150105",)
    assert former_codes(conn, ["1501"]) == ("150105",)
    assert former_codes(conn, ["150199001"]) == ()


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
    assert {old for old, _ in changes.pairs("recoded")} >= {_plain(code) for code in expected_recoded}
    assert len(changes.removed) + len(changes.pairs("recoded")) == len(removed) + len(recoded)
    assert len(changes.added) + len(changes.pairs("recoded")) == len(fresh.drop_duplicates("code")) + len(recoded)
    day = today(settings.zone)
    summary = apply_frame(conn, settings, "divisions", edited, LoadOptions(edition=day))
    assert summary.rejected == 0
    retired = conn.scalar(select(func.count()).where(division.c.retired_on == day))
    assert retired == len(changes.removed) + len(changes.pairs("recoded"))


@pytest.mark.shared
def test_the_real_list_with_a_merger_a_split_a_new_name_and_a_new_code(
    load: Load, shared_data: Path, conn: Connection, settings: Settings
) -> None:
    file = shared_data / "hohhot_divisions" / "hohhot_2023.csv"
    load("divisions", file)
    frame, day = pd.read_csv(file, dtype=str, encoding="utf-8"), today(settings.zone)
    names = {_plain(code): name for code, name in zip(frame["code"], frame["name"], strict=True)}
    of_street = [code for code in sorted(names) if len(code) == 12 and code.startswith(STREET)]
    one, two, divided, renamed, recoded = of_street[:5]
    rows = {code: name for code, name in names.items() if code not in (one, two, divided, recoded)}
    rows |= {renamed: "新名社区", STREET + "901": "合并社区", STREET + "902": "东社区", STREET + "903": "西社区"}
    rows[STREET + "904"] = names[recoded]
    edited = listed(rows)
    former = {STREET + "901": [one, two], STREET + "902": [divided], STREET + "903": [divided]}
    edited["former_codes"] = [former.get(code) for code in edited["code"]]
    for code in (one, two, divided, recoded):
        insert_grid(conn, f"{code}001", WEST, SOUTH, community=code)
    for _time in range(2):
        summary = apply_frame(conn, settings, "divisions", edited, LoadOptions(edition=day))
        assert summary.rejected == 0
        under = {row.code[:12]: row.community_code for row in conn.execute(select(grid.c.code, grid.c.community_code))}
        # What was split without shapes stays, and is told.
        assert under == {one: STREET + "901", two: STREET + "901", divided: divided, recoded: STREET + "904"}
        retired = set(conn.scalars(select(division.c.code).where(division.c.retired_on == day)))
        assert retired == {one, two, divided, recoded}
        kinds = [tuple(row) for row in conn.execute(select(division_succession.c.kind, func.count()).group_by(division_succession.c.kind).order_by(division_succession.c.kind))]  # fmt: skip
        assert kinds == [("merged", 2), ("recoded", 1), ("renamed", 1), ("split", 2)]


def _plain(code: str) -> str:
    for width in (4, 6, 9):
        if code.endswith("0" * (12 - width)) and len(code) == 12:
            return code[:width]
    return code
