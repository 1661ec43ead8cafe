"""What changes between two layers of grids: the present ones and a draft, or two drafts.

Something changes hands when it comes under another code, or under none. What leaves here are counts: of households, of households with
somebody in a care group, of building heads; never who they are. Counts that are too small to be told are taken out by `gridmap.planning.telling.told`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmap.codes import DuplicateGridCode
from gridmap.lineage import Layer, lineage_shares
from gridmap.planning.fates import fates
from gridmap.planning.labels import checked_labels
from gridmap.planning.matching import matched_grids

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

_COUNTS: Final = ("households", "key_households", "buildings", "cases", "building_heads")


@dataclass(frozen=True, slots=True)
class Grids:
    """Grids of one layer: codes, names, shapes (polygons in degrees) and how many workers each has, aligned."""

    codes: Sequence[str]
    names: Sequence[str]
    shapes: Shapes
    workers: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes, as plain tables; codes and names are "" for no grid.

    totals: what, total, moved, share. Of ``workers`` those move whose grid ends; ``broken_ties`` are building heads whose buildings were in one grid
    and come into several.
    lineage: a row a pair of grids that share ground or buildings: old_code, old_name, new_code, new_name, households, key_households, buildings,
    cases, building_heads, area_m2, share_of_old, share_of_new (of households, of ground where nobody lives).
    moves: those of the pairs whose codes differ.
    buildings: a row a building that changes hands: building, old_code, old_name, new_code, new_name, households, key_households, building_heads.
    grids: a row a code: code, fate (`Fate`), old_name, new_name, households, key_households, buildings and cases before and after (old_..., new_...),
    workers, counterparts (codes that most came from or went to, most first), worker_from (the code of the ended grid whose worker is the
    natural one for a new grid, "" for none).
    """

    totals: pd.DataFrame
    lineage: pd.DataFrame
    buildings: pd.DataFrame
    grids: pd.DataFrame

    @property
    def moves(self) -> pd.DataFrame:
        """The pairs between which something changes hands."""
        return self.lineage[self.lineage["old_code"] != self.lineage["new_code"]].reset_index(drop=True)


def compare(
    old: Grids,
    new: Grids,
    buildings: pd.DataFrame,
    *,
    cases: tuple[Ints, Ints] | None = None,
    heads: pd.DataFrame | None = None,
    lineage: pd.DataFrame | None = None,
) -> Comparison:
    """What changes between two layers of grids.

    ``buildings``: building (key or name), households, key_households (those with somebody in a care group), old and new (position of the grid
    that holds it, -1 none). ``cases``: the owner of each case on both layers (positions, -1 none). ``heads``: head (any key), building (row of
    ``buildings``); one who looks after several buildings has several rows. ``lineage`` is what `gridmap.lineage` gives, for whom it is at hand.
    Errors: ``DuplicateGridCode``, ``NotALabel``.
    """
    for codes in (old.codes, new.codes):
        twice = [code for code, times in Counter(codes).items() if times > 1]
        if twice:
            raise DuplicateGridCode(value=twice[0], field="code")
    held = buildings.reset_index(drop=True).assign(
        old=checked_labels(buildings["old"], len(buildings), grids=len(old.codes)),
        new=checked_labels(buildings["new"], len(buildings), grids=len(new.codes)),
    )
    if lineage is None:
        homes = held["households"].to_numpy(dtype=np.int64)
        layers = [Layer(side.shapes, held[name].to_numpy()) for side, name in ((old, "old"), (new, "new"))]
        lineage = lineage_shares(layers[0], layers[1], homes)
    held["building_heads"] = _heads_of(heads, len(held))
    pairs = _pairs(lineage, held, cases, heads)
    sides = {"old": _named(old), "new": _named(new)}
    return Comparison(
        totals=_totals(old, new, held, cases, heads),
        lineage=_with_names(pairs, sides)[[*_NAMES, *_COUNTS, "area_m2", "share_of_old", "share_of_new"]],
        buildings=_moved_buildings(held, sides),
        grids=_grids(old, new, pairs, lineage),
    )


_NAMES: Final = ("old_code", "old_name", "new_code", "new_name")


def _heads_of(heads: pd.DataFrame | None, buildings: int) -> Ints:
    if heads is None:
        return np.zeros(buildings, dtype=np.int64)
    once = heads.drop_duplicates(["head", "building"])
    return np.bincount(once["building"].to_numpy(dtype=np.int64), minlength=buildings)


def _pairs(
    lineage: pd.DataFrame, held: pd.DataFrame, cases: tuple[Ints, Ints] | None, heads: pd.DataFrame | None
) -> pd.DataFrame:
    """The pairs of the lineage, and those that only have cases, with all counts: old, new (positions, -1 none), the counts, shares."""
    houses = held["old"].to_numpy(), held["new"].to_numpy()
    one = np.ones(len(held), dtype=np.int64)
    counted = [("households", houses, held["households"].to_numpy()), ("buildings", houses, one)]
    counted.append(("key_households", houses, held["key_households"].to_numpy()))
    if cases is not None:
        counted.append(("cases", cases, np.ones(len(cases[0]), dtype=np.int64)))
    if heads is not None:
        at = held.loc[heads["building"].to_numpy(), ["old", "new"]].assign(head=heads["head"].to_numpy())
        seen = at.drop_duplicates()
        counted.append(
            ("building_heads", (seen["old"].to_numpy(), seen["new"].to_numpy()), np.ones(len(seen), dtype=np.int64))
        )
    known = lineage["old"].to_numpy(), lineage["new"].to_numpy()
    both = np.concatenate([np.column_stack(pair) for pair in (known, *(pair for _, pair, _ in counted))])
    both = both[(both >= 0).any(axis=1)]
    places = np.unique(both, axis=0)
    row_of = {pair: number for number, pair in enumerate(map(tuple, places.tolist()))}
    pairs = pd.DataFrame({"old": places[:, 0], "new": places[:, 1], **dict.fromkeys(_COUNTS, 0)})
    for name, (olds, news), values in counted:
        sums = np.zeros(len(places), dtype=np.int64)
        somewhere = (olds >= 0) | (news >= 0)
        at_pair = [row_of[pair] for pair in zip(olds[somewhere].tolist(), news[somewhere].tolist(), strict=True)]
        np.add.at(sums, np.array(at_pair, dtype=np.int64), values[somewhere].astype(np.int64))
        pairs[name] = sums
    rows = np.array([row_of[pair] for pair in zip(*(side.tolist() for side in known), strict=True)], dtype=np.int64)
    for name in ("area_m2", "share_of_old", "share_of_new"):
        values = np.zeros(len(places))
        values[rows] = lineage[name].to_numpy(dtype=np.float64)
        pairs[name] = values
    for side in ("old", "new"):
        pairs.loc[pairs[side] < 0, f"share_of_{side}"] = np.nan
    return pairs.astype(dict.fromkeys(_COUNTS, "Int64"))


def _named(grids: Grids) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Codes and names, and "" for position -1."""
    return np.array([*grids.codes, ""], dtype=object), np.array([*grids.names, ""], dtype=object)


def _with_names(rows: pd.DataFrame, sides: dict[str, tuple[NDArray[np.object_], NDArray[np.object_]]]) -> pd.DataFrame:
    named = rows.copy()
    for side, (codes, names) in sides.items():
        named[f"{side}_code"] = codes[rows[side].to_numpy()]
        named[f"{side}_name"] = names[rows[side].to_numpy()]
    return named


def _moved_buildings(
    held: pd.DataFrame, sides: dict[str, tuple[NDArray[np.object_], NDArray[np.object_]]]
) -> pd.DataFrame:
    rows = _with_names(held, sides)
    columns = ["building", *_NAMES, "households", "key_households", "building_heads"]
    moved = rows[rows["old_code"] != rows["new_code"]]
    ordered = moved.sort_values(["old_code", "new_code"], kind="stable", ignore_index=True)[columns]
    return ordered.astype(dict.fromkeys(columns[-3:], "Int64"))


def _totals(
    old: Grids, new: Grids, held: pd.DataFrame, cases: tuple[Ints, Ints] | None, heads: pd.DataFrame | None
) -> pd.DataFrame:
    def moves(one: Ints, other: Ints) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = _named(old)[0][one] != _named(new)[0][other]
        return found

    hands = moves(held["old"].to_numpy(), held["new"].to_numpy())
    rows = [("households", held["households"].sum(), held["households"][hands].sum())]
    rows.append(("key_households", held["key_households"].sum(), held["key_households"][hands].sum()))
    rows.append(("buildings", len(held), hands.sum()))
    if cases is not None:
        rows.append(("cases", len(cases[0]), moves(*cases).sum()))
    if old.workers is not None:
        workers, goes_on = np.asarray(old.workers), np.isin(old.codes, new.codes)
        rows.append(("workers", workers.sum(), workers[~goes_on].sum()))
    if heads is not None:
        at = held.loc[heads["building"].to_numpy()].reset_index(drop=True)
        who, moved = heads["head"].to_numpy(), hands[heads["building"].to_numpy()]
        before, after = (at[side].groupby(who).nunique() for side in ("old", "new"))
        rows.append(("building_heads", before.size, len(set(who[moved].tolist()))))
        rows.append(("broken_ties", int((before == 1).sum()), int(((before == 1) & (after > 1)).sum())))
    totals = pd.DataFrame(rows, columns=["what", "total", "moved"]).astype({"total": "Int64", "moved": "Int64"})
    share = totals["moved"].astype(np.float64) / totals["total"].astype(np.float64).where(totals["total"] > 0)
    return totals.assign(share=share.fillna(0.0))


def _grids(old: Grids, new: Grids, pairs: pd.DataFrame, lineage: pd.DataFrame) -> pd.DataFrame:
    codes = sorted({*old.codes, *new.codes})
    table = pd.DataFrame({"code": codes}, index=pd.Index(codes, dtype=object))
    for side, grids, fate in zip(("old", "new"), (old, new), fates(lineage, old.codes, new.codes), strict=True):
        table.loc[list(grids.codes), "fate"] = fate
        name_of = dict(zip(grids.codes, grids.names, strict=True))
        table[f"{side}_name"] = [name_of.get(code, "") for code in codes]
    for name in _COUNTS[:4]:
        for side, grids in (("old", old), ("new", new)):
            within = pairs[pairs[side] >= 0]
            sums = np.bincount(within[side], within[name].astype(np.float64), minlength=len(grids.codes))
            count = dict(zip(grids.codes, sums.astype(np.int64).tolist(), strict=True))
            table[f"{side}_{name}"] = pd.array([count.get(code, 0) for code in codes], dtype="Int64")
    workers = dict(zip(old.codes, [0] * len(old.codes) if old.workers is None else old.workers, strict=True))
    counterparts, worker_from = _counterparts(old, new, pairs), _workers_from(old, new, lineage)
    table["workers"] = pd.array([workers.get(code, 0) for code in codes], dtype="Int64")
    table["counterparts"] = [counterparts.get(code, "") for code in codes]
    table["worker_from"] = [worker_from.get(code, "") for code in codes]
    return table.reset_index(drop=True)


def _counterparts(old: Grids, new: Grids, pairs: pd.DataFrame) -> dict[str, str]:
    """For each code the other codes that share households, buildings or ground with it, joined by 、."""
    both = pairs[(pairs["old"] >= 0) & (pairs["new"] >= 0)]
    found: dict[str, list[str]] = {}
    for side, other, mine, others in (("old", "new", old, new), ("new", "old", new, old)):
        for row in both.sort_values([f"share_of_{side}", other], ascending=[False, True]).itertuples():
            code, partner = mine.codes[getattr(row, side)], others.codes[getattr(row, other)]
            if code != partner and partner not in found.setdefault(code, []):
                found[code].append(partner)
    return {code: "、".join(partners) for code, partners in found.items()}


def _workers_from(old: Grids, new: Grids, lineage: pd.DataFrame) -> dict[str, str]:
    successor_of = matched_grids(lineage, len(old.codes), len(new.codes))
    ends = set(old.codes) - set(new.codes)
    return {
        code: old.codes[before]
        for code, before in zip(new.codes, successor_of.tolist(), strict=True)
        if before >= 0 and old.codes[before] in ends and code not in set(old.codes)
    }
