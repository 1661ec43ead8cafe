"""Parts of a long benchmark end with the time of the whole, and what did not come to its end leaves no figure."""

import time

import pytest

from scripts.benchmarks.bulk_figures import Deadline, Figures, OutOfTime


def test_a_deadline_that_is_over_is_told() -> None:
    assert not Deadline(1000).over
    Deadline(1000).check()
    with pytest.raises(OutOfTime):
        Deadline(0).check()


def test_what_was_not_finished_leaves_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures(time.process_time)
    figures.measure("ours", lambda: sum(range(10_000)))
    with pytest.raises(OutOfTime):
        figures.measure("a peer", Deadline(0).check)
    figures.compare("ours", "never begun")
    assert list(figures.cpu) == list(figures.wall) == ["ours"]
    told = capsys.readouterr().out
    assert "a peer                                           not finished within its time" in told
    assert told.count("a peer") == 1
