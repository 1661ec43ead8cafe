"""``/api/v1/grids``: grids in force on a day."""

import json
from typing import Any

from flask import request
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.grids import grid_by_code, grids_in_force
from geodata.lineage import Step, told_lineage
from geodata.report_filter import ReportFilter
from gridmap.access import Permission
from gridmap.privacy import is_few
from web import db
from web.access import requires
from web.api.blueprint import blueprint
from web.api.fields import only, query_limit
from web.api.geojson import collection, feature, tagged
from web.days import asked_day
from web.scope import scope


@blueprint.get("/grids")
@requires(Permission.VIEW_MAP)
def grids() -> AnyResponse:
    """Grids of a day (default: today) by code, a page at a time; the cursor is the last code."""
    only(request.args, ("at", "area", "bbox", "limit", "cursor"))
    chosen = ReportFilter.parse({name: request.args.get(name, "") for name in ("bbox", "area")})
    limit = query_limit()
    rows = grids_in_force(
        db.connection(),
        scope(),
        asked_day(),
        area=chosen.area,
        bbox=chosen.bbox,
        limit=limit + 1,
        cursor=request.args.get("cursor") or None,
    )
    next_cursor = rows[limit - 1].code if len(rows) > limit else None
    return collection([_feature(row) for row in rows[:limit]], next_cursor)


@blueprint.get("/grids/<code>")
@requires(Permission.VIEW_MAP)
def grid(code: str) -> AnyResponse:
    """One grid as of a day."""
    only(request.args, ("at",))
    return tagged(_feature(grid_by_code(db.connection(), scope(), code, asked_day())))


@blueprint.get("/grids/<code>/lineage")
@requires(Permission.VIEW_MAP)
def lineage(code: str) -> AnyResponse:
    """What a grid was before, and what became of it, by the days on which boundaries changed; a grid of ``at`` (default: today)."""
    only(request.args, ("at",))
    conn = db.connection()
    grid_by_code(conn, scope(), code, asked_day())
    return tagged({"code": code, "lineage": [_step(step) for step in told_lineage(conn, code)]})


def _step(step: Step) -> dict[str, Any]:
    return {
        "day": step.day.isoformat(),
        "from": step.old.code if step.old else None,
        "to": step.new.code if step.new else None,
        "households": step.households,
        "buildings": step.buildings,
        "area_m2": round(step.area_m2, 1),
        "share_of_from": None if step.share_of_old is None else round(step.share_of_old, 4),
        "share_of_to": None if step.share_of_new is None else round(step.share_of_new, 4),
    }


def _feature(row: Row[Any]) -> dict[str, Any]:
    return feature(
        row.code,
        json.loads(row.geojson),
        {
            "code": row.code,
            "name": row.name,
            "name_en": row.name_en,
            "kind": row.kind,
            "community_code": row.community_code,
            "households": None if row.households is None or is_few(row.households) else row.households,
            "area_m2": round(row.area_m2, 1),
            "valid_from": row.valid_from.isoformat() if row.valid_from else None,
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        },
    )
