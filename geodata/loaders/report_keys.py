"""By what a report of a file is known again: the source's own number, or all that its row says."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geodata.loaders.batch import Batch
from geodata.loaders.summary import Note


def row_keys(batch: Batch) -> pd.Series:
    """The key of each row.

    Without a column of keys it is a hash of all cells of the row as the file has them. Rows that repeat are numbered (``-2``, ``-3``), so
    that none is lost; a row that was edited counts as new.
    """
    if batch.has("key"):
        return batch.fields["key"]
    geometry = batch.source.geometry
    columns = [
        _as_words(batch.source.frame[name]) for name in batch.source.frame.columns if not str(name).endswith(" (--set)")
    ]
    if geometry is not None:
        columns.append(np.array([getattr(each, "wkt", "") for each in geometry], dtype=object))
    hashes = pd.Series(_digests(columns, len(batch), size=16), dtype=object)
    repeats = hashes.groupby(hashes).cumcount()
    repeated = int((repeats > 0).sum())
    zh = "没有编号列：以整行内容识别案件，改动过的行会算作新增。"
    en = "No column of keys: reports are known by their whole row; an edited row counts as new."
    if repeated:
        zh += f"{repeated:,} 行与前面的行完全相同，已逐一编号保留。"
        en += f" {repeated:,} rows repeat an earlier one and are kept, numbered."
    batch.notes.append(Note("keys_from_rows", zh, en))
    return hashes.where(repeats == 0, hashes + "-" + (repeats + 1).astype("str").astype(object)).astype(object)


def body_hashes(batch: Batch, names: Sequence[str]) -> pd.Series:
    """A hash of what was understood of each row, as PostgreSQL writes bytea."""
    columns = [_as_words(batch.fields[name]) for name in names]
    return pd.Series(["\\x" + each for each in _digests(columns, len(batch), size=32)], dtype=object)


def _as_words(column: pd.Series) -> np.ndarray:
    return column.astype(object).where(column.notna(), "").map(str).to_numpy(dtype=object)


def _digests(columns: Sequence[np.ndarray], n: int, *, size: int) -> list[str]:
    rows = zip(*columns, strict=True) if columns else iter([()] * n)
    return [
        hashlib.blake2b("\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=size).hexdigest() for row in rows
    ]
