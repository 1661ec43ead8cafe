"""Homes as a file for a spreadsheet."""

from collections.abc import Iterable

from flask_babel import gettext as _

from geodata.homes import Home
from web.sheets import as_csv


def homes_csv(homes: Iterable[Home]) -> bytes:
    """One line a home; care groups are separated by a semicolon."""
    heading = [_("Stairwell"), _("Floor"), _("Room"), _("People"), _("Care groups")]
    rows = [[home.stairwell, home.floor, home.room, home.people, "；".join(home.care_groups)] for home in homes]
    return as_csv([heading, *rows])
