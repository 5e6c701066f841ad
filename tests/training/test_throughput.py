"""Throughput: steps are timed in turns by their medians, and the plain pipeline is what it says."""

import numpy as np
import pytest

from data.notes import Comment, Note
from training.throughput import n_characters, plain_step, seconds_per_note


def test_each_steps_median_is_divided_by_the_notes():
    now = 0.0
    durations = iter([4.0, 10.0, 2.0, 99.0, 8.0, 30.0])
    order = []

    def step(name):
        nonlocal now
        order.append(name)
        now += next(durations)

    steps = {"own": lambda: step("own"), "plain": lambda: step("plain")}
    assert seconds_per_note(steps, 2, repeats=3, clock=lambda: now) == {"own": 2.0, "plain": 15.0}
    assert order == ["own", "plain"] * 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning", "ignore::UserWarning")
def test_the_plain_pipeline_scores_every_note():
    notes = [
        Note(note_id="a", title="夜跑", body="今天跑了五公里"),
        Note(note_id="b", body="新店开业"),
        Note(note_id="c"),
    ]
    scores = plain_step(notes)()
    assert scores.shape == (3, 2)
    assert scores.sum(axis=1) == pytest.approx(np.ones(3))


def test_all_fields_count_as_characters():
    note = Note(
        note_id="a", title="一", body="二二", tags=("三", "三"), comments=(Comment(text="四"),), image_texts=("五五",)
    )
    assert n_characters(note) == 8
