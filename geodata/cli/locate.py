"""``gridmap locate``: points of a file to the grids of another, without a database."""

import errno
import os
import sys
from pathlib import Path
from typing import Any

import click

from geodata.settings import Settings
from gridmap.datum import DATUMS
from gridmap.errors import GridmapError


class _Repeated(GridmapError):
    """Output onto an input."""

    code = "output_is_input"
    zh = "输出文件不能与输入文件相同。"
    en = "The output cannot be one of the inputs."


class _NoFolder(GridmapError):
    """An output folder that does not exist or cannot be written."""

    code = "output_unwritable"
    zh = "无法写入“{path}”：{reason}。"
    en = "“{path}” cannot be written: {reason}."


@click.command()
@click.argument("points", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--grids",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of polygons, in any reference system.",
)
@click.option("-o", "--output", required=True, help="CSV file to write; - for standard output.")
@click.option("--x", help="Column of longitude (default: found by name).")
@click.option("--y", help="Column of latitude (default: found by name).")
@click.option("--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True, help="Datum of the points.")
@click.option("--crs", help="Reference system of the points, when not degrees and not said by their file.")
@click.option("--grid-code", help="Column of the grids' codes (default: found by name).")
@click.option("--gap-limit-m", type=click.FloatRange(min=0), default=0.0, show_default=True,
              help="A point in no grid belongs to the nearest within this many metres.")  # fmt: skip
@click.option("--layer", help="Layer or sheet of the points.")
@click.option("--grid-layer", help="Layer or sheet of the grids.")
@click.option("--encoding", help="Encoding of the points' text.")
@click.pass_obj
def locate(settings: Settings, /, points: Path, grids: Path, output: str, **given: Any) -> None:
    """Give every point of POINTS its one owning grid.

    Writes every row in order with all its columns, plus grid_code, reason (inside, edge, edge_tie, gap, overlap, none) and
    distance_to_edge_m. A column of the input that has one of these names is kept as NAME_input.
    """
    from geodata.loaders.locating import locate_file

    if not Path(output).name:
        raise _NoFolder(field="output", path=output, reason=os.strerror(errno.EISDIR))
    if output != "-" and Path(output).resolve() in (points.resolve(), grids.resolve()):
        raise _Repeated(field="output")
    frame, remarks = locate_file(points, grids, **given)
    for remark in remarks:
        click.echo(remark.text("en" if settings.language == "en" else "zh"), err=True)
    if output == "-":
        frame.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        _write(frame, Path(output))


def _write(frame: Any, path: Path) -> None:
    """Write beside the target and put it in place when whole."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with made.open("w", encoding="utf-8", newline="") as file:
            frame.to_csv(file, index=False, lineterminator="\n")
        made.replace(path)
    except OSError as error:
        raise _NoFolder(field="output", path=str(path), reason=error.strerror or "?") from error
    finally:
        made.unlink(missing_ok=True)
