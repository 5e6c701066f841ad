import io

import pytest
from rich.console import Console

from data.notes import Comment, Note
from serving.verdict_view import render_verdict


@pytest.fixture
def draw(classifier):
    def draw_note(note, *, colour=False):
        out = io.StringIO()
        console = Console(file=out, width=100, force_terminal=colour, color_system="standard" if colour else None)
        console.print(render_verdict(note, classifier.classify(note)))
        return out.getvalue()

    return draw_note


def test_everything_a_reader_asks_for_is_there(draw):
    drawn = draw(Note(note_id="n1", body="想要的加微信abc"))
    for words in ("站外导流 diversion", "decision block", "note n1", "已声明广告", "0.700 diversion"):
        assert words in drawn
    for words in ("commercial 0.200", "contact since 2019-04-01: violation", "微信 WeChat id, by lexicon fake: abc"):
        assert words in drawn
    for words in ("comment c1   0.90 review", "model fake-1, rules rules-1, policy default@1; date unknown"):
        assert words in drawn


def test_evidence_is_underlined_exactly_where_it_stands(draw):
    assert "想要的加\x1b[1;4;31m微信abc\x1b[0m" in draw(Note(note_id="n1", body="想要的加微信abc"), colour=True)


def test_evidence_of_a_comment_stands_in_its_field(draw):
    drawn = draw(Note(note_id="n1", body="樱花", comments=(Comment(text="好看"), Comment(text="加微信abc"))))
    assert "comments[1]  加微信abc" in drawn
    assert "body" not in drawn


def test_a_long_field_is_shown_around_its_evidence_only(draw):
    drawn = draw(Note(note_id="n1", body="前" * 5000 + "微信abc"))
    assert drawn.count("前") == 40


def test_without_evidence_it_says_so(draw):
    assert "evidence     none" in draw(Note(note_id="n1", body="樱花"))


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\r", "\x9b", "\u202e", "\ud800"])
def test_no_sign_of_a_note_acts_on_the_terminal(draw, sign):
    assert sign not in draw(Note(note_id=f"n{sign}", body=f"加{sign}微信{sign}abc"))
