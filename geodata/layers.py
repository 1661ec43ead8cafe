"""Layers: how many rows each has, which version, when it changed last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from geodata.tables import (
    building,
    compound,
    compound_body,
    division,
    gate,
    grid,
    hotline_order,
    household,
    landcover,
    layer_version,
    person,
    report,
    road,
    service_point,
    stairwell,
    unit,
)

#: Kinds that can be loaded, with the table each goes to.
TABLES: dict[str, Table] = {
    "divisions": division, "grids": grid, "compounds": compound, "gates": gate, "buildings": building, "stairwells": stairwell,
    "households": household, "units": unit, "people": person, "bodies": compound_body, "roads": road, "landcover": landcover,
    "service-points": service_point, "reports": report, "hotline": hotline_order,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerState:
    """A layer by the kind it is loaded as; ``version`` and ``changed_at`` None for a layer that keeps none or never changed."""

    kind: str
    rows: int
    version: int | None
    changed_at: datetime | None


def layer_states(conn: Connection) -> list[LayerState]:
    """All layers in the order in which they are loaded."""
    versions = {row.layer: row for row in conn.execute(select(layer_version))}
    found = []
    for kind, table in TABLES.items():
        rows = conn.scalar(select(func.count()).select_from(table)) or 0
        known = versions.get(table.name)
        changed = (known.version, known.changed_at) if known is not None else (None, None)
        found.append(LayerState(kind, rows, *changed))
    return found
