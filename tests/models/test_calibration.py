"""Calibration: curves are logistic, read strictly, and probabilities compose to a distribution."""

import numpy as np
import pytest

from data.errors import ModelError
from data.labels import LABELS, Label
from models.calibration import Curve, compose, read_calibration

CURVE = {"slope": 1.0, "offset": 0.0}
RAW = {name: CURVE for name in ("commercial", "commercial_otherwise", "disclosed", "diversion", "comment")}


def test_a_curve_is_the_logistic_function_of_slope_and_offset():
    logits = np.array([-2.0, 0.0, 3.0], dtype=np.float32)
    assert Curve(2.0, -1.0)(logits) == pytest.approx(1 / (1 + np.exp(-(2 * logits - 1))))


def test_far_logits_stay_finite():
    assert np.all(np.isfinite(Curve(1e3, 0.0)(np.array([-1e4, 1e4]))))


def test_all_questions_at_once_are_calibrated_as_one_by_one():
    names = ("commercial", "commercial_otherwise", "disclosed", "diversion")
    calibration = read_calibration(
        RAW | {name: {"slope": 1.5 + at, "offset": at - 2.0} for at, name in enumerate(names)}
    )
    logits = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    one_by_one = [
        getattr(calibration, name)(logits[:, column]) for name, column in zip(names, (0, 0, 1, 2), strict=True)
    ]
    assert calibration.of_notes(logits).T.tolist() == [each.tolist() for each in one_by_one]


def test_composed_labels_are_a_distribution():
    draw = np.random.default_rng(0)
    labels = compose(*draw.random((3, 50)))
    assert labels.shape == (50, len(LABELS))
    assert np.all(labels >= 0)
    assert labels.sum(axis=1) == pytest.approx(np.ones(50))


@pytest.mark.parametrize(
    ("commercial", "disclosed", "diversion", "label"),
    [
        (1, 1, 0, Label.DISCLOSED_AD),
        (1, 0, 0, Label.UNDISCLOSED_AD),
        (0, 1, 0, Label.ORGANIC),
        (1, 1, 1, Label.DIVERSION),
    ],
)
def test_certain_answers_compose_to_their_label(commercial, disclosed, diversion, label):
    composed = compose(*(np.array([float(value)]) for value in (commercial, disclosed, diversion)))
    assert LABELS[int(composed[0].argmax())] is label
    assert composed.max() == 1


def test_stored_curves_are_read():
    assert read_calibration(RAW | {"comment": {"slope": 2, "offset": -1}}).comment == Curve(2.0, -1.0)


@pytest.mark.parametrize(
    "raw",
    [
        {name: CURVE for name in RAW if name != "diversion"},
        RAW | {"other": CURVE},
        RAW | {"comment": {"slope": 1.0}},
        RAW | {"comment": CURVE | {"bend": 1.0}},
        RAW | {"comment": CURVE | {"slope": "1"}},
    ],
    ids=["missing", "unknown", "no offset", "unknown key", "text"],
)
def test_other_curves_are_refused(raw):
    with pytest.raises(ModelError, match="'calibration' must give slope and offset of commercial, "):
        read_calibration(raw)
