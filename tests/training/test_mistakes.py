from types import SimpleNamespace

from data.labels import Label
from data.notes import Note
from training.gold import LabeledNote
from training.mistakes import worst_mistakes

ANSWERS = {Label.ORGANIC: ("no", "na", "no"), Label.UNDISCLOSED_AD: ("yes", "no", "no"), None: ("unsure", "na", "no")}


def _row(note_id, gold):
    commercial, disclosed, diversion = ANSWERS[gold]
    note = Note(note_id=note_id, title="周末", body="去湖边走了走")
    return LabeledNote(note=note, source="s", commercial=commercial, disclosed=disclosed, diversion=diversion)


def _covert_row(note_id, commercial):
    return LabeledNote(note=Note(note_id=note_id), source="s", commercial=commercial)


def _verdict(label, score):
    return SimpleNamespace(label=label, scores={label: score})


def test_the_most_confident_wrong_label_comes_first_and_right_or_open_ones_never():
    rows = [_row(name, Label.ORGANIC) for name in "abcd"] + [_row("open", None)]
    scores = [0.6, 0.9, 0.7, 0.99, 1.0]
    given = [Label.DIVERSION] * 3 + [Label.ORGANIC, Label.DIVERSION]
    mistakes = worst_mistakes(rows, [_verdict(*each) for each in zip(given, scores, strict=True)])
    assert [mistake["note_id"] for mistake in mistakes] == ["b", "c", "a"]
    assert mistakes[0] == {"note_id": "b", "source": "s", "gold": "organic", "given": "diversion", "score": 0.9}


def test_only_the_worst_are_listed():
    rows = [_row(f"n{number:02}", Label.UNDISCLOSED_AD) for number in range(30)]
    mistakes = worst_mistakes(rows, [_verdict(Label.ORGANIC, 0.8)] * 30, worst=4)
    assert [mistake["note_id"] for mistake in mistakes] == ["n00", "n01", "n02", "n03"]


def test_in_a_covert_set_both_labels_of_covert_ads_are_right():
    rows = [_covert_row("a", "yes"), _covert_row("b", "yes"), _covert_row("c", "yes"), _covert_row("d", "no")]
    labels = [Label.DIVERSION, Label.UNDISCLOSED_AD, Label.DISCLOSED_AD, Label.DIVERSION]
    mistakes = worst_mistakes(rows, [_verdict(label, 0.5) for label in labels])
    assert [(each["note_id"], each["gold"]) for each in mistakes] == [("c", "covert_ad"), ("d", "no_covert_ad")]
