"""Saved versions of a plan: each one whole, none changed ever after."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

from geodata.accounts import SHOWN_NAME
from geodata.tables import account, plan_version
from gridmap.errors import GridmapError

MADE_BY = ("present", "suggested", "drawn", "imported", "merged")
NOTE_MOST = 500
#: The first version of every plan: the grids that were in force when it was started.
PRESENT = 1


class UnknownVersion(GridmapError):
    """A version that the plan does not have."""

    code = "unknown_plan_version"
    zh = "该方案没有第 {version} 版。"
    en = "The plan has no version {version}."


@dataclass(frozen=True, slots=True)
class PlannedGrid:
    """A grid of a version: the ``code`` that it keeps (None: it gets a fresh one when published), its name and kind, and whether its
    units are locked."""

    name: str
    kind: str = "general"
    code: str | None = None
    locked: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the database keeps."""
        return {"name": self.name, "kind": self.kind, "code": self.code, "locked": self.locked}


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """``labels`` int32, a place in ``grids`` for each unit of the plan, -1 for one that is in no grid yet."""

    version: int
    base: int | None
    labels: NDArray[np.int32]
    grids: tuple[PlannedGrid, ...]
    made_by: str
    note: str = ""
    author: str = ""
    account_id: int | None = None
    at: datetime | None = None
    figures: dict[str, Any] = field(default_factory=dict)


def add_version(conn: Connection, plan_id: int, made: PlanVersion) -> None:
    """Append a version; one of its number must not be there."""
    conn.execute(
        insert(plan_version).values(
            plan_id=plan_id,
            version=made.version,
            base=made.base,
            labels=made.labels.tolist(),
            grids=[grid.as_json() for grid in made.grids],
            figures=made.figures,
            made_by=made.made_by,
            note=made.note[:NOTE_MOST],
            account_id=made.account_id,
        )
    )


def version_of(conn: Connection, plan_id: int, version: int) -> PlanVersion:
    """One version of a plan. Errors: ``UnknownVersion``."""
    query = select(plan_version, SHOWN_NAME.label("author")).outerjoin(
        account, account.c.id == plan_version.c.account_id
    )
    row = conn.execute(query.where(plan_version.c.plan_id == plan_id, plan_version.c.version == version)).one_or_none()
    if row is None:
        raise UnknownVersion(field="version", version=version)
    return PlanVersion(
        row.version,
        row.base,
        np.array(row.labels, dtype=np.int32),
        tuple(PlannedGrid(**each) for each in row.grids),
        row.made_by,
        row.note,
        row.author or "",
        row.account_id,
        row.at,
        row.figures,
    )


def list_versions(conn: Connection, plan_id: int) -> list[Row[Any]]:
    """Versions without their labels, the latest first: ``version``, ``base``, ``made_by``, ``note``, ``figures``, ``at``, ``author``."""
    named = (
        plan_version.c.version, plan_version.c.base, plan_version.c.made_by, plan_version.c.note, plan_version.c.figures,
        plan_version.c.at, plan_version.c.account_id,
    )  # fmt: skip
    query = select(*named, SHOWN_NAME.label("author")).outerjoin(account, account.c.id == plan_version.c.account_id)
    return list(conn.execute(query.where(plan_version.c.plan_id == plan_id).order_by(plan_version.c.version.desc())))
