"""What a kind's loader works with, and the steps that kinds share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, select

from geodata.loaders.batch import Batch, LoadOptions
from geodata.loaders.columns import Field
from geodata.loaders.place import Shape
from geodata.loaders.reasons import CodeMalformed, DuplicateCode, DuplicateGeometry, ParentMissing
from geodata.loaders.staging import Counts, stage, upsert
from geodata.settings import Settings
from geodata.tables import division
from gridmap.errors import GridmapError

Progress = Callable[[str], None]

SQL_TYPES = {"text": "text", "code": "text", "word": "text", "integer": "integer", "number": "double precision", "date": "date",
             "time": "timestamptz", "list": "text[]"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that can be loaded.

    ``load`` takes the placed batch to the database. ``shape`` None: no geometry is looked for. ``ids``: columns of the source that
    serve as codes when there is none; then the hash of the shape does. ``also``: fields besides ``fields`` that ``--map`` may name.
    """

    name: str
    fields: tuple[Field, ...]
    load: Callable[["Work"], Counts]
    shape: Shape | None
    shape_required: bool = True
    ids: tuple[str, ...] = ()
    also: tuple[str, ...] = ("geom",)
    prepare: Callable[[Batch], None] | None = None


@dataclass(slots=True)
class Work:
    """One load: the batch with the connection whose transaction it belongs to."""

    conn: Connection
    settings: Settings
    kind: Kind
    batch: Batch
    options: LoadOptions
    zone: ZoneInfo
    progress: Progress

    @property
    def today(self) -> date:
        """The city's day."""
        return datetime.now(self.settings.zone).date()


def reject_repeats(batch: Batch, keys: pd.Series, reason: Callable[[str, int], GridmapError]) -> None:
    """Of rows with the same key all but the first are rejected; ``reason`` gets the key and the row of the first."""
    alive = keys[batch.alive & keys.notna().to_numpy(dtype=bool)]
    repeated = alive[alive.duplicated(keep="first")]
    if repeated.empty:
        return
    first = alive.drop_duplicates(keep="first")
    rows = dict(zip(first.to_numpy(), batch.source.rows[first.index.to_numpy()].tolist(), strict=True))
    batch.reject(repeated.index.to_numpy(), lambda at: reason(str(keys.iloc[at]), rows[keys.iloc[at]]))


def reject_repeated_codes(batch: Batch) -> None:
    """Second and later rows with one code; where codes come from shapes, with one shape."""
    from_shapes = "code" not in batch.columns

    def reason(code: str, first: int) -> GridmapError:
        if from_shapes:
            return DuplicateGeometry(field="geom", first=first)
        return DuplicateCode(field="code", value=code, first=first)

    reject_repeats(batch, batch.fields["code"], reason)


def link(work: Work, name: str, table: Table, target: str) -> None:
    """Replace the field ``name`` (codes of ``table``) by ``target`` (its ids); rows whose code is not there are rejected."""
    batch = work.batch
    if not batch.has(name):
        return
    ids = {row.code: row.id for row in work.conn.execute(select(table.c.code, table.c.id))}
    codes = batch.fields.pop(name)
    missing = codes.notna() & ~codes.isin(list(ids))
    batch.reject(missing.to_numpy(dtype=bool), lambda at: ParentMissing(field=name, value=codes.iloc[at]))
    batch.fields[target] = codes.map(ids).astype("Int64")


def check_communities(work: Work) -> None:
    """Community codes must be loaded communities; a grid or compound without one may stay without."""
    batch = work.batch
    if not batch.has("community_code"):
        return
    levels = {row.code: row.level for row in work.conn.execute(select(division.c.code, division.c.level))}
    codes = batch.fields["community_code"]
    given = codes.notna()
    unknown = given & ~codes.isin(list(levels))
    batch.reject(unknown.to_numpy(dtype=bool), lambda at: ParentMissing(field="community_code", value=codes.iloc[at]))
    other = given & ~unknown & (codes.map(levels) != "community")
    batch.reject(
        other.to_numpy(dtype=bool),
        lambda at: CodeMalformed(field="community_code", value=codes.iloc[at], level="community", digits=12),
    )


def staged_columns(work: Work, extra: Mapping[str, str] | None = None) -> tuple[dict[str, pd.Series], dict[str, str]]:
    """All fields of the batch with their SQL types; ``extra`` gives types for fields that the kind does not declare."""
    types = {each.name: SQL_TYPES[each.reading] for each in work.kind.fields} | (dict(extra) if extra else {})
    columns = {name: values for name, values in work.batch.fields.items() if name in types}
    return columns, {name: types[name] for name in columns}


def load_keyed(work: Work, table: Table, extra: Mapping[str, str] | None = None) -> Counts:
    """The whole way of a kind whose rows are known by their code."""
    reject_repeated_codes(work.batch)
    columns, types = staged_columns(work, extra)
    work.progress("copy")
    stage(work.conn, work.batch, columns, types)
    work.progress("write")
    written = [*columns, *(["geom"] if work.batch.geometry is not None else [])]
    return upsert(work.conn, table, written)


def text_series(values: list[str | None]) -> pd.Series:
    """A column of text with None for missing."""
    return pd.Series(np.array(values, dtype=object), dtype=object)
