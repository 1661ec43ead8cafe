"""Today: what waits for this person, what is new or growing in their area, what they keep at hand."""

from web.today.views import home

__all__ = ["home"]
