"""``gridmap serve``: the web service alone, on this machine. ``scripts/run`` starts everything together."""

import os
import sys
from pathlib import Path

import click

from geodata.database import open_engine
from geodata.settings import Settings, environment_name

_PACKAGE = Path(__file__).parent


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--debug", is_flag=True, help="Development server: reloads changed code. Only on this machine.")
@click.pass_obj
def serve(settings: Settings, host: str, port: int, workers: int, debug: bool) -> None:
    """Serve the pages and the interface until stopped."""
    open_engine(settings)  # says what to do when there is no database
    # Server processes read their settings themselves: the home chosen on the command line goes along.
    os.environ[environment_name("home")] = str(settings.home)
    if debug:
        _serve_debug(settings, host, port)
        return
    program = [sys.executable, "-m", "gunicorn", "--config", str(_PACKAGE / "gunicorn.py"), "--bind", f"{host}:{port}"]
    os.execv(sys.executable, [*program, "--workers", str(workers), "web:create_app()"])  # noqa: S606


def _serve_debug(settings: Settings, host: str, port: int) -> None:
    from web import create_app

    if host not in ("127.0.0.1", "::1", "localhost"):
        raise click.UsageError("--debug listens on this machine only")
    create_app(settings).run(host, port, debug=True, use_reloader=True, threaded=True)
