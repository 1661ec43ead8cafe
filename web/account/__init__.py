"""One's own account: areas, deputies, sessions, tokens, password."""

from web.account.views import blueprint

__all__ = ["blueprint"]
