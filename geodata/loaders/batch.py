"""The rows of one load on their way: what was read, what was understood, which rows fell out and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geodata.loaders import times, values
from geodata.loaders.columns import Field, find_column, match_columns
from geodata.loaders.parsing import geometry_column_name
from geodata.loaders.reasons import (
    CodeCutShort,
    DateUnreadable,
    NotAnInteger,
    NotANumber,
    NumberOutOfRange,
    TimeUnreadable,
    ValueMissing,
    WordUnknown,
)  # fmt: skip
from geodata.loaders.source import Source
from geodata.loaders.summary import Note, Reject, Repair
from gridmap.errors import GridmapError


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the caller says about a file. ``mapping`` is field to column, ``constants`` field to one value for all rows.

    ``time_zone`` given: the file's wall clocks are in it, whatever their label says. ``valid_from``: first day of changed grids,
    ``edition``: of a whole list of divisions.
    Without ``state_events`` the caller writes what led to the state that a report comes in. ``account_id``: who loads.
    """

    datum: str = "wgs84"
    crs: str | None = None
    layer: str | None = None
    encoding: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    repair: bool = False
    swap_axes: bool = False
    valid_from: date | None = None
    edition: date | None = None
    source_name: str | None = None
    state_events: bool = True
    account_id: int | None = None


@dataclass(slots=True)
class Batch:
    """Rows with their fields. ``alive`` (n) marks rows that nothing has rejected; ``geometry`` is in EPSG:4326 once placed."""

    source: Source
    columns: dict[str, str] = field(default_factory=dict)
    fields: dict[str, pd.Series] = field(default_factory=dict)
    alive: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    reasons: dict[int, GridmapError] = field(default_factory=dict)
    geometry: NDArray[np.object_] | None = None
    repairs: list[Repair] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.source)

    def has(self, name: str) -> bool:
        """Whether the file says anything about a field."""
        return name in self.fields

    def reject(self, where: ArrayLike, reason: Callable[[int], GridmapError]) -> None:
        """Reject the rows of a mask or of positions; a row keeps its first reason."""
        chosen = np.asarray(where)
        positions = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        for position in positions.tolist():
            if self.alive[position]:
                self.reject_row(position, reason(position))

    def reject_row(self, position: int, error: GridmapError) -> None:
        """Reject one row, unless it is already."""
        if self.alive[position]:
            error.row = self.row(position)
            self.reasons[position] = error
            self.alive[position] = False

    def row(self, position: int) -> int:
        """The row number as the file's editor counts it."""
        return int(self.source.rows[position])

    def code(self, position: int) -> str | None:
        """The row's code, if it has one by now."""
        found = self.fields.get("code")
        return None if found is None else found.iloc[position]

    def rejects(self) -> list[Reject]:
        """The rejected rows in the order of the file."""
        return [
            Reject(self.row(position), self.reasons[position], self.code(position)) for position in sorted(self.reasons)
        ]


def start_batch(
    source: Source, fields: Sequence[Field], options: LoadOptions, zone: ZoneInfo, *, also: Sequence[str] = ()
) -> Batch:
    """Match the columns and read every cell. Errors: those of ``match_columns``; rows with unreadable cells are rejected."""
    for name, value in options.constants.items():
        source.frame[_constant(name)] = value
    mapping = {**options.mapping, **{name: _constant(name) for name in options.constants}}
    own = [str(each) for each in source.frame.columns]
    batch = Batch(source=source, alive=np.ones(len(source), dtype=bool), notes=list(source.notes))
    batch.columns = match_columns(fields, own, mapping, also=also)
    batch.reject(list(source.broken), lambda position: source.broken[position])
    for each in fields:
        if each.name in batch.columns:
            batch.fields[each.name] = _read(batch, each, source.frame[batch.columns[each.name]], options, zone)
    shape = None if source.geometry is not None else geometry_column_name(own)
    unused = [name for name in own if name not in batch.columns.values() and not ("geom" in also and name == shape)]
    if unused:
        names = ", ".join(unused[:12]) + (" ..." if len(unused) > 12 else "")
        batch.notes.append(Note("columns_unused", f"未使用的列：{names}", f"Columns not used: {names}"))
    return batch


def without_code(
    fields: Sequence[Field], columns: Sequence[str], mapping: Mapping[str, str], ids: Sequence[str]
) -> list[Field]:
    """The fields for a kind whose files often have no codes: the source's id column serves, else no code is required."""
    known = next(each for each in fields if each.name == "code")
    has_code = "code" in mapping or find_column(columns, (known.name, *known.aliases)) is not None
    id_column = None if has_code else find_column(columns, ids)
    made = Field(
        "code", known.reading, (*known.aliases, *ids), required=False, filled=has_code or id_column is not None
    )
    return [made if each.name == "code" else each for each in fields]


def _constant(name: str) -> str:
    return f"{name} (--set)"


def _read(batch: Batch, each: Field, column: pd.Series, options: LoadOptions, zone: ZoneInfo) -> pd.Series:
    read: pd.Series[Any] = _READERS[each.reading](batch, each, column, options, zone)
    if each.filled:
        batch.reject(read.isna().to_numpy(dtype=bool), lambda _: ValueMissing(field=each.name, name=each.name))
    if each.default is not None:
        read = read.astype(object).where(read.notna(), each.default)
    return read


def _shown(each: Field, column: pd.Series, position: int) -> str:
    """The cell for a message: private ones stay hidden, long ones are cut."""
    return "…" if each.private else str(column.iloc[position])[:60]


def _text(_batch: Batch, _each: Field, column: pd.Series, _options: LoadOptions, _zone: ZoneInfo) -> pd.Series:
    return values.texts(column)


def _code(batch: Batch, each: Field, column: pd.Series, _options: LoadOptions, _zone: ZoneInfo) -> pd.Series:
    read = values.codes(column)
    cut = read.map(lambda value: value is not None and values.is_scientific(value)).to_numpy(dtype=bool)
    batch.reject(cut, lambda at: CodeCutShort(field=each.name, name=each.name, value=_shown(each, column, at)))
    return read


def _list(_batch: Batch, _each: Field, column: pd.Series, _options: LoadOptions, _zone: ZoneInfo) -> pd.Series:
    return values.lists(column)


def _number(batch: Batch, each: Field, column: pd.Series, _options: LoadOptions, _zone: ZoneInfo) -> pd.Series:
    read, bad = values.numbers(column)
    batch.reject(bad, lambda at: NotANumber(field=each.name, name=each.name, value=_shown(each, column, at)))
    low = -np.inf if each.low is None else each.low
    high = np.inf if each.high is None else each.high
    outside = (read < low) | (read > high)
    batch.reject(
        outside,
        lambda at: NumberOutOfRange(
            field=each.name, name=each.name, value=_shown(each, column, at), low=each.low, high=each.high
        ),
    )
    return pd.Series(read, index=column.index)


def _integer(batch: Batch, each: Field, column: pd.Series, options: LoadOptions, zone: ZoneInfo) -> pd.Series:
    read = _number(batch, each, column, options, zone)
    fraction = read.notna() & (read % 1 != 0)
    batch.reject(
        fraction.to_numpy(dtype=bool),
        lambda at: NotAnInteger(field=each.name, name=each.name, value=_shown(each, column, at)),
    )
    return read.where(~fraction & read.abs().lt(2**31)).astype("Int64")


def _word(batch: Batch, each: Field, column: pd.Series, _options: LoadOptions, _zone: ZoneInfo) -> pd.Series:
    read, bad = values.words(column, dict(each.words))
    if each.other_word is not None:
        if bad.any():
            count = int(bad.sum())
            batch.notes.append(
                Note(
                    "words_unknown",
                    f"{count} 行的“{each.name}”无法识别，记为 {each.other_word}。",
                    f"{count} rows have an unknown “{each.name}”, kept as {each.other_word}.",
                )
            )
        return read.mask(pd.Series(bad, index=read.index), each.other_word)
    allowed = ", ".join(sorted(set(each.words.values())))
    batch.reject(
        bad, lambda at: WordUnknown(field=each.name, name=each.name, value=_shown(each, column, at), allowed=allowed)
    )
    return read


def _time(batch: Batch, each: Field, column: pd.Series, options: LoadOptions, zone: ZoneInfo) -> pd.Series:
    read, bad = times.read_times(column, zone, believe_labels=options.time_zone is None)
    batch.reject(bad, lambda at: TimeUnreadable(field=each.name, name=each.name, value=_shown(each, column, at)))
    return read


def _date(batch: Batch, each: Field, column: pd.Series, _options: LoadOptions, zone: ZoneInfo) -> pd.Series:
    read, bad = times.read_days(column, zone)
    batch.reject(bad, lambda at: DateUnreadable(field=each.name, name=each.name, value=_shown(each, column, at)))
    return read


_READERS: dict[str, Callable[..., Any]] = {
    "text": _text, "code": _code, "list": _list, "number": _number, "integer": _integer, "word": _word, "time": _time, "date": _date,
}  # fmt: skip
