"""``ground.json``: the units of a plan as the planning table needs them, made once a process and kept packed."""

import threading
from collections import OrderedDict
from typing import Any, Final
from uuid import UUID

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.saving import PlanNotReady
from geodata.plans.ground import PlanGround
from geodata.tables import division
from gridmap.access import Permission
from gridmap.planning.work import told_hours
from web import db
from web.access import requires
from web.plans.answers import as_json, packed, packed_answer, tag_of
from web.plans.asked import asked_ground, asked_plan
from web.plans.blueprint import blueprint

#: Bytes of all packed answers that are kept together.
_BYTES_MOST: Final = 64 << 20
#: 0.1 m on the ground.
_DECIMALS: Final = 6
#: Changed with the form of the answer, so that no browser goes on with an old one.
_FORM: Final = 1
_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = threading.Lock()


@blueprint.get("/<uuid:ref>/ground.json")
@requires(Permission.VIEW_PLANS)
def ground(ref: UUID) -> AnyResponse:
    """The plan, its units with figures and shapes, and which of them are neighbours. Errors: ``PlanNotReady``."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        raise PlanNotReady(field="plan")
    head = _head(conn, row)
    tag = tag_of(_FORM, "ground", as_json(head))
    return packed_answer(_kept_body(conn, row, head, tag), tag)


def _head(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """What may change: the names of places, and with them the tag."""
    named = select(division.c.code, division.c.name).where(
        division.c.level == "community", division.c.code.startswith(row.area_code, autoescape=True)
    )
    return {
        "plan": {
            "ref": str(row.ref),
            "name": row.name,
            "area": row.area_code,
            "area_name": row.area_name,
            "target": row.target,
            "lower": row.lower,
            "upper": row.upper,
        },
        "communities": [
            {"code": each.code, "name": each.name} for each in conn.execute(named.order_by(division.c.code))
        ],
    }


def _kept_body(conn: Connection, row: Row[Any], head: dict[str, Any], tag: str) -> bytes:
    key = f"{conn.engine.url} {tag}"
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    body = packed(_told(head, asked_ground(conn, row)))
    with _lock:
        _kept[key] = body
        while len(_kept) > 1 and sum(map(len, _kept.values())) > _BYTES_MOST:
            _kept.popitem(last=False)
    return body


def _told(head: dict[str, Any], found: PlanGround) -> bytes:
    units = found.units
    place = {each["code"]: number for number, each in enumerate(head["communities"])}
    compounds, compound = _compounds(units)
    content = {
        **head,
        "units": {
            "community": [place.get(code, -1) for code in units["community_code"]],
            "kind": units["kind"].tolist(),
            "name": units["name"].tolist(),
            "compound": compound.tolist(),
            "fixed": found.fixed_codes,
            "households": units["households"].tolist(),
            "hours": told_hours(units["households"], units["care"], units["cases"], units["community_code"])
            .round(1)
            .tolist(),
            **{name: units[name].round(1).tolist() for name in ("area_m2", "perimeter_m", "x_m", "y_m")},
        },
        "compounds": compounds,
        "edges": {
            "a": found.edges[:, 0].tolist(),
            "b": found.edges[:, 1].tolist(),
            "border_m": found.border_m.round(2).tolist(),
            "barrier": found.barrier.tolist(),
        },
    }
    return as_json(content)[:-1] + b',"shapes":' + _shapes(found.shapes) + b"}"


def _compounds(units: pd.DataFrame) -> tuple[list[str], NDArray[np.int64]]:
    """Names of the compounds that units are of, and for each unit its place among them, -1 for none."""
    place, keys = pd.factorize(units["compound_id"], sort=True)
    names = units.groupby(units["compound_id"])["name"].first()
    return names.reindex(keys).tolist(), place.astype(np.int64)


def _shapes(shapes: NDArray[np.object_]) -> bytes:
    """A list of rings of polygons for each unit, longitude first. GEOS writes numbers ten times as fast as Python."""
    short = shapely.transform(shapes, lambda at: at.round(_DECIMALS))
    texts = shapely.to_geojson(short)
    return b"[" + b",".join(text[text.index("[") : text.rindex("]") + 1].encode() for text in texts) + b"]"
