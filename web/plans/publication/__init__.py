"""A plan brought into force, and taken back."""

from web.plans.publication import page

__all__ = ["page"]
