import pytest
from sklearn.metrics import cohen_kappa_score

from serving.audits.agreement import measure_agreement


def test_kappa_is_cohens():
    first = ["organic"] * 20 + ["diversion"] * 7 + ["disclosed_ad"] * 5
    second = ["organic"] * 16 + ["undisclosed_ad"] * 4 + ["diversion"] * 9 + ["disclosed_ad"] * 3
    agreement = measure_agreement(first, second)
    assert agreement.kappa == pytest.approx(cohen_kappa_score(first, second))
    assert agreement.share == pytest.approx(26 / 32)


def test_agreement_on_one_label_alone_has_no_kappa():
    agreement = measure_agreement(["organic"] * 3, ["organic"] * 3)
    assert (agreement.share, agreement.kappa) == (1.0, None)


def test_nothing_labelled_twice_has_no_agreement():
    assert measure_agreement([], []).share is None
