"""Another edition of the official list of divisions: what is added, gone, renamed, recoded, merged, split."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely
from sqlalchemy import Connection, func, select

from geodata.tables import division
from gridmap.codes import LEVELS, level_of, parent_of
from gridmap.errors import GridmapError
from gridmap.succession import Heir, Part, heirs_of


class EditionAhead(GridmapError):
    """An edition of divisions before its day."""

    code = "edition_ahead"
    zh = "该版本自 {day} 起生效，请在当日或之后加载。"
    en = "This edition holds from {day}: load it on that day or later."


class EditionNotWhole(GridmapError):
    """An edition of which rows are rejected: their divisions would count as gone."""

    code = "edition_not_whole"
    zh = "清单有 {rows} 行不能采用，按版本加载会把它们误作已撤销。请先不填版本日期试一次，改正这些行后再加载。"
    en = "{rows} rows of the list are rejected; as an edition their divisions would count as gone. Try without the edition's day, correct these rows, then load."


@dataclass(frozen=True, slots=True)
class KnownDivision:
    """A division as it was before the list was written; ``retired`` ones are known but not in force."""

    code: str
    name: str
    retired: bool
    shape: shapely.Geometry | None = None


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """What a list changes: codes that are ``added`` (or in force again) and ``removed`` without an heir, names that are other (code, old,
    new), and ``heirs``, the divisions that others went into whole or in part."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str, str], ...]
    heirs: tuple[Heir, ...]
    #: All codes that are no longer in force, with an heir or without.
    gone: frozenset[str]
    #: What one gave to another while both go on under their codes.
    shifted: tuple[Part, ...] = ()

    def pairs(self, *kinds: str) -> tuple[tuple[str, str], ...]:
        """Old and new code of the heirs of some kinds."""
        return tuple((heir.part.old, heir.part.new) for heir in self.heirs if heir.kind in kinds)

    def any(self) -> bool:
        """Whether anything is other than added."""
        return bool(self.removed or self.renamed or self.heirs or self.shifted)


def known_divisions(conn: Connection) -> dict[str, KnownDivision]:
    """All divisions by code."""
    shape = func.ST_AsBinary(division.c.geom)
    rows = conn.execute(select(division.c.code, division.c.name, division.c.retired_on.is_not(None), shape))
    return {
        code: KnownDivision(code, name, retired, None if shape is None else shapely.from_wkb(bytes(shape)))
        for code, name, retired, shape in rows
    }


def gone_codes(known: Mapping[str, KnownDivision], listed: Mapping[str, str]) -> set[str]:
    """Codes in force that a list leaves out. A list is whole for the districts and levels that it has rows of."""
    in_force = {code for code, each in known.items() if not each.retired}
    levels, districts = {level_of(code) for code in listed}, {code[:6] for code in listed if len(code) >= 6}
    gone = {
        code
        for code in in_force - listed.keys()
        if level_of(code) in levels and (len(code) <= 6 or code[:6] in districts)
    }
    # A district is gone only from a list of the whole city.
    if sum(len(code) == 6 for code in listed) * 2 < sum(len(code) == 6 for code in in_force):
        gone = {code for code in gone if len(code) != 6}
    return gone


def compare_editions(
    known: Mapping[str, KnownDivision],
    listed: Mapping[str, str],
    *,
    overlaps: Iterable[Part] = (),
    told: Mapping[str, Iterable[str]] | None = None,
    shifted: Iterable[Part] = (),
) -> EditionChanges:
    """Compare a list (names by code) with what is known.

    What went where is said by the list itself (``told``: former codes by new code), else by shapes (``overlaps``), else by names: the
    same name below the same, or the replaced, division above, or alone in its district. ``shifted`` are parts between divisions that go on.
    """
    in_force = {code: each for code, each in known.items() if not each.retired}
    gone = gone_codes(known, listed)
    added = {code for code in listed if code not in in_force}
    heirs = heirs_of(_parts(in_force, listed, gone, added, list(overlaps), told or {}))
    was, now = {heir.part.old for heir in heirs}, {heir.part.new for heir in heirs}
    renamed = [
        (code, in_force[code].name, name)
        for code, name in listed.items()
        if code in in_force and in_force[code].name != name
    ]
    return EditionChanges(
        tuple(sorted(added - now)),
        tuple(sorted(gone - was)),
        tuple(sorted(renamed)),
        tuple(sorted(heirs, key=lambda heir: (heir.part.old, heir.part.new))),
        frozenset(gone),
        tuple(part for part in shifted if not {part.old, part.new} & (was | now)),
    )


def _parts(
    in_force: Mapping[str, KnownDivision],
    listed: Mapping[str, str],
    gone: set[str],
    added: set[str],
    overlaps: list[Part],
    told: Mapping[str, Iterable[str]],
) -> list[Part]:
    found = {(part.old, part.new): part for part in overlaps}
    said = {
        (old, new)
        for new, olds in told.items()
        for old in olds
        if old in in_force and level_of(old) == level_of(new) and (old in gone or new in added)
    }
    said_of = {old for old, _ in said}
    parts = {pair: part for pair, part in found.items() if pair[0] not in said_of}
    parts |= {pair: found.get(pair, Part(*pair)) for pair in said}
    nameless = gone - {part.old for part in parts.values() if part.counts}
    by_name = _replaced({code: in_force[code].name for code in nameless}, {code: listed[code] for code in added})
    parts |= {pair: Part(*pair) for pair in by_name}
    # What stays under its code is one of the parts that it gives to or gets from others.
    staying = ({old for old, _ in parts} | {new for _, new in parts}) & in_force.keys() & listed.keys()
    return [*parts.values(), *(Part(code, code) for code in sorted(staying) if (code, code) not in parts)]


def _replaced(gone: dict[str, str], added: dict[str, str]) -> list[tuple[str, str]]:
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
    return list(found.items())


def _pairs(old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Codes with one key on both sides, as long as it is alone on each."""
    counts_old, counts_new = Counter(old.values()), Counter(new.values())
    by_key = {key: code for code, key in new.items() if counts_new[key] == 1}
    return {code: by_key[key] for code, key in old.items() if counts_old[key] == 1 and key in by_key}
