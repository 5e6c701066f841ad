"""NOTICE of a model: whose data its weights were trained on, and under which licence."""

from collections.abc import Mapping
from typing import Any

from models.card_manifest import TrainingData, read_card_manifest

_UNLABELLED = "unlabelled text, used to learn which n-grams share contexts"
# By how a file name starts; the longest that fits counts. What it is, and whom to name.
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
    "notes.jsonl": "notes written for this project (data/corpus)",
    "in_site_comments": "comments written for this project (data/corpus)",
    "cold_social": f"COLD, Chinese social-media posts: {_UNLABELLED}",
    "consumer_reviews": f"Chinese consumer reviews: {_UNLABELLED}",
    "fewclue": f"FewCLUE texts: {_UNLABELLED}",
    "taobao_reviews": f"Taobao reviews: {_UNLABELLED}",
    "weibo_posts": f"Weibo posts: {_UNLABELLED}",
    "weibo_rumor": f"Weibo rumour reposts: {_UNLABELLED}",
}


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
    known = sorted((key for key in ORIGINS if stem.startswith(key)), key=len)
    return ORIGINS[known[-1]] if known else None


def _describe(each: TrainingData) -> list[str]:
    origin = origin_of(each.name)
    return [
        *([origin] if origin else []),
        f"rows: {each.rows}",
        f"licence: {each.licence}",
        f"sha256: {each.sha256}",
    ]
