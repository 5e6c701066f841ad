"""The lexicon of contact words."""

import re

from models.signals.contact_terms import alternatives, read_terms, triggers


def test_longest_terms_come_first_so_that_they_win():
    assert all(len(a) >= len(b) for terms in read_terms().values() for a, b in zip(terms, terms[1:], strict=False))


def test_latin_term_never_matches_inside_a_word():
    assert re.search(alternatives("wechat"), "加vx聊")
    assert not re.search(alternatives("wechat"), "devx")


def test_blank_behind_plus_is_a_trigger_too():
    assert {"+薇", "+ 薇"} <= set(triggers("add_wechat"))
