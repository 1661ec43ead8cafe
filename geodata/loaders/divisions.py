"""Divisions (行政区划): official lists of codes and names, with or without shapes."""

import pandas as pd
import shapely
from sqlalchemy import select

from geodata.loaders.batch import Batch
from geodata.loaders.columns import CODE, NAME_EN, column
from geodata.loaders.division_carrying import left_hanging, write_edition
from geodata.loaders.division_editions import (
    EditionAhead,
    EditionNotWhole,
    KnownDivision,
    compare_editions,
    known_divisions,
)
from geodata.loaders.division_notes import edition_notes
from geodata.loaders.division_overlap import overlapping_parts, shifted_parts
from geodata.loaders.division_states import keep_former, note_before
from geodata.loaders.reasons import CodeMalformed, ParentMismatch, ParentMissing
from geodata.loaders.staging import Counts
from geodata.loaders.summary import Note
from geodata.loaders.work import Kind, Work, load_keyed, text_series
from geodata.tables import division
from gridmap.codes import LEVELS, InvalidDivisionCode, kind_of, level_of, parent_of

_DIGITS = {"city": 4, "district": 6, "street": 9, "community": 12}
_LEVEL_WORDS = {
    "city": "city", "市": "city", "地级市": "city", "prefecture": "city",
    "district": "district", "area": "district", "county": "district", "区县": "district", "旗县区": "district", "县级": "district",
    "street": "street", "town": "street", "township": "street", "街道": "street", "乡镇": "street", "街道乡镇": "street", "乡级": "street",
    "community": "community", "village": "community", "社区": "community", "村": "community", "嘎查村": "community",
    "社区村": "community", "村级": "community",
}  # fmt: skip
_KIND_WORDS = {
    "administrative": "administrative", "行政": "administrative", "行政区划": "administrative",
    "statistical": "statistical", "统计": "statistical", "统计用": "statistical",
}  # fmt: skip


def _prepare(batch: Batch) -> None:
    """Level and plain code of each row: lists pad all codes to 12 digits with zeros."""
    codes = batch.fields["code"]
    levels = batch.fields["level"] if batch.has("level") else pd.Series([None] * len(batch), dtype=object)
    plain: list[str | None] = []
    found: list[str | None] = []
    for position, (code, level) in enumerate(zip(codes, levels, strict=True)):
        cut = _unpadded(code, level)
        try:
            read = level_of(cut or "")
        except InvalidDivisionCode:
            read = None
        if batch.alive[position] and (read is None or level not in (None, read)):
            wanted = level or "city, district, street, community"
            digits = _DIGITS[level] if level else "4, 6, 9, 12"
            batch.reject_row(position, CodeMalformed(field="code", value=code, level=wanted, digits=digits))
        plain.append(cut)
        found.append(read)
    batch.fields["code"], batch.fields["level"] = text_series(plain), text_series(found)


def _unpadded(code: str | None, level: str | None) -> str | None:
    if code is None or len(code) != 12 or not code.isdigit():
        return code
    if level is not None:
        width = _DIGITS[level]
        return code[:width] if code.endswith("0" * (12 - width)) else code
    for width in (4, 6, 9):
        if code.endswith("0" * (12 - width)):
            return code[:width]
    return code


def _load(work: Work) -> Counts:
    batch = work.batch
    given, former = batch.fields.pop("parent_code", None), batch.fields.pop("former_codes", None)
    codes = batch.fields["code"]
    if given is not None:
        _check_parents(batch, codes, given)
    _reject_orphans(work, codes)
    if not batch.has("kind"):
        names = batch.fields["name"]
        batch.fields["kind"] = text_series(
            [
                kind_of(code, name or "") if alive else None
                for code, name, alive in zip(codes, names, batch.alive, strict=True)
            ]
        )
    known = known_divisions(work.conn)
    if work.options.edition is not None:
        note_before(work.conn, work.options.edition, codes[batch.alive])
    counts = load_keyed(work, division)
    _follow_edition(work, known, former)
    for level in reversed(LEVELS):
        count = int((batch.alive & (batch.fields["level"] == level).to_numpy(dtype=bool)).sum())
        if count:
            zh = {"city": "市", "district": "旗县区", "street": "街道乡镇", "community": "社区村"}[level]
            batch.notes.append(Note(f"level_{level}", f"{zh}：{count:,}", f"{level}: {count:,}"))
    return counts


def _follow_edition(work: Work, known: dict[str, KnownDivision], former: pd.Series | None) -> None:
    """Compare the list with what was known; with ``--edition`` retire, note and carry as well, the whole list or nothing."""
    batch, day = work.batch, work.options.edition
    if day is not None and day > work.today:
        raise EditionAhead(field="edition", day=day.isoformat())
    if day is not None and not batch.alive.all():
        raise EditionNotWhole(field="edition", rows=f"{int((~batch.alive).sum()):,}")
    codes = batch.fields["code"]
    listed = dict(zip(codes[batch.alive], batch.fields["name"][batch.alive], strict=True))
    before = {code: each.shape for code, each in known.items() if each.shape is not None and not each.retired}
    after = {code: before[code] for code in listed if code in before} | _shapes(batch)
    told = {} if former is None else {code: olds for code, olds in zip(codes, former, strict=True) if olds}
    overlaps, shifted = (find(work.conn, before, after) for find in (overlapping_parts, shifted_parts))
    changes = compare_editions(known, listed, overlaps=overlaps, told=told, shifted=shifted)
    if day is None and not changes.any():
        return
    carried = None
    if day is not None:
        carried = write_edition(work.conn, changes, after, day)
        keep_former(work.conn, day, listed)
    hanging = left_hanging(work.conn, changes.gone if day is not None else changes.removed, day or work.today)
    batch.notes += edition_notes(changes, known, listed, hanging, carried)


def _shapes(batch: Batch) -> dict[str, shapely.Geometry]:
    if batch.geometry is None:
        return {}
    there = batch.alive & ~shapely.is_missing(batch.geometry)
    return dict(zip(batch.fields["code"][there], batch.geometry[there], strict=True))


def _check_parents(batch: Batch, codes: pd.Series, given: pd.Series) -> None:
    for position in batch.alive.nonzero()[0].tolist():
        code, named = codes.iloc[position], given.iloc[position]
        expected = parent_of(code)
        if named is not None and expected is not None and _unpadded(named, level_of(expected)) != expected:
            batch.reject_row(position, ParentMismatch(field="parent_code", value=code, expected=expected, given=named))


def _reject_orphans(work: Work, codes: pd.Series) -> None:
    """Level by level from above: a row whose parent is neither loaded nor taken from the file is rejected.

    The city's own row is made when it is missing: official lists of its districts leave it out.
    """
    batch, city = work.batch, work.settings.city_code
    known = set(work.conn.scalars(select(division.c.code)))
    levels = batch.fields["level"]
    in_file = set(codes[batch.alive])
    if city not in known | in_file and any(code.startswith(city) for code in in_file):
        name = work.settings.city_name
        work.conn.execute(division.insert().values(code=city, level="city", kind="administrative", name=name))
        batch.notes.append(
            Note(
                "city_made",
                f"文件中没有市级行，已按设置补上 {city} {name}（不计入新增）。",
                f"The file has no row for the city: {city} {name} was made from the settings (not counted as new).",
            )
        )
        known.add(city)
    for level in LEVELS:
        here = batch.alive & (levels == level).to_numpy(dtype=bool)
        for position in here.nonzero()[0].tolist():
            parent = parent_of(codes.iloc[position])
            if parent is not None and parent not in known:
                batch.reject_row(position, ParentMissing(field="parent_code", value=parent))
        known.update(codes[here & batch.alive])


KIND = Kind(
    name="divisions",
    fields=(
        CODE,
        column("level", "级别", "层级", reading="word", words=_LEVEL_WORDS),
        column("kind", "类别", "类型", reading="word", words=_KIND_WORDS),
        column("name", "名称", "全称", required=True, filled=True),
        NAME_EN,
        column("parent_code", "parent", "上级代码", "上级编码", "父级代码", reading="code"),
        column("former_codes", "原代码", "原编码", "曾用代码", "former_code", reading="list"),
        column("retired_on", "撤销日期", reading="date"),
    ),
    load=_load,
    shape="polygon",
    shape_required=False,
    prepare=_prepare,
)
