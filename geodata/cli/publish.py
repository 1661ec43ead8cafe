"""``gridmap publish``: days on which other grids come into force, what they bring, and re-routing the reports by hand."""

from datetime import datetime

import click
from sqlalchemy import Connection

from geodata.actions.publishing import PublicationPreview, apply_publication, preview_publication
from geodata.actions.rerouting import Published
from geodata.database import open_engine
from geodata.editions import EditionDay, edition_days
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from gridmap.errors import Language

_TOLD = 20
_WORDS = {
    "zh": {
        "none": "网格还没有启用日期：所有网格一直有效。",
        "day": "{day}  新增 {begun:,} 个、停用 {ended:,} 个、边界变动 {changed:,} 个网格  {state}",
        "waiting": "待办理", "done": "已办理：改派 {rerouted:,}，待确认 {asked:,}，不变 {kept:,}", "old": "",
        "hands": "换网格的住户 {households:,} 户、楼栋 {buildings:,} 栋、面积 {area:,.2f} 平方公里",
        "reports": "未派单案件改派 {rerouted:,} 件；在办案件待人工确认 {asked:,} 件；已办结案件归属不变 {kept:,} 件",
        "workers": "新启用的网格中还没有网格员账号：{codes}",
        "previewed": "预览：数据库未作任何改动。", "applied": "已写入数据库。",
    },
    "en": {
        "none": "No grids have a first day: all are in force since ever.",
        "day": "{day}  {begun:,} grids new, {ended:,} ended, {changed:,} with other boundaries  {state}",
        "waiting": "to be applied", "done": "applied: {rerouted:,} re-routed, {asked:,} asked about, {kept:,} kept", "old": "",
        "hands": "{households:,} households, {buildings:,} buildings, {area:,.2f} km2 change hands",
        "reports": "{rerouted:,} reports that are not dispatched are re-routed; {asked:,} in progress are asked about; {kept:,} closed ones stay",
        "workers": "New grids without an account of a worker: {codes}",
        "previewed": "A preview: the database is as it was.", "applied": "Written to the database.",
    },
}  # fmt: skip


@click.command()
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="The first day of the grids; without it all such days are listed."
)
@click.option("--preview", "apply", flag_value=False, default=False, help="Show what the day brings (default).")
@click.option(
    "--apply", "apply", flag_value=True, help="Re-route the day's reports now; the job does so at its midnight anyway."
)
@click.pass_obj
def publish(settings: Settings, day: datetime | None, apply: bool) -> None:
    """New boundaries and the reports on them: --day D --preview, --day D --apply."""
    with open_engine(settings).connect() as conn:
        if day is None:
            _list(conn, settings.language)
        elif apply:
            _tell(apply_publication(conn, settings, day.date()), settings.language)
            conn.commit()
            click.echo(_WORDS[settings.language]["applied"])
        else:
            _preview(preview_publication(conn, settings, day.date()), settings.language)


def _list(conn: Connection, language: Language) -> None:
    found = edition_days(conn, EVERYTHING)
    for each in found:
        click.echo(_line(each, language))
    if not found:
        click.echo(_WORDS[language]["none"])


def _line(each: EditionDay, language: Language) -> str:
    words = _WORDS[language]
    state = words["old" if not each.planned else "done" if each.applied_at else "waiting"]
    counts = {"rerouted": each.rerouted, "asked": each.asked, "kept": each.kept}
    return (
        words["day"]
        .format(
            day=each.day.isoformat(),
            begun=each.begun,
            ended=each.ended,
            changed=each.changed,
            state=state.format(**counts),
        )
        .rstrip()
    )


def _preview(found: PublicationPreview, language: Language) -> None:
    words, hands = _WORDS[language], found.hands
    click.echo(_line(found.grids, language))
    click.echo(words["hands"].format(households=hands.households, buildings=hands.buildings, area=hands.area_m2 / 1e6))
    _tell(found.reports, language)
    for state, count in found.by_state.items():
        click.echo(f"  {count:>10,}  {state}")
    if found.without_worker:
        more = " ..." if len(found.without_worker) > _TOLD else ""
        click.echo(words["workers"].format(codes=", ".join(found.without_worker[:_TOLD]) + more))
    click.echo(words["previewed"])


def _tell(done: Published, language: Language) -> None:
    counts = {"rerouted": done.rerouted, "asked": done.asked, "kept": done.kept}
    click.echo(_WORDS[language]["reports"].format(**counts))
    for old, new, count in done.moves[:_TOLD]:
        click.echo(f"  {count:>10,}  {old or '—'} → {new or '—'}")
