from flask import render_template, request

from geodata.coverage.findings import finding_counts, list_findings
from gridmap.access import Permission
from web import db
from web.access import requires
from web.areas import area_choice, asked_area
from web.coverage.state import renewal_state
from web.data.blueprint import blueprint
from web.paging import A_PAGE, pager, whole_number
from web.scope import scope


@blueprint.get("/findings")
@requires(Permission.MANAGE_DATA)
def findings() -> str:
    """What is wrong with the data, by kind and area, each with its place on the map; reports that lack a place."""
    conn, area, kind = db.connection(), asked_area(), request.args.get("kind") or None
    page = list_findings(conn, scope(), kind, area, limit=A_PAGE, cursor=whole_number("cursor", 0))
    return render_template(
        "data/findings.html",
        **area_choice(area),
        area_code=area,
        kind=kind,
        counts=finding_counts(conn, scope(), area),
        page=page,
        pager=pager(page.next_cursor),
        state=renewal_state(conn),
    )
