"""Phrases as evidence: each stands where the original text has it, and changes nothing but the decision."""

import msgspec
import pytest

from data.notes import Comment, Note
from models.artifact import load_artifact
from models.classifier import Classifier
from models.policy import Phrases, default_policy
from models.verdict import Verdict

PHRASES = {"block_phrase", "allow_phrase"}


@pytest.fixture
def judge(small_model):
    artifact = load_artifact(small_model)

    def judge(one, allow=(), block=()) -> Verdict:
        phrases = Phrases(allow=tuple(allow), block=tuple(block))
        return Classifier(artifact, msgspec.structs.replace(default_policy(), phrases=phrases)).classify(one)

    return judge


def of_phrases(verdict):
    return [item for item in verdict.evidence if item.detector in PHRASES]


def places(verdict):
    return [(item.field, item.start, item.end, item.text, item.detector) for item in of_phrases(verdict)]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": "来领资料"}, ("title", 1, 4, "领资料")),
        ({"body": "👩‍👧😀来領資料，再領資料"}, ("body", 5, 8, "領資料")),
        ({"body": "来领\u200b资料"}, ("body", 1, 5, "领\u200b资料")),
        ({"tags": ("春天", "领资料")}, ("tags[1]", 0, 3, "领资料")),
        ({"image_texts": ("😀领资料",)}, ("image_texts[0]", 1, 4, "领资料")),
    ],
)
def test_a_block_phrase_is_shown_where_the_original_text_has_it(judge, fields, place):
    verdict = judge(Note(note_id="a", **fields), block=["領資料"])
    assert places(verdict) == [(*place, "block_phrase")]
    (item,) = of_phrases(verdict)
    assert (item.kind, item.value, item.hit_source, item.rule_id) == ("phrase", "領資料", "lexicon", None)
    assert (item.comment_id, verdict.decision) == (None, "block")


def test_a_phrase_in_a_comment_bears_the_comments_id(judge):
    comments = tuple(Comment(comment_id=name, text=text) for name, text in (("c1", "好"), ("c2", "😀领资料")))
    verdict = judge(Note(note_id="a", comments=comments), block=["领资料"])
    assert places(verdict) == [("comments[1]", 1, 4, "领资料", "block_phrase")]
    assert of_phrases(verdict)[0].comment_id == "c2"
    assert [(each.comment_id, each.decision) for each in verdict.comments] == [("c2", "block")]


def test_allow_and_block_phrases_are_both_shown(judge):
    verdict = judge(Note(note_id="a", title="领资料", body="青禾官方领资料"), allow=["青禾官方"], block=["领资料"])
    assert places(verdict) == [
        ("title", 0, 3, "领资料", "block_phrase"),
        ("body", 0, 4, "青禾官方", "allow_phrase"),
        ("body", 4, 7, "领资料", "block_phrase"),
    ]
    assert verdict.decision == "pass"


@pytest.mark.parametrize(("allow", "body"), [((), "用vxworks写的"), (("微信读书",), "微信读书好用"), ((), "今天的云")])
def test_a_piece_of_a_word_is_no_evidence(judge, allow, body):
    verdict = judge(Note(note_id="a", body=body), allow=allow, block=["vx", "微信"])
    assert "block_phrase" not in {item.detector for item in verdict.evidence}


def test_phrases_stand_among_other_evidence_in_the_order_of_the_text(judge):
    comments = tuple(Comment(comment_id=f"c{at}", text="加微信：qinghe_test88，领资料") for at in range(12))
    one = Note(note_id="a", title="领资料", body="领资料，加微信：qinghe_test88，青禾", comments=comments)
    verdict = judge(one, block=["领资料", "青禾"])
    fields = ["title", "body", *(f"comments[{at}]" for at in range(12))]
    order = [(fields.index(item.field), item.start) for item in verdict.evidence]
    assert order == sorted(order)
    assert len(of_phrases(verdict)) == 15


def test_a_phrase_is_no_route_and_changes_nothing_but_evidence_and_decision(judge):
    texts = ("今天的云很好看", "加微信：qinghe_test88 领资料", "领资料")
    comments = tuple(Comment(comment_id=str(at), text=text) for at, text in enumerate(texts))
    quiet, threaded = (Note(note_id="a", body="来领资料", comments=each) for each in ((), comments))
    diverting = msgspec.structs.replace(threaded, body="加微信：qinghe_test88，领资料")
    for one in (quiet, threaded, diverting):
        plain, phrased = judge(one), judge(one, allow=["领资料"])
        assert of_phrases(phrased)
        assert [item for item in phrased.evidence if item.detector not in PHRASES] == list(plain.evidence)
        assert [(each.comment_id, each.score) for each in phrased.comments] == [
            (each.comment_id, each.score) for each in plain.comments
        ]
        same = {"evidence": (), "decision": "pass", "comments": ()}
        assert msgspec.structs.replace(phrased, **same) == msgspec.structs.replace(plain, **same)
