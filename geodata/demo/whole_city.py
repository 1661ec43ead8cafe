"""Layouts of all streets of the size ``city``, by rule instead of by hand: official names and codes, invented ground."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geodata.demo.blocks import room_of
from geodata.demo.layouts import GRID_KINDS, RENMIN_ROAD, BlockPlan, Layout
from geodata.demo.names import hohhot_names, short_name, street_names
from geodata.demo.placing import Site, place_streets
from geodata.demo.streams import stream

REPORTS = 1_000_000
_BLOCK_M = 405.0
#: A village's land in a township: one big block.
_LAND_M = 1_600.0
#: Uses of the big blocks of a town with how often they are laid.
_TOWN_BLOCKS = (
    ("homes two homes homes", 6), ("homes homes two homes", 5), ("big4", 2), ("big2 homes two", 4), ("big3 homes", 3),
    ("homes garden homes two", 4), ("school homes two homes", 3), ("park homes homes homes", 1), ("office homes homes two", 1),
    ("mall homes homes", 1),
)  # fmt: skip
#: Share of communities in town that are three big blocks; the others are two.
_LARGE_SHARE = 0.25
_TOWN_CENTRE = "homes two homes school homes garden homes"
_PASTORAL_DISTRICT = "150125"


def city_layouts() -> tuple[Layout, ...]:
    """A layout for every street of the official list, none overlapping another; reports in proportion to homes."""
    plans = [_plan(code) for code in sorted(_communities_by_street())]
    sites = [Site(plan.street, sum(plan.columns), sum(plan.rows)) for plan in plans]
    frames = place_streets(sites, RENMIN_ROAD.street, RENMIN_ROAD.centre)
    placed = [replace(plan, centre=frame) for plan, frame in zip(plans, frames, strict=True)]
    homes = np.array([_homes(plan) for plan in placed])
    return tuple(replace(plan, reports=int(count)) for plan, count in zip(placed, _shared(REPORTS, homes), strict=True))


def is_village(name: str) -> bool:
    """Whether a community of the list is a village (村): those have rural grids."""
    return short_name(name).endswith("村")


def _communities_by_street() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in sorted(code for code in hohhot_names() if len(code) == 12):
        found.setdefault(code[:9], []).append(code)
    return found


def _plan(street: str) -> Layout:
    if street == RENMIN_ROAD.street:
        return RENMIN_ROAD
    names = hohhot_names()
    codes = _communities_by_street()[street]
    rng = stream(0, "layout", street)
    villages = [code for code in codes if is_village(names[code])]
    towns = [code for code in codes if code not in villages]
    township = names[street].endswith(("镇", "乡")) or len(villages) > len(towns)
    if township:
        return _township(towns, villages, rng)
    blocks = [_town_block(code, rng) for code in towns for _ in range(2 + (rng.random() < _LARGE_SHARE))]
    blocks += [BlockPlan(code, ("village", "village")) for code in villages]
    columns = math.ceil(math.sqrt(len(blocks)))
    rows = math.ceil(len(blocks) / columns)
    filled = _filled(blocks, rows * columns)
    return _layout(filled, [_BLOCK_M] * columns, [_BLOCK_M] * rows, (110, 260), "secondary", rng)


def _township(towns: Sequence[str], villages: Sequence[str], rng: np.random.Generator) -> Layout:
    """The town's own communities in low rows in the north, the land of the villages below."""
    use = "pasture" if (villages or towns)[0].startswith(_PASTORAL_DISTRICT) else "village"
    blocks = [BlockPlan(code, tuple(_TOWN_CENTRE.split())) for code in towns]
    blocks += [BlockPlan(code, (use,) * int(rng.integers(1, 4))) for code in villages]
    columns = math.ceil(math.sqrt(len(blocks)))
    rows = math.ceil(len(blocks) / columns)
    low = math.ceil(len(towns) / columns)
    return _layout(
        _filled(blocks, rows * columns),
        [_LAND_M] * columns,
        [_LAND_M / 7] * low + [_LAND_M] * (rows - low),
        (70, 150),
        "tertiary",
        rng,
    )


def _town_block(community: str, rng: np.random.Generator) -> BlockPlan:
    weights = np.array([weight for _, weight in _TOWN_BLOCKS], dtype=float)
    return BlockPlan(community, tuple(_TOWN_BLOCKS[rng.choice(len(weights), p=weights / weights.sum())][0].split()))


def _filled(blocks: list[BlockPlan], places: int) -> list[BlockPlan]:
    """As many blocks as there are places: what is left over goes to the last communities, each beside its own."""
    spare = places - len(blocks)
    found: list[BlockPlan] = []
    for number, block in enumerate(blocks):
        found.extend([block] * (2 if number >= len(blocks) - spare else 1))
    return found


def _layout(
    blocks: list[BlockPlan], columns: list[float], rows: list[float], rural_homes: tuple[int, int], road: str, rng: np.random.Generator
) -> Layout:  # fmt: skip
    """Blocks in rows that run to and fro, so that each community's blocks lie side by side."""
    width = len(columns)
    lines = [blocks[start : start + width] for start in range(0, len(blocks), width)]
    table = tuple(tuple(line if number % 2 == 0 else line[::-1]) for number, line in enumerate(lines))
    names = street_names(rng)
    return Layout(
        centre=RENMIN_ROAD.centre,
        columns=tuple(columns),
        rows=tuple(rows),
        column_roads=tuple((next(names), "primary" if i % 4 == 0 else road) for i in range(width + 1)),
        row_roads=tuple((next(names), "primary" if i % 4 == 0 else road) for i in range(len(rows) + 1)),
        blocks=table,
        reports=0,
        hotspot_share=0.0,
        homes_per_grid=(332, 425),
        rural_homes=rural_homes,
    )


def _homes(plan: Layout) -> float:
    """Dwellings to expect."""
    total = 0.0
    for block in (block for row in plan.blocks for block in row):
        for use in block.uses:
            grids = room_of(use) if use.startswith("big") else 1
            if GRID_KINDS.get(use) != "special":
                total += grids * sum(plan.homes_range(block.community, use)) / 2
    return total


def _shared(total: int, weights: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to the weights that add up to ``total``."""
    exact: np.ndarray = total * weights / weights.sum()
    found: np.ndarray = np.floor(exact).astype(int)
    found[np.argsort(found - exact, kind="stable")[: total - found.sum()]] += 1
    return found
