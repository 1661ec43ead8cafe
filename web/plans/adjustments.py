"""What had to be adjusted when the ground of a plan was cut into units, in words."""

from collections import Counter
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, Row, select

from geodata.tables import division

KIND_WORDS = {
    "open_shared": _l("compounds were given the open ground around them"),
    "sliver_merged": _l("narrow or tiny pieces of ground were joined to a neighbour"),
    "enclosed_merged": _l("units inside another one were joined to it"),
    "enclosed_kept": _l("units inside another one stay: together they would be too large"),
    "above_upper": _l("units have more households than a grid may have: each becomes a grid alone"),
    "compound_divided": _l("compounds are too large for one grid and were divided by whole buildings"),
    "compound_in_pieces": _l("compounds lie in several pieces"),
    "compound_cut": _l("compounds were cut at the community's boundary"),
    "compound_overlap": _l("compounds overlap another one: the smaller has the ground"),
    "line_extended": _l("roads that ended in nothing were led on to the next line"),
    "line_dangling": _l("roads that end in nothing bound nothing"),
    "building_crossing": _l("buildings stand on a line: the side with most of the ground has them"),
    "buildings_overlap": _l("buildings stand upon each other: both are kept"),
    "building_outside": _l("buildings stand less than half inside the community"),
    "island_bridged": _l("pieces that touch nothing count as neighbours of the nearest one"),
    "outline_rounded": _l("outlines follow the boundary to the centimetre only"),
    "repaired": _l("shapes were invalid and were mended"),
    "left_out": _l("rows without a usable shape were left out"),
    "roads_outside": _l("communities have no road near them"),
    "datum_doubtful": _l(
        "buildings have a road over them, and would not if one of the layers is in another datum: check it"
    ),
    "no_buildings": _l("communities have no building"),
    "no_households": _l("communities have no households"),
}
COUNTED_WORDS = {
    "households": _l("counted"),
    "dwellings": _l("estimated from dwellings"),
    "people": _l("estimated from people"),
}


def adjusted(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """The names of ``plans/making.html``: totals by kind, most first, and the communities, narrowed to a ``kind`` of the address."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KIND_WORDS else ""
    totals: Counter[str] = Counter()
    for each in row.remarks:
        totals.update(each["adjusted"])
    named = select(division.c.code, division.c.name).where(
        division.c.code.in_([each["community"] for each in row.remarks])
    )
    return {
        "totals": totals.most_common(),
        "kind": kind,
        "kind_words": KIND_WORDS,
        "counted_words": COUNTED_WORDS,
        "communities": [each for each in row.remarks if not kind or each["adjusted"].get(kind)],
        "community_names": {each.code: each.name for each in conn.execute(named)},
    }
