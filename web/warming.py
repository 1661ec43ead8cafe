"""Have the names of the city read before anybody asks: the first question of a process would wait seconds for them."""

import logging
import threading

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from geodata.addresses.finding import address_index
from gridmap.errors import GridmapError
from web import db

log = logging.getLogger(__name__)

#: Seconds from one look at the layers to the next.
_EVERY_S = 10.0


def keep_warm(app: Flask) -> None:
    """Read the names in the background of this process, again whenever a layer has changed and at midnight.

    Answers never rest on it: each question looks at the layers itself and reads what is not there.
    """
    threading.Thread(target=_keep, args=(app, threading.Event()), name="warming", daemon=True).start()


def warm(app: Flask) -> None:
    """Read what is not read yet; a database that is away is left to the questions to tell of."""
    with app.app_context():
        try:
            address_index(db.connection(), db.settings())
        except (SQLAlchemyError, GridmapError) as error:
            log.info("names are not read yet: %s", type(error).__name__)


def _keep(app: Flask, stopped: threading.Event) -> None:
    warm(app)
    while not stopped.wait(_EVERY_S):
        warm(app)
