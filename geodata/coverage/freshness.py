"""Of which state of the layers the derived figures are, and whether that is still the present one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, exists, func, or_, select

from geodata.tables import fact, grid
from geodata.versions import layer_versions

FACT = "coverage"
#: Layers that the figures are derived from.
LAYERS = ("grid", "building", "household", "division")


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the figures were derived (None: never), and the layers that have changed since; ``grid`` also when other grids came into force."""

    at: datetime | None
    changed: tuple[str, ...]

    @property
    def fresh(self) -> bool:
        """Whether the figures are those of the layers."""
        return self.at is not None and not self.changed


def fact_of(day: date) -> str:
    """Where it is noted of which state of the layers the findings of another day are."""
    return f"{FACT} of {day.isoformat()}"


def coverage_freshness(conn: Connection, day: date, name: str = FACT) -> Freshness:
    """How what was derived, and noted under a name, stands to the layers of a day. A database without grids and buildings has nothing to derive."""
    noted = conn.scalar(select(fact.c.value).where(fact.c.name == name))
    present = layer_versions(conn)
    if noted is None:
        return Freshness(None, tuple(name for name in LAYERS if present.get(name)))
    changed = [name for name in LAYERS if present.get(name, 0) != noted["versions"].get(name, 0)]
    if "grid" not in changed and _other_grids(conn, date.fromisoformat(noted["day"]), day):
        changed.insert(0, "grid")
    return Freshness(datetime.fromisoformat(noted["at"]), tuple(changed))


def _other_grids(conn: Connection, then: date, day: date) -> bool:
    """Whether a grid came into force or ended between two days."""
    bounds = (func.lower(grid.c.valid), func.upper(grid.c.valid))
    between = or_(*((bound > then) & (bound <= day) for bound in bounds))
    return day != then and bool(conn.scalar(select(exists(select(1).select_from(grid).where(between)))))
