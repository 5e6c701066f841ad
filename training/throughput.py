"""Throughput: CPU seconds that each part of the way from notes to verdicts takes, and what a plain pipeline takes."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from data.notes import Note
from models.artifact import Artifact
from models.classifier import Classifier
from models.features import extract
from models.linear import score
from models.signals import scanner
from models.text_batch import TextBatch

BATCH = 256
WHOLE, PLAIN = "whole", "plain"

Step = Callable[[], object]


def seconds_per_note(
    steps: Mapping[str, Step], n_notes: int, *, repeats: int, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Time steps in turns, so that a slow spell of the machine hits them all, and take each one's median.

    Parameters
    ----------
    steps
        What to run, each over all notes.
    clock
        Seconds; the default counts the CPU's, of all threads.
    """
    rounds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(repeats):
        for name, step in steps.items():
            begin = clock()
            step()
            rounds[name].append((clock() - begin) / n_notes)
    return {name: statistics.median(values) for name, values in rounds.items()}


def own_steps(notes: Sequence[Note], artifact: Artifact) -> dict[str, Step]:
    """Make the steps of our own way: its parts, each from what the one before made, and the whole with evidence."""
    classifier = Classifier(artifact)
    classifier.warm()
    detectors = scanner().detectors
    batches = [TextBatch(chunk) for chunk in _chunks(notes)]
    features = [extract(batch, scanner().scan(batch), detectors) for batch in batches]

    def normalise() -> None:
        for chunk in _chunks(notes):
            TextBatch(chunk)

    def signals() -> None:
        for batch in batches:
            extract(batch, scanner().scan(batch), detectors)

    def ngrams() -> None:
        for batch, described in zip(batches, features, strict=True):
            score(artifact.model, batch, described)

    def whole() -> None:
        for chunk in _chunks(notes):
            classifier.judge_many(chunk)

    return {"normalise": normalise, "signals": signals, "n-grams": ngrams, WHOLE: whole}


def plain_step(notes: Sequence[Note]) -> Step:
    """Make the step of the pipeline that one would write first, fitted on the notes with random answers."""
    texts = [_text(note) for note in notes]
    pipeline = plain_pipeline()
    answers = np.random.default_rng(0).integers(0, 2, len(texts))
    answers[:2] = 0, 1  # a fit needs both
    pipeline.fit(texts, answers)
    return lambda: pipeline.predict_proba(texts)


def plain_pipeline() -> Pipeline:
    """Make TF-IDF of jieba's words and of character 1-3-grams, and logistic regression on both."""
    import jieba

    jieba.setLogLevel("WARNING")
    words = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None)
    return make_pipeline(make_union(words, TfidfVectorizer(analyzer="char", ngram_range=(1, 3))), LogisticRegression())


def _text(note: Note) -> str:
    return "\n".join((note.title, note.body, *note.tags, *(comment.text for comment in note.comments)))


def n_characters(note: Note) -> int:
    """Count the characters that are judged: of all fields together."""
    comments = sum(len(comment.text) for comment in note.comments)
    return len(note.title) + len(note.body) + comments + sum(map(len, (*note.tags, *note.image_texts)))


def _chunks(notes: Sequence[Note]) -> Iterator[Sequence[Note]]:
    for start in range(0, len(notes), BATCH):
        yield notes[start : start + BATCH]
