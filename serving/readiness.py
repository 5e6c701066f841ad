"""Whether the service can answer: the classifier is loaded and warm."""

import asyncio
import logging
from functools import partial

from data.errors import AppError, ModelError
from serving.note_classifier import NoteClassifier, load_classifier
from serving.problems import RequestError
from serving.settings import Settings

_logger = logging.getLogger("huoren.serving")


class Readiness:
    """Holds the classifier; `ready()` refuses with 503 until `warm_up()` is through."""

    def __init__(self, settings: Settings, classifier: NoteClassifier | None) -> None:
        self._settings = settings
        self._classifier = classifier
        self._is_warm = False
        self._failure = ""

    async def warm_up(self) -> None:
        """Load where nobody did, then warm, both off the event loop, so that `/healthz` answers meanwhile."""
        loop = asyncio.get_running_loop()
        try:
            if self._classifier is None:
                load = partial(load_classifier, self._settings.model, self._settings.policy)
                self._classifier = await loop.run_in_executor(None, load)
            await loop.run_in_executor(None, self._classifier.warm)
        except AppError as error:
            self._failure = str(error)
            _logger.critical("the model could not be loaded: %s", error)
        else:
            self._is_warm = True

    def ready(self) -> NoteClassifier:
        """Give the warm classifier.

        Raises
        ------
        ModelError
            If it could not be loaded.
        RequestError
            503 while it loads.
        """
        if self._failure:
            raise ModelError(self._failure)
        if self._classifier is None or not self._is_warm:
            raise RequestError(503, "The model is still loading.")
        return self._classifier
