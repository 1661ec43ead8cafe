"""Who changes something in this request."""

from flask import g

from geodata.actions.acting import Actor
from geodata.days import today
from web import db
from web.logs import request_id
from web.scope import scope


def actor() -> Actor:
    """The signed-in account with its scope, the city's day, and the request that the audit log names."""
    return Actor(scope(), g.account.id, today(db.settings().zone), request_id())
