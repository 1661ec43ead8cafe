"""Words of the cards: posts, bodies, gates, service points, purposes."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

POST = {
    "grid_worker": _l("Grid worker"),
    "deputy_worker": _l("Deputy worker"),
    "branch_secretary": _l("Branch secretary"),
    "community_secretary": _l("Community secretary"),
    "community_worker": _l("Community worker"),
    "building_head": _l("Building head"),
    "desk": _l("Compound desk"),
}
#: Bodies in the order of a card.
BODY = {
    "property_company": _l("Property company"),
    "owners_committee": _l("Owners' committee"),
    "property_committee": _l("Property committee"),
    "party_branch": _l("Party branch"),
    "desk": _l("Compound desk"),
    "heating": _l("Heating company"),
    "water": _l("Water company"),
}
GATE = {
    "vehicle": lazy_pgettext("kind of gate", "vehicles"),
    "pedestrian": lazy_pgettext("kind of gate", "pedestrians"),
}
SERVICE = {
    "service_hall": _l("Service hall"),
    "mediation": _l("Mediation room"),
    "police": _l("Police room"),
    "shelter": _l("Emergency shelter"),
    "clinic": _l("Clinic"),
    "day_care": _l("Day care for the elderly"),
    "canteen": _l("Canteen for the elderly"),
    "rest_station": _l("Rest station"),
    "culture": _l("Culture room"),
    "parcel": _l("Parcel station"),
    "charging": _l("Charging for bicycles"),
    "recycling": _l("Recycling point"),
    "toilet": _l("Public toilet"),
    "other": _l("Other service point"),
}
#: Kinds by the colour that they share on the map (maps/points.js); the sign tells them apart.
SERVICE_GROUP = {
    "public": (_l("Offices and safety"), ("service_hall", "mediation", "police", "shelter")),
    "care": (_l("Health and care"), ("clinic", "day_care", "canteen")),
    "daily": (_l("Daily needs"), ("rest_station", "culture", "parcel", "charging", "recycling", "toilet", "other")),
}
PURPOSE = {
    "home_visit": lazy_pgettext("purpose", "Home visit"),
    "case_check": lazy_pgettext("purpose", "Checking a case"),
    "emergency": lazy_pgettext("purpose", "Emergency"),
    "update": lazy_pgettext("purpose", "Updating the records"),
    "other": lazy_pgettext("purpose", "Other"),
}


def tel(phone: str) -> str:
    """A number as ``tel:`` links take it.

    >>> tel("0471-123 4567")
    'tel:0471-1234567'
    """
    return "tel:" + "".join(sign for sign in phone if sign.isdigit() or sign in "+-,*#")


def words() -> dict[str, Any]:
    """The names for templates of the map page."""
    return {
        "post_word": lambda kind: str(POST[kind]),
        "body_word": lambda kind: str(BODY[kind]),
        "bodies_in_order": tuple(BODY),
        "gate_word": lambda kind: str(GATE[kind]),
        "service_word": lambda kind: str(SERVICE.get(kind) or kind),
        "purposes": PURPOSE,
        "tel": tel,
    }
