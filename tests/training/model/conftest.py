"""Models that are told what to say, notes to say it of, and artifacts of any version."""

import json
import shutil
from types import SimpleNamespace

import pytest

from data.labels import QUESTIONS
from data.notes import Comment, Note
from training.gold import LabeledNote
from training.gold_sets import GoldSet


class TableJudge:
    """A classifier that is told P(commercial) and P(diversion) of every note by its id; thresholds are 0.5."""

    label_thresholds = dict.fromkeys(QUESTIONS, 0.5)

    def __init__(self, scores):
        self.scores = scores

    def judge_many(self, notes):
        return [SimpleNamespace(verdict=self._verdict(*self.scores[note.note_id])) for note in notes]

    def _verdict(self, commercial, diversion):
        label = "diversion" if diversion >= 0.5 else "undisclosed_ad" if commercial >= 0.5 else "organic"
        questions = dict(zip(QUESTIONS, (commercial, 0.1, diversion), strict=True))
        return SimpleNamespace(label=label, decision="pass", questions=questions)


@pytest.fixture(scope="session")
def table_judge():
    return TableJudge


@pytest.fixture(scope="session")
def labelled():
    """Make a labelled note of an id, a source and whether it is commercial and diverts; more keys as in a gold file."""

    def make(note_id, source="a", *, commercial=False, diversion=False, by="", comments=()):
        return LabeledNote(
            note=Note(
                note_id=note_id,
                body="今天也很好",
                comments=tuple(Comment(comment_id="c", text=text) for text in comments),
            ),
            source=source,
            commercial="yes" if commercial else "no",
            disclosed="no" if commercial else "na",
            diversion="yes" if diversion else "no",
            by=by or ("author" if diversion else ""),
        )

    return make


@pytest.fixture(scope="session")
def three_kinds(labelled):
    """Give 120 notes of two sources, a third each organic, commercial and diverting, and scores that are all right."""
    rows = [
        labelled(f"n{number}", "ab"[number // 3 % 2], commercial=number % 3 == 1, diversion=number % 3 == 2)
        for number in range(120)
    ]
    scores = {
        row.note.note_id: (0.9 if row.commercial == "yes" else 0.1, 0.9 if row.diversion == "yes" else 0.1)
        for row in rows
    }
    return GoldSet("gold.jsonl", "0" * 64, rows), scores


@pytest.fixture
def artifact_of(small_model, tmp_path):
    """Copy the small model under another version, trained on files of these hashes; returns the folder."""

    def make(version, *, trained_on=(), **changes):
        folder = tmp_path / "fitted" / version
        shutil.copytree(small_model, folder)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        used = [{"name": "seen.jsonl", "rows": 1, "sha256": sha256, "licence": "MIT"} for sha256 in trained_on]
        manifest |= {"model_version": version, "training_data": used} | changes
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder

    return make
