from types import SimpleNamespace

import numpy as np
import pytest

from data.errors import DataError
from data.labels import LABELS, QUESTIONS
from data.notes import Comment, Note
from training.gold import LabeledNote
from training.judged import judge, lay_out


def _row(commercial, disclosed, diversion, **more):
    return LabeledNote(
        note=Note(note_id="a"), source="s", commercial=commercial, disclosed=disclosed, diversion=diversion, **more
    )


def _verdict(label="organic", decision="pass"):
    return SimpleNamespace(label=label, decision=decision, questions=dict.fromkeys(QUESTIONS, 0.25))


def test_answers_are_yes_no_or_open():
    rows = [_row("yes", "no", "no"), _row("unsure", "na", "yes"), _row("no", "na", "unsure")]
    judged = lay_out(rows, [_verdict()] * 3)
    assert judged.answers.tolist() == [[1, 0, 0], [-1, -1, 1], [0, -1, -1]]
    assert judged.gold.tolist() == [LABELS.index("undisclosed_ad"), LABELS.index("diversion"), -1]


def test_disclosed_is_asked_only_of_commercial_notes():
    judged = lay_out([_row("unsure", "yes", "no")], [_verdict()])
    assert judged.answers[0, QUESTIONS.index("disclosed")] == -1


def test_a_note_that_only_others_divert_and_one_with_comments_are_known():
    commented = LabeledNote(note=Note(note_id="b", comments=(Comment(text="好看"),)), source="s", commercial="no")
    judged = lay_out([_row("no", "na", "yes", by="other"), commented], [_verdict()] * 2)
    assert judged.by_others.tolist() == [True, False]
    assert judged.commented.tolist() == [False, True]


def test_taking_notes_takes_them_in_every_array():
    judged = lay_out([_row("no", "na", "no")] * 3, [_verdict(decision=word) for word in ("pass", "block", "review")])
    taken = judged.take(np.array([False, True, True]))
    assert len(taken) == 2
    assert taken.decision.tolist() == ["block", "review"]
    assert taken.scores.shape == (2, 3)


def test_a_set_without_diversion_answers_is_a_covert_set():
    covert, asked = _row("yes", "no", ""), _row("yes", "no", "no")
    assert lay_out([covert, covert], [_verdict()] * 2).is_covert_set
    assert not lay_out([covert, asked], [_verdict()] * 2).is_covert_set


def test_a_missing_verdict_is_refused():
    classifier = SimpleNamespace(judge_many=lambda notes: [])
    with pytest.raises(DataError, match="Got 0 for 1 notes"):
        judge(classifier, [_row("no", "na", "no")])
