"""Cells to values: text, codes, numbers, words. Each function gives the values and a mask of the cells that could not be read."""

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.loaders.columns import normalised

Bools = NDArray[np.bool_]


def as_text(value: Any) -> str | None:
    """One cell as text without surrounding blanks; whole floats without ``.0``; empty and missing cells are None.

    >>> as_text(35.0), as_text("  "), as_text(float("nan")), as_text(" 回民区 ")
    ('35', None, None, '回民区')
    """
    if isinstance(value, str):
        return value.replace("\x00", "").strip() or None
    if (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, (float, np.floating)) and np.isnan(value))
    ):
        return None
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip() or None
    return str(value).replace("\x00", "").strip() or None


def texts(column: pd.Series) -> pd.Series:
    """A column as text (objects, None when empty)."""
    return pd.Series([as_text(value) for value in column.to_numpy(dtype=object)], index=column.index, dtype=object)


def codes(column: pd.Series) -> pd.Series:
    """A column as codes: text, full-width digits made plain. When all are whole numbers with ``.0``, that end goes."""
    found = texts(column)
    plain = found.map(
        lambda value: value if value is None or value.isascii() else unicodedata.normalize("NFKC", value).strip()
    )
    given = plain.dropna().tolist()
    if given and all(value.endswith(".0") and value[:-2].isdigit() for value in given):
        plain = plain.map(lambda value: value[:-2], na_action="ignore")
    return plain.astype(object).where(plain.notna(), None)


def is_scientific(code: str) -> bool:
    """Whether a spreadsheet wrote a long code as a rounded number, so that its last digits are gone.

    >>> is_scientific("1.50105E+14"), is_scientific("150105E14"), is_scientific("1E5")
    (True, False, False)
    """
    return "+" in code and re.fullmatch(r"\d\.?\d*[eE]\+\d{2}", code) is not None


def numbers(column: pd.Series) -> tuple[NDArray[np.float64], Bools]:
    """A column as float64 (NaN when empty). Infinity, words and the text ``NaN`` cannot be read."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        infinite: Bools = np.isinf(values)
        return np.where(infinite, np.nan, values), infinite
    found = texts(column)
    values = np.array(pd.to_numeric(found, errors="coerce"), dtype=np.float64)
    bad: Bools = found.notna().to_numpy(dtype=bool) & ~np.isfinite(values)
    return np.where(bad, np.nan, values), bad


def words(column: pd.Series, known: dict[str, str]) -> tuple[pd.Series, Bools]:
    """A column as words of a list: ``known`` maps what files say (compared without case and blanks) to what is kept."""
    by_name = {normalised(each): word for each, word in known.items()}
    found = texts(column)
    read = {value: None if value is None else by_name.get(normalised(value)) for value in found.unique()}
    kept = found.map(read)
    kept = kept.astype(object).where(kept.notna(), None)
    return kept, found.notna().to_numpy(dtype=bool) & kept.isna().to_numpy(dtype=bool)


def lists(column: pd.Series) -> pd.Series:
    """A column as lists of text: sequences as they are, text divided at commas, semicolons and 、."""
    return pd.Series([_list(value) for value in column.to_numpy(dtype=object)], index=column.index, dtype=object)


def _list(value: Any) -> list[str]:
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return [text for text in map(as_text, value) if text]
    text = (as_text(value) or "").strip("{}[]")
    for separator in ("；", ";", "，", "、", "|"):
        text = text.replace(separator, ",")
    return [each for each in (part.strip().strip("\"'") for part in text.split(",")) if each]
