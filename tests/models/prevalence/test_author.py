import numpy as np
import pytest

from models.prevalence import author_posteriors

OWN = np.array([[0.1, 0.2, 0.6, 0.1], [0.4, 0.05, 0.05, 0.5]])


def test_other_peoples_diversion_is_taken_out():
    others = 0.7  # P(somebody else diverts): pooled into the thread as in "at least one of them"
    thread = OWN * (1 - others)
    thread[:, 1] = 1 - (1 - OWN[:, 1]) * (1 - others)
    assert author_posteriors(thread, OWN[:, 2]) == pytest.approx(OWN)


def test_a_note_nobody_else_diverts_keeps_its_posteriors():
    assert author_posteriors(OWN, OWN[:, 2]) == pytest.approx(OWN)


def test_rows_stay_distributions_where_the_thread_has_no_organic_part():
    own = author_posteriors(np.array([[0.3, 0.4, 0.0, 0.3]]), np.array([0.8]))
    assert own.sum() == pytest.approx(1.0)
    assert np.all(own >= 0)
    assert own[0, 2] == pytest.approx(0.8)
