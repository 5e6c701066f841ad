"""The files that a fit learns from, each with its hash and licence: what manifest, card and NOTICE repeat."""

import hashlib
from importlib import resources
from pathlib import Path

from models.manifest import TrainingSet
from training.config import FitConfig, SetName
from training.corpora import in_site_comments, own_corpus, read_rows
from training.labelled_sets import ZHIHU

# What each corpus is under, as its collectors state it; a card and a NOTICE repeat it.
_LICENCES = {
    "gold_train.jsonl": "mostly none stated: research use",
    "chasm_train.jsonl": "MIT",
    "chasm_dev.jsonl": "MIT",
    "rednote_covert_ads.jsonl": "none stated",
    "unlabelled_notes.jsonl.gz": "none stated (unlabelled)",
    "unlabelled_comments.jsonl.gz": "none stated (unlabelled)",
    "unlabelled_sister_comments.jsonl.gz": "mostly none stated (unlabelled)",
    ZHIHU: "MIT (text only, labels unused)",
    "diversion/codes.jsonl": "mixed",
    "diversion/contact_spam.jsonl.gz": "GPL-3.0 repository",
    "diversion/group_chat_ads.jsonl.gz": "MIT",
    "diversion/sister_platform_leads.jsonl": "mostly none stated",
}


# The files of sets that are no text of ours.
_FILES: dict[SetName, tuple[str, ...]] = {
    "gold": ("gold_train.jsonl",),
    "chasm": ("chasm_train.jsonl", "chasm_dev.jsonl"),
    "adspectorx": ("rednote_covert_ads.jsonl",),
    "unlabelled": ("unlabelled_notes.jsonl.gz",),
    "zhihu": (ZHIHU,),
}


def training_sets(corpora: Path, config: FitConfig) -> tuple[TrainingSet, ...]:
    """Describe every file that a fit on a corpora folder reads: text, answers, and what we wrote ourselves."""
    paths = sorted((corpora / "pretraining").glob("*.jsonl.gz"))
    licences = _LICENCES | {f"pretraining/{path.name}": "mixed (unlabelled)" for path in paths}
    if "zhihu" in config.sets:
        licences |= {ZHIHU: "MIT"}
    if not config.other_text:
        licences = {name: licences[name] for of in config.sets for name in _FILES.get(of, ())}
    described = [_described(corpora / name, name, licence) for name, licence in licences.items()]
    answers = [
        *(["labels/notes.jsonl"] if "unlabelled" in config.sets else []),
        *(["labels/comments.jsonl"] if config.comment_label_weight else []),
    ]
    return (*described, *(_ours(name, _n_lines(name)) for name in answers), *own_training_sets())


def own_training_sets() -> tuple[TrainingSet, ...]:
    """Describe what we wrote ourselves: the corpus, and the comments that stay on the platform."""
    notes, comments = len(own_corpus()), len(in_site_comments())
    return _ours("corpus/notes.jsonl", notes), _ours("corpus/in_site_comments.txt", comments)


def _ours(name: str, rows: int) -> TrainingSet:
    return TrainingSet(f"data/{name}", rows, _sha256(_content(name)), "Apache-2.0")


def _content(name: str) -> bytes:
    return resources.files("data").joinpath(name).read_bytes()


def _n_lines(name: str) -> int:
    return len(_content(name).splitlines())


def _described(path: Path, name: str, licence: str) -> TrainingSet:
    return TrainingSet(name, sum(1 for _ in read_rows(path)), _sha256(path.read_bytes()), licence)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
