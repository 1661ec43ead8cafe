"""Logs stay within bounds while their programs write."""

from pathlib import Path

from scripts.service.logs import set_aside


def test_a_big_log_is_set_aside_and_its_program_goes_on_writing(tmp_path: Path) -> None:
    small, big = tmp_path / "small.log", tmp_path / "web.log"
    small.write_text("few\n")
    with open(big, "a") as program:
        for generation in range(5):
            program.write(f"generation {generation}\n" * 10)
            program.flush()
            set_aside(tmp_path, largest_bytes=100, kept=3)
        program.write("after\n")
    assert big.read_text() == "after\n"
    assert [(tmp_path / f"web.log.{number}").read_text()[:12] for number in (1, 2, 3)] == [
        "generation 4", "generation 3", "generation 2",
    ]  # fmt: skip
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "small.log", "web.log", "web.log.1", "web.log.2", "web.log.3",
    ]  # fmt: skip
