"""``gridmap demo``: the sample city."""

import sys
import time
from datetime import datetime

import click

from geodata.cli.interrupting import cancelled_by_interrupt
from geodata.cli.main import EXIT_FINDINGS
from geodata.database import open_engine
from geodata.demo_accounts import Offer, offered_accounts
from geodata.settings import Settings

_KINDS = {
    "zh": {
        "divisions": "行政区划", "grids": "网格", "compounds": "小区", "gates": "大门", "buildings": "楼栋", "stairwells": "单元", "households": "户",
        "units": "单位", "people": "工作人员岗位", "bodies": "小区组织", "roads": "道路", "landcover": "水系绿地", "service-points": "服务点", "reports": "案件",
        "accounts": "账号", "events": "办理过程", "photos": "照片", "plans": "划分方案", "streets": "街道",
    },
    "en": {},
}  # fmt: skip
_WORDS = {
    "zh": {
        "kept": "数据库中已有数据，未装入示例城市。", "making": "生成示例城市（种子 {seed}，规模 {size}）……",
        "loaded": "示例城市已装入，用时 {seconds:.1f} 秒。全部为虚构数据；用 gridmap demo remove 删除。",
        "taken": "以下账号名已被占用，未建示例账号：{names}。", "sign_in": "可用示例账号登录：{names}；密码均为 {password}（仅供试用，gridmap demo accounts 可再次查看）。",
        "none": "没有示例账号。", "kept_accounts": "{count} 个示例账号因操作日志中有记录而保留：已停用并改名为 demo-removed-编号。",
        "removed": "示例城市已删除：共 {count:,} 行。", "divisions": "{count} 个行政区划因仍被使用而保留（已去掉虚构的边界）。",
    },
    "en": {
        "kept": "The database already holds data; the sample city was not loaded.", "making": "Making the sample city (seed {seed}, size {size}) ...",
        "loaded": "The sample city is loaded after {seconds:.1f} s. All of it is invented; `gridmap demo remove` takes it out.",
        "taken": "These names belong to other accounts, so no demo account was made: {names}.",
        "sign_in": "Accounts to try: {names}; the password of all is {password} (`gridmap demo accounts` tells it again).",
        "none": "There are no demo accounts.",
        "kept_accounts": "{count} demo accounts stay because the log of what was done names them: disabled, now called demo-removed-ID.",
        "removed": "The sample city is removed: {count:,} rows.",
        "divisions": "{count} divisions stay because other data needs them (without their invented borders).",
    },
}  # fmt: skip


@click.group()
def demo() -> None:
    """The synthetic sample city: to look at while the database is empty."""


@demo.command()
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed makes another city."
)
@click.option("--size", default="small", show_default=True, help="tiny, small or city.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database holds any division, grid or report.")
@click.option("--no-accounts", is_flag=True, help="Without the accounts that everybody knows the password of.")
@click.pass_obj
def load(settings: Settings, seed: int, size: str, if_empty: bool, no_accounts: bool) -> None:
    """Make the city and load it into an empty database, all or nothing."""
    from geodata.demo import make_city
    from geodata.demo.sample import load_city, occupied_by, sample_of
    from geodata.jobs.coverage import ask_for_coverage

    words = _WORDS[settings.language]
    started = time.monotonic()
    with open_engine(settings).begin() as conn, cancelled_by_interrupt(conn):
        if if_empty and occupied_by(conn):
            click.echo(words["kept"])
            return
        click.echo(words["making"].format(seed=seed, size=size))
        today = datetime.now(settings.zone).date()
        show = _Lines(_KINDS[settings.language])
        city = make_city(seed, size, today, progress=lambda done, count: show("streets", done, count))
        load_city(conn, settings, city, show, accounts=not no_accounts)
        ask_for_coverage(conn)
        offer, taken = offered_accounts(conn), (sample_of(conn) or {}).get("names_taken")
    click.echo(words["loaded"].format(seconds=time.monotonic() - started))
    if offer:
        click.echo(words["sign_in"].format(names=_names(offer), password=offer.password))
    if taken:
        click.echo(words["taken"].format(names=", ".join(taken)))


def _names(offer: Offer) -> str:
    return ", ".join(each.name for each in offer.accounts)


@demo.command()
@click.pass_obj
def accounts(settings: Settings) -> None:
    """List the accounts to try every role with, and their password. Exit code 1 when there are none."""
    language = settings.language
    with open_engine(settings).connect() as conn:
        offer = offered_accounts(conn)
    if offer is None:
        click.echo(_WORDS[language]["none"])
        sys.exit(EXIT_FINDINGS)
    for each in offer.accounts:
        click.echo(f"  {each.name:<12}{each.role:<22}{each.en if language == 'en' else each.zh}")
    click.echo(_WORDS[language]["sign_in"].format(names=_names(offer), password=offer.password))


class _Lines:
    """Progress as one line for each kind; while it grows, a terminal sees it change, a log gets a line at each tenth."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self._kinds = kinds
        self._tenth = 0

    def __call__(self, kind: str, done: int, rows: int) -> None:
        line = f"  {done:>9,}  {self._kinds.get(kind, kind)}"
        if done == rows:
            click.echo(f"{line}       ")
            self._tenth = 0
        elif sys.stdout.isatty():
            click.echo(f"{line}  {100 * done // rows} %\r", nl=False)
        elif 10 * done // rows > self._tenth:
            click.echo(f"{line}  {100 * done // rows} %")
            self._tenth = 10 * done // rows


@demo.command()
@click.option(
    "--with-reports", is_flag=True, help="Also the reports that were filed onto the sample's grids for trial."
)
@click.pass_obj
def remove(settings: Settings, with_reports: bool) -> None:
    """Take exactly the sample out again; refused while other data depends on it."""
    from geodata.demo.removal import remove_sample
    from geodata.photos import remove_files

    words = _WORDS[settings.language]
    with open_engine(settings).begin() as conn, cancelled_by_interrupt(conn):
        removed = remove_sample(conn, with_reports=with_reports)
    remove_files(settings, removed.photo_files)
    click.echo(words["removed"].format(count=sum(removed.rows.values())))
    if removed.accounts_kept:
        click.echo(words["kept_accounts"].format(count=removed.accounts_kept))
    if removed.divisions_kept:
        click.echo(words["divisions"].format(count=removed.divisions_kept))
