"""``gridmap load``: files into the layers and reports; shows what it would do until given ``--commit``."""

import signal
import sys
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import click
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from geodata.cli.main import EXIT_FINDINGS
from geodata.database import DatabaseUnreachable, open_engine
from geodata.jobs.loads import ask_after_load
from geodata.loaders import KINDS, LoadOptions, LoadSummary, load_file
from geodata.loaders.columns import parse_mapping
from geodata.loaders.rejects_file import check_rejects_path, default_rejects_path, write_rejects
from geodata.settings import Settings
from gridmap.datum import DATUMS
from gridmap.errors import Language

_STEPS = {"zh": {"read": "读取", "check": "检查", "owners": "归属", "copy": "入库", "write": "比对写入"},
          "en": {"read": "read", "check": "check", "owners": "owners", "copy": "copy", "write": "write"}}  # fmt: skip


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--datum",
    type=click.Choice(DATUMS),
    default="wgs84",
    show_default=True,
    help="Datum of the file's degrees; converted to WGS84.",
)
@click.option("--crs", help="Reference system of the file (EPSG:4546 ...); wins over what the file says.")
@click.option("--layer", help="Layer of a GeoPackage, sheet of a workbook, file in a zip.")
@click.option(
    "--map", "pairs", metavar="FIELD=COLUMN", multiple=True, help="Which column is which field; may be repeated."
)
@click.option(
    "--set",
    "constants",
    metavar="FIELD=VALUE",
    multiple=True,
    help="One value for a field in all rows; may be repeated.",
)
@click.option(
    "--time-zone",
    help="The file's wall clocks are in this zone, whatever their label says (default: labels, then the city's zone).",
)
@click.option("--encoding", help="Encoding of text (default: found out among UTF-8, UTF-16 with a mark, GB18030).")
@click.option("--repair", is_flag=True, help="Mend invalid polygons; each is listed with its change of area.")
@click.option("--swap-axes", is_flag=True, help="The file has latitude first.")
@click.option(
    "--valid-from", type=click.DateTime(["%Y-%m-%d"]), help="First day of new editions of grids (default: today)."
)
@click.option(
    "--edition",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Divisions: FILE is a whole edition in force from this day; what it leaves out is retired.",
)
@click.option("--source-name", help="Whose keys the reports bear (default: reports); keys are unique within it.")
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for rejected rows (default: FILE.rejects.csv here).",
)
@click.option("--commit", is_flag=True, help="Write; without it nothing is changed.")
@click.pass_obj
def load(settings: Settings, /, kind: str, file: Path, rejects: Path | None, commit: bool, **given: Any) -> None:
    """Load FILE as KIND: new, changed and unchanged rows are counted, rejected ones told and kept in a file.

    Exit code 0: all rows taken; 1: some rejected; 2: the file or an option is wrong.
    """
    options = _options(given)
    language: Language = "en" if settings.language == "en" else "zh"
    kept = rejects or default_rejects_path(file)
    with open_engine(settings).connect() as conn:
        check_rejects_path(kept, file)
        try:
            summary = _interruptible(conn, settings, kind, file, options, language)
            if summary.rejected_rows is not None:
                summary.rejects_file = kept
                write_rejects(summary.rejected_rows, kept)
            if commit:
                ask_after_load(conn, kind)
                _commit(conn)
                summary.committed = True
            else:
                conn.rollback()
        except OperationalError as error:
            raise DatabaseUnreachable(reason=str(error.orig).strip().splitlines()[0]) from error
    for line in summary.lines(language):
        click.echo(line)
    if summary.rejected:
        sys.exit(EXIT_FINDINGS)


def _options(given: dict[str, Any]) -> LoadOptions:
    first_day: datetime | None = given["valid_from"]
    edition: datetime | None = given["edition"]
    return LoadOptions(
        datum=given["datum"],
        crs=given["crs"],
        layer=given["layer"],
        encoding=given["encoding"],
        mapping=parse_mapping(given["pairs"]),
        constants=parse_mapping(given["constants"]),
        time_zone=given["time_zone"],
        repair=given["repair"],
        swap_axes=given["swap_axes"],
        valid_from=first_day.date() if first_day else None,
        edition=edition.date() if edition else None,
        source_name=given["source_name"],
    )


def _commit(conn: Connection) -> None:
    """Commit without hearing Ctrl-C: heard after it, "nothing was written" would no longer be true."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        conn.commit()
    finally:
        signal.signal(signal.SIGINT, before)


def _interruptible(
    conn: Connection, settings: Settings, kind: str, file: Path, options: LoadOptions, language: Language
) -> LoadSummary:
    """Load in a thread, so that Ctrl-C is heard while the database works.

    The statement that runs is cancelled, a step outside the database is the last one; the caller rolls back.
    """
    from tqdm import tqdm

    steps = _STEPS[language]
    shown = "{desc} {bar} {n_fmt}/{total_fmt} {elapsed}"
    bar = tqdm(total=len(steps), disable=not sys.stderr.isatty(), leave=False, bar_format=shown)
    stopped = Event()

    def tell(step: str) -> None:
        if stopped.is_set():
            raise CancelledError
        bar.set_description_str(steps[step])
        bar.update(1 if bar.n < bar.total else 0)

    with ThreadPoolExecutor(max_workers=1) as pool, bar:
        running = pool.submit(load_file, conn, settings, kind, file, options, progress=tell)
        try:
            return running.result()
        except KeyboardInterrupt:
            stopped.set()
            driver: Any = conn.connection.dbapi_connection
            while not running.done():
                driver.cancel()
                wait([running], timeout=0.5)
            raise
