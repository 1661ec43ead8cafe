"""One attempt to sign in, counted by account and by address."""

import hashlib
from datetime import timedelta

from geodata.accounts import MAX_PASSWORD, Account, check_password, normal_name
from geodata.audit import note
from geodata.rate_limits import count_event, forget_events, take_back
from web import db
from web.address import address_key
from web.logs import request_id

WINDOW = timedelta(minutes=15)
#: An office has one address for many people: it may fail this many times as often as one account.
ADDRESS_FACTOR = 5


def try_sign_in(name: str, password: str) -> Account | None:
    """The account, or None when name or password is wrong.

    The attempt is counted and committed before the password is looked at, so that attempts at the same time cannot slip by
    together; a success takes its count back. Errors: ``TooManyRequests``.
    """
    name = normal_name(name)
    by_account = f"sign_in:account:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    by_address = f"sign_in:address:{address_key()}"
    limit = db.settings().signin_attempts
    # The address first: once it has to wait, it can no longer make others' accounts wait.
    for key, most in ((by_address, limit * ADDRESS_FACTOR), (by_account, limit)):
        with db.transaction() as conn:
            count_event(conn, key, most, WINDOW)
    with db.transaction() as conn:
        account = check_password(conn, name, password) if len(password) <= MAX_PASSWORD else None
        if account is None:
            # Not the name: people type their password into the wrong field.
            note(conn, "sign_in_failed", request_id=request_id())
        else:
            forget_events(conn, by_account)
            take_back(conn, by_address, WINDOW)
    return account
