"""Settings: found, converted, documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from geodata.settings import BadSetting, Settings, environment_name, load_settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_defaults_without_anything(tmp_path: Path) -> None:
    assert load_settings({}, home=tmp_path) == Settings(home=tmp_path)


def test_environment_wins_over_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "gridmap.toml").write_text('city_code = "1502"\ngap_limit_m = 12\nlanguage = "en"\n', encoding="utf-8")
    found = load_settings({"GRIDMAP_GAP_LIMIT_M": "7.5", "GRIDMAP_HOME": str(tmp_path)})
    assert (found.city_code, found.gap_limit_m, found.language, found.home) == ("1502", 7.5, "en", tmp_path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("unheard_of = 1", "unheard_of"),
        ("gap_limit_m = 'far'", "gap_limit_m"),
        ("gap_limit_m = -1", "gap_limit_m"),
        ("gap_limit_m = nan", "gap_limit_m"),
        ("time_zone = 'Asia/Nowhere'", "time_zone"),
        ("language = 'fr'", "language"),
        ("gap_limit_m = ", "gridmap.toml"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "gridmap.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting) as caught:
        load_settings({}, home=tmp_path)
    assert named in caught.value.text("zh")
    assert named in caught.value.text("en")


def test_the_signing_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new")
    assert settings.signing_key() == settings.signing_key() != ""
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o077 == 0


def test_every_setting_is_documented_with_its_default_and_help() -> None:
    documented = DOCS.read_text(encoding="utf-8")
    for spec in fields(Settings):
        row = re.search(
            rf"^\| `{spec.name}` \| `{environment_name(spec.name)}` \| `?(.*?)`? \| (.*) \|$", documented, re.MULTILINE
        )
        assert row, f"docs/settings.md does not list {spec.name}"
        assert row[1] == ("(empty)" if spec.default == "" else str(spec.default))
        assert row[2] == spec.metadata["help"]
