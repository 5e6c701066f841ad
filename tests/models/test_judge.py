"""Judging: platform facts and forbidden components decide by rule, and nobody answers for other people's comments."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from data.labels import LABELS, Label
from data.notes import Comment, Link, Note, Platform
from models.evidence import Evidence
from models.judge import NoteFindings, judge
from models.phrases import PhraseHits
from models.policy import default_policy
from models.probabilities import Probabilities

THRESHOLDS = {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5}
DAY = datetime(2025, 8, 1, tzinfo=UTC)
SHANGHAI_MIDNIGHT = timedelta(hours=-8)
OTHER, UNKNOWN, OWN = (Comment(comment_id="c", text="加微信", is_author=who) for who in (False, None, True))


def probabilities(commercial=0.1, disclosed=0.1, diversion=0.1):
    rest = 1 - diversion
    ad = rest * commercial
    return Probabilities(commercial, disclosed, diversion, (ad * disclosed, diversion, rest - ad, ad * (1 - disclosed)))


ORGANIC, AD, DIVERTING = probabilities(), probabilities(commercial=0.8), probabilities(diversion=0.9)


def span(field="body", kind="wechat"):
    return Evidence(field=field, start=0, end=1, text="加", kind=kind, detector="fake", hit_source="rule")


def found(*spans, scores=(), **phrases):
    """Put findings together from (evidence, is_own, is_explicit)."""
    evidence, own, explicit = zip(*spans, strict=True) if spans else ((), (), ())
    return NoteFindings(tuple(evidence), tuple(own), tuple(explicit), tuple(scores), **phrases)


def note(*comments, day=DAY, source="given", **platform):
    return Note(note_id="a", published_at=day, date_source=source, comments=comments, platform=Platform(**platform))


def verdict(one, whole=ORGANIC, author=None, findings=None, **policy):
    findings = findings or found(scores=[0.0] * len(one.comments))
    judged = judge(
        one,
        whole,
        author or whole,
        findings,
        thresholds=THRESHOLDS,
        policy=msgspec.structs.replace(default_policy(), **policy),
        model_version="m",
    )
    return judged.verdict


@pytest.mark.parametrize(
    "facts",
    [{"is_ad": True}, {"brand_partner": "青禾"}, {"declaration": "marketing"}],
    ids=lambda facts: next(iter(facts)),
)
@pytest.mark.parametrize("whole", [ORGANIC, AD])
def test_a_platform_fact_decides_disclosed_by_rule(facts, whole):
    answer = verdict(note(**facts), whole)
    assert (answer.label, answer.author_label, answer.decision) == (Label.DISCLOSED_AD, Label.DISCLOSED_AD, "pass")
    assert (answer.questions["commercial"], answer.questions["disclosed"]) == (1, 1)
    assert [(item.kind, item.hit_source) for item in answer.evidence] == [("disclosure", "platform")]
    assert sum(answer.scores.values()) == pytest.approx(1)


@pytest.mark.parametrize("facts", [{}, {"is_ad": False}, {"brand_partner": ""}, {"declaration": "original"}])
def test_without_a_fact_the_model_answers(facts):
    assert verdict(note(**facts), AD).label is Label.UNDISCLOSED_AD
    assert verdict(note(**facts), ORGANIC).evidence == ()


def test_a_platform_fact_clears_no_diversion():
    assert verdict(note(is_ad=True), DIVERTING).label is Label.DIVERSION


TAOBAO, JD, PDD = (Link(kind="ad_link", platform=name) for name in ("taobao", "jd", "pdd"))
ENROLLED = {"is_ad": True, "enrolled": True, "industry": "fmcg"}


@pytest.mark.parametrize(
    ("link", "day", "facts", "status"),
    [
        (TAOBAO, (2025, 5, 11), {}, "violation"),
        (TAOBAO, (2025, 5, 12), {}, "allowed"),
        (TAOBAO, (2025, 5, 12), {"is_ad": False}, "violation"),
        (TAOBAO, (2025, 5, 12), {"enrolled": False}, "violation"),
        (TAOBAO, (2025, 5, 12), {"enrolled": None}, "uncertain"),
        (TAOBAO, (2025, 5, 12), {"industry": "other"}, "violation"),
        (TAOBAO, (2025, 6, 5), {"industry": "other"}, "uncertain"),
        (TAOBAO, (2025, 6, 5), {"industry": None}, "uncertain"),
        (JD, (2025, 6, 4), {}, "violation"),
        (JD, (2025, 6, 5), {}, "allowed"),
        (JD, (2025, 6, 5), {"industry": "other"}, "uncertain"),
        (PDD, (2025, 6, 30), {}, "violation"),
        (PDD, (2025, 7, 1), {}, "uncertain"),
    ],
)
def test_a_forbidden_component_diverts_by_rule_and_doubt_changes_no_label(link, day, facts, status):
    facts = ENROLLED | facts
    start_of_day = datetime(*day, tzinfo=UTC) + SHANGHAI_MIDNIGHT
    answer = verdict(note(day=start_of_day, links=(link,), **facts))
    without = Label.DISCLOSED_AD if facts["is_ad"] else Label.ORGANIC
    expected = Label.DIVERSION if status == "violation" else without
    assert (answer.rule.status, answer.label, answer.author_label) == (status, expected, expected)
    assert answer.evidence[0].hit_source == ("rule" if status == "violation" else "platform")
    assert answer.evidence[0].rule_id == answer.rule.id
    assert answer.diversion_by == ("author" if status == "violation" else None)
    assert answer.decision == ("pass" if status == "allowed" else "review")
    assert (answer.questions["diversion"] == 1) is (status == "violation")


def test_an_unknown_date_leaves_a_component_uncertain():
    answer = verdict(note(day=None, source="unknown", links=(TAOBAO,), **ENROLLED))
    assert (answer.rule.status, answer.label) == ("uncertain", Label.DISCLOSED_AD)


@pytest.mark.parametrize("kind", ["goods_card", "blue_link", "lead_form"])
def test_an_in_site_component_never_diverts(kind):
    link = Link(kind=kind, platform="xhs")
    assert verdict(note(links=(link,), day=datetime(2022, 1, 1, tzinfo=UTC))).label is Label.ORGANIC


def test_what_only_others_divert_is_their_comments_affair():
    explicit = found((span("comments[0]"), False, True), scores=[0.95])
    answer = verdict(note(OTHER), DIVERTING, ORGANIC, explicit)
    assert (answer.label, answer.author_label, answer.diversion_by) == (Label.DIVERSION, Label.ORGANIC, "other")
    assert (answer.decision, [each.decision for each in answer.comments]) == ("pass", ["block"])
    likely = verdict(note(OTHER), DIVERTING, ORGANIC, found(scores=[0.8]))
    assert (likely.decision, [each.decision for each in likely.comments]) == ("pass", ["review"])


def test_what_others_divert_hides_no_ad_of_the_author():
    answer = verdict(note(OTHER), DIVERTING, AD, found(scores=[0.8]))
    assert (answer.author_label, answer.decision) == (Label.UNDISCLOSED_AD, "review")


def test_an_unknown_writer_diverts_as_unknown():
    assert verdict(note(UNKNOWN), DIVERTING, ORGANIC).diversion_by == "unknown"


@pytest.mark.parametrize(("scores", "by"), [([0.2, 0.9], "unknown"), ([0.9, 0.2], "other")])
def test_the_likeliest_comment_says_who_diverts(scores, by):
    assert verdict(note(OTHER, UNKNOWN), DIVERTING, ORGANIC, found(scores=scores)).diversion_by == by


def test_an_explicit_contact_says_who_diverts_before_any_score():
    explicit = found((span("comments[1]"), False, True), scores=[0.9, 0.2])
    assert verdict(note(OTHER, UNKNOWN), DIVERTING, ORGANIC, explicit).diversion_by == "unknown"


def test_a_diversion_without_comments_is_the_authors():
    assert verdict(note(), DIVERTING, ORGANIC).diversion_by == "author"
    assert verdict(note(OWN), DIVERTING, ORGANIC).diversion_by == "author"


@pytest.mark.parametrize(
    ("is_own", "is_explicit", "kind", "source", "decision"),
    [
        (True, True, "wechat", "given", "block"),
        (True, True, "taobao_code", "given", "block"),
        (True, True, "wechat", "unknown", "review"),
        (True, False, "dm_lead", "given", "review"),
        (True, False, "price", "given", "review"),
    ],
)
def test_only_the_authors_explicit_violation_blocks_by_default(is_own, is_explicit, kind, source, decision):
    answer = verdict(note(source=source), DIVERTING, findings=found((span(kind=kind), is_own, is_explicit)))
    assert answer.decision == decision


@pytest.mark.parametrize("whole", [probabilities(diversion=1.0), probabilities(commercial=1.0, disclosed=0.0)])
def test_a_score_alone_never_blocks_by_default(whole):
    assert verdict(note(OWN), whole, findings=found(scores=[1.0])).decision == "review"


def test_a_lead_counts_only_where_the_note_diverts():
    lead = found((span(kind="dm_lead"), True, False))
    answer = verdict(note(), ORGANIC, findings=lead)
    assert (answer.label, answer.decision, answer.rule.status) == (Label.ORGANIC, "pass", "violation")


def test_a_strangers_contact_is_no_violation_of_a_note_that_does_not_divert():
    contact = found((span("comments[0]"), False, True), scores=[0.4])
    answer = verdict(note(OTHER), ORGANIC, findings=contact)
    assert (answer.decision, [each.decision for each in answer.comments]) == ("pass", ["block"])


def test_comments_without_hit_or_score_are_left_out():
    comments = [Comment(comment_id=name, text="好") for name in "abcd"]
    hits = found((span("comments[1]", "dm_lead"), False, False), (span("comments[3]", "in_site_link"), False, False),
                 scores=[0.5, 0.1, 0.51, 0.5])  # fmt: skip
    answer = verdict(note(*comments), findings=hits)
    assert [(each.comment_id, each.decision) for each in answer.comments] == [("b", "pass"), ("c", "review")]


def test_a_block_phrase_blocks_the_comment_it_stands_in_alone():
    hits = found(scores=[0.1, 0.1], comment_phrases=(PhraseHits(False, False), PhraseHits(False, True)))
    answer = verdict(note(OTHER, OTHER), findings=hits)
    assert (answer.decision, [each.decision for each in answer.comments]) == ("pass", ["block"])


def test_an_allow_phrase_passes_the_comment_it_stands_in():
    hits = found((span("comments[0]"), False, True), scores=[0.95], comment_phrases=(PhraseHits(True, False),))
    assert [each.decision for each in verdict(note(OTHER), findings=hits).comments] == ["pass"]


@pytest.mark.parametrize(("allow", "block", "decision"), [(True, True, "pass"), (False, True, "block")])
def test_phrases_of_the_author_decide_on_the_note(allow, block, decision):
    answer = verdict(note(), DIVERTING, findings=found(phrases=PhraseHits(allow, block)))
    assert answer.decision == decision


def test_evidence_in_text_bears_the_rule_of_its_route():
    spans = ((span(kind="wechat"), True, True), (span(kind="price"), True, False))
    answer = verdict(note(), DIVERTING, findings=found(*spans))
    assert [item.rule_id for item in answer.evidence] == ["diversion-rules-2025", None]


def test_the_archive_gets_p_organic_of_the_authors_own_content():
    judged = judge(
        note(OTHER),
        DIVERTING,
        ORGANIC,
        found(scores=[0.9]),
        thresholds=THRESHOLDS,
        policy=default_policy(),
        model_version="m",
    )
    assert judged.pa_organic == ORGANIC.labels[LABELS.index(Label.ORGANIC)]
