"""The group of all commands, and the one table of exit codes."""

import importlib
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click

from geodata.settings import load_settings
from gridmap import __version__
from gridmap.errors import GridmapError, Language

EXIT_FINDINGS = 1
EXIT_BAD_INPUT = 2
EXIT_NO_DATABASE = 3
EXIT_INTERRUPTED = 130

_EXIT_CODES = {"database_unreachable": EXIT_NO_DATABASE}

# Modules are imported when their command is called: `gridmap locate` must not wait for SQLAlchemy.
_COMMANDS = {
    "assign": "geodata.cli.assign:assign",
    "coverage": "geodata.cli.coverage:coverage",
    "db": "geodata.cli.db:db",
    "demo": "geodata.cli.demo:demo",
    "jobs": "geodata.cli.jobs:jobs",
    "load": "geodata.cli.load:load",
    "locate": "geodata.cli.locate:locate",
    "plan": "geodata.cli.plan:plan",
    "publish": "geodata.cli.publish:publish",
    "units": "geodata.cli.units:units",
    "user": "geodata.cli.user:user",
}


class _Commands(click.Group):
    """Commands by name, imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return sorted({*_COMMANDS, *(point.name for point in _added())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in _COMMANDS:
            module, name = _COMMANDS[cmd_name].split(":")
            found: click.Command = getattr(importlib.import_module(module), name)
            return found
        added: click.Command | None = next((point.load() for point in _added() if point.name == cmd_name), None)
        return added

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GridmapError as error:
            click.echo(_message(ctx, error), err=True)
            sys.exit(_EXIT_CODES.get(error.code, EXIT_BAD_INPUT))
        except KeyboardInterrupt:
            click.echo("interrupted; nothing was written", err=True)
            sys.exit(EXIT_INTERRUPTED)


def _added() -> list[Any]:
    return list(entry_points(group="gridmap.commands"))


def _message(ctx: click.Context, error: GridmapError) -> str:
    language: Language = ctx.obj.language if ctx.obj is not None else "zh"
    where = "".join(f"[{part}] " for part in (error.field, error.row) if part is not None)
    return f"{where}{error.text(language)}"


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the installation (default: GRIDMAP_HOME or ./var).",
)
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """Grid mapping service for grid governance."""
    ctx.obj = load_settings(home=home)
