"""What hangs on divisions that another edition replaces, carried to their heirs: grids, compounds, areas of accounts, posts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from geodata.account_areas import end_rows
from geodata.loaders.division_editions import EditionChanges
from geodata.tables import account_area, compound, division, division_succession, grid, post
from gridmap.coverage import hold_buildings
from gridmap.succession import Part

Shapes = Mapping[str, shapely.Geometry]
#: An heir of which less than this was the old division's shows its accounts more than they saw before.
_ALL_OF_IT = 0.95


def write_edition(conn: Connection, changes: EditionChanges, shapes: Shapes, day: date) -> dict[str, int]:
    """Retire what went, note the heirs, carry what hangs on codes that have some; how many of each kind of row were carried, and of
    the areas how many are ``wider`` than before.

    ``shapes`` are those of the list by code. What has ended before the day keeps the code of its time; posts and areas end on the day
    and go on under the new code.
    """
    retired = update(division).where(division.c.code.in_(changes.gone), division.c.retired_on.is_(None))
    conn.execute(retired.values(retired_on=day))
    # A code that is listed again is in force again.
    listed = [*changes.added, *(heir.part.new for heir in changes.heirs)]
    conn.execute(update(division).where(division.c.code.in_(listed)).values(retired_on=None))
    _note(conn, changes, day)
    heirs = _heirs(changes)
    carried: Counter[str] = Counter()
    for word, column, lasts in (
        ("grids", grid.c.community_code, _lasts(grid.c.valid, day)),
        ("compounds", compound.c.community_code, literal(True)),
    ):
        whole = {old: parts[0].new for old, parts in heirs.items() if len(parts) == 1 and old in changes.gone}
        carried[word] += _carry_whole(conn, column, whole, lasts)
        divided = _divided(heirs, changes.gone) | _shifted(changes)
        carried[word] += _carry_by_place(conn, column, divided, shapes, lasts)
    # What a division gets it does not pass on.
    last = conn.scalar(select(func.max(account_area.c.id))) or 0
    for old, parts in heirs.items():
        for part in parts:
            areas = _carry_areas(conn, part, day, last)
            carried["areas"] += areas
            carried["wider"] += areas if _is_wider(part, changes) else 0
        if old in changes.gone:
            end_rows(conn, day, account_area.c.area_code == old)
            if (main := _main(parts)) is not None:
                carried["posts"] += _carry_posts(conn, old, main, day)
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


def _heirs(changes: EditionChanges) -> dict[str, list[Part]]:
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for heir in changes.heirs:
        found[heir.part.old].append(heir.part)
    return dict(found)


def _divided(heirs: Mapping[str, list[Part]], gone: frozenset[str]) -> dict[str, list[str]]:
    """Codes of which each thing has to be asked where it lies: the codes it may come under, its own among them where that stays."""
    return {
        old: [part.new for part in parts] + ([] if old in gone else [old])
        for old, parts in heirs.items()
        if len(parts) > 1 or old not in gone
    }


def _shifted(changes: EditionChanges) -> dict[str, list[str]]:
    """The same of codes that gave ground to others that go on too."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for part in changes.shifted:
        found[part.old].append(part.new)
    return {old: [*codes, old] for old, codes in found.items()}


def _main(parts: list[Part]) -> str | None:
    """The heir of an office: the only one, or that of the largest share where shares are known."""
    if len(parts) == 1:
        return parts[0].new
    if any(part.share_of_old is None for part in parts):
        return None
    return max(parts, key=lambda part: (part.share_of_old or 0, part.new)).new


def _is_wider(part: Part, changes: EditionChanges) -> bool:
    if part.share_of_new is not None:
        return part.share_of_new < _ALL_OF_IT
    return (part.old, part.new) in changes.pairs("merged")


def _lasts(valid: Any, day: date) -> ColumnElement[bool]:
    return or_(func.upper_inf(valid), func.upper(valid) > cast(literal(day), Date))


def _note(conn: Connection, changes: EditionChanges, day: date) -> None:
    pairs = select(division_succession.c.old_code, division_succession.c.new_code)
    known = {(row.old_code, row.new_code) for row in conn.execute(pairs.where(division_succession.c.day == day))}
    names = {
        row.code: row.name
        for row in conn.execute(
            select(division.c.code, division.c.name).where(division.c.code.in_([h.part.old for h in changes.heirs]))
        )
    }
    renamed = {code: old for code, old, _ in changes.renamed}
    rows = [("renamed", code, code, old, None) for code, old in renamed.items()] + [
        (
            heir.kind,
            heir.part.old,
            heir.part.new,
            renamed.get(heir.part.old, names[heir.part.old]),
            heir.part.share_of_old,
        )
        for heir in changes.heirs
    ]
    values = [
        {"day": day, "kind": kind, "old_code": old, "new_code": new, "old_name": name, "share": share}
        for kind, old, new, name, share in rows
        if (old, new) not in known
    ]
    if values:
        conn.execute(insert(division_succession), values)


def _carry_whole(conn: Connection, column: Column[str], into: dict[str, str], *where: ColumnElement[bool]) -> int:
    """All codes at once: one that a division gives up another may take."""
    if not into:
        return 0
    carried = update(column.table).where(column.in_(list(into)), *where)
    return conn.execute(carried.values({column: case(into, value=column)})).rowcount


def _carry_by_place(
    conn: Connection, column: Column[str], into: Mapping[str, list[str]], shapes: Shapes, *where: ColumnElement[bool]
) -> int:
    """Each thing of a divided code comes under the heir that has most of its ground; without shapes of all heirs it stays."""
    table = column.table
    placed = {old: codes for old, codes in into.items() if all(code in shapes for code in codes)}
    rows = conn.execute(
        select(table.c.id, column.label("old"), func.ST_AsBinary(table.c.geom).label("shape")).where(
            column.in_(list(placed)), table.c.geom.is_not(None), *where
        )
    ).all()
    moves: defaultdict[str, list[int]] = defaultdict(list)
    for old, codes in placed.items():
        mine = [row for row in rows if row.old == old]
        ground = shapely.from_wkb(np.array([bytes(row.shape) for row in mine], dtype=object))
        held = hold_buildings(ground, [shapes[code] for code in codes]).grid
        for row, position in zip(mine, held.tolist(), strict=True):
            if position >= 0 and codes[position] != old:
                moves[codes[position]].append(row.id)
    for code, keys in moves.items():
        conn.execute(update(table).where(table.c.id == func.any(keys)).values({column: code}))
    return sum(len(keys) for keys in moves.values())


def _carry_areas(conn: Connection, part: Part, day: date, last: int) -> int:
    """Who has the old division, by rows up to ``last``, gets the new one beside it from the day on; who has that already gets nothing."""
    mine, held = and_(account_area.c.area_code == part.old, account_area.c.id <= last), account_area.alias()
    lower, upper = func.lower(account_area.c.valid), func.upper(account_area.c.valid)
    has = exists().where(
        held.c.account_id == account_area.c.account_id,
        held.c.area_code == part.new,
        held.c.stands_in_for.is_not_distinct_from(account_area.c.stands_in_for),
        _lasts(held.c.valid, day),
    )
    goes_on = select(
        account_area.c.account_id, literal(part.new),
        func.daterange(func.greatest(lower, cast(literal(day), Date)), upper), account_area.c.stands_in_for,
    ).where(mine, _lasts(account_area.c.valid, day), ~has)  # fmt: skip
    columns = ["account_id", "area_code", "valid", "stands_in_for"]
    return conn.execute(insert(account_area).from_select(columns, goes_on)).rowcount


def _carry_posts(conn: Connection, old: str, new: str, day: date) -> int:
    mine, held = post.c.area_code == old, post.alias()
    lower, upper = func.lower(post.c.valid), func.upper(post.c.valid)
    has = exists().where(
        and_(held.c.person_id == post.c.person_id, held.c.kind == post.c.kind, held.c.area_code == new),
        _lasts(held.c.valid, day),
    )
    goes_on = select(
        post.c.person_id,
        post.c.kind,
        literal(new),
        func.daterange(func.greatest(lower, cast(literal(day), Date)), upper),
    ).where(mine, _lasts(post.c.valid, day), ~has)
    carried = conn.execute(insert(post).from_select(["person_id", "kind", "area_code", "valid"], goes_on)).rowcount
    later = post.c.id.in_(select(post.c.id).where(mine, lower >= cast(literal(day), Date)))
    conn.execute(post.delete().where(later))
    ended = func.daterange(lower, cast(literal(day), Date))
    conn.execute(update(post).where(mine, _lasts(post.c.valid, day)).values(valid=ended))
    return carried
