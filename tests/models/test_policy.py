"""Policy: the default file, errors that name file and key, and who is heard before whom."""

import re

import msgspec
import pytest

from data.errors import ConfigError
from data.labels import Label
from models.policy import decide, decide_comment, default_policy, load_policy

GOOD = """\
name = "street"
version = "7"
assumed_prevalence = 0.03
[diversion]
block = 0.95
review = 0.4
[undisclosed_ad]
review = 0.6
[rule]
violation = "block"
uncertain = "review"
[comments]
block = 0.9
review = 0.3
[phrases]
allow = ["青禾读书会"]
block = ["扣6领"]
"""
DEFAULT = default_policy()
QUIET = {"p_diversion": 0.1, "p_undisclosed_ad": 0.1, "author_label": Label.ORGANIC}
SURE = {"p_diversion": 1.0, "p_undisclosed_ad": 0.0, "author_label": Label.DIVERSION, "diversion_by": "author"}
EXPLICIT = {"rule_status": "violation", "has_explicit": True}


def with_values(policy, **sections):
    """Change keys of sections: `diversion={"block": 0.9}`."""
    changed = {name: msgspec.structs.replace(getattr(policy, name), **values) for name, values in sections.items()}
    return msgspec.structs.replace(policy, **changed)


def test_file_becomes_a_typed_policy(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(GOOD, encoding="utf-8")
    policy = load_policy(path)
    assert (policy.policy_version, policy.diversion.block, policy.undisclosed_ad.review) == ("street@7", 0.95, 0.6)
    assert (policy.rule.uncertain, policy.comments.review, policy.phrases.block) == ("review", 0.3, ("扣6领",))


def test_whole_numbers_are_shares_too(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(GOOD.replace("block = 0.95", "block = 1"), encoding="utf-8")
    assert load_policy(path).diversion.block == 1.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[diversion]", "[diversion]\nblok = 0.9", "unknown key 'diversion.blok'. Known here are block, review."),
        ('version = "7"', "", "'version' must be given. Got nothing instead."),
        ('version = "7"', "version = 7", "'version' must be a non-empty string. Got 7 instead."),
        ("review = 0.4", "", "'diversion.review' must be given. Got nothing instead."),
        ("review = 0.4", 'review = "0.4"', "'diversion.review' must be a number in [0, 1]. Got '0.4' instead."),
        ("review = 0.6", "review = 60", "'undisclosed_ad.review' must be a number in [0, 1]. Got 60 instead."),
        ("review = 0.6", "review = nan", "'undisclosed_ad.review' must be a number in [0, 1]. Got nan instead."),
        ("review = 0.6", "review = true", "'undisclosed_ad.review' must be a number in [0, 1]. Got True instead."),
        ("= 0.03", "= -0.1", "'assumed_prevalence' must be a number in [0, 1]. Got -0.1 instead."),
        ('= "block"', '= "ban"', "'rule.violation' must be one of 'pass', 'review', 'block'. Got 'ban' instead."),
        (
            "block = 0.95",
            "block = 0.2",
            "'diversion.block' must not be under 'diversion.review' (0.4). Got 0.2 instead.",
        ),
        (
            'block = ["扣6领"]',
            'block = ["扣6领", "\\u200b"]',
            "'phrases.block' must be a list of phrases with at least one visible character each. Got list instead.",
        ),
    ],
)
def test_error_names_the_file_and_the_key(tmp_path, old, new, message):
    path = tmp_path / "policy.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=f"^{re.escape(f'{path}: {message}')}$"):
        load_policy(path)


def test_section_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text('name = "a"\nversion = "1"\nassumed_prevalence = 0.1\ndiversion = 0.5\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="'diversion' must be a table. Got float instead"):
        load_policy(path)


def test_file_that_is_not_toml_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("name = default", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"policy\.toml: a policy file must be TOML in UTF-8\. Got .*line 1"):
        load_policy(path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"policy\.toml: a policy file must be readable\. Got No such file"):
        load_policy(tmp_path / "policy.toml")


def test_default_policy_never_blocks_by_score():
    assert decide(DEFAULT, **SURE) == "review"
    assert decide_comment(DEFAULT, score=1.0) == "review"


PRECEDENCE = [
    # each line adds one voice to quieter ones; the loudest is heard
    ({}, "pass"),
    ({"p_diversion": 0.9}, "review"),
    ({"p_diversion": 0.9, "block_phrase": True}, "block"),
    ({"rule_status": "uncertain", "block_phrase": True}, "review"),
    ({**EXPLICIT, "p_diversion": 0.9}, "block"),
    ({**EXPLICIT, "p_diversion": 0.0}, "block"),
    ({**EXPLICIT, "platform_disclosed": True}, "block"),
    ({**EXPLICIT, "block_phrase": True, "allow_phrase": True, "p_diversion": 0.9}, "pass"),
    ({"allow_phrase": True, "human": "block"}, "block"),
    ({"allow_phrase": True, "human": "review"}, "review"),
    ({**EXPLICIT, "block_phrase": True, "human": "pass"}, "pass"),
]


@pytest.mark.parametrize(("voices", "decision"), PRECEDENCE)
def test_note_hears_the_loudest_voice(voices, decision):
    assert decide(DEFAULT, **{**QUIET, **voices}) == decision


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({"rule_status": "violation", "has_explicit": True}, "block"),
        ({"rule_status": "violation", "has_explicit": False}, "review"),  # a mere lead, or a component
        ({"rule_status": "violation", "has_explicit": False, "block_phrase": True}, "block"),
        ({"rule_status": "uncertain", "has_explicit": True}, "review"),
        ({"rule_status": "uncertain", "has_explicit": False}, "review"),
        ({"rule_status": "allowed"}, "pass"),
        ({"rule_status": "allowed", "p_diversion": 0.9}, "review"),  # it clears the link, not the text
        ({"rule_status": "allowed", "block_phrase": True}, "block"),
        ({"rule_status": None, "has_explicit": True}, "pass"),
    ],
)
def test_only_an_explicit_violation_blocks_by_rule(facts, decision):
    assert decide(DEFAULT, **{**QUIET, **facts}) == decision


@pytest.mark.parametrize(
    ("p_undisclosed_ad", "platform_disclosed", "decision"),
    [(0.9, False, "review"), (0.9, True, "pass"), (0.5, False, "pass"), (0.1, False, "pass")],
)
def test_platform_fact_silences_the_score_for_an_undisclosed_ad(p_undisclosed_ad, platform_disclosed, decision):
    scores = {**QUIET, "p_undisclosed_ad": p_undisclosed_ad}
    assert decide(DEFAULT, **scores, platform_disclosed=platform_disclosed) == decision


def test_platform_fact_clears_no_diversion():
    assert decide(DEFAULT, **SURE, platform_disclosed=True) == "review"


@pytest.mark.parametrize("rule_status", [None, "allowed", "uncertain", "violation"])
def test_note_that_only_others_divert_passes(rule_status):
    others = {**SURE, "author_label": Label.ORGANIC, "diversion_by": "other"}
    assert decide(DEFAULT, **others, rule_status=rule_status, has_explicit=True) == "pass"


def test_author_s_own_advertisement_is_seen_below_others_diversion():
    others = {**SURE, "author_label": Label.UNDISCLOSED_AD, "diversion_by": "other"}
    assert decide(DEFAULT, **others) == "review"
    assert decide(DEFAULT, **others, platform_disclosed=True) == "pass"


def test_diversion_by_an_unknown_hand_is_reviewed():
    assert decide(DEFAULT, **{**SURE, "diversion_by": "unknown"}) == "review"


@pytest.mark.parametrize(
    ("voices", "decision"),
    [
        ({"score": 0.2}, "pass"),
        ({"score": 0.9}, "review"),
        ({"score": 0.2, "block_phrase": True}, "block"),
        ({"score": 0.2, "rule_status": "uncertain", "block_phrase": True}, "review"),
        ({"score": 0.2, "rule_status": "violation"}, "review"),
        ({"score": 0.2, **EXPLICIT}, "block"),
        ({"score": 0.9, **EXPLICIT, "allow_phrase": True}, "pass"),
        ({"score": 0.2, "allow_phrase": True, "human": "block"}, "block"),
    ],
)
def test_comment_hears_the_loudest_voice(voices, decision):
    assert decide_comment(DEFAULT, **voices) == decision


@pytest.mark.parametrize(
    ("sections", "call", "decision"),
    [
        ({"diversion": {"block": 0.8}}, {"p_diversion": 0.9}, "block"),
        ({"diversion": {"review": 0.95}}, {"p_diversion": 0.9}, "pass"),
        ({"undisclosed_ad": {"review": 0.05}}, {}, "review"),
        ({"rule": {"violation": "review"}}, EXPLICIT, "review"),
        ({"rule": {"violation": "pass"}}, EXPLICIT, "pass"),
        ({"rule": {"violation": "pass"}}, {"rule_status": "violation"}, "pass"),
        ({"rule": {"uncertain": "pass"}}, {"rule_status": "uncertain"}, "pass"),
        ({"rule": {"uncertain": "pass"}}, {"rule_status": "uncertain", "block_phrase": True}, "block"),
        ({"rule": {"uncertain": "block"}}, {"rule_status": "uncertain"}, "block"),
    ],
)
def test_every_key_of_the_policy_changes_a_decision(sections, call, decision):
    assert decide(with_values(DEFAULT, **sections), **{**QUIET, **call}) == decision
    assert decide(DEFAULT, **{**QUIET, **call}) != decision


def test_rule_set_to_pass_leaves_the_word_to_the_score():
    silent = with_values(DEFAULT, rule={"violation": "pass", "uncertain": "pass"})
    for rule_status in ("violation", "uncertain"):
        assert decide(silent, **{**QUIET, "p_diversion": 0.9}, rule_status=rule_status, has_explicit=True) == "review"


@pytest.mark.parametrize(("comments", "decision"), [({"block": 0.6}, "block"), ({"review": 0.8}, "pass")])
def test_comment_thresholds_change_a_decision(comments, decision):
    assert decide_comment(with_values(DEFAULT, comments=comments), score=0.7) == decision
    assert decide_comment(DEFAULT, score=0.7) == "review"
