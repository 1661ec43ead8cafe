"""One service a home folder and a port; what a killed one left is ended, and nothing else."""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from scripts.service.holding import await_free_port, end_leftovers, hold, remember, start_time
from scripts.setup.steps import StepFailed, Steps


def test_a_second_service_on_one_home_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    message = f"already: http://127.0.0.1:8000, process {os.getpid()}"
    with hold(tmp_path, "http://127.0.0.1:8000"), pytest.raises(StepFailed, match=message):
        hold(tmp_path, "http://127.0.0.1:9000")
    hold(tmp_path, "http://127.0.0.1:9000").close()


def test_leftovers_are_ended_and_strangers_with_their_pid_are_not(tmp_path: Path) -> None:
    with (
        subprocess.Popen(["sleep", "100"], start_new_session=True) as ours,
        subprocess.Popen(["sleep", "100"], start_new_session=True) as stranger,
    ):
        remember(tmp_path, {"web service": ours.pid})
        known = json.loads((tmp_path / "service.json").read_text())
        known["job runner"] = [stranger.pid, (start_time(stranger.pid) or 0) - 1]
        (tmp_path / "service.json").write_text(json.dumps(known))
        assert end_leftovers(tmp_path) == 1
        assert ours.wait(60) == -15
        assert stranger.poll() is None
        stranger.terminate()
    assert end_leftovers(tmp_path) == 0


def test_a_taken_port_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        began = time.monotonic()
        with pytest.raises(StepFailed, match=r"choose another with --port"):
            await_free_port("127.0.0.1", taken.getsockname()[1], patience_s=0.3)
        assert time.monotonic() - began >= 0.3


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StepFailed, match=r"Cannot listen on 192\.0\.2\.1"):
        await_free_port("192.0.2.1", 8000, patience_s=0)


def test_a_program_that_fails_shows_its_last_words_and_the_log(tmp_path: Path) -> None:
    steps = Steps(tmp_path / "log/setup.log")
    steps.run(["echo", "fine"])
    with pytest.raises(StepFailed, match=r"sh -c .* failed with code 3") as failure:
        steps.run(["sh", "-c", "echo the reason >&2; exit 3"])
    assert str(failure.value).endswith("    the reason")
    assert "fine" not in str(failure.value)
    assert str(steps.log) in str(failure.value)
    with pytest.raises(StepFailed, match="No such file"):
        steps.run(["/no/such/program"])


def test_a_step_says_its_name_and_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps(tmp_path / "setup.log")
    with steps.step("Doing it"):
        pass
    with pytest.raises(ValueError, match="no"), steps.step("Failing"):
        raise ValueError("no")
    assert capsys.readouterr().out == "  Doing it ... done, 0.0 s\n  Failing ... failed, 0.0 s\n"
