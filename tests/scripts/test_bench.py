"""scripts/bench knows its subjects without importing them."""

from pathlib import Path

import pytest

from scripts.setup import bench


@pytest.fixture
def subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "slow_thing.py").write_text(
        '"""A slow thing against its peers."""\nimport nowhere\nNEEDS_BENCH_EXTRA = True\n\ndef main(argv): ...\n'
    )
    (tmp_path / "plain.py").write_text('"""A plain one.\n\nMore."""\n\ndef main(argv): ...\n')
    (tmp_path / "_helper.py").write_text("")
    (tmp_path / "timing.py").write_text('"""Shared by subjects."""\n')
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    return tmp_path


def test_without_a_name_it_lists_them(subjects: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main([]) == 0
    listed = capsys.readouterr().out
    assert "slow_thing       A slow thing against its peers." in listed
    assert "plain            A plain one.\n" in listed
    assert "_helper" not in listed
    assert "timing" not in listed


def test_a_wrong_name_lists_them_too_and_fails(subjects: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nothing"]) == 2
    assert "slow_thing" in capsys.readouterr().out


def test_a_subject_says_whether_it_needs_peers(subjects: Path) -> None:
    assert bench.needs_peers(subjects / "slow_thing.py")
    assert not bench.needs_peers(subjects / "plain.py")
