"""Make the ground of a plan: the city's layers, community by community, cut into basic units (基础单元)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from geodata.plans.ground import PlanGround
from geodata.plans.layers import AreaLayers, read_layers
from geodata.plans.pieces import Progress, pieces_of
from geodata.plans.shifted import crossed_buildings
from geodata.settings import Settings
from gridmap.assignment import GridIndex
from gridmap.errors import GridmapError
from gridmap.planning.units import Rules

#: How far back cases count as a unit's work.
YEAR = timedelta(days=365)


class NobodyLives(GridmapError):
    """An area in which there is nothing to share out."""

    code = "plan_nobody_lives"
    zh = "“{area}”各社区内共 {buildings} 栋楼，没有任何住户，无法划分网格。请先导入楼栋和住户（或套数、人口），并核对坐标基准。"
    en = (
        "The communities of “{area}” have {buildings} buildings and no households, so there is nothing to share out. Load buildings and "
        "households (or dwellings, or people), and check their datum."
    )


@dataclass(frozen=True, slots=True)
class Made:
    """The ground of an area, and what had to be adjusted: how many of each kind in each community."""

    ground: PlanGround
    remarks: list[dict[str, Any]]


def layers_for(conn: Connection, settings: Settings, area: str, now: datetime) -> AreaLayers:
    """What the ground of an area is made of at a time. Errors: ``NoCommunities``."""
    return read_layers(conn, area, now.astimezone(settings.zone).date(), now - YEAR)


def make_ground(
    layers: AreaLayers, metric_crs: str, rules: Rules, progress: Progress | None = None, *, doubtful: bool = False
) -> Made:
    """Units of all communities of an area, in order of their codes. Grids of special, rural and pastoral kinds become one unit each.

    Communities without buildings or households are cut too and said in the remarks; where the datum of the layers is ``doubtful`` the
    remarks count the buildings that roads run over. Errors: ``NobodyLives`` where that holds of all.
    """
    around = layers.each()
    if not any(each.buildings.rows["households"].any() for each in around):
        raise NobodyLives(field="area", area=layers.area, buildings=len(layers.buildings.shapes))
    pieces = pieces_of(around, metric_crs, rules, progress or _silent)
    ground = _with_cases(_joined([piece.ground for piece in pieces]), layers)
    remarks = [piece.remark for piece in pieces]
    if doubtful:
        for remark, count in zip(remarks, crossed_buildings(layers).tolist(), strict=True):
            remark["adjusted"] |= {"datum_doubtful": count} if count else {}
    return Made(ground, remarks)


def _silent(_share: float, _community: str) -> None:
    """Progress that nobody hears."""


def _joined(pieces: list[PlanGround]) -> PlanGround:
    """Communities one after another."""
    starts = np.cumsum([0, *(len(piece) for piece in pieces)])[:-1]
    buildings = pd.concat(
        [
            piece.buildings.assign(unit=piece.buildings["unit"] + start)
            for piece, start in zip(pieces, starts, strict=True)
        ]
    )
    return PlanGround(
        pd.concat([piece.units for piece in pieces], ignore_index=True),
        np.concatenate([piece.shapes for piece in pieces]),
        np.concatenate([piece.edges + np.int32(start) for piece, start in zip(pieces, starts, strict=True)]),
        np.concatenate([piece.border_m for piece in pieces]),
        np.concatenate([piece.barrier for piece in pieces]),
        buildings.sort_values("building_id", ignore_index=True),
    )


def _with_cases(ground: PlanGround, layers: AreaLayers) -> PlanGround:
    """With the cases of the year in each unit."""
    here = GridIndex(ground.shapes).locate(layers.cases[:, 0], layers.cases[:, 1])
    ground.units["cases"] = np.bincount(here[here >= 0], minlength=len(ground))
    return ground
