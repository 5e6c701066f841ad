"""Stages: one line each, with its steps and its time."""

import io

from rich.console import Console

from training.stages import Stages


def test_each_stage_is_one_line_with_its_steps():
    console = Console(file=io.StringIO(), width=100)
    with Stages(console) as stages:
        with stages.stage("reading"):
            pass
        with stages.stage("cross-fitting", 3) as advance:
            advance()
    lines = console.file.getvalue().split("\n")
    assert [line.split()[0] for line in lines if line] == ["reading", "cross-fitting"]
    assert "3/3" in lines[1]
    assert list(stages.seconds) == ["reading", "cross-fitting"]
    assert all(seconds >= 0 for seconds in stages.seconds.values())


def test_quiet_shows_nothing_and_times_all_the_same():
    console = Console(file=io.StringIO())
    with Stages(console, quiet=True) as stages, stages.stage("reading"):
        pass
    assert console.file.getvalue() == ""
    assert "reading" in stages.seconds
