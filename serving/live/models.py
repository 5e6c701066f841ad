"""The models and policies in use: loaded and warmed in a thread, then put into use by one assignment.

A request takes its classifier once, so a swap in between changes nothing for it; what cannot be loaded is refused, and
what was in use goes on. What operators choose stands in the database, and `refresh` follows it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError, ConfigError, ModelError
from models.policy import Policy
from serving import metrics
from serving.api.problems import RequestError
from serving.live.choice import Choice, read_choice, read_snapshot, write_snapshot
from serving.live.loading import DEFAULT, classifiers_of, load_warm
from serving.live.policy_file import PolicyFile
from serving.live.shadow import Shadow, ShadowStatus
from serving.note_classifier import NoteClassifier
from serving.settings import Settings
from serving.store.engine import Store

_SHADOW_ROUNDS = 4
_RETRY_S = 30.0  # until something that could not be followed is tried again
_logger = logging.getLogger("huoren.serving")


@dataclass(frozen=True, slots=True)
class InUse:
    """What answers requests: a model with its own policy, and one classifier for each policy by name."""

    model: NoteClassifier
    classifiers: Mapping[str, NoteClassifier]


class LiveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the models of one process do; `problems` says what could not be followed, and why."""

    state: Literal["loading", "ready", "failed"]
    model_version: str | None
    ruleset_version: str | None
    policy_version: str | None
    problems: dict[str, str]
    shadow: ShadowStatus


class LiveModels:
    """The models of one process.

    Parameters
    ----------
    classifier
        One that is loaded already, in place of the one that the settings name.
    """

    def __init__(self, settings: Settings, store: Store, classifier: NoteClassifier | None = None) -> None:
        self.shadow = Shadow()
        self._settings, self._store, self._given = settings, store, classifier
        self._file = PolicyFile(settings.policy)
        self._choice = Choice()
        self._in_use: InUse | None = None
        self._shadow_model: NoteClassifier | None = None
        self._prepared: NoteClassifier | None = None
        self._failure = ""
        self._problems: dict[str, str] = {}
        self._retry_at = 0.0
        self._is_kept = True  # on this machine, for a start without the database
        self._told_versions: set[tuple[str, str]] = set()
        self._lock = threading.Lock()  # one change at a time; reading needs none

    async def warm_up(self) -> None:
        """Load and warm off the event loop, so that `/healthz` answers meanwhile."""
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Load and warm what is chosen: by the database, or, while it is away, as this machine last saw it."""
        with self._lock:
            try:
                with self._store.read() as connection:
                    choice = read_choice(connection, Choice())
            except (AppError, SQLAlchemyError) as error:  # away, or without its tables yet
                _logger.warning("what was chosen could not be read: %s", type(error).__name__)
                choice = read_snapshot(self._settings.state) or Choice()
            self._file.refresh()
            self._try(choice)

    def refresh(self) -> None:
        """Follow what the database and the policy file say by now; blocks, and changes nothing for notes in work.

        Raises
        ------
        StoreUnavailable
            If the database is away; the file was followed all the same.
        ModelError
            If what is chosen is of another version of huoren.
        """
        with self._lock:
            if self._file.refresh():
                self._try(self._choice)
            with self._store.read() as connection:
                choice = read_choice(connection, self._choice)
            is_in_trouble = bool(self._problems) or self._in_use is None or not self._is_kept
            if choice != self._choice or (is_in_trouble and time.monotonic() >= self._retry_at):
                self._try(choice)
        for _ in range(_SHADOW_ROUNDS):  # what no idle moment took: no note is held for long
            self.shadow.judge_waiting()
        self.shadow.flush(self._store)

    def prepare(self, version: str) -> None:
        """Load and warm a model, so that the next `refresh` need not, and it is known that it can be used.

        Raises
        ------
        ModelError
            If no model has that version, or it cannot be loaded.
        """
        self._prepared = load_warm(self._settings, version, self._given)

    def ready(self, policy: str | None = None) -> NoteClassifier:
        """Give the warm classifier with a policy, by its name; None is "default".

        Raises
        ------
        ModelError
            If the model could not be loaded.
        RequestError
            503 while it loads, 422 where no policy has that name.
        """
        classifier = self.in_use.classifiers.get(policy or DEFAULT)
        if classifier is None:
            raise RequestError(422, "'policy' must name a policy of /v1/policies. Got another name.", pointer="/policy")
        return classifier

    @property
    def in_use(self) -> InUse:
        """What answers requests.

        Raises
        ------
        ModelError
            If the model could not be loaded.
        RequestError
            503 while it loads.
        """
        if self._in_use is not None:
            return self._in_use
        if self._failure:
            raise ModelError(self._failure)
        raise RequestError(503, "The model is still loading.")

    @property
    def choice(self) -> Choice:
        """What operators chose, as this process last saw it."""
        return self._choice

    @property
    def file_policy(self) -> Policy | None:
        """What the file of HUOREN_POLICY held when it was last good."""
        return self._file.policy

    @property
    def model_version(self) -> str | None:
        """Version of the model in use; None while none is."""
        return None if self._in_use is None else self._in_use.model.model_version

    def status(self) -> LiveStatus:
        """Say how the models do."""
        default = None if self._in_use is None else self._in_use.classifiers[DEFAULT]
        told = {"policy_file": self._file.problem, "start": self._failure}
        return LiveStatus(
            state="ready" if default is not None else "failed" if self._failure else "loading",
            model_version=None if default is None else default.model_version,
            ruleset_version=None if default is None else default.ruleset_version,
            policy_version=None if default is None else default.policy_version,
            problems=self._problems | {name: problem for name, problem in told.items() if problem},
            shadow=self.shadow.status,
        )

    def _try(self, choice: Choice) -> None:
        """Put a choice into use; of what cannot be, the old goes on, and a start without anything usable fails."""
        self._retry_at = time.monotonic() + _RETRY_S
        told, self._problems = self._problems, {}
        try:
            self._use(choice)
        except AppError as error:
            self._failure = str(error)
            _logger.critical("the model could not be loaded: %s", error)
            return
        self._failure = ""
        self._tell_model()
        for name, problem in self._problems.items():
            if told.get(name) != problem:
                _logger.error("%s could not be followed: %s", name, problem)
        try:
            write_snapshot(self._settings.state, choice)
            self._is_kept = True
        except OSError as error:
            self._is_kept = False  # and tried again, as all that could not be followed
            _logger.warning("what is in use could not be kept in HUOREN_STATE: %s", error.strerror)

    def _tell_model(self) -> None:
        """Let the metrics say which model is in use."""
        for versions in self._told_versions:
            metrics.MODEL_INFO.labels(*versions).set(0)
        in_use = self.in_use.model
        versions = (in_use.model_version, in_use.ruleset_version)
        metrics.MODEL_INFO.labels(*versions).set(1)
        self._told_versions.add(versions)

    def _use(self, choice: Choice) -> None:
        if self._file.policy is None and self._file.problem and DEFAULT not in choice.policies:
            raise ConfigError(self._file.problem)
        model = self._model_of(choice.model)
        classifiers, problems = classifiers_of(model, choice, self._file.policy)
        self._problems |= problems
        before = self._in_use
        self._in_use, self._choice = InUse(model, classifiers), choice
        if before is None or before.model is not model:
            _logger.info("model %s is in use", model.model_version)
        self._use_shadow(choice, self._in_use)

    def _model_of(self, version: str | None) -> NoteClassifier:
        prepared, self._prepared = self._prepared, None
        in_use = None if self._in_use is None else self._in_use.model
        if version is None and in_use is not None and self._choice.model is None:
            return in_use
        for loaded in (in_use, prepared, self._shadow_model):
            if loaded is not None and loaded.model_version == version:
                return loaded
        try:
            return load_warm(self._settings, version, self._given)
        except ModelError as error:
            if version is None and in_use is None:
                raise
            self._problems["model"] = str(error)
        return in_use or load_warm(self._settings, None, self._given)

    def _use_shadow(self, choice: Choice, in_use: InUse) -> None:
        wanted, shadow = choice.shadow, self._shadow_model
        self._shadow_model = None
        if wanted is None:
            self.shadow.stop()
            return
        if wanted.version == in_use.model.model_version:  # it was put into use: no problem, and nothing to compare
            self.shadow.stop(wanted, because="its model is the one in use")
            return
        try:
            if shadow is None or shadow.model_version != wanted.version:
                shadow = load_warm(self._settings, wanted.version, self._given)
        except ModelError as error:
            self._problems["shadow"] = str(error)
            self.shadow.stop(wanted, because=str(error))
            return
        shadows, _ = classifiers_of(shadow, choice, self._file.policy)
        others = {
            classifier.policy_version: shadows.get(name, shadows[DEFAULT])
            for name, classifier in in_use.classifiers.items()
        }
        self._shadow_model = shadow
        self.shadow.start(wanted, shadows[DEFAULT], others)
