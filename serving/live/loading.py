"""From a version to a warm classifier, and from a classifier and what was chosen to one for each policy."""

from typing import Protocol, Self, runtime_checkable

from data.errors import ConfigError, ModelError
from models.policy import Policy
from serving.live.catalogue import list_models
from serving.live.choice import Choice
from serving.live.policy_body import policy_of, with_phrases
from serving.note_classifier import NoteClassifier, load_classifier
from serving.settings import Settings

DEFAULT = "default"
LONGEST_POLICY = 128  # characters of name and version; a phrase list adds its own
_LONGEST_MODEL = 64


@runtime_checkable
class PolicyClassifier(NoteClassifier, Protocol):
    """A classifier whose policy can be another one; `models.classifier.Classifier` is one."""

    @property
    def policy(self) -> Policy:
        """The policy that decides."""

    @property
    def label_thresholds(self) -> dict[str, float]:
        """Threshold of each question."""

    def with_policy(self, policy: Policy) -> Self:
        """Give a classifier of the same weights and another policy."""


def load_warm(settings: Settings, version: str | None, given: NoteClassifier | None = None) -> NoteClassifier:
    """Load and warm a model with its own policy; without a version, the one that the settings name.

    Parameters
    ----------
    given
        One that is loaded already, and stands for the one that the settings name.

    Raises
    ------
    ModelError
        If no model has that version, or it cannot be loaded.
    """
    if given is not None and version in (None, given.model_version):
        classifier = given
    elif version is None:
        classifier = load_classifier(settings.model, None)
    else:
        known = list_models(settings)
        if version not in known:
            raise ModelError(f"a model version must be one of {', '.join(known)}. Got another one.")
        try:
            classifier = load_classifier(known[version].folder, None)
        except (ConfigError, OSError) as error:  # its own policy, or a file that went away
            raise ModelError(f"model {version} must be whole. Got one that is not: {error}") from error
    check_version("a model version", classifier.model_version, _LONGEST_MODEL)
    check_version("a model's policy", classifier.policy_version, LONGEST_POLICY)
    classifier.warm()
    return classifier


def check_version(what: str, version: str, longest: int) -> None:
    """Refuse a version that the table of verdicts could not hold: the verdicts would never be stored.

    Raises
    ------
    ModelError
        If it is too long, or holds a control character.
    """
    if len(version) > longest or not version.isprintable():
        raise ModelError(f"{what} must be at most {longest} visible characters. Got something else.")


def classifiers_of(
    model: NoteClassifier, choice: Choice, from_file: Policy | None
) -> tuple[dict[str, NoteClassifier], dict[str, str]]:
    """Give one classifier for each policy by name, and what is wrong with those policies that are left out.

    Parameters
    ----------
    from_file
        What "default" is, unless operators chose another; None is the model's own.
    """
    if not isinstance(model, PolicyClassifier):  # one that was given, and knows its own policy only
        return {DEFAULT: model}, {}
    policies, problems = {DEFAULT: from_file or model.policy}, {}
    for name, stored in choice.policies.items():
        try:
            policies[name] = policy_of(stored.body, name=name, version=stored.version)
        except ConfigError as error:  # stored by another version of huoren
            problems[f"policy/{name}"] = str(error)
    if choice.phrases is not None:
        phrases = choice.phrases
        policies = {name: with_phrases(policy, phrases.body, phrases.version) for name, policy in policies.items()}
    return {name: model.with_policy(policy) for name, policy in policies.items()}, problems
