import json

import numpy as np
import pytest

from data.errors import DataError
from data.notes import Note
from training.baseline import REGEXES, fit_predict, main
from training.gold import LabeledNote

ORGANIC = ["周末去公园走走", "这个汤放了番茄", "书看到一半睡着了", "猫今天不肯吃饭"]
SELLING = ["新款到货直接下单", "套餐99元限时预约", "厂家批发接单", "橱窗里都有到手价"]
LEADING = ["想要的加薇聊聊", "资料后台踢我领取", "上某宝搜同款店名", "喜欢的滴滴我发链接"]


def _rows():
    kinds = ((ORGANIC, "no", "no"), (SELLING, "yes", "no"), (LEADING, "yes", "yes"))
    return [
        LabeledNote(
            note=Note(note_id=str(number), body=text),
            source="s",
            commercial=commercial,
            disclosed="no",
            diversion=diversion,
        )
        for texts, commercial, diversion in kinds
        for number, text in enumerate(texts * 3)
    ]


def test_it_learns_the_two_questions_from_words():
    notes = [
        Note(note_id=str(at), body=text) for at, text in enumerate(("公园里放了番茄", "新款限时下单", "加薇聊聊滴滴我"))
    ]
    predictions = fit_predict(_rows(), notes)
    assert (predictions["p_commercial"] >= 0.5).tolist() == [False, True, True]
    assert (predictions["p_diversion"] >= 0.5).tolist() == [False, False, True]


def test_unsure_notes_teach_nothing():
    unsure = [LabeledNote(note=Note(note_id="u", body="公园番茄"), source="s", commercial="unsure")] * 50
    notes = [Note(note_id="a", body="公园番茄")]
    assert fit_predict(_rows() + unsure, notes)["p_commercial"] == pytest.approx(
        fit_predict(_rows(), notes)["p_commercial"]
    )


def test_one_kind_of_answer_is_refused():
    with pytest.raises(DataError, match="learn 'commercial' from both answers"):
        fit_predict([row for row in _rows() if row.commercial == "no"], [])


@pytest.mark.parametrize(
    ("position", "matches", "passes"),
    [
        (0, "加薇聊", "微笑"),
        (1, "企鹅号发我", "扣子掉了"),
        (2, "打13800000000", "2025年"),
        (3, "https://a.example/x", "打3.5折"),
        (4, "￥AbCdEfGhIjK￥", "￥99"),
        (5, "需要的滴滴", "私人"),
        (6, "上某宝搜", "宝贝"),
        (7, "59元", "元旦"),
        (8, "点左下角", "下雨"),
        (9, "厂家直销", "我的"),
    ],
)
def test_each_regex_matches_its_example_only(position, matches, passes):
    assert REGEXES[position].search(matches)
    assert not REGEXES[position].search(passes)
    assert len(REGEXES) == 10


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    rows = [
        {"note_id": row.note.note_id, "body": row.note.body, "commercial": row.commercial, "diversion": row.diversion}
        for row in _rows()
    ]
    (tmp_path / "gold_train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for name in ("chasm_train.jsonl", "chasm_dev.jsonl"):
        covert = [{"id": "c", "text": f"{name} 下单", "label": 1}, {"id": "d", "text": "散步", "label": 0}]
        (tmp_path / name).write_text("\n".join(map(json.dumps, covert)))
    monkeypatch.setenv("HUOREN_CORPORA", str(tmp_path))
    return tmp_path


def test_predictions_are_written_in_file_order(corpora, tmp_path):
    texts = [("a.jsonl", "公园番茄"), ("b.jsonl", "新款限时下单")]
    for name, text in texts:
        (tmp_path / name).write_text(json.dumps({"id": name, "text": text, "label": 1}))
    out = tmp_path / "out.npz"
    assert main([str(tmp_path / name) for name, _ in texts] + ["-o", str(out)]) == 0
    with np.load(out) as stored:
        assert (stored["p_commercial"] >= 0.5).tolist() == [False, True]
        assert stored["p_diversion"].shape == (2,)


def test_a_file_it_learns_from_is_refused(corpora, tmp_path, capsys):
    assert main([str(corpora / "chasm_dev.jsonl"), "-o", str(tmp_path / "out.npz")]) == 1
    assert "chasm_dev.jsonl: notes to predict must not be learned from" in capsys.readouterr().err
