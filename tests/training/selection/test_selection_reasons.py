"""Reasons: near a threshold, or evidence and score against each other; never both for one question."""

import msgspec
import pytest

from training.selection_reasons import NEAR, disagreement, uncertainty

THRESHOLDS = {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.2}


def questions(reasons):
    return [reason.question for reason in reasons]


@pytest.mark.parametrize(
    ("p", "expected"), [(0.2, ["diversion"]), (0.3, ["diversion"]), (0.5, []), (0.01, []), (0.1, ["diversion"])]
)
def test_a_score_near_its_own_threshold_is_uncertain(verdict_of, p, expected):
    assert questions(uncertainty(verdict_of(diversion=p), THRESHOLDS)) == expected


def test_the_nearer_the_threshold_the_stronger(verdict_of):
    near, far = (next(uncertainty(verdict_of(diversion=p), THRESHOLDS)).strength for p in (0.21, 0.3))
    assert near > far > -NEAR


@pytest.mark.parametrize(("commercial", "expected"), [(0.9, ["disclosed"]), (0.1, [])])
def test_disclosure_is_asked_of_commercial_notes_only(verdict_of, commercial, expected):
    assert questions(uncertainty(verdict_of(commercial=commercial, disclosed=0.5), THRESHOLDS)) == expected


@pytest.mark.parametrize(
    ("scores", "evidence", "expected"),
    [
        ({"diversion": 0.01}, [("dm_lead", "x")], ("diversion", "evidence_without_score")),
        ({"diversion": 0.01}, [("dm_lead", "x", "c1")], ("diversion", "evidence_without_score")),
        ({"diversion": 0.9}, [], ("diversion", "score_without_evidence")),
        ({"diversion": 0.9}, [("in_site_link", "x")], ("diversion", "score_without_evidence")),
        ({}, [("supplier", "x")], ("commercial", "evidence_without_score")),
        ({"commercial": 0.9, "disclosed": 0.01}, [("price", "x")], ("commercial", "score_without_evidence")),
    ],
)
def test_evidence_and_score_against_each_other_disagree(verdict_of, scores, evidence, expected):
    (reason,) = disagreement(verdict_of(**scores, evidence=evidence), THRESHOLDS)
    assert (reason.question, reason.detail) == expected
    assert reason.strength > 0


@pytest.mark.parametrize(
    ("scores", "evidence"),
    [
        ({"diversion": 0.9}, [("dm_lead", "x")]),
        ({"diversion": 0.15}, [("dm_lead", "x")]),  # low, but near the threshold: that is uncertain
        ({}, [("supplier", "x", "c1")]),  # what others say sells nothing of the author's
        ({}, [("price", "x")]),
        ({"diversion": 0.01}, [("phrase", "block_phrase")]),  # a policy's word is no sign of diversion
        ({}, []),
    ],
)
def test_evidence_and_score_that_agree_are_no_reason(verdict_of, scores, evidence):
    assert not list(disagreement(verdict_of(**scores, evidence=evidence), THRESHOLDS))


def test_more_detectors_disagree_more(verdict_of):
    one, two = (
        next(disagreement(verdict_of(evidence=[("dm_lead", name) for name in names]), THRESHOLDS)).strength
        for names in ("xx", "xy")
    )
    assert two == pytest.approx(2 * one)


def test_what_the_platform_answers_is_not_asked(verdict_of):
    verdict = verdict_of(commercial=0.5, disclosed=0.5, evidence=[("disclosure", "is_ad")])
    shown = tuple(msgspec.structs.replace(item, hit_source="platform") for item in verdict.evidence)
    assert questions(uncertainty(verdict, THRESHOLDS)) == ["commercial", "disclosed"]
    assert questions(uncertainty(msgspec.structs.replace(verdict, evidence=shown), THRESHOLDS)) == []
