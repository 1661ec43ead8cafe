"""The cards: one fragment a thing, each with an address of its own and links to the things around it."""

from typing import Any
from uuid import UUID

from flask import render_template, request

from geodata.actions import PlaceAnswer, locate_place
from geodata.buildings import UnknownBuilding, building_by_ref, households_of, stairwells_of
from geodata.compound_aliases import names_of
from geodata.compounds import UnknownCompound, bodies_of, compound_by_ref, compounds_of_grid, gates_of
from geodata.divisions import division_chain
from geodata.grids import grid_by_code
from geodata.people import heads_of_compound, posts_of_areas, posts_of_building, posts_of_compound, workers_before
from geodata.places import grid_contents, things_at
from geodata.selections import recent_counts
from geodata.service_points import UnknownServicePoint, service_point_by_ref
from geodata.snapshots import open_snapshot
from gridmap.access import Permission
from web import db
from web.access import requires
from web.days import asked_day
from web.map_page.blueprint import blueprint
from web.map_page.places import asked_place, asked_reach
from web.scope import check_place, scope


@blueprint.get("/card")
@requires(Permission.VIEW_MAP)
def card() -> str:
    """The most specific thing at a place (``lon``, ``lat`` in WGS84 degrees): service point within ``reach_m``, building, compound, grid."""
    conn = db.connection()
    lon, lat = asked_place(request.args)
    place = locate_place(conn, db.settings(), lon, lat, at=asked_day())
    check_place(place)
    found = things_at(conn, place.lon, place.lat, reach_m=asked_reach(request.args))
    # What a click hits may lie outside the area by its middle: then the larger thing around it answers.
    for ref, show, unknown in (
        (found.service_point, service, UnknownServicePoint),
        (found.building, building, UnknownBuilding),
        (found.compound, compound, UnknownCompound),
    ):
        if ref is not None:
            try:
                return show(ref, place=place)
            except unknown:
                continue
    if place.grid is not None:
        return grid(place.grid.code, place=place)
    return render_template("map_page/cards/no_grid.html", place=place, gap_limit_m=db.settings().gap_limit_m)


@blueprint.get("/grids/<code>")
@requires(Permission.VIEW_MAP)
def grid(code: str, place: PlaceAnswer | None = None) -> str:
    """The card of a grid in force."""
    conn, settings = db.connection(), db.settings()
    at = asked_day()
    found = grid_by_code(conn, scope(), code, at)
    areas = [found.code, *([found.community_code] if found.community_code else [])]
    counts: list[tuple[int, int]] = []
    if scope().may(Permission.VIEW_FIGURES):
        counts = recent_counts(conn, scope(), open_snapshot(db.engine(), settings), found.code, at)
    return render_template(
        "map_page/cards/grid.html",
        grid=found,
        chain=division_chain(conn, found.community_code, at),
        contents=grid_contents(conn, found.id),
        compounds=compounds_of_grid(conn, found.id),
        posts=posts_of_areas(conn, scope(), areas, at),
        before=workers_before(conn, found.code, at),
        counts=counts,
        at=at,
        **_shared(place),
    )


@blueprint.get("/compounds/<uuid:ref>")
@requires(Permission.VIEW_MAP)
def compound(ref: UUID, place: PlaceAnswer | None = None) -> str:
    """The card of a compound."""
    conn, at = db.connection(), asked_day()
    found = compound_by_ref(conn, scope(), ref, at)
    bodies, before = bodies_of(conn, found.id, at)
    return render_template(
        "map_page/cards/compound.html",
        compound=found,
        bodies={body.kind: body for body in bodies},
        before=before,
        other_names=names_of(conn, found.id),
        posts=posts_of_compound(conn, scope(), found.id, at),
        heads=heads_of_compound(conn, scope(), found.id, at),
        gates=gates_of(conn, found.id),
        **_shared(place),
    )


@blueprint.get("/buildings/<uuid:ref>")
@requires(Permission.VIEW_MAP)
def building(ref: UUID, place: PlaceAnswer | None = None) -> str:
    """The card of a building; its homes are a card of their own, behind a purpose."""
    conn, at = db.connection(), asked_day()
    found = building_by_ref(conn, scope(), ref, at)
    return render_template(
        "map_page/cards/building.html",
        building=found,
        households=households_of(conn, found.id, found.compound_id),
        stairwells=stairwells_of(conn, found.id),
        posts=posts_of_building(conn, scope(), found.id, at),
        may_view_homes=scope().may(Permission.VIEW_HOMES),
        **_shared(place),
    )


@blueprint.get("/services/<uuid:ref>")
@requires(Permission.VIEW_MAP)
def service(ref: UUID, place: PlaceAnswer | None = None) -> str:
    """The card of a service point."""
    found = service_point_by_ref(db.connection(), scope(), ref, asked_day())
    return render_template("map_page/cards/service.html", service=found, **_shared(place))


def _shared(place: PlaceAnswer | None) -> dict[str, Any]:
    """What every card says below: the place that was clicked, and which pages its figures may lead to."""
    return {
        "place": place,
        "to_heat": scope().may(Permission.VIEW_FIGURES),
        "to_cases": scope().may(Permission.VIEW_REPORTS),
    }
