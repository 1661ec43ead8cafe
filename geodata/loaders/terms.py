"""Rows that hold for a time, one after the other: a worker of a grid, a property company of a compound.

A *slot* is what only one can hold at a time; *who* holds it tells a row that is there already from a successor. A successor ends what
was there before; nothing is overwritten, as with the editions of a grid.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection, text

from geodata.loaders.reasons import DaysReversed, TermTaken
from geodata.loaders.staging import STAGE, Counts
from geodata.loaders.work import Work

#: What ``read_terms`` adds to a batch, with SQL types.
TERM_TYPES = {"slot": "text", "who": "text", "start": "date", "bounded": "boolean", "ends": "date"}

# The row that each staged one means: the same holder of the same slot at the same time.
_MATCH = f"""
CREATE TEMP TABLE load_term ON COMMIT DROP AS
WITH pair AS (
    SELECT DISTINCT ON (s.position) s.position, h.id, h.low, h.up FROM {STAGE} s JOIN load_held h ON h.slot = s.slot AND h.who = s.who
    AND daterange(h.low, h.up) && daterange(s.start, s.ends) ORDER BY s.position, h.low
), same AS (SELECT DISTINCT ON (id) * FROM pair ORDER BY id, position)
SELECT s.position, s.slot, m.id,
    CASE WHEN s.bounded THEN s.start WHEN m.id IS NOT NULL THEN m.low
         WHEN EXISTS (SELECT FROM load_held h WHERE h.slot = s.slot) THEN s.start END AS low,
    coalesce(s.ends, CASE WHEN m.id IS NOT NULL THEN m.up ELSE
        (SELECT min(h.low) FROM load_held h WHERE h.slot = s.slot AND h.low > s.start) END) AS up,
    daterange(m.low, m.up) AS valid_before
FROM {STAGE} s LEFT JOIN same m USING (position)
"""  # noqa: S608

# Two rows of the file at one time, or one that somebody else holds from the same day on or later.
_TAKEN = """
SELECT DISTINCT ON (t.position) t.position, o.low FROM load_term t JOIN (
    SELECT slot, position, low, up FROM load_term
    UNION ALL
    SELECT slot, NULL, low, up FROM load_held h WHERE NOT EXISTS (SELECT FROM load_term t WHERE t.id = h.id)
) o ON o.slot = t.slot AND daterange(o.low, o.up) && daterange(t.low, t.up)
WHERE CASE WHEN o.position IS NULL THEN coalesce(o.low >= t.low, t.low IS NULL) ELSE o.position < t.position END
ORDER BY t.position, o.low
"""


def read_terms(work: Work, slot: pd.Series, who: pd.Series) -> None:
    """Slots and days of a batch: the first day of each row, and its end: what the file says, or the start of the next in its slot.

    ``slot`` and ``who`` are text, None on rejected rows. Rows whose end is not after their start are rejected.
    """
    batch = work.batch
    nothing = pd.Series([None] * len(batch), dtype=object)
    named, ends = batch.fields.pop("valid_from", nothing), batch.fields.pop("valid_to", nothing)
    start = pd.Series(
        [_start(given, end, work.today) for given, end in zip(named, ends, strict=True)], dtype=object, index=slot.index
    )
    batch.reject(
        (ends.notna() & (ends.fillna("9999-12-31") <= start)).to_numpy(dtype=bool),
        lambda at: DaysReversed(field="valid_to", start=start.iloc[at], end=ends.iloc[at]),
    )
    order = pd.DataFrame({"slot": slot, "start": start})[batch.alive].sort_values(["slot", "start"], kind="stable")
    following = order.groupby("slot")["start"].shift(-1)
    following = following.where(following > order["start"]).reindex(range(len(batch)))
    batch.fields.update(
        slot=slot, who=who, start=start, bounded=named.notna(), ends=ends.where(ends.notna(), following).astype(object)
    )


def _start(named: str | None, end: str | None, today: date) -> str:
    """The first day of a row; one without is meant as of today, or of its last day when that is over."""
    if named is not None:
        return named
    over = end is not None and date.fromisoformat(end) <= today
    return (date.fromisoformat(end) - timedelta(days=1) if over and end else today).isoformat()


def match_terms(work: Work, held: str) -> None:
    """Find what each staged row means, in the temporary table ``load_term``; rows whose slot is taken are rejected.

    ``held`` selects the table's rows: id, slot, who, low, up (days, NULL is open).
    """
    conn = work.conn
    conn.execute(text("DROP TABLE IF EXISTS load_held, load_term"))
    conn.execute(
        text(
            f"CREATE TEMP TABLE load_held ON COMMIT DROP AS SELECT * FROM ({held}) h WHERE slot IN (SELECT slot FROM {STAGE})"  # noqa: S608
        )
    )
    conn.execute(text("CREATE INDEX ON load_held (slot)"))
    conn.execute(text("ANALYZE load_held"))
    conn.execute(text(_MATCH))
    conn.execute(text("CREATE INDEX ON load_term (slot)"))
    conn.execute(text("CREATE INDEX ON load_term (id)"))
    conn.execute(text("ANALYZE load_term"))
    while taken := conn.execute(text(_TAKEN)).all():
        for position, since in taken:
            reason = TermTaken(field="valid_from", since="…" if since is None else since.isoformat())
            work.batch.reject_row(position, reason)
        gone = {"gone": [position for position, _ in taken]}
        conn.execute(text("DELETE FROM load_term WHERE position = ANY(:gone)"), gone)
        conn.execute(text(f"DELETE FROM {STAGE} WHERE position = ANY(:gone)"), gone)  # noqa: S608


def write_terms(conn: Connection, table: str, attributes: Sequence[str], inserted: Sequence[str]) -> Counts:
    """Write what ``match_terms`` found: predecessors end, rows that differ in days or ``attributes`` change, new ones are added.

    ``attributes`` and ``inserted`` are columns of the stage and the table.
    """
    conn.execute(
        text(
            f"UPDATE {table} o SET valid = daterange(lower(o.valid), e.low) FROM ("  # noqa: S608
            "SELECT h.id, min(t.low) AS low FROM load_held h JOIN load_term t USING (slot) "
            "WHERE daterange(h.low, h.up) && daterange(t.low, t.up) AND NOT EXISTS (SELECT FROM load_term m WHERE m.id = h.id) "
            "GROUP BY h.id) e WHERE o.id = e.id"
        )
    )
    differs = " OR ".join(
        ["valid_before <> daterange(t.low, t.up)", *(f"o.{name} IS DISTINCT FROM s.{name}" for name in attributes)]
    )
    same = f"FROM load_term t JOIN {STAGE} s USING (position) WHERE o.id = t.id AND ({differs})"
    # Ranges shrink first, so that none overlaps another that is about to move.
    conn.execute(text(f"UPDATE {table} o SET valid = o.valid * daterange(t.low, t.up) {same}"))  # noqa: S608
    assigned = "".join(f", {name} = s.{name}" for name in attributes)
    changed = conn.execute(text(f"UPDATE {table} o SET valid = daterange(t.low, t.up){assigned} {same}")).rowcount  # noqa: S608
    listed, values = ", ".join(inserted), ", ".join(f"s.{name}" for name in inserted)
    new = conn.execute(
        text(
            f"INSERT INTO {table} ({listed}, valid) SELECT {values}, daterange(t.low, t.up) "  # noqa: S608
            f"FROM load_term t JOIN {STAGE} s USING (position) WHERE t.id IS NULL ORDER BY position"
        )
    ).rowcount
    total = conn.scalar(text("SELECT count(*) FROM load_term")) or 0
    return Counts(new, changed, total - new - changed)
