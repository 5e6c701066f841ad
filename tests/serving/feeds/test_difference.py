import numpy as np
import pytest

from models.prevalence import SharesEstimate, Status
from serving.feeds.difference import _in_two

LABELS = ("disclosed_ad", "diversion", "organic", "undisclosed_ad")


@pytest.mark.parametrize("degrees", [None, 7.0])
def test_organic_against_the_rest_is_known_as_well_as_before(degrees):
    shares, covariance = np.array([0.1, 0.1, 0.7, 0.1]), np.diag([1e-4, 2e-4, 3e-4, 4e-4])
    known = None if degrees is None else np.array([3.0, 4.0, degrees, 5.0])
    four = SharesEstimate(Status.AUDITED, LABELS, 40, 900.0, shares, covariance, degrees_of_freedom=known)
    two = _in_two(four)
    assert two.realised("organic") == four.realised("organic")
    assert two.process("organic") == four.process("organic")
