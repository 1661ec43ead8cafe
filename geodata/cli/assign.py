"""``gridmap assign``: derive the owners of reports again, as of filing."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import click
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from geodata.actions.assign import AssignRun, AssignSummary, assign_in_batches
from geodata.cli.main import EXIT_INTERRUPTED
from geodata.database import DatabaseUnreachable, open_engine
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.owners.batches import ReportChoice, Which
from geodata.settings import Settings
from gridmap.errors import Language

_WORDS = {
    "zh": {
        "counted": "检查 {looked_at:,} 件，其中 {changed:,} 件的所属网格或判定原因有变化",
        "rerouted": "换网格 {rerouted:,} 件；仅更新到边界距离或把握度 {renewed:,} 件；保留人工判定 {decided:,} 件",
        "overtaken": "{overtaken:,} 件在此期间已被他人改动，保留他人的结果",
        "committed": "已写入数据库。",
        "dry_run": "试运行：数据库未作任何改动；加 --commit 才会写入。",
        "stopped": "已中断：此前各批已写入并保留；再次运行即可接着做。",
        "working": "归属重算",
        "inside": "网格内",
        "edge": "边界上",
        "edge_tie": "压线判定",
        "gap": "空白区就近",
        "overlap": "重叠择一",
        "none": "无归属网格",
        "address": "地址匹配",
        "decided": "人工判定",
    },
    "en": {
        "counted": "{looked_at:,} reports looked at, {changed:,} change their owner or its reason",
        "rerouted": "{rerouted:,} get another grid; {renewed:,} only another distance or share; {decided:,} stay as a person decided",
        "overtaken": "{overtaken:,} were changed by somebody else in the meantime and stay as they left them",
        "committed": "Written to the database.",
        "dry_run": "Dry run: nothing was written; add --commit to write.",
        "stopped": "Interrupted: the batches before are written and stay; run it again to go on.",
        "working": "assigning",
    },
}


@click.command()
@click.option("--all", "which", flag_value="all", help="Every report.")
@click.option("--open", "which", flag_value="open", help="Reports whose work is not over.")
@click.option("--unassigned", "which", flag_value="unassigned", help="Reports without a grid.")
@click.option("--area", metavar="CODE", help="Only those of a district, a smaller division or a grid.")
@click.option("--commit", is_flag=True, help="Write; without it only what would change is shown.")
@click.pass_obj
def assign(settings: Settings, which: Which | None, area: str | None, commit: bool) -> None:
    """Derive owners among the grids in force when each report was filed.

    Each batch is written by itself: interrupted, what was written stays, and running it again goes on.
    """
    if which is None:
        raise click.UsageError("choose one of --all, --open, --unassigned")
    from tqdm import tqdm

    words, engine, shown = _WORDS[settings.language], open_engine(settings), "{desc} {bar} {percentage:3.0f}% {elapsed}"
    with engine.connect() as conn:
        run = AssignRun.planned(conn, ReportChoice(which, area))
    bar = tqdm(total=1.0, desc=words["working"], disable=not sys.stderr.isatty(), leave=False, bar_format=shown)
    with bar, _stopped_by_interrupt() as stopping:

        def keep(conn: Connection, run: AssignRun) -> bool:
            bar.update(run.share - bar.n)
            if commit and run.summary.changed:
                ask_for_snapshot(conn)
            return stopping.is_set()

        try:
            run = assign_in_batches(engine, settings, run, keep, write=commit)
        except OperationalError as error:
            raise DatabaseUnreachable(reason=str(error.orig).strip().splitlines()[0]) from error
    _tell(run.summary, settings.language)
    if len(run.done) < len(run.batches):
        click.echo(words["stopped"] if commit else words["dry_run"])
        sys.exit(EXIT_INTERRUPTED)
    click.echo(words["committed" if commit else "dry_run"])


@contextmanager
def _stopped_by_interrupt() -> Iterator[Event]:
    """Inside, Ctrl-C asks to stop after the batches at hand."""
    asked = Event()
    before = signal.signal(signal.SIGINT, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(summary: AssignSummary, language: Language) -> None:
    words, counts = _WORDS[language], summary.as_json(0)
    click.echo(words["counted"].format(**counts))
    click.echo(words["rerouted"].format(**counts))
    if summary.overtaken:
        click.echo(words["overtaken"].format(**counts))
    for reason, count in sorted(summary.reasons.items()):
        click.echo(f"  {count:>10,}  {words.get(reason, reason)}")
    for old, new, count in summary.moves:
        click.echo(f"  {count:>10,}  {old or '—'} → {new or '—'}")
