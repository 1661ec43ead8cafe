"""Atomic units of a community: from its boundary, roads, rivers, rails, compounds and buildings to ground that grids are made of."""

from gridmap.planning.units.ground import Ground, Progress, Rules
from gridmap.planning.units.layer import make_layer
from gridmap.planning.units.making import make_units
from gridmap.planning.units.result import Adjustment, Units
from gridmap.planning.units.rounding import households_of_people

__all__ = ["Adjustment", "Ground", "Progress", "Rules", "Units", "households_of_people", "make_layer", "make_units"]
