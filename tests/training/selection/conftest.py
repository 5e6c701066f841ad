"""Fixtures of a selection: notes of random characters, and verdicts of chosen probabilities and evidence."""

import numpy as np
import pytest

from data.labels import Label
from data.notes import Note
from models.evidence import Evidence
from models.verdict import Verdict


@pytest.fixture
def draw_note():
    """Give a function that invents a note of random Chinese characters: no two of them are near copies."""
    draw = np.random.default_rng(11)

    def make(note_id, author=None, **fields):
        body = fields.pop("body", "".join(chr(0x4E00 + code) for code in draw.integers(5000, size=40)))
        return Note(note_id=note_id, author_id=author, body=body, **fields)

    return make


@pytest.fixture
def verdict_of():
    """Give a function that makes a verdict: probabilities, and evidence as (kind, detector[, comment_id])."""

    def make(note_id="a", *, commercial=0.01, disclosed=0.01, diversion=0.01, evidence=()):
        found = tuple(
            Evidence(
                field="body", start=0, end=0, text="", kind=kind, detector=detector, hit_source="lexicon",
                comment_id=comment[0] if comment else None,
            )
            for kind, detector, *comment in evidence
        )  # fmt: skip
        return Verdict(
            note_id=note_id,
            label=Label.ORGANIC,
            author_label=Label.ORGANIC,
            scores={},
            questions={"commercial": commercial, "disclosed": disclosed, "diversion": diversion},
            decision="pass",
            evidence=found,
            model_version="test",
            ruleset_version="",
            policy_version="",
            date_source="unknown",
        )

    return make
