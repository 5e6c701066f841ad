"""Fixtures of training: a design of our own corpus, and a corpora folder in small."""

import gzip
import json
from importlib import resources

import msgspec
import numpy as np
import pytest

from training.comment_data import own_comment_examples
from training.config import FitConfig
from training.corpora import own_corpus
from training.design import build_design
from training.learn import fit_comment_scorer, weigh_design
from training.recipe import default_recipe
from training.topic_space import learn_topic_space


class OwnFit(msgspec.Struct):
    """Our own corpus, laid out and weighed; `scorer_examples` taught its comment scorer."""

    config: FitConfig
    notes: list
    matrices: object
    scorer_examples: list


@pytest.fixture(scope="session")
def own_fit():
    config, notes, examples = default_recipe(), own_corpus(), own_comment_examples()
    space = learn_topic_space([item.note for item in notes], n_dimensions=5, seed=0)
    design = build_design([item.note for item in notes])
    return OwnFit(config, notes, weigh_design(design, space, fit_comment_scorer(examples, config), config), examples)


@pytest.fixture
def own_rows(own_fit):
    return np.ones(len(own_fit.notes), dtype=np.bool_)


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def texts(word, n=20):
    return [{"text": f"{word}第{number}条，今天也一样"} for number in range(n)]


@pytest.fixture(scope="session")
def corpora(tmp_path_factory):
    """Give a corpora folder with every file that a fit reads: a third of our own corpus as gold of six sources."""
    folder = tmp_path_factory.mktemp("corpora")
    lines = resources.files("data").joinpath("corpus/notes.jsonl").read_text(encoding="utf-8").splitlines()
    own = [json.loads(line) for line in lines[::3]]
    gold = [
        {**row, "note_id": f"gold-{number}", "body": f"{row['body']} 记于{number}", "source": f"source-{number % 6}"}
        for number, row in enumerate(own)
    ]
    write_rows(folder / "gold_train.jsonl", [row for row in gold if row["source"] != "source-5"])
    write_rows(folder / "gold_dev.jsonl", [row for row in gold if row["source"] == "source-5"])
    covert = [{"id": f"c{number}", "label": number % 2, "text": f"第{number}次回购，姐妹们冲"} for number in range(8)]
    write_rows(folder / "chasm_train.jsonl", covert)
    write_rows(folder / "chasm_dev.jsonl", covert[:2])
    write_rows(folder / "rednote_covert_ads.jsonl", [{"note_id": "r1", "title": "真的好用", "body": "冲", "label": 1}])
    unlabelled = [
        {"title": "周末露营", "body": f"第{number}次搭帐篷", "comments": [{"text": f"好看{number}"}]}
        for number in range(40)
    ]
    write_rows(folder / "unlabelled_notes.jsonl.gz", unlabelled)
    write_rows(folder / "unlabelled_comments.jsonl.gz", [*texts("评论"), {"text": " "}])
    write_rows(folder / "unlabelled_sister_comments.jsonl.gz", texts("隔壁评论"))
    articles = [{**row, "label": number % 2} for number, row in enumerate(texts("长文"))]
    write_rows(folder / "zhihu_advertorials.jsonl.gz", articles)
    diversion = folder / "diversion"
    kinds = [(f"加微信：qinghe_{number}", "spam") for number in range(20)] + [
        (f"吃了吗{number}", "ham") for number in range(20)
    ]
    write_rows(diversion / "contact_spam.jsonl.gz", [{"text": text, "label": label} for text, label in kinds])
    write_rows(
        diversion / "group_chat_ads.jsonl.gz", [{"text": "进群领券", "label": "ad"}, {"text": "在吗", "label": "chat"}]
    )
    leads = [
        {"text": "私信我领资料", "tier": "A"},
        {"text": "私信功能坏了", "tier": "B"},
        {"text": "不清楚", "tier": "C"},
    ]
    write_rows(diversion / "sister_platform_leads.jsonl", leads)
    codes = [{"sample": "￥AbC1dEf2GhI￥", "kind": "taobao_code"}, {"sample": "复制邀请码进群", "kind": "xhs"}]
    write_rows(diversion / "codes.jsonl", codes)
    write_rows(folder / "pretraining" / "news.jsonl.gz", texts("新闻"))
    return folder
