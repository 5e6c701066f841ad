"""Invented notes whose telling words are known."""

from collections import Counter

import numpy as np
import pytest

from data.labels import LABELS, Label
from data.notes import Note
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.terms import commercial_terms, log_odds


def notes_of(words_ad, words_organic, n=40, authors=10):
    texts = [words_ad if i % 2 else words_organic for i in range(n)]
    return [Note(note_id=f"n{i}", body=text, author_id=f"a{i % authors}") for i, text in enumerate(texts)]


def columns_of(notes):
    labels = [Label.UNDISCLOSED_AD if i % 2 else Label.ORGANIC for i in range(len(notes))]
    codes = np.array([LABELS.index(label) for label in labels])
    return ScoredColumns.from_arrays(
        [note.note_id for note in notes], np.full((len(notes), 4), 0.25), feeds=("a",), author_label=codes
    )


def words_of(notes, columns=None):
    terms = commercial_terms(notes, columns or columns_of(notes))
    return {term.word for term in terms if term.z > 0}, {term.word for term in terms if term.z < 0}


def test_words_stand_on_the_side_that_says_them():
    more, less = words_of(notes_of("品牌，优惠", "咖啡，散步"))
    assert more == {"品牌", "优惠"}
    assert less == {"咖啡", "散步"}


def test_a_word_of_both_sides_is_not_told():
    more, less = words_of(notes_of("今天，优惠", "今天，散步"))
    assert "今天" not in more | less


def test_digits_letters_and_single_characters_are_never_told():
    more, less = words_of(notes_of("优惠 29.9 abc123 买", "散步 007 vx 走"))
    assert more | less == {"优惠", "散步"}


def test_a_word_of_two_authors_is_not_told():
    assert words_of(notes_of("优惠", "散步", authors=4)) == (set(), set())


def test_notes_outside_the_archive_and_repeated_ones_do_not_count():
    notes = notes_of("优惠", "散步")
    strangers = [Note(note_id=f"x{i}", body="套餐", author_id=f"b{i}") for i in range(40)]
    terms = commercial_terms([*notes, *strangers, *notes], columns_of(notes))
    assert {term.word: term.commercial + term.other for term in terms} == {"优惠": 20, "散步": 20}


def test_log_odds_are_shrunk_by_the_prior_and_even_counts_give_nought():
    terms = {term.word: term for term in log_odds(Counter(甲乙=50, 丙丁=50), Counter(甲乙=50, 丙丁=10))}
    assert terms["丙丁"].log_odds > 0 > terms["甲乙"].log_odds
    assert abs(terms["丙丁"].log_odds) < np.log(5)
    assert log_odds(Counter(甲乙=5), Counter()) == []
    assert log_odds(Counter(甲乙=5, 丙丁=5), Counter(甲乙=9, 丙丁=9))[0].z == pytest.approx(0.0)
