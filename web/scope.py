"""What the caller of this request may see."""

from flask import g

from geodata.actions import PlaceAnswer
from geodata.days import today
from geodata.scope import OutsideArea, Scope, scope_of
from web import db


def scope() -> Scope:
    """The scope of the signed-in account, asked for once a request. Views that need no account have none to ask for."""
    if "scope" not in g:
        settings = db.settings()
        g.scope = scope_of(db.connection(), g.account, settings.city_code, today(settings.zone))
    found: Scope = g.scope
    return found


def holds_place(place: PlaceAnswer) -> bool:
    """Whether the place's grid or community is one that the caller may see."""
    codes = [named.code if named else None for named in (place.grid, place.community)]
    return scope().holds(*codes)


def check_place(place: PlaceAnswer) -> None:
    """Errors: ``OutsideArea`` when the place belongs to a grid that the caller may not see."""
    if not holds_place(place):
        raise OutsideArea(field="lon")
