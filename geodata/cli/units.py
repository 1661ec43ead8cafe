"""``gridmap units``: layers of a community or a city to atomic units, without a database."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from geodata.settings import Settings
from gridmap.planning.units import Rules
from gridmap.planning.units.words import ADJUSTMENTS

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "units": "{units:,} 个基础单元，{households:,} 户，{buildings:,} 栋楼，{edges:,} 条相邻关系；坐标系 {crs}",
        "adjusted": "已作调整（明细见 adjustments 图层）：",
        "line": "  {count:>8,}  {word}",
        "written": "结果已写入 {path}",
    },
    "en": {
        "units": "{units:,} units, {households:,} households, {buildings:,} buildings, {edges:,} edges; in {crs}",
        "adjusted": "Adjusted (listed in the layer adjustments):",
        "line": "  {count:>8,}  {word}",
        "written": "Units are in {path}",
    },
}


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--boundary", required=True, type=_FILE, help="Polygons of communities; each row is cut for itself.")
@click.option("--roads", type=_FILE, help="Lines of roads.")
@click.option("--buildings", required=True, type=_FILE, help="Polygons (or points) of buildings.")
@click.option("--rail", type=_FILE, help="Lines or ground of railways.")
@click.option("--water", type=_FILE, help="Lines of streams, polygons of rivers and lakes.")
@click.option("--compounds", type=_FILE, help="Polygons of residential compounds.")
@click.option("--households", help="Column of households in the buildings (default: found by name).")
@click.option("--people", help="Column of people in the buildings, instead of households.")
@click.option("--people-per-household", type=float, default=2.5, show_default=True, help="With --people.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="GeoPackage to write.")
@click.option("--road-class", help="Column of the roads' class (default: found by name).")
@click.option("--target", type=click.IntRange(1), default=400, show_default=True, help="Households of a grid.")
@click.option("--lower", type=click.IntRange(1), default=300, show_default=True, help="Lower bound of a grid.")
@click.option(
    "--upper", type=click.IntRange(1), default=500, show_default=True, help="Compounds up to this stay whole."
)
@click.option("--datum", multiple=True, help="[LAYER=]DATUM of degrees: wgs84 (default), cgcs2000, gcj02, bd09.")
@click.option("--crs", multiple=True, help="LAYER=CRS; wins over what the file says.")
@click.option("--layer", multiple=True, help="LAYER=NAME of the layer in a file with several.")
@click.option("--metric-crs", help="Plane to work in (default: the boundary's own in metres, else its UTM zone).")
@click.pass_obj
def units(settings: Settings, /, output: Path, **given: Any) -> None:
    """Cut communities into atomic units that grids are made of. Needs no database.

    Writes a GeoPackage with the layers units (unit_id, households, kind, compound, ...), edges (a, b, border_m, barrier) and
    adjustments. LAYER is boundary, roads, buildings, rail, water or compounds.
    """
    from tqdm import tqdm

    from geodata.plan_files.layers import ROLES, by_role
    from geodata.plan_files.units import Weights, units_of_files, write_units

    rules = Rules(target=given["target"], lower=given["lower"], upper=given["upper"])
    language = "en" if settings.language == "en" else "zh"
    with tqdm(total=100, unit="%", leave=False, disable=None) as bar:
        tables, notes = units_of_files(
            {role: given[role] for role in ROLES if given[role] is not None},
            Weights(given["households"], given["people"], given["people_per_household"]),
            rules,
            layers=by_role(given["layer"], plain=False),
            crs=by_role(given["crs"], plain=False),
            datum=by_role(given["datum"], plain=True),
            metric_crs=given["metric_crs"],
            road_class=given["road_class"],
            progress=lambda done, _step: bar.update(int(100 * done) - bar.n),
        )
    write_units(tables, output)
    for note in notes:
        click.echo(note.text("en" if language == "en" else "zh"), err=True)
    _tell(tables, output, language)


def _tell(tables: Any, output: Path, language: str) -> None:
    words = _WORDS[language]
    found = tables.units
    click.echo(
        words["units"].format(
            units=len(found), households=int(found["households"].sum()), buildings=int(found["buildings"].sum()),
            edges=len(tables.edges), crs=found.crs.to_string() if found.crs.to_authority() else found.crs.name,
        )
    )  # fmt: skip
    counts = Counter(tables.adjustments["kind"])
    if counts:
        click.echo(words["adjusted"])
        for kind, count in counts.most_common():
            click.echo(words["line"].format(count=count, word=ADJUSTMENTS[kind][language]))
    click.echo(words["written"].format(path=output))
