"""Run every detector over a batch: one pass finds the triggers of all, patterns run only around them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from models.signals.detector import DIGITS, TOKEN, Detector, Hit
from models.signals.hits import Hits
from models.signals.restored import restore
from models.signals.runs import digit_runs, token_runs
from models.signals.triggers import TriggerFinder
from models.text_batch import FieldGroup, TextBatch

_TAG = int(FieldGroup.TAG)  # a plain integer: an enum's members are slow to look up and to compare
NO_EVIDENCE = "-"  # the kind of detectors that are features and are never shown

_Positions = npt.NDArray[np.int64]


class Scanner:
    """Detectors compiled together, in order of precedence: of overlapping hits only the first detector's stays.

    Parameters
    ----------
    detectors
        Those listed first win where spans overlap, among detectors of routes; others never compete.
    """

    def __init__(self, detectors: Sequence[Detector], *, exclusive_kinds: frozenset[str]) -> None:
        self.detectors = tuple(detectors)
        self._searches = [detector.pattern.search if detector.pattern else None for detector in detectors]
        self._is_exclusive = [detector.kind in exclusive_kinds for detector in detectors]
        self._has_pattern = np.array([detector.pattern is not None for detector in detectors], dtype=np.bool_)
        self._before = np.array([detector.before if detector.pattern else 0 for detector in detectors], dtype=np.int64)
        self._after = np.array([detector.after if detector.pattern else 0 for detector in detectors], dtype=np.int64)
        # Most triggers are lexicon terms that are features and nothing else: they need no Python one by one.
        self._is_counted = np.array([_is_counted(detector) for detector in detectors], dtype=np.bool_)
        by_trigger: dict[str, list[int]] = defaultdict(list)
        for index, detector in enumerate(self.detectors):
            for trigger in detector.triggers:
                by_trigger[trigger].append(index)
        self._on_digits = np.array(by_trigger.pop(DIGITS, []), dtype=np.int32)
        self._on_tokens = np.array(by_trigger.pop(TOKEN, []), dtype=np.int32)
        self._finder = TriggerFinder(by_trigger)

    def scan(self, batch: TextBatch) -> Hits:
        """Find all hits of a batch; none crosses a field. Detectors read decisive words as `restored` gives them."""
        restored = restore(batch)
        batch = restored.batch
        starts, ends, detectors = self._triggers(batch)
        fields = batch.fields_at(starts)
        counted = self._is_counted[detectors]
        rest = (~counted).nonzero()[0]
        windows = self._windows(batch, starts[rest], ends[rest], fields[rest], detectors[rest])
        fields, detectors = fields[counted], detectors[counted]
        found_at, found_by, evidence = self._search(batch, *windows)
        if found_at:
            fields = np.concatenate((fields, batch.fields_at(np.array(found_at, dtype=np.int64))))
            detectors = np.concatenate((detectors, np.array(found_by, dtype=np.int64)))
        return Hits(fields, detectors, restored.hits(evidence))

    def _triggers(self, batch: TextBatch) -> tuple[_Positions, _Positions, _Positions]:
        """Find all triggers: (starts, ends, detectors), a trigger once for each detector that listens to it."""
        starts, ends, detectors = self._finder.find(batch.text.codes)
        for listeners, find in ((self._on_digits, digit_runs), (self._on_tokens, token_runs)):
            run_starts, run_ends = find(batch)
            if len(run_starts):
                repeats = len(listeners)
                starts = np.concatenate((starts, np.tile(run_starts, repeats)))
                ends = np.concatenate((ends, np.tile(run_ends, repeats)))
                detectors = np.concatenate((detectors, np.repeat(listeners, len(run_starts))))
        return starts, ends, detectors.astype(np.int64)

    def _windows(
        self, batch: TextBatch, starts: _Positions, ends: _Positions, fields: _Positions, detectors: _Positions
    ) -> tuple[list[int], list[int], list[int]]:
        """Merge the surroundings of each detector's triggers into disjoint windows within fields, in order of detectors.

        The trigger of a detector without a pattern is a window by itself.
        """
        if not len(starts):
            return [], [], []
        order = np.lexsort((starts, detectors))
        starts, ends, fields, detectors = (values[order] for values in (starts, ends, fields, detectors))
        bounds = batch.text.bounds
        lows = np.maximum(bounds[fields], starts - self._before[detectors])
        highs = np.minimum(bounds[fields + 1] - 1, ends + self._after[detectors])
        shift = detectors * bounds[-1]  # keeps the windows of detectors apart
        opens = ~self._has_pattern[detectors]
        opens[0] = True
        opens[1:] |= (lows + shift)[1:] > np.maximum.accumulate(highs + shift)[:-1]
        first = opens.nonzero()[0]
        return detectors[first].tolist(), lows[first].tolist(), np.maximum.reduceat(highs, first).tolist()

    def _search(
        self, batch: TextBatch, detectors: list[int], lows: list[int], highs: list[int]
    ) -> tuple[list[int], list[int], list[Hit]]:
        """Look for hits in windows: (start of each, its detector, hits that are evidence, sorted by start)."""
        found_at, found_by, evidence = [], [], []
        taken = _Taken()
        text, cased = batch.text.text, batch.text.cased
        for index, low, high in zip(detectors, lows, highs, strict=True):
            detector, search = self.detectors[index], self._searches[index]
            if search and not search(cased if detector.cased else text, low, high):  # as it is nearly always
                continue
            for hit in _hits(detector, cased if detector.cased else text, low, high):
                if detector.outside_topics and _in_topic(batch, hit.start):
                    continue
                if self._is_exclusive[index] and not taken.claim(hit.start, hit.end):
                    continue
                found_at.append(hit.start)
                found_by.append(index)
                if detector.kind != NO_EVIDENCE:
                    evidence.append(hit)
        evidence.sort(key=itemgetter(0, 1))
        return found_at, found_by, evidence


def _is_counted(detector: Detector) -> bool:
    return detector.pattern is None and detector.kind == NO_EVIDENCE and not detector.outside_topics


def _hits(detector: Detector, text: str, low: int, high: int) -> Iterator[Hit]:
    """Find the matches of a window; without a pattern all of it is one."""
    if detector.pattern is None:
        yield Hit(low, high, detector.kind, None, detector.name, detector.hit_source)
        return
    groups = detector.pattern.groupindex
    for match in detector.pattern.finditer(text, low, high):
        start, end = match.span("span" if "span" in groups else 0)
        if start < 0:  # the group stands in another alternative
            start, end = match.span()
        if start < end and (detector.accept is None or detector.accept(match)):
            value = match["value"] if "value" in groups else detector.tier
            yield Hit(start, end, detector.kind, value, detector.name, detector.hit_source)


class _Taken:
    """Spans already claimed by an earlier detector."""

    def __init__(self) -> None:
        self._by_bucket: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def claim(self, start: int, end: int) -> bool:
        buckets = range(start >> 6, (end >> 6) + 1)
        if any(
            start < other_end and other_start < end for b in buckets for other_start, other_end in self._by_bucket[b]
        ):
            return False
        for bucket in buckets:
            self._by_bucket[bucket].append((start, end))
        return True


def _in_topic(batch: TextBatch, position: int) -> bool:
    """Say whether a position stands in a tag or in a "#topic" of running text."""
    field = batch.field_at(position)
    if batch.field_group[field] == _TAG:
        return True
    first = max(batch.bounds[field], position - 30)
    before = batch.text.text[first:position]
    return "#" in before and not any(char in before[before.rfind("#") :] for char in " \n,。!?;")
