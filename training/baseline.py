"""The baseline every model must beat: character TF-IDF per field, ten regexes, logistic regression.

Run as `python -m training.baseline FILE... -o out.npz`; `huoren evaluate FILE... --baseline out.npz` reads the result.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from data.errors import AppError, ConfigError, DataError
from data.notes import Note
from training.bootstrap import FloatArray
from training.gold import LabeledNote
from training.gold_sets import read_sets

TRAINING_FILES = ("gold_train.jsonl", "chasm_train.jsonl", "chasm_dev.jsonl")
QUESTIONS = ("commercial", "diversion")
REGEXES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"微信|薇信|[加➕]\s*[vV薇微]|\bvx\b|绿泡泡|公众号",  # 加薇聊; not: 微笑
        r"\bqq\b|企鹅|扣扣",  # qq见; not: 扣子
        r"1[3-9]\d{9}|@[\w.]+\.(?:com|cn)",  # a phone number, an e-mail; not: 2025年
        r"https?://|\w\.(?:com|cn)/",  # a link; not: 3.5折
        r"[¥￥(]\w{9,}[¥￥)]|复制.{0,8}打开",  # a code between signs; not: ￥99
        r"私[信我聊]|滴滴|后台踢|点我?头像|看我?(?:主页|简介)",  # 需要的滴滴; not: 私人
        r"淘宝|某宝|闲鱼|拼多多|京东|抖音|携程",  # 上某宝搜; not: 宝贝
        r"\d+(?:\.\d+)?\s*元|[¥￥]\s*\d|到手价|优惠|套餐|限时",  # 59元; not: 元旦
        r"下单|橱窗|左下角|预约|咨询|领取|团购|直播间",  # 点左下角; not: 下雨
        r"本店|我家|新款|厂家|批发|定制|接单|加盟|探店",  # 厂家直销; not: 我的
    )
)


def fit_predict(training: Sequence[LabeledNote], notes: Sequence[Note], *, seed: int = 0) -> dict[str, FloatArray]:
    """Train on labelled notes and predict others.

    Returns
    -------
    dict
        `p_commercial` and `p_diversion`: P(yes), shape (n_notes,).

    Raises
    ------
    DataError
        If a question lacks training notes answered yes or answered no.
    """
    predictions = {}
    for question in QUESTIONS:
        answered = [row for row in training if getattr(row, question) in ("yes", "no")]
        yes = np.array([getattr(row, question) == "yes" for row in answered])
        if not len(yes) or yes.all() or not yes.any():
            raise DataError(f"a baseline must learn {question!r} from both answers. Got {len(yes)} rows of one kind.")
        fields = [_fields(row.note) for row in answered]
        wanted = [_fields(note) for note in notes]
        seen, new = [_flags(fields)], [_flags(wanted)]
        for texts, other in zip(zip(*fields, strict=True), zip(*wanted, strict=True), strict=True):
            vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
            if any(len(set(text)) for text in texts):
                seen.append(vectorizer.fit_transform(texts))
                new.append(vectorizer.transform(other))
        model = LogisticRegression(C=4.0, class_weight="balanced", max_iter=2000, random_state=seed)
        model.fit(hstack(seen, format="csr"), yes)
        predictions[f"p_{question}"] = model.predict_proba(hstack(new, format="csr"))[:, 1]
    return predictions


def main(argv: Sequence[str] | None = None) -> int:
    """Predict the notes of labelled files, in file order; 0 when written, 1 when a file is unusable."""
    parser = argparse.ArgumentParser(prog="python -m training.baseline", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="labelled notes to predict")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="NPZ", help="where predictions go")
    args = parser.parse_args(argv)
    try:
        predictions = _predict_files(args.files)
    except AppError as error:
        sys.stderr.write(f"training.baseline: error: {error}\n")
        return 1
    with args.output.open("wb") as file:  # np.savez would add .npz to another name
        np.savez(file, p_commercial=predictions["p_commercial"], p_diversion=predictions["p_diversion"])
    return 0


def _predict_files(files: Sequence[Path]) -> dict[str, FloatArray]:
    if not (folder := os.environ.get("HUOREN_CORPORA")):
        raise ConfigError("HUOREN_CORPORA must name the folder of the training corpora. Got nothing.")
    training = read_sets([Path(folder) / name for name in TRAINING_FILES])
    wanted = read_sets(files)
    for each in wanted:
        if each.sha256 in {known.sha256 for known in training}:
            raise DataError(f"{each.name}: notes to predict must not be learned from. Got a training file.")
    rows = [row for each in training for row in each.rows]
    return fit_predict(rows, [row.note for each in wanted for row in each.rows])


def _fields(note: Note) -> tuple[str, ...]:
    """Title, body, tags, the author's comments, other comments."""
    author = " ".join(comment.text for comment in note.comments if comment.is_author)
    others = " ".join(comment.text for comment in note.comments if not comment.is_author)
    return note.title, note.body, " ".join(note.tags), author, others


def _flags(fields: Sequence[tuple[str, ...]]) -> csr_matrix:
    """Whether each regex is found in a note's own words or its author's comments; shape (n_notes, 10)."""
    texts = ["\n".join(parts[:4]) for parts in fields]
    return csr_matrix(np.array([[float(bool(regex.search(text))) for regex in REGEXES] for text in texts]))


if __name__ == "__main__":
    raise SystemExit(main())
