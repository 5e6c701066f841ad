import msgspec
import pytest

from data.errors import ConfigError
from models.policy import default_policy
from serving.live.policy_body import PhrasesBody, PolicyBody, Thresholds, body_of, policy_of, with_phrases


def test_a_policy_comes_back_from_its_body():
    policy = default_policy()
    assert policy_of(body_of(policy), name="default", version=1) == policy


def test_thresholds_that_contradict_each_other_are_refused():
    body = msgspec.structs.replace(body_of(default_policy()), diversion=Thresholds(block=0.1, review=0.5))
    with pytest.raises(ConfigError, match="diversion.block"):
        policy_of(body, name="x", version=1)


def test_a_phrase_without_anything_visible_is_refused():
    body = msgspec.structs.replace(body_of(default_policy()), phrases=PhrasesBody(block=("\u200b",)))
    with pytest.raises(ConfigError, match="phrases.block"):
        policy_of(body, name="x", version=1)


def test_a_share_over_one_is_no_body():
    raw = msgspec.to_builtins(body_of(default_policy())) | {"diversion": {"block": 1.5, "review": 0.5}}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, PolicyBody)


def test_phrases_are_laid_over_a_policys_own():
    own = msgspec.structs.replace(body_of(default_policy()), phrases=PhrasesBody(block=("一",)))
    policy = with_phrases(policy_of(own, name="x", version=3), PhrasesBody(allow=("二",), block=("三",)), 2)
    assert policy.policy_version == "x@3+phrases@2"
    assert (policy.phrases.allow, policy.phrases.block) == (("二",), ("一", "三"))
