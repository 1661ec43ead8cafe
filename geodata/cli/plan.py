"""``gridmap plan``: units to grids, without a database."""

from pathlib import Path
from typing import Any

import click

from geodata.settings import Settings
from gridmap.planning.wishes import MODES, Wishes

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "head": f"{'网格':>6} {'单元':>6} {'户数':>9} {'偏差':>8} {'面积（公顷）':>10} {'紧凑度':>6}",
        "more": "  …… 其余 {count:,} 个网格见 grids 图层",
        "written": "结果已写入 {path}",
    },
    "en": {
        "head": f"{'grid':>6} {'units':>6} {'weight':>9} {'from mean':>10} {'hectares':>10} {'compact':>8}",
        "more": "  ... {count:,} more are in the layer grids",
        "written": "The plan is in {path}",
    },
}
_MOST_LINES = 40


@click.command()
@click.argument("units", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--weight", required=True, help="Column of households (or another weight) in the layer units.")
@click.option("--within", help="Column of communities: no grid crosses from one into another.")
@click.option("--previous", help="Column of the grids that there are: as few households as possible change hands.")
@click.option("--heads", help="Column of building heads: units of the same one keep together where they can.")
@click.option("--target", type=float, default=400, show_default=True, help="Weight of a grid.")
@click.option("--lower", type=float, default=300, show_default=True, help="Lower bound, included.")
@click.option("--upper", type=float, default=500, show_default=True, help="Upper bound, included.")
@click.option("--k", type=int, help="Number of grids (default: by the target).")
@click.option("--mode", type=click.Choice(list(MODES)), default="fast", show_default=True, help="How thorough to be.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed gives the same plan.")
@click.option("--even", type=click.FloatRange(0), default=1.0, show_default=True, help="Weighs equal grids.")
@click.option("--compact", type=click.FloatRange(0), default=1.0, show_default=True, help="Weighs round shapes.")
@click.option("--barriers", type=click.FloatRange(0), default=1.0, show_default=True, help="Weighs roads and rivers.")
@click.option("--few-changes", type=click.FloatRange(0), default=1.0, show_default=True, help="With --previous.")
@click.option("--keep-ties", type=click.FloatRange(0), default=1.0, show_default=True, help="With --heads.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="GeoPackage to write.")
@click.pass_obj
def plan(settings: Settings, /, units: Path, output: Path, weight: str, seed: int, **given: Any) -> None:
    """Divide the units of UNITS (layers units and edges of a GeoPackage, as gridmap units writes it) into grids.

    Writes the layers units (with grid) and grids (with figures). Needs no database.
    """
    from tqdm import tqdm

    from geodata.plan_files.plan import plan_of_file, write_plan

    wishes = Wishes(**{name: given.pop(name) for name in ("even", "compact", "barriers", "few_changes", "keep_ties")})
    language = "en" if settings.language == "en" else "zh"
    with tqdm(total=100, unit="%", leave=False, disable=None) as bar:
        tables = plan_of_file(
            units, weight, wishes=wishes, rng=seed, progress=lambda done: bar.update(int(100 * done) - bar.n), **given
        )
    write_plan(tables, output)
    _tell(tables, output, language)


def _tell(tables: Any, output: Path, language: Any) -> None:
    """The table, flags and messages."""
    words = _WORDS[language]
    click.echo(words["head"])
    for grid in tables.grids.head(_MOST_LINES).itertuples():
        click.echo(
            f"{grid.grid:>6} {grid.units:>6} {grid.weight:>9,.0f} {grid.deviation_percent:>+8.1f} % "
            f"{grid.area_m2 / 1e4:>10,.1f} {grid.polsby_popper:>8.2f}"
        )
    if len(tables.grids) > _MOST_LINES:
        click.echo(words["more"].format(count=len(tables.grids) - _MOST_LINES))
    for message in tables.plan.messages:
        click.echo(message.text(language))
    for flag in tables.plan.flags[:_MOST_LINES]:
        click.echo(flag.text(language, str(flag.label + 1)), err=True)
    click.echo(words["written"].format(path=output))
