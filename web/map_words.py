"""Words and numbers that the map pages share."""

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from gridmap.privacy import shown
from web.i18n import language
from web.words import placing_word, reason_word, source_word, status_word

GRID_KIND = {
    "general": _l("General grid"),
    "special": _l("Special grid"),
    "rural": _l("Rural grid"),
    "pastoral": _l("Pastoral grid"),
}
PLACE_KIND = {
    "grid": lazy_pgettext("kind of place", "Grid"),
    "community": _l("Community"),
    "street": _l("Street"),
    "district": _l("District"),
    "city": _l("City"),
}


def grid_kind_word(kind: str) -> str:
    """A grid's kind in words."""
    return str(GRID_KIND[kind])


def place_kind_word(kind: str) -> str:
    """Grid or a division's level in words."""
    return str(PLACE_KIND[kind])


def place_name(place: Any) -> str:
    """The name of a grid or division (``name``, ``name_en``, ``code``) in the language of the page."""
    return str((language() == "en" and place.name_en) or place.name or place.code)


def thousands(number: int) -> str:
    """A whole number with grouped thousands.

    >>> thousands(156385)
    '156,385'
    """
    return f"{number:,}"


def percent(share: float | None) -> str:
    """A share of a probability as people read it, "" for none.

    >>> percent(0.804), percent(0.004), percent(None)
    ('80%', '<1%', '')
    """
    if share is None:
        return ""
    return "<1%" if 0 < share < 0.01 else f"{share:.0%}"


def day_before(end: date) -> date:
    """The last day of a time that ends before ``end``."""
    return end - timedelta(days=1)


def days_before(day: date, days: int) -> str:
    """The first of the last so many days that end with ``day``.

    >>> days_before(date(2026, 11, 20), 30)
    '2026-10-22'
    """
    return (day - timedelta(days=days - 1)).isoformat()


def helpers() -> dict[str, Any]:
    """The names for templates of map pages."""
    return {
        "grid_kind_word": grid_kind_word,
        "place_kind_word": place_kind_word,
        "place_name": place_name,
        "placing_word": placing_word,
        "reason_word": reason_word,
        "source_word": source_word,
        "status_word": status_word,
        "thousands": thousands,
        "shown": shown,
        "days_before": days_before,
        "day_before": day_before,
    }
