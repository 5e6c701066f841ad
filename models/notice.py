"""NOTICE of a model: whose data its weights were trained on, and under which licence."""

from collections.abc import Mapping
from typing import Any

from models.card_manifest import CardManifest, TrainingData, read_card_manifest

_PERMISSIVE = frozenset({"Apache-2.0", "MIT"})
CLEAN = """\
This model is for those who may not use weights that were trained on texts of unclear or no licence: it learned only
from what was written for this project and, where named, from sets whose collectors state the MIT licence. The texts of
such a set stay those of their writers; its licence is its collectors' statement."""
_UNLABELLED = "unlabelled text, used to learn which n-grams share contexts"
# By how a name or its last part starts; the longest that fits counts. What it is, and whom to name.
ORIGINS: dict[str, str] = {
    "gold": "public notes of Xiaohongshu found in public repositories, labelled for this project",
    "chasm": "CHASM, covert advertisements on RedNote (NeurIPS 2025, Datasets and Benchmarks)",
    "rednote_covert_ads": "AdSpectorX, RedNote notes with comments marked as covert advertisements",
    "zhihu_advertorials": "ZHIHU-16K, Zhihu articles marked as advertorials",
    "contact_spam": "Chinese chat messages marked as contact spam or ham",
    "group_chat_ads": "QQ group messages marked as advertisement or chat",
    "codes": "codes and links of other platforms, as they were shared in public",
    "sister_platform_leads": "public posts and comments of other Chinese platforms",
    "unlabelled": "public notes and comments without labels, found in public repositories",
    "data/labels/notes": "answers of a language model on unlabelled_notes.jsonl.gz, without its texts",
    "data/labels/comments": "answers of a language model on single unlabelled comments, without their texts",
    "notes.jsonl": "notes written for this project (data/corpus)",
    "in_site_comments": "comments written for this project (data/corpus)",
    "cold_social": f"COLD, Chinese social-media posts: {_UNLABELLED}",
    "consumer_reviews": f"Chinese consumer reviews: {_UNLABELLED}",
    "fewclue": f"FewCLUE texts: {_UNLABELLED}",
    "taobao_reviews": f"Taobao reviews: {_UNLABELLED}",
    "weibo_posts": f"Weibo posts: {_UNLABELLED}",
    "weibo_rumor": f"Weibo rumour reposts: {_UNLABELLED}",
}


def is_clean(manifest: CardManifest) -> bool:
    """Tell whether every set that a model learned from is ours or under a permissive licence."""
    return all(each.licence in _PERMISSIVE for each in manifest.training_data)


def render_notice(manifest: Mapping[str, Any]) -> str:
    """Write the NOTICE text of a model's training sources.

    Raises
    ------
    ModelError
        If the manifest lacks what the text tells.
    """
    checked = read_card_manifest(manifest)
    lines = [
        f"huoren model {checked.model_version}",
        "",
        "The weights in this folder were trained on the data below. The texts themselves are not part of this folder.",
        "The code is under the Apache License 2.0; that licence does not cover the data.",
    ]
    if is_clean(checked):
        lines += ["", *CLEAN.splitlines()]
    for each in checked.training_data:
        lines += ["", each.name, *(f"  {line}" for line in _describe(each))]
    return "\n".join(lines) + "\n"


def origin_of(name: str) -> str | None:
    """Say what a training set is; None where we do not know it by its name.

    Examples
    --------
    >>> origin_of("chasm_dev.jsonl")
    'CHASM, covert advertisements on RedNote (NeurIPS 2025, Datasets and Benchmarks)'
    """
    stem = name.rsplit("/", 1)[-1]
    known = sorted((key for key in ORIGINS if stem.startswith(key) or name.startswith(key)), key=len)
    return ORIGINS[known[-1]] if known else None


def _describe(each: TrainingData) -> list[str]:
    origin = origin_of(each.name)
    return [
        *([origin] if origin else []),
        f"rows: {each.rows}",
        f"licence: {each.licence}",
        f"sha256: {each.sha256}",
    ]
