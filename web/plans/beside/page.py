"""Two versions side by side (并排): two maps that move together, and the figures of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.siding import Side, Sides, beside_each_other
from geodata.days import today
from geodata.plans.figures import figures_of
from geodata.versions import while_unchanged
from gridmap.access import Permission
from gridmap.privacy import shown
from web import db
from web.access import requires
from web.map_assets import page_map
from web.maps import MapParts, render
from web.maps.together import SidesLayer, Together
from web.plans.asked import asked_plan, asked_version
from web.plans.beside.colours import COLOURS, coloured
from web.plans.beside.sides import asked_sides, side_choices, value_of
from web.plans.blueprint import blueprint
from web.plans.difference.features import feature
from web.plans.pair import version_words
from web.plans.view import plan_extent
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of both sides in words, and the difference ("" where there is none to tell)."""

    words: str
    left: str
    right: str
    difference: str = ""


@blueprint.get("/<uuid:ref>/beside")
@requires(Permission.VIEW_PLANS)
def beside(ref: UUID) -> str | AnyResponse:
    """The versions ``left`` and ``right`` (see ``asked_sides``)."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        return redirect(url_for("plans.making", ref=ref))
    left, right = asked_sides(conn, row)
    values: dict[str, Any] = {"left": value_of(row, left), "right": value_of(row, right)}
    one, other = _maps(conn, left, url_for("plans.beside_grids", ref=ref, **values))
    return render_template(
        "plans/beside.html",
        plan=row,
        sides={"left": left, "right": right},
        values=values,
        titles={"left": _title(conn, row, left), "right": _title(conn, row, right)},
        choices=side_choices(conn, row),
        lines=_lines(_figures(conn, left), _figures(conn, right)),
        same_plan=left.plan.id == right.plan.id,
        parts=one,
        other_parts=other,
    )


@blueprint.get("/<uuid:ref>/beside/grids.json")
@requires(Permission.VIEW_PLANS)
def beside_grids(ref: UUID) -> Response:
    """Grids of both sides as features with a colour, and which of them lie in the same place, those that share most first."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        return jsonify({"left": [], "right": [], "pairs": []})
    left, right = asked_sides(conn, row)
    key = ("plan_sides", left.plan.id, left.layer.version, right.plan.id, right.layer.version)
    found: Sides = while_unchanged(
        conn, ("grid", "building", "household"), key, lambda: beside_each_other(conn, left, right)
    )
    one = coloured(left.layer.label, left.ground.edges, [-1] * len(left.layer))
    given = [one[same] if same >= 0 else -1 for same in found.same]
    other = coloured(right.layer.label, right.ground.edges, given)
    return jsonify({"left": _features(left, one), "right": _features(right, other), "pairs": found.pairs})


def _features(side: Side, colours: Sequence[int]) -> list[dict[str, Any]]:
    households = side.layer.sums(side.ground.units["households"].to_numpy())
    return [
        feature(
            shape,
            {
                "number": number,
                "colour": COLOURS[colour],
                "words": [name or code, _("%(count)s households", count=shown(int(count)))],
            },
        )
        for number, (shape, colour, name, code, count) in enumerate(
            zip(side.layer.shapes, colours, side.layer.names, side.layer.codes, households, strict=True)
        )
    ]


def _maps(conn: Connection, left: Side, url: str) -> tuple[MapParts, MapParts]:
    settings = db.settings()
    day, area = today(settings.zone), left.plan.area_code
    extent = plan_extent(left.ground)
    one, other = (
        page_map(conn, scope(), settings, day, label, area, opens_on=extent)[0]
        for label in (_("The left version on the map"), _("The right version on the map"))
    )
    one.add_js_link("together", static_url("maps/together.js"))
    one.add_js_link("sides", static_url("maps/sides.js"))
    other.add_child(Together(one))
    words = {
        "and": _(", "),
        "none": _("no grid"),
        "said": {
            "left": _("On the left {grid}; there lie on the right: {grids}"),
            "right": _("On the right {grid}; there lie on the left: {grids}"),
        },
    }
    other.add_child(SidesLayer(one, url, words))
    return render(one, csp_nonce()), render(other, csp_nonce())


def _title(conn: Connection, row: Any, side: Side) -> str:
    words = version_words(asked_version(conn, side.plan, side.layer.version))
    return words if side.plan.id == row.id else f"{side.plan.name} · {words}"


def _figures(conn: Connection, side: Side) -> dict[str, Any]:
    version = asked_version(conn, side.plan, side.layer.version)
    return figures_of(side.plan, side.ground, version)


def _lines(left: dict[str, Any], right: dict[str, Any]) -> list[Line]:
    counts = {
        "grids": _("Grids"),
        "general": _("of them general"),
        "outside": _("General grids outside the bounds on households"),
        "apart": _("Grids in several pieces"),
        "unassigned": _("Units in no grid"),
    }
    lines = [
        Line(str(words), f"{left[name]:,}", f"{right[name]:,}", _signed(right[name] - left[name]))
        for name, words in counts.items()
    ]
    one, other = shown(left["unassigned_households"]), shown(right["unassigned_households"])
    lines.append(Line(str(_("Households in no grid")), one, other))
    for name, words in (
        ("mean_deviation", _("Distance from the target, mean")), ("max_deviation", _("Distance from the target, largest")),
    ):  # fmt: skip
        lines.append(_share_line(str(words), left[name], right[name]))
    return [*lines, _compactness_line(left["compactness"], right["compactness"])]


def _compactness_line(left: float | None, right: float | None) -> Line:
    told = [("—" if value is None else f"{value:.2f}") for value in (left, right)]
    more = "" if left is None or right is None else f"{right - left:+.2f}".replace("-", "−")
    return Line(str(_("Compactness (1: a circle)")), told[0], told[1], more)


def _share_line(words: str, left: float | None, right: float | None) -> Line:
    told = [("—" if value is None else f"{value:.0%}") for value in (left, right)]
    if left is None or right is None:
        return Line(words, told[0], told[1])
    return Line(words, told[0], told[1], _("%(points)s points", points=_signed(round(100 * right) - round(100 * left))))


def _signed(number: int) -> str:
    return f"{'+' if number > 0 else '−' if number < 0 else '±'}{abs(number):,}"
