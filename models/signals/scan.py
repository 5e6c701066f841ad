"""Run every detector over a batch: one Aho-Corasick pass finds the triggers, patterns run only around them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from models.signals.detector import DIGITS, TOKEN, Detector, Hit
from models.text_batch import FieldGroup, TextBatch

_DIGIT_RUN, _TOKEN_RUN = 5, 8


class Scanner:
    """Detectors compiled together, in order of precedence: of overlapping hits only the first detector's stays.

    Parameters
    ----------
    detectors
        Those listed first win where spans overlap, among detectors of routes; others never compete.
    """

    def __init__(self, detectors: Sequence[Detector], *, exclusive_kinds: frozenset[str]) -> None:
        self.detectors = tuple(detectors)
        self._exclusive = [detector.kind in exclusive_kinds for detector in self.detectors]
        by_trigger: dict[str, list[int]] = defaultdict(list)
        for index, detector in enumerate(self.detectors):
            for trigger in detector.triggers:
                by_trigger[trigger].append(index)
        self._on_digits = by_trigger.pop(DIGITS, [])
        self._on_tokens = by_trigger.pop(TOKEN, [])
        self._listeners = list(by_trigger.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_trigger))

    def scan(self, batch: TextBatch) -> list[Hit]:
        """Find all hits of a batch, sorted by start; none crosses a field."""
        spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for trigger, start, end in self._automaton.find_matches_as_indexes(batch.text.text, overlapping=True):
            for index in self._listeners[trigger]:
                spans[index].append((start, end))
        self._add_runs(batch.text.codes, spans)
        taken = _Taken()
        hits = []
        for index in sorted(spans):
            for hit in self._hits(self.detectors[index], spans[index], batch):
                if not self._exclusive[index] or taken.claim(hit.start, hit.end):
                    hits.append(hit)
        hits.sort()
        return hits

    def _add_runs(self, codes: npt.NDArray[np.uint32], spans: dict[int, list[tuple[int, int]]]) -> None:
        if self._on_digits or self._on_tokens:
            is_digit = (codes >= 48) & (codes <= 57)
            is_token = is_digit | ((codes >= 97) & (codes <= 122))
            for listeners, mask, length in ((self._on_digits, is_digit, _DIGIT_RUN), (self._on_tokens, is_token, _TOKEN_RUN)):
                runs = _runs(mask, length)
                for index in listeners:
                    spans[index] += runs

    def _hits(self, detector: Detector, triggers: list[tuple[int, int]], batch: TextBatch) -> Iterator[Hit]:
        if detector.pattern is None:
            for start, end in triggers:
                if not (detector.outside_topics and _in_topic(batch, start)):
                    yield Hit(start, end, detector.kind, None, detector.name, detector.hit_source)
            return
        text = batch.text.cased if detector.cased else batch.text.text
        span_group = "span" if "span" in detector.pattern.groupindex else 0
        has_value = "value" in detector.pattern.groupindex
        for low, high in _windows(sorted(triggers), detector, batch):
            for match in detector.pattern.finditer(text, low, high):
                start, end = match.span(span_group)
                if start == end or (detector.accept and not detector.accept(match)):
                    continue
                if not (detector.outside_topics and _in_topic(batch, start)):
                    value = match["value"] if has_value else None
                    yield Hit(start, end, detector.kind, value, detector.name, detector.hit_source)


class _Taken:
    """Spans already claimed by an earlier detector."""

    def __init__(self) -> None:
        self._by_bucket: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def claim(self, start: int, end: int) -> bool:
        buckets = range(start >> 6, (end >> 6) + 1)
        if any(start < other_end and other_start < end for b in buckets for other_start, other_end in self._by_bucket[b]):
            return False
        for bucket in buckets:
            self._by_bucket[bucket].append((start, end))
        return True


def _windows(triggers: list[tuple[int, int]], detector: Detector, batch: TextBatch) -> Iterator[tuple[int, int]]:
    """Merge the surroundings of triggers into disjoint windows within fields."""
    low = high = -1
    for start, end in triggers:
        field = batch.field_at(start)
        first, last = batch.bounds[field], batch.bounds[field + 1] - 1
        begin, stop = max(first, start - detector.before), min(last, end + detector.after)
        if begin <= high and first <= low:
            high = max(high, stop)
        else:
            if high > low:
                yield low, high
            low, high = begin, stop
    if high > low:
        yield low, high


def _runs(mask: npt.NDArray[np.bool_], length: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    return [(start, end) for start, end in edges[edges[:, 1] - edges[:, 0] >= length].tolist()]


def _in_topic(batch: TextBatch, position: int) -> bool:
    """Say whether a position stands in a tag or in a "#topic" of running text."""
    field = batch.field_at(position)
    if batch.field_group[field] == FieldGroup.TAG:
        return True
    first = max(batch.bounds[field], position - 30)
    before = batch.text.text[first:position]
    return "#" in before and not any(char in before[before.rfind("#") :] for char in " \n,。!?;")
