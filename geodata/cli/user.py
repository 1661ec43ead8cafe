"""``gridmap user``: accounts, their passwords and tokens."""

import sys
from datetime import timedelta

import click

from geodata import accounts, tokens
from geodata.account_areas import set_areas
from geodata.audit import note
from geodata.database import open_engine
from geodata.settings import Settings
from geodata.units import unit_by_code
from gridmap.access import GRANTS, Role

_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking twice."
)
_SEES_NOTHING = "This account has no area or unit yet, so it sees nothing: give it one with --area or --unit, or on the page 系统管理."
_NO_SESSIONS_LEFT = "sessions ended"


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    found: str = click.prompt("Password", hide_input=True, confirmation_prompt="Again")
    return found


@click.group()
def user() -> None:
    """Accounts: who may sign in, as what."""


@user.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]), help="What the account may do.")
@click.option("--display-name", default="", help="The name that pages show.")
@click.option(
    "--area", "areas", multiple=True, help="Code of a division or grid that the account sees; may come several times."
)
@click.option("--unit", "unit_code", help="Code of the unit that the account belongs to.")
@_PASSWORD_STDIN
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    role: str,
    display_name: str,
    areas: tuple[str, ...],
    unit_code: str | None,
    password_stdin: bool,
) -> None:
    """Make an account; the password has at least 10 characters and is not the name.

    Without --area, roles that may have the whole city get it; others see nothing until they get an area or a unit.
    """
    engine = open_engine(settings)
    password = _password(password_stdin)
    with engine.begin() as conn:
        unit_id = unit_by_code(conn, unit_code).id if unit_code else None
        made = accounts.add_account(conn, name, password, role, display_name, unit_id=unit_id)
        set_areas(conn, made, areas)
        note(conn, "account_added", subject=made.name, role=role, areas=list(areas), unit=unit_code, by="command line")
        sees_nothing = (
            GRANTS[made.role].by_unit != bool(unit_code) and not areas and "city" not in GRANTS[made.role].levels
        )
    click.echo(f"{made.name} ({made.role})")
    if sees_nothing:
        click.echo(_SEES_NOTHING, err=True)


@user.command(name="list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Every account: name, role, since when, whether disabled."""
    with open_engine(settings).connect() as conn:
        for found in accounts.all_accounts(conn):
            ended = f"disabled {found.disabled_at:%Y-%m-%d}" if found.disabled_at else ""
            click.echo(
                f"{found.name:<24} {found.role:<20} {found.created_at:%Y-%m-%d} {found.display_name} {ended}".rstrip()
            )


@user.command()
@click.argument("name")
@click.pass_obj
def disable(settings: Settings, name: str) -> None:
    """End an account: its sessions and tokens end at once. Its history stays."""
    with open_engine(settings).begin() as conn:
        found = accounts.disable_account(conn, name)
        note(conn, "account_disabled", subject=found.name, by="command line")
    click.echo(f"{found.name}: disabled, {_NO_SESSIONS_LEFT}, tokens revoked")


@user.command()
@click.argument("name")
@_PASSWORD_STDIN
@click.pass_obj
def password(settings: Settings, name: str, password_stdin: bool) -> None:
    """Set a new password; the account's sessions end at once."""
    engine = open_engine(settings)
    with engine.begin() as conn:
        accounts.account_by_name(conn, name)  # an unknown name is told before a password is asked
    word = _password(password_stdin)
    with engine.begin() as conn:
        found = accounts.set_password(conn, name, word)
        note(conn, "password_set", subject=found.name, by="command line")
    click.echo(f"{found.name}: password set, {_NO_SESSIONS_LEFT}")


@user.command()
@click.argument("account")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it ends (default: it does not end).")
@click.option("--revoke", is_flag=True, help="End the account's tokens of this name instead.")
@click.pass_obj
def token(settings: Settings, account: str, name: str, days: int | None, revoke: bool) -> None:
    """Issue a token for programs; it is shown this once."""
    with open_engine(settings).begin() as conn:
        found = accounts.account_by_name(conn, account)
        if revoke:
            ended = tokens.revoke_tokens_of(conn, found.id, name)
            note(conn, "token_revoked", subject=found.name, token=name, by="command line")
            click.echo(f"{ended} revoked")
            return
        word = tokens.issue_token(conn, found.id, name, None if days is None else timedelta(days=days))
        note(conn, "token_issued", subject=found.name, token=name, by="command line")
    click.echo(word)
