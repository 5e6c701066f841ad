"""Probabilities: a label follows in the guideline's order, and facts settle what they settle."""

import pytest

from data.labels import LABELS, Label
from models.probabilities import Probabilities, as_disclosed, as_diverting, label_of

THRESHOLDS = {"commercial": 0.3, "disclosed": 0.6, "diversion": 0.5}
ANY = (0.25, 0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    ("commercial", "disclosed", "diversion", "label"),
    [
        (0.9, 0.9, 0.5, Label.DIVERSION),
        (0.1, 0.1, 0.5, Label.DIVERSION),
        (0.9, 0.6, 0.49, Label.DISCLOSED_AD),
        (0.3, 0.59, 0.0, Label.UNDISCLOSED_AD),
        (0.29, 0.9, 0.49, Label.ORGANIC),
    ],
)
def test_diversion_comes_first_then_commercial_then_disclosed(commercial, disclosed, diversion, label):
    assert label_of(Probabilities(commercial, disclosed, diversion, ANY), THRESHOLDS) is label


def test_what_the_platform_discloses_is_an_ad_as_far_as_it_does_not_divert():
    settled = as_disclosed(Probabilities(0.1, 0.2, 0.25, ANY))
    assert dict(zip(LABELS, settled.labels, strict=True)) == {
        Label.DISCLOSED_AD: 0.75,
        Label.DIVERSION: 0.25,
        Label.ORGANIC: 0,
        Label.UNDISCLOSED_AD: 0,
    }
    assert (settled.commercial, settled.disclosed, settled.diversion) == (1, 1, 0.25)


def test_a_forbidden_component_is_a_diversion_and_leaves_the_other_answers():
    settled = as_diverting(Probabilities(0.1, 0.2, 0.25, ANY))
    assert settled == Probabilities(0.1, 0.2, 1.0, (0, 1, 0, 0))
