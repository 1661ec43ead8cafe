"""The command line as a whole: documented, with one table of exit codes."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection

from geodata.actions import locate_place
from geodata.cli import main
from geodata.settings import Settings
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_divisions, insert_grid

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def commands(group: click.Group, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None, name
        if isinstance(found, click.Group):
            yield from commands(found, (*names, name))
        else:
            yield (*names, name), found


def test_every_command_and_option_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for names, command in commands(main):
        parts = text.split(f"## gridmap {names[0]}\n")
        assert len(parts) == 2, f"docs/cli.md has no section for gridmap {names[0]}"
        section = parts[1].split("\n## ")[0]
        assert f"gridmap {' '.join(names)}" in text
        assert command.help, f"gridmap {' '.join(names)} has no help"
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        assert [option for option in options if option not in section] == [], names


@pytest.mark.parametrize(
    ("words", "env", "code", "said"),
    [
        (
            ["db", "upgrade"],
            {"GRIDMAP_DATABASE_URL": "postgresql+psycopg2://nobody@/x?host=/nowhere"},
            3,
            "无法连接数据库",
        ),
        (["db", "upgrade"], {"GRIDMAP_LANGUAGE": "klingon"}, 2, "language"),
        (["no-such-command"], {}, 2, "No such command"),
    ],
)
def test_exit_codes_and_messages(tmp_path: Path, words: list[str], env: dict[str, str], code: int, said: str) -> None:
    result = CliRunner().invoke(main, words, env={"GRIDMAP_HOME": str(tmp_path)} | env)
    assert (result.exit_code, "Traceback" in result.output) == (code, False)
    assert said in result.output


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://u:secret-word@127.0.0.1/x", "postgresql://u:secret-word@127.0.0.1:port/x"]
)
def test_a_database_url_that_is_none_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "db", "check"], env={"GRIDMAP_DATABASE_URL": url})
    assert result.exit_code == 2, result.output
    assert "GRIDMAP_DATABASE_URL" in result.output
    assert "secret-word" not in result.output


def test_a_dry_run_that_was_rolled_back_leaves_no_index_behind(conn: Connection, settings: Settings) -> None:
    """Two different changes of grids, each after the same state: neither answers for the other."""
    insert_divisions(conn)
    place = (WEST + SIDE / 2, SOUTH + SIDE / 2)
    answers = []
    for code in ("tried", "kept"):
        with conn.begin_nested() as nested:
            insert_grid(conn, code, WEST, SOUTH)
            found = locate_place(conn, settings, *place).grid
            answers.append(found.code if found else None)
            nested.rollback()
    assert answers == ["tried", "kept"]
