"""Headings and words of an exported sheet in the language of the page."""

from flask_babel import gettext as _

from geodata.exports import Wording
from web.words import REASON, SOURCE, STATUS


def wording() -> Wording:
    """What people read in a sheet. CSV and GeoPackage keep names and codes."""
    return Wording(
        headings={
            "sheet": _("Cases"),
            "number": _("Number"),
            "ref": _("Reference"),
            "category": _("Category"),
            "status": _("State"),
            "source": _("Source"),
            "occurred_at": _("Occurred"),
            "reported_at": _("Reported"),
            "text": _("Description"),
            "address": _("Address"),
            "grid_code": _("Grid code"),
            "grid_name": _("Owning grid"),
            "community_code": _("Community code"),
            "community_name": _("Community"),
            "owner_reason": _("Why this grid"),
            "distance_to_edge_m": _("Distance to its edge (m)"),
            "lon": _("Longitude (WGS84)"),
            "lat": _("Latitude (WGS84)"),
            "raw_lon": _("Longitude as received"),
            "raw_lat": _("Latitude as received"),
            "datum": _("Datum"),
            "accuracy_m": _("Accuracy (m)"),
        },
        values={
            column: {code: str(word) for code, word in words.items()}
            for column, words in (("status", STATUS), ("source", SOURCE), ("owner_reason", REASON))
        },
    )
