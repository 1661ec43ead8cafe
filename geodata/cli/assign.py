"""``gridmap assign``: derive the owners of reports again, as of filing."""

import click

from geodata.actions.assign import AssignSummary, Which, assign_reports
from geodata.database import open_engine
from geodata.settings import Settings


@click.command()
@click.option("--all", "which", flag_value="all", help="Every report.")
@click.option("--open", "which", flag_value="open", help="Reports whose work is not over.")
@click.option("--unassigned", "which", flag_value="unassigned", help="Reports without a grid.")
@click.option("--commit", is_flag=True, help="Write; without it only what would change is shown.")
@click.pass_obj
def assign(settings: Settings, which: Which | None, commit: bool) -> None:
    """Derive owners among the grids in force when each report was filed."""
    if which is None:
        raise click.UsageError("choose one of --all, --open, --unassigned")
    with open_engine(settings).connect() as conn:
        summary = assign_reports(conn, settings, which)
        _tell(summary)
        if commit:
            conn.commit()
        click.echo("committed" if commit else "dry run: nothing written; add --commit to write")


def _tell(summary: AssignSummary) -> None:
    click.echo(f"{summary.looked_at:,} reports looked at, {summary.changed:,} change their owner or its reason")
    for reason, count in sorted(summary.reasons.items()):
        click.echo(f"  {reason:<10} {count:>10,}")
    for old, new, count in summary.moves:
        click.echo(f"  {old or '—'} → {new or '—'}  {count:,}")
