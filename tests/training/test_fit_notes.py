"""Fitting on what was gathered: calibration counts what nobody asked about."""

import numpy as np
import pytest

from data.notes import Note
from models.linear import Logits
from training.crossfit import CrossFit, calibrate
from training.fit_notes import _calibrated, _tied
from training.gold import LabeledNote


def crossed(diversion):
    """Give notes of which every second diverts or not; the others' answer on diversion is the parameter."""
    draw = np.random.default_rng(0)
    table = draw.normal(size=(200, 3)).astype(np.float32)
    notes = []
    for at, row in enumerate(table):
        asked = at % 2 == 0
        commercial = row[0] + (0.5 if asked else -2.0) > draw.normal()  # those not asked sell less
        notes.append(
            LabeledNote(
                note=Note(note_id=str(at)),
                source="s",
                commercial="yes" if commercial else "no",
                disclosed="yes" if at % 3 else "no",
                diversion=("yes" if at % 4 else "no") if asked else diversion,
            )
        )
    none = np.zeros(200, dtype=np.bool_)
    return CrossFit(notes, Logits(table, table, np.zeros(0, dtype=np.float32)), none, none)


def test_a_note_that_nobody_asked_about_counts_as_diverting_nobody_for_one_curve_alone():
    asked, unasked = crossed("no"), crossed("")
    assert _calibrated(unasked).commercial_otherwise == calibrate(asked).commercial_otherwise
    assert _calibrated(unasked).diversion == calibrate(unasked).diversion != calibrate(asked).diversion


def test_where_all_were_asked_calibration_is_as_it_is():
    assert _calibrated(crossed("no")) == calibrate(crossed("no"))


@pytest.mark.parametrize(
    ("ties", "together"),
    [([0, 1, 2, 3], {(0, 1)}), ([0, 1, 1, 3], {(0, 1), (0, 2), (1, 2)}), ([0, 1, 2, 2], {(0, 1), (2, 3)})],
)
def test_ties_join_near_duplicates(ties, together):
    found = _tied(np.array([5, 5, 6, 7]), np.array(ties))
    assert {(a, b) for a in range(4) for b in range(a + 1, 4) if found[a] == found[b]} == together
