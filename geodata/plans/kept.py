"""Grounds of plans kept by this process: a ground never changes once its plan has a version, and reading one takes seconds."""

import threading
from collections import OrderedDict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row

from geodata.plans.ground import PlanGround, read_ground

#: Units of all grounds that are kept together: about five districts, some 100 MB.
_UNITS_MOST: Final = 100_000
_kept: OrderedDict[tuple[str, UUID], PlanGround] = OrderedDict()
_lock = threading.Lock()


def kept_ground(conn: Connection, row: Row[Any]) -> PlanGround:
    """The ground of a plan, a row of ``plan``, read once while it is among the last that were asked for; nobody may change it."""
    key = (str(conn.engine.url), row.ref)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = read_ground(conn, row.id)
    if row.version:
        _keep(key, found)
    return found


def _keep(key: tuple[str, UUID], ground: PlanGround) -> None:
    """The last one stays, however large it is."""
    with _lock:
        _kept[key] = ground
        while len(_kept) > 1 and sum(map(len, _kept.values())) > _UNITS_MOST:
            _kept.popitem(last=False)
