"""One street (街道, 乡镇) of the city with everything on it."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from geodata.demo.areas import division_frame, grid_codes, grid_frame
from geodata.demo.blocks import GroundPlan, lay_ground
from geodata.demo.gates import gate_frame
from geodata.demo.ground_cover import landcover_frame, road_frame
from geodata.demo.homes import household_frame, stairwell_frame
from geodata.demo.hotspots import Hotspot, plant
from geodata.demo.houses import Built, build_houses, building_frame, compound_frame, yard_codes
from geodata.demo.layouts import Layout
from geodata.demo.names import street_names, yard_names
from geodata.demo.peculiarities import Peculiarity
from geodata.demo.places import Places
from geodata.demo.reports import make_reports
from geodata.demo.services import service_point_frame
from geodata.demo.streams import stream
from geodata.demo.tiling import tile
from geodata.demo.yards import lay_yards


@dataclass(frozen=True, slots=True)
class Street:
    """Frames by kind (divisions: the street and its communities), and the hotspots planted there with other peculiarities."""

    frames: dict[str, pd.DataFrame]
    hotspots: tuple[Hotspot, ...]
    peculiarities: tuple[Peculiarity, ...]


def make_street(layout: Layout, seed: int, label: str, first_day: date, until: date) -> Street:
    """A street by its layout; what is drawn at random depends on seed and street alone. ``label`` is in the keys of its reports."""
    street = layout.street
    plan = lay_ground(layout, stream(seed, "ground", street), street_names(stream(seed, "streets", street)))
    tiling = tile(plan, layout.centre)
    codes = grid_codes(plan, tiling)
    targets = _targets(plan, layout, stream(seed, "targets", street))
    names = yard_names(stream(seed, "names", street))
    yards = lay_yards(plan, targets, layout.old, stream(seed, "yards", street), names)
    built = build_houses(plan, yards, targets, stream(seed, "houses", street))
    households = household_frame(built.houses, layout.residents, stream(seed, "homes", street))
    places = Places.of(plan, built, tiling, layout.centre)
    hotspots = plant(places, until, layout.hotspot_share) if layout.hotspot_share else ()
    services = service_point_frame(built.houses, layout.centre, stream(seed, "services", street))
    reports = make_reports(places, hotspots, services, layout.reports, first_day, until, seed, label)
    compound_codes = yard_codes(yards)
    frames = {
        "divisions": division_frame(tiling),
        # In force a while before the first report, so that every report has a grid of its own day.
        "grids": grid_frame(plan, tiling, codes, first_day - timedelta(days=31), _households(plan, built, households)),
        "compounds": compound_frame(yards, layout.centre, compound_codes),
        "gates": gate_frame(built.gates, layout.centre, compound_codes),
        "buildings": building_frame(built.houses, households, layout.centre, compound_codes),
        "stairwells": stairwell_frame(built.houses, layout.centre),
        "households": households,
        "roads": road_frame(plan, built, layout.centre, street),
        "landcover": landcover_frame(plan, built, layout.centre, street),
        "service-points": services,
        "reports": reports.frame,
    }
    return Street(frames, hotspots, reports.peculiarities)


def _targets(plan: GroundPlan, layout: Layout, rng: np.random.Generator) -> dict[int, int]:
    """Dwellings to build by grid."""
    ground = {piece.grid: piece for piece in plan.pieces}
    return {
        number: int(rng.integers(*layout.homes_range(piece.community, piece.use), endpoint=True))
        for number, piece in sorted(ground.items())
    }


def _households(plan: GroundPlan, built: Built, households: pd.DataFrame) -> np.ndarray:
    """Households by grid number."""
    grid_of = {house.code: house.grid for house in built.houses}
    return np.bincount(households["building_code"].map(grid_of).to_numpy(dtype=int), minlength=plan.grids)
