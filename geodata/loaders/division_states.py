"""What divisions were before another edition of their list, kept with its days, so that maps and lists can be asked for another day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, select, text, update

from geodata.tables import division
from gridmap.errors import GridmapError

_DISTRICT = 6  # digits of its code
_BEFORE = """
CREATE TEMP TABLE division_before ON COMMIT DROP AS
SELECT code, kind, name, name_en, geom, since, retired_on FROM division
"""
# Of those that are in force now: what ended on the day, or had ended before, and is otherwise by now. What began on that very day was
# never anything else: the list is loaded again, corrected.
_KEEP = """
WITH ended AS (
    SELECT b.*, least(b.retired_on, CAST(:day AS date)) AS last
    FROM division_before b
    JOIN division d ON d.code = b.code AND d.retired_on IS NULL
    WHERE b.retired_on < :day OR (d.kind, d.name) IS DISTINCT FROM (b.kind, b.name)
        OR d.name_en IS DISTINCT FROM b.name_en OR d.geom IS DISTINCT FROM b.geom
),
kept AS (
    INSERT INTO division_former (code, kind, name, name_en, geom, valid)
    SELECT code, kind, name, name_en, geom, daterange(since, last) FROM ended WHERE since IS NULL OR since < last
    RETURNING code
)
UPDATE division d SET since = :day FROM kept WHERE d.code = kept.code
"""


class EditionBehind(GridmapError):
    """An edition of divisions before another one that is known."""

    code = "edition_behind"
    zh = "已加载过 {last} 的版本，不能再加载更早的版本（{day}）。"
    en = "An edition of {last} is known already; an earlier one ({day}) can no longer be loaded."


def note_before(conn: Connection, day: date, codes: Iterable[str]) -> None:
    """Note the divisions as they are, before the list of a day is written. Error: ``EditionBehind``."""
    last = func.greatest(division.c.since, division.c.retired_on)
    districts = {code[:_DISTRICT] for code in codes}
    later = select(func.max(last)).where(func.left(division.c.code, _DISTRICT).in_(districts), last > day)
    if (known := conn.scalar(later)) is not None:
        raise EditionBehind(field="edition", day=day.isoformat(), last=known.isoformat())
    conn.execute(text(_BEFORE))


def keep_former(conn: Connection, day: date, listed: Iterable[str]) -> None:
    """Keep what divisions were until the day, and say since when they are as they are.

    The first list of a district tells no day on which its divisions began: they hold since ever.
    """
    conn.execute(text(_KEEP), {"day": day})
    before = set(conn.scalars(text("SELECT code FROM division_before")))
    districts = {code[:_DISTRICT] for code in before if len(code) > _DISTRICT} | {
        code[:4] for code in before if len(code) == _DISTRICT
    }
    added = [
        code
        for code in listed
        if code not in before and (code[:_DISTRICT] if len(code) > _DISTRICT else code[:4]) in districts
    ]
    conn.execute(update(division).where(division.c.code.in_(added)).values(since=day))
    conn.execute(text("DROP TABLE division_before"))
