"""The issue heatmap: where the problems are, of which kind, when."""

from web.heat.views import blueprint

__all__ = ["blueprint"]
