"""Signatures: near copies agree, other texts do not, and the share of agreement estimates their Jaccard index."""

import numpy as np
import pytest

from data.notes import Comment, Note
from training.selection_copies import N_HASHES, near_copies, signature

TEXT = "周末去郊外露营的第一次体验，帐篷搭了半个小时，风有点大，晚上还看到了星星，下次想带朋友一起去"


def signed(body="", **fields):
    return signature(Note(note_id="a", body=body, **fields))


def are_near(one, other):
    return bool(len(near_copies(one, other[None])))


@pytest.mark.parametrize(
    "other",
    [TEXT, f" {TEXT[:10]}\n{TEXT[10:]} ", TEXT + "！", TEXT.replace("，", ",")],
    ids=["equal", "white space", "one sign more", "other width"],
)
def test_the_same_wording_is_a_near_copy(other):
    assert are_near(signed(TEXT), signed(other))


def test_digits_do_not_tell_apart():
    assert are_near(signed("联系电话13800000000"), signed("联系电话15912345678"))


def test_other_wording_is_no_near_copy():
    assert not are_near(
        signed(TEXT), signed("这瓶防晒霜用了一个月，不搓泥也不假白，油皮夏天通勤可以试试看，回购过两次")
    )


def test_agreement_estimates_the_jaccard_index():
    draw = np.random.default_rng(3)
    letters = "".join(chr(0x4E00 + code) for code in draw.choice(5000, size=1200, replace=False))
    one, other = signed(letters[:900]), signed(letters[300:])  # 597 of 1,197 shingles in common
    assert (one == other).mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(N_HASHES))


def test_a_note_without_title_and_body_is_signed_by_its_comments():
    notes = [Note(note_id="a", comments=(Comment(text=text),)) for text in ("求同款的链接谢谢", "今天的云真好看呀")]
    assert not are_near(*map(signature, notes))


@pytest.mark.parametrize("body", ["", "好", "\ud800", "😀😀"])
def test_any_text_can_be_signed(body):
    assert signed(body).shape == (N_HASHES,)
