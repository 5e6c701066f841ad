import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import data.near_copies
from data.errors import ConfigError
from data.near_copies import MIN_LETTERS, min_hashes_numpy, near_hashes
from data.normalize import normalize_fields
from data.records import read_notes

AD = (
    "姐妹们这家店的宝藏面霜真的绝了我用了两个星期皮肤明显变得又软又嫩价格{price}元一瓶学生党也能放心入手需要的宝子{contact}"
    "了解一下先到先得数量有限错过就要再等一整年了快点行动起来吧"
)
OTHERS = (
    "今天去了城东新开的咖啡馆，靠窗的位置阳光很好，拿铁拉花漂亮，点心里最喜欢巴斯克，下次想带妈妈一起来坐坐。",
    "城东那家新开的咖啡馆周末人太多了，等了四十分钟才有位子，不过手冲确实不错，豆子可以自己选，店员讲解得很仔细。",
)


def hashes(*texts, key=b"k"):
    text = normalize_fields(texts)
    return near_hashes(text.codes, text.bounds[:-1], text.bounds[1:] - 1, key=key)


def shared(first, second):
    return sum(a is not None and a == b for a, b in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def corpus():
    path = Path(data.near_copies.__file__).with_name("corpus") / "notes.jsonl"
    return normalize_fields([f"{record.note.title}\n{record.note.body}" for record in read_notes([path])])


def test_a_template_with_other_words_shares_a_hash():
    variants = [AD.format(price=price, contact=f"加v{price}call").replace("姐妹们", who) for price, who in PEOPLE]
    found = hashes(*variants)
    assert all(shared(found[0], other) for other in found[1:])
    assert len(set(found)) > 1


PEOPLE = ((39, "姐妹们"), (128, "家人们"), (59, "宝子们"), (88, "朋友们"))


def test_what_templates_vary_is_not_looked_at():
    first, second = hashes(
        AD.format(price=39, contact="私"), "✨" + AD.format(price=1280, contact="，私 ！！").replace("了", "了 🌸\n")
    )
    assert first == second


def test_two_notes_on_one_subject_share_none():
    assert shared(*hashes(*OTHERS)) == 0


def test_few_of_our_own_notes_are_taken_for_near_copies(corpus):
    starts, ends = corpus.bounds[:-1], corpus.bounds[1:] - 1
    by_hash = defaultdict(list)
    for at, found in enumerate(near_hashes(corpus.codes, starts, ends, key=b"k")):
        for band, value in enumerate(found):
            by_hash[band, value].append(at)
    pairs = {
        pair for (_, value), rows in by_hash.items() if value is not None for pair in itertools.combinations(rows, 2)
    }
    bare = ["".join(filter(str.isalpha, corpus.text[start:end])) for start, end in zip(starts, ends, strict=True)]
    grams = [{text[i : i + 5] for i in range(len(text) - 4)} for text in bare]
    wrong = [pair for pair in pairs if 2 * len(grams[pair[0]] & grams[pair[1]]) < len(grams[pair[0]] | grams[pair[1]])]
    assert len({row for pair in wrong for row in pair}) < 0.005 * len(bare)


@pytest.mark.parametrize(("similarity", "share"), [(0.8, 0.884), (0.5, 0.330)])
def test_pairs_meet_as_often_as_their_similarity_says(similarity, share):
    rng = np.random.default_rng(0)
    texts = []
    for _ in range(1500):  # two texts of n 5-grams, the first ones in common
        first = rng.integers(0x4E00, 0x9FA5, 184)
        common = round(180 * 2 * similarity / (1 + similarity)) + 4
        second = np.append(first[:common], rng.integers(0x4E00, 0x9FA5, 184 - common))
        texts += ["".join(map(chr, codes)) for codes in (first, second)]
    found = hashes(*texts)
    met = np.mean([shared(*found[at : at + 2]) > 0 for at in range(0, len(found), 2)])
    assert met == pytest.approx(share, abs=0.04)


def test_another_key_gives_other_hashes():
    assert shared(*hashes(OTHERS[0]), *hashes(OTHERS[0], key=b"l")) == 0
    assert hashes(OTHERS[0]) == hashes(OTHERS[0])


def test_a_text_has_the_same_hashes_wherever_it_stands():
    assert hashes(*OTHERS, AD)[1] == hashes(OTHERS[1])[0]


def test_a_short_text_has_none():
    short, enough = hashes("好" * (MIN_LETTERS - 1) + "123 ✨！", "好" * MIN_LETTERS)
    assert short == (None, None, None)
    assert None not in enough


def test_hashes_are_whole_numbers_that_json_readers_hold():
    assert all(0 <= value < 2**53 for found in hashes(*OTHERS) for value in found)


def test_no_texts_have_no_hashes():
    assert hashes() == []


def test_the_kernel_agrees_with_numpy(corpus, monkeypatch):
    starts, ends = corpus.bounds[:200], corpus.bounds[1:201] - 1
    by_kernel = near_hashes(corpus.codes, starts, ends, key=b"secret")

    def by_numpy(codes, starts, ends, is_letter, factors, offsets, mins):
        mins[:] = min_hashes_numpy(codes, starts, ends, key=b"secret")
        return np.array([is_letter[codes[start:end]].sum() for start, end in zip(starts, ends, strict=True)])

    monkeypatch.setattr(data.near_copies, "_compiled", lambda: by_numpy)
    assert near_hashes(corpus.codes, starts, ends, key=b"secret") == by_kernel


def test_hashes_without_a_key_are_refused():
    with pytest.raises(ConfigError, match="the key of near-copies must be non-empty"):
        hashes(AD, key=b"")
