"""What changes between two versions of a plan."""

from web.plans.difference import page

__all__ = ["page"]
