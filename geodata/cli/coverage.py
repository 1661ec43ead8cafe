"""``gridmap coverage``: checks of grids."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from geodata.cli.main import EXIT_FINDINGS
from geodata.settings import Settings

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "gap": "空白区", "overlap": "交叉重叠", "sliver": "细缝（宽不足 1 米）", "edge": "超出边界", "clean": "网格严密拼合，没有发现问题。",
        "line": "  {count:>8,}  {word}，共 {area:,.1f} 平方米", "written": "结果已写入 {path}",
    },
    "en": {
        "gap": "gaps", "overlap": "overlaps", "sliver": "slivers (thinner than 1 m)", "edge": "beyond the boundary",
        "clean": "The grids tile the boundary: nothing found.", "line": "  {count:>8,}  {word}, {area:,.1f} m2 together",
        "written": "Findings are in {path}",
    },
}  # fmt: skip


@click.group()
def coverage() -> None:
    """Checks of grids: gaps, overlaps, slivers."""


@coverage.command()
@click.argument("grids", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--boundary",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of the areas that the grids must tile; no grid crosses from one row into another.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="GeoPackage to write.")
@click.option(
    "--buildings",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of buildings: findings then tell the households on their ground.",
)
@click.option("--households", help="Column of households in --buildings (default: found by name, else one each).")
@click.option("--grid-code", help="Column of the grids' codes (default: found by name).")
@click.option("--crs", help="Reference system of GRIDS; wins over what the file says.")
@click.option("--layer", help="Layer or sheet of GRIDS.")
@click.option("--boundary-layer", help="Layer or sheet of the boundary.")
@click.pass_obj
def tiling(settings: Settings, /, grids: Path, boundary: Path, output: Path, **given: Any) -> None:
    """Do the polygons of GRIDS tile the boundary? Needs no database.

    Writes a GeoPackage with finding_id, kind (gap, overlap, sliver, edge), grid_a, grid_b, area_m2, households, cause.
    Exit code 0: clean; 1: findings; 2: a file or an option is wrong.
    """
    from geodata.coverage.tiling_file import check_tiling, write_findings

    findings, remarks = check_tiling(grids, boundary, **given)
    write_findings(findings, output)
    words = _WORDS["en" if settings.language == "en" else "zh"]
    for remark in remarks:
        click.echo(remark.text("en" if settings.language == "en" else "zh"), err=True)
    for kind, count in Counter(findings["kind"]).items():
        area = findings.loc[findings["kind"] == kind, "area_m2"].sum()
        click.echo(words["line"].format(count=count, word=words[kind], area=area))
    click.echo(words["written"].format(path=output) if len(findings) else words["clean"])
    if len(findings):
        sys.exit(EXIT_FINDINGS)
