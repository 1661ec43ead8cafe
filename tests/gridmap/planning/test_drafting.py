"""A whole draft of a community: units of a plane, a plan, boundaries in degrees, codes, names, what changes, last year on it."""

from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from gridmap.assignment import GridIndex
from gridmap.codes import number_plan
from gridmap.coverage import hold_buildings, tiling_flaws
from gridmap.lineage import Layer, lineage_shares
from gridmap.planning import plan
from gridmap.planning.boundaries import grids_of_units
from gridmap.planning.comparison import Grids, compare
from gridmap.planning.matching import matched_grids, unchanged_grids
from gridmap.planning.naming import GridName, largest_compounds, longest_roads, name_grids
from gridmap.planning.replay import Events, beside, replay, starts_in
from gridmap.planning.units import Ground, make_units

HERE = "150105001018"
TO_DEGREES = pyproj.Transformer.from_crs("EPSG:4546", "EPSG:4326", always_xy=True)


def in_degrees(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda x, y: TO_DEGREES.transform(x, y), interleaved=False)


def plot(x: float, y: float, wide: float, high: float) -> Any:
    """A rectangle in metres of the plane, from a corner that is no round number."""
    return shapely.box(559_100.3 + x, 4_519_800.7 + y, 559_100.3 + x + wide, 4_519_800.7 + y + high)


def test_from_buildings_to_a_draft_beside_the_present_grids() -> None:
    town = plot(0, 0, 900, 600)
    houses = [plot(x, y, 40, 12) for x in range(20, 850, 60) for y in range(15, 580, 30)]
    homes = np.array([12 + number % 5 for number in range(len(houses))])
    roads = [shapely.LineString(plot(300 * step, -20, 0, 640).exterior.coords[:2]) for step in (1, 2)]
    compounds = [plot(10, 5, 280, 275)]
    ground = Ground.of(town, houses, homes, roads=roads, road_class=["primary"] * 2, compounds=compounds)
    units = make_units(ground)
    made = plan(
        units.households, units.edges, units.border_m, units.area_m2, units.perimeter_m, units.xy, target=400, rng=1
    )
    community = in_degrees(np.array([town]))[0]
    boundaries = grids_of_units(in_degrees(units.shapes), made.labels, [community])
    assert tiling_flaws(boundaries.shapes, [community], [0] * made.k) == []
    assert boundaries.disconnected.tolist() == []

    # The present grids: three strips between the roads.
    present = in_degrees(np.array([plot(300 * step, 0, 300, 600) for step in range(3)]))
    buildings = in_degrees(np.array(houses, dtype=object))
    held = pd.DataFrame(
        {
            "building": np.arange(len(houses)),
            "households": homes,
            "key_households": homes // 6,
            "old": hold_buildings(buildings, present).grid,
            "new": made.labels[units.building_unit],
        }
    )
    assert (held["old"] >= 0).all()
    lineage = lineage_shares(
        Layer(present, held["old"].to_numpy()), Layer(boundaries.shapes, held["new"].to_numpy()), homes
    )
    after = largest_compounds(
        made.labels[units.building_unit],
        ["金色家园" if shapely.covers(compounds[0], house) else None for house in houses],
        homes,
        made.k,
    )
    along = longest_roads(boundaries.shapes, in_degrees(np.array(roads)), ["昭乌达路", "兴安路"])
    codes = [f"{HERE}{serial:03d}" for serial in (1, 2, 3)]
    successor = matched_grids(lineage, len(codes), made.k)
    goes_on = [
        codes[old] if same else None
        for old, same in zip(successor.tolist(), unchanged_grids(lineage, successor).tolist(), strict=True)
    ]
    middle = shapely.point_on_surface(boundaries.shapes)
    place = {"lon": shapely.get_x(middle), "lat": shapely.get_y(middle)}
    new_codes = number_plan([HERE] * made.k, place["lon"], place["lat"], goes_on, used=[*codes, f"{HERE}004"])
    assert len(set(new_codes)) == made.k
    assert f"{HERE}004" not in new_codes
    assert [code in codes for code in new_codes] == [code is not None for code in goes_on]
    named = name_grids(
        [one or other for one, other in zip(after, along, strict=True)],
        communities=[HERE] * made.k,
        kept=[GridName(f"旧{code[-1]}网格") if code else None for code in goes_on],
        **place,
    )
    assert any(grid.name.startswith("金色家园") for grid in named)
    assert len({grid.name for grid in named}) == made.k

    new = Grids(new_codes, [grid.name for grid in named], boundaries.shapes)
    found = compare(Grids(codes, codes, present, workers=[1, 1, 1]), new, held, lineage=lineage)
    totals = found.totals.set_index("what")
    assert totals.loc["households", "total"] == homes.sum()
    assert totals.loc["households", "moved"] == found.buildings["households"].sum()

    rng = np.random.default_rng(3)
    at = shapely.get_coordinates(shapely.point_on_surface(buildings))[rng.integers(0, len(houses), 2000)]
    days = np.datetime64("2025-01-01", "D") + rng.integers(0, 365, 2000)
    year = Events(at[:, 0], at[:, 1], days, rng.integers(0, 3, 2000))
    sides = [
        replay(year, GridIndex(shapes), names, starts_in(shapes))
        for shapes, names in ((present, codes), (boundaries.shapes, new_codes))
    ]
    shown = beside(*sides).totals.set_index("what")
    assert shown.loc["without_grid", ["before", "after"]].tolist() == [0, 0]
    assert shown.loc["gini", "change"] < 0  # three strips of unequal size against grids of equal ones
