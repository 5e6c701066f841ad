"""The files that a fit learns from, each with its hash and licence: what manifest, card and NOTICE repeat."""

import hashlib
from importlib import resources
from pathlib import Path

from models.manifest import TrainingSet
from training.corpora import in_site_comments, own_corpus, read_rows

# What each corpus is under, as its collectors state it; a card and a NOTICE repeat it.
_LICENCES = {
    "gold_train.jsonl": "mostly none stated: research use",
    "chasm_train.jsonl": "MIT",
    "chasm_dev.jsonl": "MIT",
    "rednote_covert_ads.jsonl": "none stated",
    "unlabelled_notes.jsonl.gz": "none stated (unlabelled)",
    "unlabelled_comments.jsonl.gz": "none stated (unlabelled)",
    "unlabelled_sister_comments.jsonl.gz": "mostly none stated (unlabelled)",
    "zhihu_advertorials.jsonl.gz": "MIT (text only, labels unused)",
    "diversion/codes.jsonl": "mixed",
    "diversion/contact_spam.jsonl.gz": "GPL-3.0 repository",
    "diversion/group_chat_ads.jsonl.gz": "MIT",
    "diversion/sister_platform_leads.jsonl": "mostly none stated",
}


def training_sets(corpora: Path) -> tuple[TrainingSet, ...]:
    """Describe every file of the corpora folder that a fit reads, and what we wrote ourselves."""
    paths = sorted((corpora / "pretraining").glob("*.jsonl.gz"))
    licences = _LICENCES | {f"pretraining/{path.name}": "mixed (unlabelled)" for path in paths}
    return (*(_described(corpora / name, name, licence) for name, licence in licences.items()), *own_training_sets())


def own_training_sets() -> tuple[TrainingSet, ...]:
    """Describe what we wrote ourselves: the corpus, and the comments that stay on the platform."""
    written = (("notes.jsonl", len(own_corpus())), ("in_site_comments.txt", len(in_site_comments())))
    folder = resources.files("data").joinpath("corpus")
    return tuple(
        TrainingSet(f"data/corpus/{name}", n_rows, _sha256(folder.joinpath(name).read_bytes()), "Apache-2.0")
        for name, n_rows in written
    )


def _described(path: Path, name: str, licence: str) -> TrainingSet:
    return TrainingSet(name, sum(1 for _ in read_rows(path)), _sha256(path.read_bytes()), licence)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
