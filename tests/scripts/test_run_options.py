"""What scripts/run accepts, and how it says no."""

from pathlib import Path

import pytest

from scripts.service.options import Options, parse_options
from scripts.setup.steps import checkout


def test_defaults() -> None:
    options = parse_options([], {})
    assert options == Options(
        home=checkout() / "var", host="127.0.0.1", port=8000, demo=True,
        certificate=None, key=None, database_port=None, database_url="",
    )  # fmt: skip
    assert options.address == "http://127.0.0.1:8000"


def test_everything_given(tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).touch()
    options = parse_options(
        ["--port", "8443", "--host", "0.0.0.0", "--home", str(tmp_path), "--no-demo", "--cert",
         str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem"), "--database-port", "5544"], {},
    )  # fmt: skip
    assert options.address == "https://127.0.0.1:8443"
    assert (options.home, options.demo, options.database_port) == (tmp_path, False, 5544)
    assert options.certificate == tmp_path / "cert.pem"


def test_the_environment_names_home_and_database(tmp_path: Path) -> None:
    url = "postgresql+psycopg2://city@db.example/gridmap"
    options = parse_options([], {"GRIDMAP_HOME": str(tmp_path), "GRIDMAP_DATABASE_URL": url})
    assert (options.home, options.database_url) == (tmp_path, url)
    assert parse_options(["--home", "/elsewhere"], {"GRIDMAP_HOME": str(tmp_path)}).home == Path("/elsewhere")


def test_the_settings_file_may_name_the_database(tmp_path: Path) -> None:
    (tmp_path / "gridmap.toml").write_text('database_url = "postgresql+psycopg2:///city"\n')
    assert parse_options(["--home", str(tmp_path)], {}).database_url == "postgresql+psycopg2:///city"
    assert parse_options(["--home", str(tmp_path)], {"GRIDMAP_DATABASE_URL": "other"}).database_url == "other"


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["--port", "70000"], {}, "1 to 65535"),
        (["--port", "web"], {}, "invalid"),
        (["--cert", "missing.pem"], {}, "belong together"),
        (["--cert", "missing.pem", "--key", "missing.pem"], {}, "no such file: missing.pem"),
        (["--database-port", "5544"], {"GRIDMAP_DATABASE_URL": "postgresql:///x"}, "names another"),
        (["--nonsense"], {}, "unrecognized"),
    ],
)
def test_nonsense_ends_with_code_2_and_a_reason(
    arguments: list[str], environment: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse_options(arguments, environment)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_a_broken_settings_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gridmap.toml").write_text("database_url =")
    with pytest.raises(SystemExit):
        parse_options(["--home", str(tmp_path)], {})
    assert "gridmap.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "only_here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_whether_other_machines_reach_it(host: str, only_here: bool) -> None:
    assert parse_options(["--host", host], {}).only_here is only_here
