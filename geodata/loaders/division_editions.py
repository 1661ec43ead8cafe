"""Another edition of the official list of divisions: what is added, gone, renamed or recoded, and what hangs on the codes that went."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Date, case, cast, func, insert, literal, or_, select, update

from geodata.account_areas import end_rows
from geodata.loaders.summary import Note
from geodata.tables import account_area, compound, division, division_succession, grid, post
from gridmap.codes import LEVELS, level_of, parent_of
from gridmap.errors import GridmapError

_TOLD = 12
#: A share of the known codes that one edition may let go of without a warning.
_MUCH = 0.3


class EditionAhead(GridmapError):
    """An edition of divisions before its day."""

    code = "edition_ahead"
    zh = "该版本自 {day} 起生效，请在当日或之后加载。"
    en = "This edition holds from {day}: load it on that day or later."


@dataclass(frozen=True, slots=True)
class KnownDivision:
    """A division as it was before the list was written; ``retired`` ones are known but not in force."""

    code: str
    name: str
    retired: bool


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """What a list changes: codes that are ``added`` (or in force again) and ``removed``, names that are other (code, old, new), and codes
    that were replaced (old code, new code, name): the same name below the same, or the replaced, division above, or alone in its district."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str, str], ...]
    recoded: tuple[tuple[str, str, str], ...]


def known_divisions(conn: Connection) -> dict[str, KnownDivision]:
    """All divisions by code."""
    rows = conn.execute(select(division.c.code, division.c.name, division.c.retired_on.is_not(None)))
    return {code: KnownDivision(code, name, retired) for code, name, retired in rows}


def compare_editions(known: dict[str, KnownDivision], listed: dict[str, str]) -> EditionChanges:
    """Compare a list (names by code) with what is known. A list is whole for the districts and levels that it has rows of."""
    in_force = {code: each for code, each in known.items() if not each.retired}
    levels, districts = {level_of(code) for code in listed}, {code[:6] for code in listed if len(code) >= 6}
    gone = [
        code
        for code in in_force
        if code not in listed and level_of(code) in levels and (len(code) <= 6 or code[:6] in districts)
    ]
    # A district is gone only from a list of the whole city.
    if sum(len(code) == 6 for code in listed) * 2 < sum(len(code) == 6 for code in in_force):
        gone = [code for code in gone if len(code) != 6]
    added = [code for code in listed if code not in in_force]
    renamed = [
        (code, in_force[code].name, name)
        for code, name in listed.items()
        if code in in_force and in_force[code].name != name
    ]
    recoded = _replaced({code: in_force[code].name for code in gone}, {code: listed[code] for code in added})
    was, now = {old for old, _, _ in recoded}, {new for _, new, _ in recoded}
    return EditionChanges(
        tuple(sorted(code for code in added if code not in now)),
        tuple(sorted(code for code in gone if code not in was)),
        tuple(sorted(renamed)),
        tuple(sorted(recoded)),
    )


def _replaced(gone: dict[str, str], added: dict[str, str]) -> list[tuple[str, str, str]]:
    """Codes that went and came under one name, from districts down so that a replaced division above is known."""
    found: dict[str, str] = {}
    for level in LEVELS:
        old = {code: name for code, name in gone.items() if level_of(code) == level}
        new = {code: name for code, name in added.items() if level_of(code) == level}
        parents = {code: found.get(parent_of(code) or "", parent_of(code) or "") for code in old}
        found |= _pairs({code: (name, parents[code]) for code, name in old.items()},
                        {code: (name, parent_of(code) or "") for code, name in new.items()})  # fmt: skip
        # Moved to another street: only where nobody else in the district has the name.
        left_old = {code: (name, parents[code][:6]) for code, name in old.items() if code not in found}
        left_new = {code: (name, code[:6]) for code, name in new.items() if code not in found.values()}
        if level == "community":
            found |= _pairs(left_old, left_new)
    return [(old, new, gone[old]) for old, new in found.items()]


def _pairs(old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Codes with one key on both sides, as long as it is alone on each."""
    counts_old, counts_new = Counter(old.values()), Counter(new.values())
    by_key = {key: code for code, key in new.items() if counts_new[key] == 1}
    return {code: by_key[key] for code, key in old.items() if counts_old[key] == 1 and key in by_key}


def write_edition(conn: Connection, changes: EditionChanges, day: date) -> dict[str, int]:
    """Retire what went, note successors, carry what hangs on replaced codes; how many of each kind of row were carried.

    What has ended before the day keeps the code of its time; posts and areas end on the day and go on under the new code.
    """
    went = [*changes.removed, *(old for old, _, _ in changes.recoded)]
    conn.execute(
        update(division).where(division.c.code.in_(went), division.c.retired_on.is_(None)).values(retired_on=day)
    )
    # A code that is listed again is in force again.
    listed = [*changes.added, *(new for _, new, _ in changes.recoded)]
    conn.execute(update(division).where(division.c.code.in_(listed)).values(retired_on=None))
    _note(conn, [("renamed", code, code, old) for code, old, _ in changes.renamed]
          + [("recoded", old, new, name) for old, new, name in changes.recoded], day)  # fmt: skip
    carried: Counter[str] = Counter()
    into = {old: new for old, new, _ in changes.recoded}
    carried["grids"] = _carry(conn, grid.c.community_code, into, _lasts(grid.c.valid, day))
    carried["compounds"] = _carry(conn, compound.c.community_code, into)
    for old, new in into.items():
        carried["areas"] += _carry_area(conn, old, new, day)
        carried["posts"] += _carry_posts(conn, old, new, day)
    return dict(carried)


def left_hanging(conn: Connection, codes: Iterable[str], day: date) -> dict[str, dict[str, int]]:
    """What hangs on codes in force or later, by code: ``grids``, ``compounds``, ``areas``, ``posts``; codes with nothing are left out."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for word, column, lasts in (
        ("grids", grid.c.community_code, _lasts(grid.c.valid, day)),
        ("compounds", compound.c.community_code, literal(True)),
        ("areas", account_area.c.area_code, _lasts(account_area.c.valid, day)),
        ("posts", post.c.area_code, _lasts(post.c.valid, day)),
    ):
        counted = select(column, func.count()).where(column.in_(list(codes)), lasts).group_by(column)
        for code, count in conn.execute(counted):
            found[code][word] = count
    return dict(found)


def edition_notes(
    changes: EditionChanges,
    known: dict[str, KnownDivision],
    listed: dict[str, str],
    hanging: dict[str, dict[str, int]],
    carried: dict[str, int] | None,
) -> list[Note]:
    """What a list changes, in words; ``carried`` None where it was only compared."""
    name = {**{code: each.name for code, each in known.items()}, **listed}
    found = []
    for code, zh, en, lines in (
        ("divisions_added", "新增", "added", [f"{each} {name[each]}" for each in changes.added]),
        ("divisions_removed", "撤销", "gone", [f"{each} {known[each].name}" for each in changes.removed]),
        ("divisions_renamed", "更名", "renamed", [f"{each} {old} → {new}" for each, old, new in changes.renamed]),
        ("divisions_recoded", "换码", "recoded", [f"{old} → {new} {called}" for old, new, called in changes.recoded]),
    ):
        if lines:
            more = f" ……（共 {len(lines):,}）" if len(lines) > _TOLD else ""
            more_en = " ..." if more else ""
            some = "；".join(lines[:_TOLD])
            found.append(Note(code, f"{zh} {len(lines):,}：{some}{more}", f"{len(lines):,} {en}: {some}{more_en}"))
    if carried is None:
        return [*found, Note("edition_not_given", "仅比对：用 --edition 日期 加载才会撤销旧码、沿用其下的网格与人员。",
                             "Compared only: with --edition DAY codes that are gone are retired, and what hangs on replaced ones is carried.")]  # fmt: skip
    if any(carried.values()):
        told = {word: f"{carried.get(word, 0):,}" for word in ("grids", "compounds", "areas", "posts")}
        found.append(Note("divisions_carried", "随换码转到新码：网格 {grids}、小区 {compounds}、账号责任范围 {areas}、岗位 {posts}。".format(**told),
                          "Carried to the new codes: {grids} grids, {compounds} compounds, {areas} areas of accounts, {posts} posts.".format(**told)))  # fmt: skip
    if hanging:
        lines = [f"{code} {known[code].name}（{'、'.join(f'{_ZH[word]} {count}' for word, count in counts.items())}）" for code, counts in hanging.items()]  # fmt: skip
        en_lines = [f"{code} ({', '.join(f'{count} {word}' for word, count in counts.items())})" for code, counts in hanging.items()]  # fmt: skip
        found.append(Note("divisions_hanging", f"已撤销但仍有内容挂在旧码下，请处理：{'；'.join(lines[:_TOLD])}",
                          f"Gone, with things still hanging on them: {'; '.join(en_lines[:_TOLD])}", loud=True))  # fmt: skip
    in_force = sum(not each.retired for each in known.values())
    if len(changes.removed) > _MUCH * in_force:
        found.append(Note("divisions_many_gone", f"将撤销 {len(changes.removed):,} 个，占现有的三成以上：请确认清单完整。",
                          f"{len(changes.removed):,} codes would go, more than a third: check that the list is whole.", loud=True))  # fmt: skip
    return found


_ZH = {"grids": "网格", "compounds": "小区", "areas": "账号责任范围", "posts": "岗位"}


def _lasts(valid: Any, day: date) -> ColumnElement[bool]:
    return or_(func.upper_inf(valid), func.upper(valid) > cast(literal(day), Date))


def _note(conn: Connection, rows: list[tuple[str, str, str, str]], day: date) -> None:
    pairs = select(division_succession.c.old_code, division_succession.c.new_code)
    known = {(row.old_code, row.new_code) for row in conn.execute(pairs.where(division_succession.c.day == day))}
    values = [
        {"day": day, "kind": kind, "old_code": old, "new_code": new, "old_name": name}
        for kind, old, new, name in rows
        if (old, new) not in known
    ]
    if values:
        conn.execute(insert(division_succession), values)


def _carry(conn: Connection, column: Column[str], into: dict[str, str], *where: ColumnElement[bool]) -> int:
    """All codes at once: one that a division gives up another may take."""
    if not into:
        return 0
    carried = update(column.table).where(column.in_(list(into)), *where)
    return conn.execute(carried.values({column: case(into, value=column)})).rowcount


def _carry_area(conn: Connection, old: str, new: str, day: date) -> int:
    mine = account_area.c.area_code == old
    lower, upper = func.lower(account_area.c.valid), func.upper(account_area.c.valid)
    goes_on = select(
        account_area.c.account_id, literal(new),
        func.daterange(func.greatest(lower, cast(literal(day), Date)), upper), account_area.c.stands_in_for,
    ).where(mine, _lasts(account_area.c.valid, day))  # fmt: skip
    columns = ["account_id", "area_code", "valid", "stands_in_for"]
    carried = conn.execute(insert(account_area).from_select(columns, goes_on)).rowcount
    end_rows(conn, day, mine)
    return carried


def _carry_posts(conn: Connection, old: str, new: str, day: date) -> int:
    mine = post.c.area_code == old
    lower, upper = func.lower(post.c.valid), func.upper(post.c.valid)
    goes_on = select(
        post.c.person_id,
        post.c.kind,
        literal(new),
        func.daterange(func.greatest(lower, cast(literal(day), Date)), upper),
    ).where(mine, _lasts(post.c.valid, day))
    carried = conn.execute(insert(post).from_select(["person_id", "kind", "area_code", "valid"], goes_on)).rowcount
    later = post.c.id.in_(select(post.c.id).where(mine, lower >= cast(literal(day), Date)))
    conn.execute(post.delete().where(later))
    ended = func.daterange(lower, cast(literal(day), Date))
    conn.execute(update(post).where(mine, _lasts(post.c.valid, day)).values(valid=ended))
    return carried
