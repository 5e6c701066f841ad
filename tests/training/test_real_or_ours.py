"""Real or ours: chance where there is nothing to tell, much where there is, and never by the labels."""

import msgspec
import numpy as np
import pytest

from data.errors import DataError
from data.labels import Label
from data.notes import Note
from training.gold import LabeledNote
from training.real_or_ours import disclosed_ads_apart, real_references, real_side, side_of, told_apart

WORDS = list("春夏秋冬风雨山川河海花草鸟鱼米面茶酒衣帽鞋袜车船桥路灯书纸笔")
ANSWERS = {
    Label.ORGANIC: ("no", "", "no"),
    Label.UNDISCLOSED_AD: ("yes", "no", "no"),
    Label.DISCLOSED_AD: ("yes", "yes", "no"),
}


def notes(draw, n, *, label=Label.ORGANIC, mark="", sources=10, name="s"):
    commercial, disclosed, diversion = ANSWERS[label]
    return [
        LabeledNote(
            note=Note(
                note_id=f"{name}{label}{at}", body=mark + "".join(draw.choice(WORDS, 40)), author_id=f"{name}{at}"
            ),
            source=f"{name}{at % sources}",
            commercial=commercial,
            disclosed=disclosed,
            diversion=diversion,
        )
        for at in range(n)
    ]


def ours_side(rows):
    return side_of(rows, np.arange(len(rows)))


def auc(ours, real, **options):
    return told_apart(ours_side(ours), real_side(real), seeds=(0, 1), **options)["auc"]


def test_notes_of_one_kind_are_told_apart_by_chance_alone():
    draw = np.random.default_rng(0)
    figure = auc(notes(draw, 150), notes(draw, 300))
    assert 0.4 < figure["value"] < 0.6
    assert figure["ci_low"] < 0.5 < figure["ci_high"]


def test_a_manner_of_ours_is_found_out():
    draw = np.random.default_rng(0)
    assert auc(notes(draw, 80, mark="话说"), notes(draw, 160), interval=False)["value"] > 0.99


def test_words_of_a_label_do_not_tell_ours_though_most_of_ours_have_it():
    draw = np.random.default_rng(1)
    ours = notes(draw, 120, label=Label.UNDISCLOSED_AD, mark="下单立减") + notes(draw, 30)
    real = notes(draw, 60, label=Label.UNDISCLOSED_AD, mark="下单立减") + notes(draw, 400)
    told = told_apart(ours_side(ours), real_side(real), seeds=(0, 1))
    assert 0.35 < told["auc"]["value"] < 0.62
    assert {label: block["ours"] for label, block in told["per_label"].items()} == {
        "organic": 30,
        "undisclosed_ad": 120,
    }


def test_a_topic_of_ours_that_the_classifier_never_saw_does_not_give_ours_away():
    draw = np.random.default_rng(2)
    ours = [each for topic in "甲乙丙丁戊己" for each in notes(draw, 15, mark=topic * 8, name=topic)]
    real = notes(draw, 300)
    whole = side_of(ours, np.repeat(np.arange(6), 15))
    torn = side_of(ours, np.arange(len(ours)))
    kept, leaked = (told_apart(side, real_side(real), seeds=(0,), interval=False) for side in (whole, torn))
    assert leaked["auc"]["value"] > 0.95
    assert kept["auc"]["value"] < 0.8


def test_a_label_with_few_real_notes_is_left_out():
    draw = np.random.default_rng(3)
    few = notes(draw, 49, label=Label.DISCLOSED_AD)
    ours = notes(draw, 20, label=Label.DISCLOSED_AD) + notes(draw, 20)
    told = told_apart(ours_side(ours), real_side(few + notes(draw, 60)), seeds=(0,), interval=False)
    assert (told["ours"], told["real"], list(told["per_label"])) == (20, 60, ["organic"])
    with pytest.raises(DataError, match="a label of ours must have at least 50 real notes"):
        told_apart(ours_side(ours[:20]), real_side(few))


def test_disclosed_ads_are_told_from_real_ads_of_either_kind():
    draw = np.random.default_rng(4)
    real = notes(draw, 20, label=Label.DISCLOSED_AD) + notes(draw, 60, label=Label.UNDISCLOSED_AD) + notes(draw, 60)
    ours = notes(draw, 30, label=Label.DISCLOSED_AD, mark="感谢邀请") + notes(draw, 10)
    told = disclosed_ads_apart(ours_side(ours), real_side(real), seeds=(0,))
    assert (told["ours"], told["real"]) == (30, 80)
    assert told["auc"]["value"] > 0.95
    assert disclosed_ads_apart(ours_side(ours[30:]), real_side(real)) is None


def test_too_few_topics_are_refused():
    draw = np.random.default_rng(5)
    side = side_of(notes(draw, 20), np.zeros(20, dtype=np.int64))
    with pytest.raises(DataError, match=r"ours must hold at least 5 groups of notes, one a fold\. Got 1\."):
        told_apart(side, real_side(notes(draw, 60)))


def test_references_tell_alike_sources_by_chance_and_a_source_with_a_manner_of_its_own():
    draw = np.random.default_rng(6)
    alike = notes(draw, 720, sources=12)
    found = real_references(alike, halves=2)
    assert (len(found["half"]), len(found["source"])) == (2, 12)
    assert 0.35 < np.mean(found["source"]) < 0.65
    marked = [
        msgspec.structs.replace(row, note=msgspec.structs.replace(row.note, body=f"话说{row.note.body}"))
        if row.source == "s3"
        else row
        for row in alike
    ]
    assert real_references(marked, halves=1)["source"][-1] > 0.95
