"""Last year on a version of a plan."""

from web.plans.replay import page

__all__ = ["page"]
