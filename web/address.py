"""The caller's address as a key for counting: a keyed hash, so that no table or log holds the address itself."""

import hashlib
import hmac
import ipaddress

from flask import current_app, request


def address_key() -> str:
    """16 hex digits for the caller's address; of IPv6 the /64 counts, which one caller has to itself."""
    address = request.remote_addr or ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        network = str(ipaddress.ip_network((parsed, 64 if parsed.version == 6 else 32), strict=False))
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, network.encode(), hashlib.sha256).hexdigest()[:16]
