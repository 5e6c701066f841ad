"""The classifier: notes in, verdicts with evidence out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from data.notes import Comment, Note
from data.rules import RULESET_VERSION
from models import ngrams
from models.artifact import Artifact, load_artifact
from models.calibration import compose
from models.evidence import Evidence
from models.features import extract
from models.judge import Judgement, NoteFindings, judge
from models.linear import Logits, score
from models.phrases import PhraseHit, PhraseHits, PhraseMatcher
from models.policy import Policy, load_policy
from models.probabilities import Probabilities, probabilities_of
from models.signals import EXPLICIT, Hit, scanner
from models.signals.hits import Hits
from models.text_batch import FieldGroup, TextBatch
from models.verdict import Verdict

_BATCH = 256
_OTHER_COMMENT = int(FieldGroup.OTHER_COMMENT)  # a plain integer: an enum's members are slow to look up and to compare


class Classifier:
    """Judges notes with one artifact and one policy; holds no state between notes."""

    def __init__(self, artifact: Artifact, policy: Policy | None = None) -> None:
        self._artifact = artifact
        self._policy = policy or artifact.policy
        phrases = self._policy.phrases
        self._phrases = PhraseMatcher(phrases.allow, phrases.block) if phrases.allow or phrases.block else None

    @classmethod
    def load(cls, model: Path | None = None, policy: Path | None = None) -> Self:
        """Load an artifact folder (None: the released one) and a policy file (None: the artifact's own).

        Raises
        ------
        ModelError
            If the folder is no artifact that this version understands.
        ConfigError
            If the policy is unusable.
        """
        return cls(load_artifact(model), load_policy(policy) if policy else None)

    @property
    def model_version(self) -> str:
        """Version of the weights."""
        return self._artifact.manifest.model_version

    @property
    def ruleset_version(self) -> str:
        """Version of the dated platform rules."""
        return RULESET_VERSION

    @property
    def policy_version(self) -> str:
        """Name and version of the policy."""
        return self._policy.policy_version

    @property
    def policy(self) -> Policy:
        """The policy that decides."""
        return self._policy

    def with_policy(self, policy: Policy) -> Self:
        """Give a classifier of the same weights and another policy; it shares all that is large."""
        return type(self)(self._artifact, policy)

    @property
    def label_thresholds(self) -> dict[str, float]:
        """Threshold of each question, chosen on cross-fitted predictions."""
        return self._artifact.manifest.label_thresholds

    def warm(self) -> None:
        """Pay what the first note would cost: tables, automaton, compiled kernel."""
        ngrams.warm()
        self.classify(Note(note_id="warm", body="1", comments=(Comment(comment_id="0", text="1"),)))

    def classify(self, note: Note) -> Verdict:
        """Judge one note."""
        return self.judge_many([note])[0].verdict

    def classify_many(self, notes: Sequence[Note]) -> list[Verdict]:
        """Judge notes, in their order."""
        return [judgement.verdict for judgement in self.judge_many(notes)]

    def judge_many(self, notes: Sequence[Note]) -> list[Judgement]:
        """Judge notes, in their order, with what the scored archive carries beside the verdict."""
        return [
            judgement
            for start in range(0, len(notes), _BATCH)
            for judgement in self._judge_batch(notes[start : start + _BATCH])
        ]

    def _judge_batch(self, notes: Sequence[Note]) -> list[Judgement]:
        batch = TextBatch(notes)
        hits = scanner().scan(batch)
        logits = score(self._artifact.model, batch, extract(batch, hits, scanner().detectors))
        findings = self._findings(batch, hits, logits)
        whole, author = self._probabilities(logits, findings)
        thresholds, version = self.label_thresholds, self.model_version
        return [
            judge(*found, thresholds=thresholds, policy=self._policy, model_version=version)
            for found in zip(notes, whole, author, findings, strict=True)
        ]

    def _probabilities(
        self, logits: Logits, findings: Sequence[NoteFindings]
    ) -> tuple[Sequence[Probabilities], Sequence[Probabilities]]:
        floor, n_notes = self._artifact.manifest.explicit_floor, len(findings)
        own = np.array([_has_own_explicit(found) for found in findings], dtype=np.bool_)
        anyone = np.array([any(found.is_explicit) for found in findings], dtype=np.bool_)
        curves = self._artifact.calibration.of_notes(np.concatenate((logits.notes, logits.author)))
        commercial, otherwise, disclosed, diversion = curves.T
        whole, author = diversion[:n_notes], diversion[n_notes:]  # views
        np.maximum(author, own * floor, out=author)
        np.maximum(whole, anyone * floor, out=whole)
        np.maximum(whole, author, out=whole)  # what others say never takes back what the author did
        found = probabilities_of(commercial, disclosed, diversion, compose(otherwise, disclosed, diversion))
        return found[:n_notes], found[n_notes:]

    def _findings(self, batch: TextBatch, hits: Hits, logits: Logits) -> list[NoteFindings]:
        n_notes = len(batch.notes)
        evidence: list[list[Evidence]] = [[] for _ in range(n_notes)]
        is_own: list[list[bool]] = [[] for _ in range(n_notes)]
        is_explicit: list[list[bool]] = [[] for _ in range(n_notes)]
        floor = self._artifact.manifest.explicit_floor
        scores = iter(self._artifact.calibration.comment(logits.comments).tolist())
        comment_scores = [[next(scores) for _ in note.comments] for note in batch.notes]
        for hit in hits:
            field = batch.field_at(hit.start)
            row = batch.field_note[field]
            explicit = hit.detector in EXPLICIT
            evidence[row].append(_evidence(batch, hit, field))
            is_own[row].append(batch.field_group[field] != _OTHER_COMMENT)
            is_explicit[row].append(explicit)
            if explicit and batch.comment_of(field) is not None:
                index = batch.field_index[field]
                comment_scores[row][index] = max(comment_scores[row][index], floor)
        findings = []
        for row in range(n_notes):
            phrases, comment_phrases, phrase_evidence = self._phrase_findings(batch, row)
            findings.append(
                NoteFindings(
                    evidence=tuple(evidence[row]),
                    is_own=tuple(is_own[row]),
                    is_explicit=tuple(is_explicit[row]),
                    comment_scores=tuple(comment_scores[row]),
                    phrases=phrases,
                    comment_phrases=comment_phrases,
                    phrase_evidence=phrase_evidence,
                )
            )
        return findings

    def _phrase_findings(
        self, batch: TextBatch, row: int
    ) -> tuple[PhraseHits, tuple[PhraseHits, ...], tuple[Evidence, ...]]:
        """Look for the policy's phrases: in the author's own text, in each comment, and where they stand."""
        if self._phrases is None:
            return PhraseHits(allow=False, block=False), (), ()
        own: list[PhraseHit] = []
        comments, evidence = [], []
        for field in range(batch.note_fields[row], batch.note_fields[row + 1]):
            first = batch.bounds[field]
            found = self._phrases.find(batch.text.text[first : batch.bounds[field + 1] - 1])
            if batch.field_group[field] != _OTHER_COMMENT:
                own += found
            if batch.comment_of(field) is not None:
                comments.append(PhraseHits.of(found))
            for start, end, phrase, detector in found:
                hit = Hit(first + start, first + end, "phrase", phrase, detector, "lexicon")
                evidence.append(_evidence(batch, hit, field))
        return PhraseHits.of(own), tuple(comments), tuple(evidence)


def _has_own_explicit(found: NoteFindings) -> bool:
    return any(own and explicit for own, explicit in zip(found.is_own, found.is_explicit, strict=True))


def _evidence(batch: TextBatch, hit: Hit, field: int) -> Evidence:
    start, end = batch.original_span(hit.start, hit.end)
    comment = batch.comment_of(field)
    return Evidence(
        field=batch.field_name(field),
        comment_id=comment.comment_id if comment else None,
        start=start,
        end=end,
        text=batch.originals[field][start:end],
        kind=hit.kind,
        value=hit.value,
        detector=hit.detector,
        hit_source=hit.hit_source,
    )
