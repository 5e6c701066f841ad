"""Answers to questions about feeds from the verdicts that the database holds."""

import msgspec
import numpy as np

from serving.audits.file import AuditFile
from serving.audits.sample import AuditPlan
from serving.feeds.answers import answer_question
from serving.feeds.questions import Question
from serving.feeds.report_model import ReportModel, read_report_model, released_folder
from serving.feeds.scored_columns import ScoredColumns, join_scored
from serving.live.catalogue import list_models
from serving.settings import Settings
from serving.store.archive import stream_verdicts
from serving.store.engine import Store


class StoredAnswers:
    """A database, and the models that may have judged what it holds."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._models: dict[str, ReportModel] = {}

    def answer(self, question: Question, audit: AuditFile | None) -> bytes | AuditPlan:
        """Read the frame of a question and answer it: in JSON as the API does, or with a plan.

        Raises
        ------
        AppError
            If the database is away, or what is asked for is not there.
        """
        frame = question.frame
        with self._store.read() as connection:
            columns = join_scored(
                stream_verdicts(connection, feeds=frame.feeds, since_us=frame.since_us, until_us=frame.until_us)
            )
        answer = answer_question(question, columns, self._model(columns), audit)
        return answer if isinstance(answer, AuditPlan) else msgspec.json.encode(answer)

    def _model(self, columns: ScoredColumns) -> ReportModel:
        """Take the model that judged last; what another judged has no number, as in any report."""
        version = columns.versions[columns.version[int(np.argmax(columns.scored_us))]] if len(columns.version) else None
        if version not in self._models:
            known = list_models(self._settings)
            folder = known[version].folder if version in known else self._settings.model or released_folder()
            self._models[version or ""] = read_report_model(folder)
        return self._models[version or ""]
