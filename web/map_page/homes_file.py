"""Homes as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable

from flask_babel import gettext as _

from geodata.homes import Home

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def homes_csv(homes: Iterable[Home]) -> bytes:
    """UTF-8 with a mark at its start, as Excel wants it; care groups are separated by a semicolon."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([_("Stairwell"), _("Floor"), _("Room"), _("People"), _("Care groups")])
    for home in homes:
        floor = "" if home.floor is None else home.floor
        rows.writerow([_cell(home.stairwell), floor, _cell(home.room), home.people, _cell("；".join(home.care_groups))])
    return text.getvalue().encode("utf-8-sig")


def _cell(words: str) -> str:
    """Words as words: a spreadsheet must not take them for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words
