"""A version of a plan for other programs: a two-column table, and layers of its grids and units.

Numbers about households that would tell fewer than five are left out, and those that would give them away.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray
from sqlalchemy import Row

from geodata.geopackage import new_geopackage
from geodata.plans.figures import graph_of
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlannedGrid, PlanVersion
from gridmap.planning.assignment_table import assignment_rows
from gridmap.planning.boundaries import grids_of_units
from gridmap.planning.scores import score_plan
from gridmap.planning.work import told_hours
from gridmap.privacy import hidden_places, is_few

Ints = NDArray[np.int64]
UNITS, GRIDS = "units", "grids"


def unit_ids(ground: PlanGround) -> list[str]:
    """What units are called in files: numbers from 1."""
    return [str(number) for number in range(1, len(ground) + 1)]


def assignment_of(ground: PlanGround, version: PlanVersion) -> list[list[str]]:
    """Unit and grid, heading first: the grid's name where its community has only one of that name, else its code or number.

    Names before codes: spreadsheets round fifteen digits.
    """
    told = _told_apart(ground, version)
    labels = version.labels.tolist()
    return assignment_rows(unit_ids(ground), [told[label] if label >= 0 else None for label in labels])


def _told_apart(ground: PlanGround, version: PlanVersion) -> list[str]:
    keys = [(code, grid.name) for code, grid in zip(_communities_of(ground, version), version.grids, strict=True)]
    many = Counter(keys)
    return [
        grid.name if many[key] == 1 else grid.code or f"{grid.name}#{number}"
        for number, (key, grid) in enumerate(zip(keys, version.grids, strict=True), start=1)
    ]


def _communities_of(ground: PlanGround, version: PlanVersion) -> list[str]:
    """The community of each grid; every grid of a version has a unit."""
    labels, first = np.unique(version.labels, return_index=True)
    found: list[str] = ground.units["community_code"].to_numpy(dtype=object)[first[labels >= 0]].tolist()
    return found


def grids_frame(row: Row[Any], ground: PlanGround, version: PlanVersion) -> gpd.GeoDataFrame:
    """Grids in degrees: ``grid`` (number from 1), ``code`` (that it keeps), ``name``, ``kind``, ``community_code``, figures; ``plan``: whose."""
    scores = score_plan(graph_of(ground), version.labels)
    homes = [int(weight) for weight in scores.weight]
    columns = {
        "grid": np.arange(1, len(version.grids) + 1),
        "code": _texts(grid.code for grid in version.grids),
        "name": _texts(grid.name for grid in version.grids),
        "kind": _texts(grid.kind for grid in version.grids),
        "community_code": _texts(_communities_of(ground, version)),
        "units": scores.units,
        "households": pd.array([None if is_few(count) else count for count in homes], dtype="Int64"),
        "area_m2": scores.area_m2.round(1),
        "compactness": scores.polsby_popper.round(4),
        "parts": scores.pieces,
        "plan": str(row.ref),
        "version": version.version,
    }
    shapes = grids_of_units(ground.shapes, version.labels).shapes
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def units_frame(ground: PlanGround, version: PlanVersion) -> gpd.GeoDataFrame:
    """Units in degrees: ``unit_id`` (from 1), ``grid`` (number), ``grid_code``, ``grid_name``, what they are and ask of a worker."""
    units, labels = ground.units, version.labels.tolist()
    grids = [*version.grids, PlannedGrid("")]
    hidden = np.zeros(len(ground), dtype=bool)
    hidden[list(hidden_places(units["households"].tolist(), labels))] = True
    hours = told_hours(units["households"], units["care"], units["cases"], units["community_code"]).round(1)
    columns = {
        "unit_id": np.arange(1, len(ground) + 1),
        "grid": pd.array([label + 1 if label >= 0 else None for label in labels], dtype="Int64"),
        "grid_code": _texts(grids[label].code for label in labels),
        "grid_name": _texts(grids[label].name or None for label in labels),
        "community_code": _texts(units["community_code"]),
        "kind": _texts(units["kind"]),
        "name": _texts(units["name"]),
        "households": units["households"].astype("Int64").mask(hidden),
        "hours": pd.Series(hours).mask(hidden),
        "area_m2": units["area_m2"].round(1),
        "perimeter_m": units["perimeter_m"].round(1),
    }
    return gpd.GeoDataFrame(columns, geometry=ground.shapes, crs="EPSG:4326")


def write_geopackage(path: Path, grids: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> None:
    """The layers ``grids`` and ``units``, whole or not at all. Errors: ``OutputUnwritable``."""
    with new_geopackage(path) as made:
        pyogrio.write_dataframe(grids, made, layer=GRIDS, driver="GPKG", promote_to_multi=True)
        pyogrio.write_dataframe(units, made, layer=UNITS, driver="GPKG", promote_to_multi=True)


def _texts(values: Any) -> pd.Series:
    """A column of nothing but None would be taken for numbers."""
    return pd.Series(list(values), dtype="string")
