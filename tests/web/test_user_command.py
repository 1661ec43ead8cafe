from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from geodata.accounts import check_password
from geodata.cli import main
from geodata.tokens import account_of_token

PASSWORD = "a long enough password"


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")

    def call(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ["--home", str(tmp_path), "user", *arguments], input=typed)

    return call


def test_from_account_to_end(run, engine: Engine) -> None:
    asked = run("add", "Alice", "--role", "admin", "--display-name", "王芳", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0, asked.output
    assert "alice (admin)" in asked.output
    assert PASSWORD not in asked.output
    assert run("add", "bob", "--role", "leader", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    listed = run("list").output
    assert "alice" in listed
    assert "王芳" in listed
    word = run("token", "alice", "--name", "nightly", "--days", "30").output.strip()
    with engine.connect() as conn:
        found = check_password(conn, "alice", PASSWORD)
        assert found is not None
        assert account_of_token(conn, word) == found.id
    assert "1 revoked" in run("token", "alice", "--name", "nightly", "--revoke").output
    assert run("password", "alice", "--password-stdin", typed="another long password\n").exit_code == 0
    assert run("disable", "bob").exit_code == 0
    assert "disabled" in run("list").output
    with engine.connect() as conn:
        assert account_of_token(conn, word) is None
        assert check_password(conn, "alice", PASSWORD) is None
        assert check_password(conn, "alice", "another long password") is not None
        assert check_password(conn, "bob", PASSWORD) is None
        actions = conn.execute(text("SELECT action FROM audit_log ORDER BY id")).scalars().all()
    assert actions == [
        "account_added",
        "account_added",
        "token_issued",
        "token_revoked",
        "password_set",
        "account_disabled",
    ]


@pytest.mark.parametrize(
    ("arguments", "typed", "message"),
    [
        (("add", "carol", "--role", "leader"), "short\n", "at least 10 characters"),
        (("add", "carol-has-a-name", "--role", "leader"), "Carol-Has-A-Name\n", "not the account's name"),
        (("add", "two words", "--role", "leader"), f"{PASSWORD}\n", "no blanks"),
        (("add", "", "--role", "leader"), f"{PASSWORD}\n", "1 to 80"),
        (("add", "carol", "--role", "king"), f"{PASSWORD}\n", "king"),
        (("password", "nobody"), f"{PASSWORD}\n", "no account “nobody”"),
    ],
)
def test_every_wrong_use_is_told(run, arguments: tuple[str, ...], typed: str, message: str) -> None:
    done = run(*arguments, "--password-stdin", typed=typed)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


def test_a_name_that_is_taken(run) -> None:
    assert run("add", "dora", "--role", "leader", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    again = run("add", "DORA", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n")
    assert again.exit_code == 2
    assert "exists already" in again.output
    assert run("disable", "nobody").exit_code == 2
    assert run("token", "nobody", "--name", "x").exit_code == 2
