"""Notices: what an account was told, with a mark of what it has read."""

from web.notices.views import blueprint

__all__ = ["blueprint"]
