"""The way of a plan through its steps, and what is said about it."""

from web.plans.way import page, talking

__all__ = ["page", "talking"]
