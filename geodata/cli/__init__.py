"""The command line: ``gridmap ...``. A command a file; packages above add theirs by the entry-point group ``gridmap.commands``."""

from geodata.cli.main import main

__all__ = ["main"]
