"""Versions of layers: numbers that grow with every change, in the change's own transaction, and what is kept while they stand."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from geodata.tables import layer_version

Made = TypeVar("Made")

_MOST = 1024
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()


def layer_versions(conn: Connection) -> dict[str, int]:
    """The version of every layer that ever changed; a layer that is missing is at 0."""
    rows = conn.execute(select(layer_version.c.layer, layer_version.c.version))
    return {row.layer: row.version for row in rows}


def version_of(conn: Connection, layer: str) -> int:
    """The version of one layer, 0 when it never changed."""
    return conn.scalar(select(layer_version.c.version).where(layer_version.c.layer == layer)) or 0


def while_unchanged(conn: Connection, layers: tuple[str, ...], key: Hashable, make: Callable[[], Made]) -> Made:
    """What ``make`` reads from these layers alone, kept by this process while none of them changes.

    ``key`` names the question with all that the answer depends on, such as the scope's areas and the day. The versions are read
    in the caller's transaction every time, so an answer is never older than what it sees. The last 1,024 answers are kept; nobody
    may change them.
    """
    versions = layer_versions(conn)
    whole = (str(conn.engine.url), tuple(versions.get(layer, 0) for layer in layers), layers, key)
    with _lock:
        if whole in _kept:
            _kept.move_to_end(whole)
            found: Made = _kept[whole]
            return found
    found = make()
    with _lock:
        _kept[whole] = found
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found
