"""What an artifact says of a fit: a policy with the fitted thresholds, and nothing else changed."""

import tomllib
from importlib import resources

import pytest

from models.policy import default_policy, load_policy
from training.fitted import policy_text

REVIEW = {"undisclosed_ad": 0.37, "diversion": 0.62}


@pytest.fixture
def path(tmp_path):
    (tmp_path / "policy.toml").write_text(policy_text(REVIEW, "t-1"), encoding="utf-8")
    return tmp_path / "policy.toml"


def test_fitted_thresholds_stand_in_the_policy(path):
    policy, default = load_policy(path), default_policy()
    assert (policy.diversion.review, policy.undisclosed_ad.review) == (0.62, 0.37)
    assert policy.policy_version == "default@t-1"
    assert (policy.diversion.block, policy.comments, policy.rule) == (
        default.diversion.block,
        default.comments,
        default.rule,
    )


def test_no_placeholder_is_left(path):
    assert "placeholder" in resources.files("models").joinpath("policy.toml").read_text(encoding="utf-8")
    assert "placeholder" not in path.read_text(encoding="utf-8")


def test_a_threshold_that_was_not_fitted_says_so():
    text = policy_text({}, "t-1")
    assert text.count("review = 0.5  # not fitted") == 3
    assert "chosen by" not in text


def test_keys_are_those_of_the_default_policy(path):
    default = tomllib.loads(resources.files("models").joinpath("policy.toml").read_text(encoding="utf-8"))
    assert tomllib.loads(path.read_text(encoding="utf-8")).keys() == default.keys()
