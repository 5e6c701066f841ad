"""The corpus that we wrote: pairs and topics tie notes together, copies are found, counts are right."""

import json
from importlib import resources

import pytest

from data.errors import ConfigError
from training.corpora import OWN_SOURCE
from training.written_notes import corpus_facts, near_repeats, read_written

ORGANIC = {"commercial": "no", "disclosed": "na", "diversion": "no"}
LEADING = {"commercial": "yes", "disclosed": "no", "diversion": "yes", "by": "author", "kind": "dm"}
LONG = "春天去山上看花走了很远的路带了一壶茶和两个饭团坐在溪边听水声一直到太阳落下去才慢慢往回走"


@pytest.fixture
def corpus(tmp_path):
    rows = [
        {"body": LONG, "pair": "a", "topic": "山", **ORGANIC},
        {"body": f"{LONG}。再去", "pair": "a", "topic": "花", **LEADING},
        {"body": "换了一双鞋跑完全程", "title": "十公里", "topic": "花", **ORGANIC, "comments": [{"text": "好"}]},
        {"body": "面包烤糊了重新来过", "topic": "面包", **ORGANIC},
        {"body": "今天没有出门在家看书", "pair": "b", **ORGANIC},
    ]
    path = tmp_path / "ours.jsonl"
    path.write_text("".join(json.dumps({"note_id": str(at), **row}) + "\n" for at, row in enumerate(rows)))
    return read_written(path)


def test_a_pair_and_a_topic_tie_notes_together_and_no_name_ties_none(corpus):
    groups = corpus.groups.tolist()
    assert groups[0] == groups[1] == groups[2]
    assert len({groups[2], groups[3], groups[4]}) == 3


def test_notes_without_a_source_are_ours(corpus):
    assert {row.source for row in corpus.rows} == {OWN_SOURCE}


def test_facts_count_labels_pairs_and_lengths(corpus):
    facts = corpus_facts(corpus, corpus.rows[3:4])
    assert (facts["notes"], facts["groups"]) == (5, 3)
    assert facts["labels"] == {"organic": 4, "diversion": 1}
    assert (facts["diversion_by"], facts["diversion_kind"]) == ({"author": 1}, {"dm": 1})
    assert (facts["hard_pairs"], facts["notes_in_hard_pairs"]) == (1, 2)
    assert facts["pair_names_without_two_notes"] == ["b"]
    assert (facts["with_comments"], facts["comments"]) == (1, 1)
    assert facts["body_length"]["real"] == [9] * 5
    assert facts["body_length"]["ours"][2] == 10
    assert facts["title_length"]["ours"][-1] == 2


def test_a_note_that_nearly_repeats_another_or_a_real_text_is_named(corpus):
    found = near_repeats(corpus, ["面包烤糊了，重新来过！", "别的"], threshold=0.8, seed=0)
    assert (found["with_ours"], found["share_with_ours"]) == (["0", "1"], 0.4)
    assert (found["with_real"], found["share_with_real"]) == (["3"], 0.2)


def test_texts_that_repeat_nothing_of_ours_are_no_matter(corpus):
    found = near_repeats(corpus, ["同一句话说了两遍", "同一句话说了两遍"], threshold=0.8, seed=0)
    assert found["with_real"] == []


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"must hold none\.jsonl"):
        read_written(tmp_path / "none.jsonl")


def test_the_corpus_that_ships_repeats_itself_in_under_one_note_of_a_hundred():
    with resources.as_file(resources.files("data").joinpath("corpus/notes.jsonl")) as path:
        shipped = read_written(path)
    assert near_repeats(shipped, [], threshold=0.8, seed=0)["share_with_ours"] < 0.01


def test_the_two_notes_of_each_pair_that_ships_have_different_labels():
    with resources.as_file(resources.files("data").joinpath("corpus/notes.jsonl")) as path:
        shipped = read_written(path)
    labels = {}
    for name, row in zip(shipped.pairs, shipped.rows, strict=True):
        labels.setdefault(name, []).append(row.label)
    assert [name for name, both in labels.items() if name and (len(both) != 2 or both[0] == both[1])] == []
