"""The planning table: its page, and the JSON and files that go between it and the server."""

from web.plans.table import files, ground, merging, page, suggestions, versions

__all__ = ["files", "ground", "merging", "page", "suggestions", "versions"]
