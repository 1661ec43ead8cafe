"""``gridmap jobs``: the runner, and what it has done."""

import logging
import signal

import click

from geodata.database import open_engine
from geodata.settings import Settings


@click.group()
def jobs() -> None:
    """Long work in the queue."""


@jobs.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Run jobs until stopped (scripts/run starts one of these)."""
    import geodata.jobs.addresses
    import geodata.jobs.assign
    import geodata.jobs.coverage
    import geodata.jobs.exports
    import geodata.jobs.housekeeping
    import geodata.jobs.loads
    import geodata.jobs.planning
    import geodata.jobs.positions
    import geodata.jobs.publishing
    import geodata.jobs.snapshots  # noqa: F401  (each registers its kinds)
    from geodata.jobs.runner import Runner

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    runner = Runner(open_engine(settings), settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runner.stop())
    runner.run()


@jobs.command(name="list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.pass_obj
def list_(settings: Settings, limit: int) -> None:
    """The latest jobs, newest first."""
    from geodata.jobs import recent_jobs

    with open_engine(settings).connect() as conn:
        for row in recent_jobs(conn, limit):
            click.echo(
                f"{row.created_at:%Y-%m-%d %H:%M} {row.kind:<16} {row.state:<9} {row.progress:4.0%} {row.message}"
            )
