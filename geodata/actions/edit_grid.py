"""Edit what a grid in force is called and of which kind it is; its ground changes by loading or by a plan alone."""

from typing import Any

from sqlalchemy import Connection, Row, select, update

from geodata.actions.acting import Actor
from geodata.actions.managing import ChangedMeanwhile
from geodata.grids import grid_by_code
from geodata.jobs.coverage import ask_for_coverage
from geodata.seen import seen_tag
from geodata.tables import grid
from geodata.tables.grids import KINDS
from gridmap.errors import GridmapError

NAME_MOST = 80
_EDITED = ("name", "name_en", "kind")


class GridNameMissing(GridmapError):
    """A grid without a name."""

    code = "grid_name_missing"
    zh = "请填写网格名称。"
    en = "Give the grid a name."


class GridKindUnknown(GridmapError):
    """A kind that no grid has."""

    code = "grid_kind_unknown"
    zh = "没有“{value}”这种网格类型。"
    en = "There is no kind of grid “{value}”."


def tag_of_grid(row: Row[Any]) -> str:
    """Names what a form showed, so that a stale edit is noticed."""
    return seen_tag(row.id, *(getattr(row, name) for name in _EDITED))


def edit_grid(conn: Connection, by: Actor, code: str, seen: str, *, name: str, name_en: str, kind: str) -> bool:
    """Change name and kind of a grid inside the actor's area, in the caller's transaction; False when nothing differs.

    ``seen`` is the tag of what the form showed. Errors: ``UnknownGrid``, ``ChangedMeanwhile``, ``GridNameMissing``, ``GridKindUnknown``.
    """
    if not name:
        raise GridNameMissing(field="name")
    if kind not in KINDS:
        raise GridKindUnknown(field="kind", value=kind)
    found = grid_by_code(conn, by.scope, code, by.day)
    conn.execute(select(grid.c.id).where(grid.c.id == found.id).with_for_update())
    before = grid_by_code(conn, by.scope, code, by.day)  # what the row is now that nobody else can change it
    if tag_of_grid(before) != seen:
        raise ChangedMeanwhile
    wanted = {"name": name[:NAME_MOST], "name_en": name_en[:NAME_MOST] or None, "kind": kind}
    changed = {key: value for key, value in wanted.items() if value != getattr(before, key)}
    if not changed:
        return False
    conn.execute(update(grid).where(grid.c.id == before.id).values(**changed))
    by.note(conn, "grid_edited", code, before={key: getattr(before, key) for key in changed}, after=changed)
    ask_for_coverage(conn)
    return True
