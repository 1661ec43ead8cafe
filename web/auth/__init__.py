"""Sign in and out."""

from web.auth.views import blueprint

__all__ = ["blueprint"]
