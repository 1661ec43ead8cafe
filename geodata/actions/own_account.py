"""What somebody changes of the own account."""

from sqlalchemy import Connection

from geodata.accounts import Account, set_password
from geodata.actions.acting import Actor
from gridmap.errors import GridmapError


class PasswordsDiffer(GridmapError):
    """The new password was typed in two ways."""

    code = "passwords_differ"
    zh = "两次输入的新密码不一致。"
    en = "The new password was typed in two different ways."


def change_own_password(conn: Connection, by: Actor, mine: Account, new: str, again: str) -> None:
    """Change one's password; all one's sessions end. The caller has checked the present one. Errors: ``PasswordsDiffer``, ``WeakPassword``."""
    if new != again:
        raise PasswordsDiffer(field="again")
    set_password(conn, mine.name, new)
    by.note(conn, "password_changed", mine.name)
