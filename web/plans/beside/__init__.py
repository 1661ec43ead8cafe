"""Two versions side by side."""

from web.plans.beside import page

__all__ = ["page"]
