import io

import msgspec
import pytest
from rich.console import Console

from data.notes import Comment, Note
from models.verdict import CommentVerdict
from serving.verdict_view import render_verdict


@pytest.fixture
def draw(classifier):
    def draw_note(note, *, colour=False):
        out = io.StringIO()
        console = Console(file=out, width=100, force_terminal=colour, color_system="standard" if colour else None)
        console.print(render_verdict(note, classifier.classify(note)))
        return out.getvalue()

    return draw_note


def plain(note, verdict, evidence):
    console = Console(file=io.StringIO(), width=100)
    console.print(render_verdict(note, msgspec.structs.replace(verdict, evidence=evidence)))
    return console.file.getvalue()


def test_everything_a_reader_asks_for_is_there(draw):
    drawn = draw(Note(note_id="n1", body="想要的加微信abc"))
    for words in ("站外导流 diversion", "decision block", "note n1", "已声明广告", "0.700 diversion"):
        assert words in drawn
    for words in (
        "commercial 0.200",
        "contact since 2019-04-01: violation",
        "微信 WeChat id (lexicon fake): 微信abc = abc",
    ):
        assert words in drawn
    for words in ("comments    0.90 review  c1", "model fake-1, rules rules-1, policy default@1; date unknown"):
        assert words in drawn


def test_evidence_is_underlined_exactly_where_it_stands(draw):
    assert "想要的加\x1b[1;4;31m微信abc\x1b[0m" in draw(Note(note_id="n1", body="想要的加微信abc"), colour=True)


def test_evidence_of_a_comment_stands_in_its_field(draw):
    drawn = draw(Note(note_id="n1", body="樱花", comments=(Comment(text="好看"), Comment(text="加微信abc"))))
    assert "comments[1] 加微信abc" in drawn
    assert "body" not in drawn


def test_a_long_field_is_shown_around_its_evidence_only(draw):
    drawn = draw(Note(note_id="n1", body="前" * 5000 + "微信abc"))
    assert drawn.count("前") == 40


def test_lines_are_folded_inside_their_column(draw):
    body = next(line for line in draw(Note(note_id="n1", body="好" * 60 + "微信abc")).splitlines() if "body" in line)
    assert body == "  body        " + "好" * 43


def test_what_one_detector_found_stands_on_one_line(classifier):
    verdict = classifier.classify(Note(note_id="n1", body="微信abc"))
    (item,) = verdict.evidence
    twice = (item, msgspec.structs.replace(item, start=0, end=2, text="微信"))
    assert "(lexicon fake): 微信abc = abc、微信 = abc" in plain(Note(note_id="n1", body="微信abc"), verdict, twice)


def test_of_hundreds_of_hits_and_comments_the_first_are_drawn_and_the_rest_counted(classifier):
    note = Note(note_id="n1", body="微信" * 300)
    verdict = msgspec.structs.replace(
        classifier.classify(note), comments=(CommentVerdict(comment_id="c", score=0.5, decision="review"),) * 100
    )
    (item,) = verdict.evidence
    many = tuple(msgspec.structs.replace(item, start=2 * at, end=2 * at + 2) for at in range(300))
    drawn = plain(note, verdict, many)
    assert "and 280 more" in drawn
    assert "and 88 more" in drawn
    assert drawn.count("\n") < 60


def test_without_evidence_it_says_so(draw):
    assert "evidence    none" in draw(Note(note_id="n1", body="樱花"))


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\r", "\x9b", "\u202e", "\ud800"])
def test_no_sign_of_a_note_acts_on_the_terminal(draw, sign):
    assert sign not in draw(Note(note_id=f"n{sign}", body=f"加{sign}微信{sign}abc"))
