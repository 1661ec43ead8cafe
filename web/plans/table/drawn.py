"""What is on somebody's planning table, as its page sends it: labels of units, and the grids that they name."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geodata.actions.planning.saving import LabelsDoNotFit, as_grids
from geodata.database import is_storable
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlannedGrid
from gridmap.errors import GridmapError
from web.api.fields import MissingField, NotText

Labels = NDArray[np.int32]
#: Whole numbers of a body beyond this are no version, label or seed.
_NUMBER_MOST: Final = 2**31 - 1


class NotAWholeNumber(GridmapError):
    """Something else where a whole number belongs."""

    code = "not_a_whole_number"
    zh = "字段 {name} 应为 0 到 2147483647 的整数。"
    en = "The field {name} must be a whole number from 0 to 2147483647."


class NotAList(GridmapError):
    """Something else where a list belongs."""

    code = "not_a_list"
    zh = "字段 {name} 应为列表。"
    en = "The field {name} must be a list."


def drawn_grids(body: Mapping[str, Any], ground: PlanGround) -> tuple[Labels, tuple[PlannedGrid, ...]]:
    """``labels``, one a unit with -1 for none, and ``grids``, each with a unit or without.

    Errors: ``MissingField``, ``NotAList``, ``LabelsDoNotFit``, ``GridUnnamed``, ``NotText``.
    """
    labels, rows = body_list(body, "labels"), body_list(body, "grids")
    fits = len(labels) == len(ground) and all(type(each) is int and -1 <= each < len(rows) for each in labels)
    if not fits or len(rows) > len(ground):
        raise LabelsDoNotFit(field="labels", units=len(ground), grids=len(rows))
    grids = as_grids(rows)
    if not all(is_storable(grid.name) and is_storable(grid.code or "") for grid in grids):
        raise NotText(field="grids", name="grids")
    return np.array(labels, dtype=np.int32), grids


def body_list(body: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the body. Errors: ``MissingField``, ``NotAList``."""
    if name not in body:
        raise MissingField(field=name, name=name)
    found = body[name]
    if not isinstance(found, list):
        raise NotAList(field=name, name=name)
    return found


def body_whole(body: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """A whole number of the body. Errors: ``MissingField``, ``NotAWholeNumber``."""
    found = body.get(name, default)
    if found is None:
        raise MissingField(field=name, name=name)
    if type(found) is not int or not 0 <= found <= _NUMBER_MOST:
        raise NotAWholeNumber(field=name, name=name)
    return found
