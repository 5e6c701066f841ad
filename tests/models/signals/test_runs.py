"""Runs: numbers and code-like tokens are found whole; dates, words and short numbers are not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.notes import Note
from models.signals.runs import digit_runs, token_runs
from models.text_batch import TextBatch


def found(find, body):
    batch = TextBatch([Note(note_id="a", body=body)])
    starts, ends = find(batch)
    return [batch.text.cased[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("body", "runs"),
    [
        ("号12345吧", ["12345"]),
        ("１２３４５６", ["123456"]),
        ("1234", []),
        ("139-0000-0012", ["139-0000-0012"]),
        ("139 00000 0012", ["00000", "139 00000 0012"]),
        ("139--0000-0012", []),
        ("1390x0000x0012", []),
        ("2026.11.2", []),
        ("/1234:", []),
    ],
)
def test_digit_runs(body, runs):
    assert found(digit_runs, body) == runs


@pytest.mark.parametrize(
    ("body", "runs"),
    [
        ("看aB3dE9fG吧", ["aB3dE9fG"]),
        ("aB3dE9f", []),
        ("Beautiful", []),
        ("beautiful1", []),
        ("XHSABC1234", []),
        ("aB3dE9fG-hI4jK5lM", ["aB3dE9fG", "hI4jK5lM"]),
    ],
)
def test_token_runs(body, runs):
    assert found(token_runs, body) == runs


@given(st.text("1239 -.·aBz\0\n。", max_size=80))
def test_runs_are_those_of_regular_expressions(body):
    text = TextBatch([Note(note_id="a", body=body)]).text.cased
    split = [run for run in re.findall(r"[0-9](?:[ \-.·]?[0-9]){8,}", text) if not run.isdigit()]
    assert found(digit_runs, body) == re.findall(r"[0-9]{5,}", text) + split
    is_token = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.+[A-Z0-9]).*")
    assert found(token_runs, body) == [run for run in re.findall(r"[0-9A-Za-z]{8,}", text) if is_token.fullmatch(run)]
