"""``gridmap assign``: derive the owners of reports again, as of filing."""

import click

from geodata.actions.assign import AssignSummary, Which, assign_reports
from geodata.database import open_engine
from geodata.settings import Settings
from gridmap.errors import Language

_WORDS = {
    "zh": {
        "counted": "检查 {looked_at:,} 件，其中 {changed:,} 件的所属网格或判定原因有变化",
        "committed": "已写入数据库。",
        "dry_run": "试运行：数据库未作任何改动；加 --commit 才会写入。",
        "inside": "网格内",
        "edge": "边界上",
        "edge_tie": "压线判定",
        "gap": "空白区就近",
        "overlap": "重叠择一",
        "none": "无归属网格",
    },
    "en": {
        "counted": "{looked_at:,} reports looked at, {changed:,} change their owner or its reason",
        "committed": "Written to the database.",
        "dry_run": "Dry run: nothing was written; add --commit to write.",
    },
}


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
        _tell(summary, settings.language)
        if commit:
            conn.commit()
    click.echo(_WORDS[settings.language]["committed" if commit else "dry_run"])


def _tell(summary: AssignSummary, language: Language) -> None:
    words = _WORDS[language]
    click.echo(words["counted"].format(looked_at=summary.looked_at, changed=summary.changed))
    for reason, count in sorted(summary.reasons.items()):
        click.echo(f"  {count:>10,}  {words.get(reason, reason)}")
    for old, new, count in summary.moves:
        click.echo(f"  {count:>10,}  {old or '—'} → {new or '—'}")
