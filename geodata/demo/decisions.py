"""A few doubts about owners in the sample that its community secretary has settled, so that there are choices to count."""

from datetime import date

from sqlalchemy import Connection

from geodata.accounts import Account
from geodata.actions.acting import Actor
from geodata.actions.deciding import confirm_owner, transfer_owner
from geodata.doubts import DoubtChoice, list_doubts, tag_of_row
from geodata.scope import scope_of
from geodata.settings import Settings

#: Of the open questions in the secretary's area so many, one in so many; of these one in three goes to the likeliest other grid.
_MOST, _ONE_IN, _TRANSFERRED_ONE_IN = 12, 4, 3


def settle_doubts(conn: Connection, settings: Settings, secretary: Account, day: date) -> int:
    """Confirm and transfer what the secretary sees; gives how many."""
    by = Actor(scope_of(conn, secretary, settings.city_code, day), secretary.id, day)
    rows = list_doubts(conn, by.scope, DoubtChoice("open"), limit=_MOST * _ONE_IN)[::_ONE_IN]
    for number, row in enumerate(rows):
        others = [code for code, _share in row.alternatives if code != row.grid_code]
        if others and number % _TRANSFERRED_ONE_IN == 1:
            transfer_owner(conn, by, row.ref, others[0], tag_of_row(row))
        else:
            confirm_owner(conn, by, row.ref, tag_of_row(row))
    return len(rows)
