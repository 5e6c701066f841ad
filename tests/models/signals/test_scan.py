"""The scanner: which text each detector sees, which hits survive, and which become evidence."""

import re

import pytest

from data.notes import Comment, Note
from models.signals.detector import DIGITS, TOKEN, Detector
from models.signals.scan import Scanner
from models.text_batch import TextBatch


def scan(*detectors, title="", body="", tags=(), comment="", exclusive_kinds=frozenset()):
    batch = TextBatch([Note(note_id="a", title=title, body=body, tags=tags, comments=(Comment(text=comment),))])
    hits = Scanner(detectors, exclusive_kinds=exclusive_kinds).scan(batch)
    return batch, hits


def spans(*detectors, **note):
    batch, hits = scan(*detectors, **note)
    return [batch.text.cased[hit.start : hit.end] for hit in hits]


def word(name="word", kind="offer", triggers=("领券",), **options):
    return Detector(name=name, kind=kind, triggers=triggers, **options)


def number(**options):
    return word(**{"triggers": ("号",), "pattern": re.compile(r"\d+"), **options})


def test_a_trigger_without_a_pattern_is_the_hit():
    _, (hit,) = scan(word(hit_source="lexicon"), body="快领券")
    assert (hit.kind, hit.value, hit.detector, hit.hit_source) == ("offer", None, "word", "lexicon")


def test_a_detector_that_is_no_evidence_is_counted_and_not_shown():
    _, hits = scan(word(kind="-"), number(kind="-", name="number"), body="领券领券 号1")
    assert sorted(hits.detectors.tolist()) == [0, 0, 1]
    assert list(hits) == []


def test_hits_know_their_field():
    batch, hits = scan(word(kind="-"), word(name="shown"), title="领券", comment="领券")
    assert sorted(hits.fields.tolist()) == [0, 0, 2, 2]
    assert [batch.field_at(hit.start) for hit in hits] == [0, 2]


@pytest.mark.parametrize(("before", "after", "found"), [(3, 0, ["12"]), (0, 3, ["34"]), (2, 2, ["2", "3"]), (0, 0, [])])
def test_a_pattern_sees_only_the_surroundings_of_its_trigger(before, after, found):
    assert spans(number(before=before, after=after), body="12 号 34") == found


def test_surroundings_that_touch_are_read_once_as_one():
    assert spans(number(before=2, after=2), body="号1234号") == ["1234"]


def test_surroundings_that_lie_apart_are_read_apart():
    assert spans(number(before=1, after=1), body="号1234号") == ["1", "4"]


def test_surroundings_end_with_the_field():
    assert spans(number(before=9, after=9), title="12", body="号", comment="34") == []


def test_cased_patterns_see_case_and_others_do_not():
    upper = {"pattern": re.compile("[A-Z]+")}
    assert spans(number(cased=True, **upper), body="号AB") == ["AB"]
    assert spans(number(**upper), body="号AB") == []


def test_the_span_group_is_the_hit_and_the_value_group_its_value():
    detector = number(pattern=re.compile(r"号(?P<span>(?P<value>\d)\d*)|号x"))
    batch, hits = scan(detector, body="号12 号x")
    assert [(batch.text.text[hit.start : hit.end], hit.value) for hit in hits] == [("12", "1"), ("号x", None)]


def test_a_match_may_be_refused():
    assert spans(number(accept=lambda match: match[0] != "12"), body="号12 34") == ["34"]


def test_topics_are_left_alone_where_a_detector_asks_for_it():
    note = {"body": "#领券 领券", "tags": ("领券",)}
    assert len(spans(word(), **note)) == 3
    assert len(spans(word(outside_topics=True), **note)) == 1
    _, hits = scan(word(kind="-", outside_topics=True), **note)
    assert len(hits.fields) == 1


def test_of_overlapping_routes_only_the_first_detectors_stays():
    detectors = (number(name="short", kind="qq", pattern=re.compile("12")), number(name="long", kind="wechat"))
    _, hits = scan(*detectors, body="号1234 56", exclusive_kinds=frozenset({"qq", "wechat"}))
    assert [(hit.detector, hit.kind) for hit in hits] == [("short", "qq"), ("long", "wechat")]
    assert sorted(hits.detectors.tolist()) == [0, 1]


def test_hits_that_are_no_routes_may_overlap():
    detectors = (number(name="short", pattern=re.compile("12")), number(name="long"))
    _, hits = scan(*detectors, body="号1234")
    assert [hit.detector for hit in hits] == ["short", "long"]


def test_evidence_is_sorted_by_place_whichever_detector_found_it():
    assert spans(word(triggers=("乙",)), word(name="other", triggers=("甲",)), body="甲乙甲") == ["甲", "乙", "甲"]


@pytest.mark.parametrize(("trigger", "found"), [(DIGITS, ["12345"]), (TOKEN, ["aB3dE9fG"])])
def test_runs_are_triggers_too(trigger, found):
    detector = number(triggers=(trigger,), pattern=re.compile(r"\w+", re.ASCII), before=0, after=0, cased=True)
    assert spans(detector, body="12345，aB3dE9fG，1") == found


def test_an_empty_batch_has_no_hits():
    hits = Scanner([word(), number(name="number")], exclusive_kinds=frozenset()).scan(TextBatch([]))
    assert (len(hits), len(hits.fields)) == (0, 0)
