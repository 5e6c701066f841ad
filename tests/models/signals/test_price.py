"""Prices, with the amount as value; dates, lengths and topics are none."""

import pytest

from data.notes import Note
from models.signals import price
from models.signals.scan import Scanner
from models.text_batch import TextBatch

SCANNER = Scanner(price.DETECTORS, exclusive_kinds=frozenset())


def hits(text):
    return SCANNER.scan(TextBatch([Note(note_id="a", body=text)])).evidence


@pytest.mark.parametrize(
    "line", ["到手29.9", "¥199", "368元/位", "💰59", "人均80", "只要19", "两件 45 元", "50.8万💰", "2🥣"]
)
def test_price_is_found(line):
    assert [hit.kind for hit in hits(line)] == ["price"]


@pytest.mark.parametrize(
    "line", ["2025年", "10分钟", "十块腹肌", "3000米长跑", "只要3天", "公元前3世纪", "#99元好物[话题]#"]
)
def test_other_numbers_are_no_prices(line):
    assert not hits(line)


def test_amount_is_the_value():
    assert hits("团购价88，随时退")[0].value == "88"
