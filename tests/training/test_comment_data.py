"""Comment examples: only texts whose answer is known teach the comment scorer."""

import pytest

import training.comment_data
from data.notes import Comment, Note
from training.comment_data import comment_design, comment_examples, own_comment_examples
from training.corpora import in_site_comments
from training.gold import LabeledNote
from training.read_answers import LabeledComment

HANDLE = "加微信：qinghe_test88"


def thread(*comments, diversion="yes", by="other", where=("comment",)):
    found = tuple(Comment(text=text, is_author=is_author) for text, is_author in comments)
    return LabeledNote(
        note=Note(note_id="a", comments=found), source="s", commercial="no", diversion=diversion, by=by, where=where
    )


@pytest.fixture
def examples_of(monkeypatch):
    def examples(*notes):
        monkeypatch.setattr(training.comment_data, "own_corpus", lambda: list(notes))
        return [(item.text, item.leads_off) for item in own_comment_examples()]

    return examples


def test_a_comment_diverts_where_note_and_detector_say_so(examples_of):
    assert examples_of(thread((HANDLE, False), ("自己用", True))) == [(HANDLE, True), ("自己用", False)]


def test_a_comment_that_may_divert_unseen_teaches_nothing(examples_of):
    assert examples_of(thread((HANDLE, False), ("看头像", False))) == [(HANDLE, True)]


@pytest.mark.parametrize(
    "answered", [{"diversion": "no"}, {"where": ("body",)}, {"by": "author"}], ids=lambda answered: next(iter(answered))
)
def test_a_detector_alone_makes_no_diversion(examples_of, answered):
    assert examples_of(thread((HANDLE, False), **answered)) == [(HANDLE, False)]


def test_the_author_is_told_from_others(examples_of):
    found = examples_of(thread((HANDLE, True), ("好看", False), by="author"))
    assert found == [(HANDLE, True), ("好看", False)]


def test_corpora_teach_both_answers_in_their_tiers(corpora):
    found = {item.text: item.leads_off for item in comment_examples(corpora, seed=0)}
    assert found["加微信：qinghe_1"]
    assert found["私信我领资料"]
    assert found["进群领券"]
    assert found["￥AbC1dEf2GhI￥"]
    assert not any(found[text] for text in ("吃了吗1", "私信功能坏了", "在吗", "评论第1条，今天也一样", "好看1"))
    assert not {"不清楚", "复制邀请码进群", " "} & found.keys()


def test_a_seed_draws_the_same_sample(corpora, monkeypatch):
    first, again, other = (comment_examples(corpora, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_what_we_wrote_teaches_alone_comments_that_stay_included(examples_of):
    examples_of(thread((HANDLE, False)))
    found = training.comment_data.written_examples()
    assert [(item.text, item.leads_off) for item in found if item.leads_off] == [(HANDLE, True)]
    assert {item.text for item in found} == {HANDLE, *in_site_comments()}


def test_read_comments_teach_at_their_weight_and_are_not_ordinary(corpora):
    answered = [("评论第1条，今天也一样", "leads_off"), ("好看1", "asks"), ("隔壁评论第1条，今天也一样", "unsure")]
    labelled = [LabeledComment(text, answer, "unlabelled_comments") for text, answer in answered]
    examples = comment_examples(corpora, seed=0, labelled=labelled, label_weight=7.0)
    found = [(item.leads_off, item.weight) for item in examples if item.text in {text for text, _ in answered}]
    assert found == [(True, 7.0), (False, 7.0)]


def test_examples_are_laid_out_as_comments_of_nobody_known(examples_of):
    design = comment_design([training.comment_data.CommentExample("好", False, 1.0)] * 2)
    assert (design.comment_note.tolist(), design.comment_is_own.tolist()) == ([0, 1], [False, False])
