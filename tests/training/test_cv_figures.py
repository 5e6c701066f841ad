"""Cross-validated figures: each question over the notes that answer it, at its threshold."""

import numpy as np
import pytest

from data.notes import Note
from models.linear import Logits
from training.crossfit import CrossFit, flat_calibration
from training.cv_figures import cross_validation_figures
from training.gold import LabeledNote

ANSWERS = (("yes", "yes", "no"), ("yes", "no", "yes"), ("no", "na", "no"), ("no", "na", "unsure"), ("yes", "no", "no"))
LOGITS = np.array([[2, 2, -2], [1, -2, -3], [-1, 0, -1], [3, 0, 0], [-2, 1, -2]], dtype=np.float32)


@pytest.fixture
def figures():
    notes = [
        LabeledNote(note=Note(note_id="a"), source="s", commercial=commercial, disclosed=disclosed, diversion=diversion)
        for commercial, disclosed, diversion in ANSWERS
    ]
    explicit = np.array([False, True, False, False, False])
    logits = Logits(LOGITS, LOGITS - 1, np.zeros(0, dtype=np.float32))
    thresholds = {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5}
    return cross_validation_figures(CrossFit(notes, logits, explicit, explicit), flat_calibration(), thresholds, 0.9)


def test_open_answers_are_not_counted(figures):
    counts = {
        name: (figures[name]["n"], figures[name]["positives"]) for name in ("commercial", "disclosed", "diversion")
    }
    assert counts == {"commercial": (5, 3), "disclosed": (3, 1), "diversion": (4, 1)}


def test_f1_is_taken_at_the_threshold(figures):
    assert figures["commercial"]["f1"] == pytest.approx(2 / 3, abs=1e-4)  # hits: 2 of 3 found, 1 of 3 found is wrong
    assert figures["disclosed"]["f1"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_written_out_contact_lifts_diversion_to_the_floor(figures):
    assert (figures["diversion"]["auc"], figures["diversion"]["f1"]) == (1.0, 1.0)
    assert figures["explicit_floor"] == 0.9


def test_ranking_is_measured_over_known_answers(figures):
    assert figures["commercial"]["auc"] == pytest.approx(2 / 6, abs=1e-4)  # pairs of yes and no in order
