"""A classifier that needs no weights: it finds "微信" and nothing else."""

from collections.abc import Sequence

import msgspec
import pytest

from data.labels import Label
from data.notes import Note
from models.evidence import Evidence
from models.verdict import CommentVerdict, RuleFinding, Verdict


class FakeJudgement(msgspec.Struct, frozen=True):
    verdict: Verdict
    pa_organic: float


class FakeClassifier:
    model_version = "fake-1"
    ruleset_version = "rules-1"
    policy_version = "default@1"

    def __init__(self):
        self.batches = []
        self.warmed = 0

    def warm(self) -> None:
        self.warmed += 1

    def classify(self, note: Note) -> Verdict:
        texts = {"title": note.title, "body": note.body}
        texts |= {f"comments[{position}]": comment.text for position, comment in enumerate(note.comments)}
        evidence = tuple(
            Evidence(
                field=field,
                start=text.index("微信"),
                end=len(text),
                text=text[text.index("微信") :],
                kind="wechat",
                value=text[text.index("微信") + 2 :],
                detector="fake",
                hit_source="lexicon",
            )
            for field, text in texts.items()
            if "微信" in text
        )
        label = Label.DIVERSION if evidence else Label.ORGANIC
        return Verdict(
            note_id=note.note_id,
            label=label,
            author_label=label,
            scores={each: 0.7 if each is label else 0.1 for each in Label},
            questions={"commercial": 0.2, "disclosed": 0.1, "diversion": 0.7 if evidence else 0.1},
            decision="block" if evidence else "pass",
            evidence=evidence,
            diversion_by="author" if evidence else None,
            comments=(CommentVerdict(comment_id="c1", score=0.9, decision="review"),) if evidence else (),
            rule=RuleFinding(id="contact", since="2019-04-01", status="violation") if evidence else None,
            model_version=self.model_version,
            ruleset_version=self.ruleset_version,
            policy_version=self.policy_version,
            date_source=note.date_source,
        )

    def classify_many(self, notes: Sequence[Note]) -> list[Verdict]:
        return [self.classify(note) for note in notes]

    def judge_many(self, notes: Sequence[Note]) -> list[FakeJudgement]:
        self.batches.append(len(notes))
        return [FakeJudgement(self.classify(note), 0.6) for note in notes]


@pytest.fixture
def classifier():
    return FakeClassifier()
