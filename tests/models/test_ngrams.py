"""Character n-grams: the kernel, its numpy twin and scikit-learn weigh the same n-grams the same way."""

import math
from collections import Counter

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from data.errors import ModelError
from data.normalize import normalize
from data.notes import Comment, Note
from models import ngrams
from models.ngrams import N_BUCKETS, ngram_counts, ngram_scores, ngram_scores_numpy, warm
from models.segments import COMMENT_SEEDS, N_GROUPS, NOTE_SEEDS, comment_segments, note_segments
from models.text_batch import TextBatch

ONES = np.ones(N_BUCKETS, dtype=np.float32)
SUM = ONES[:, None]  # one output that adds up the normalised values
RANDOM = np.random.default_rng(7)
IDF = (RANDOM.random(N_BUCKETS) * (RANDOM.random(N_BUCKETS) < 0.7)).astype(np.float32)  # 30 % are left out
WEIGHTS = RANDOM.normal(size=(N_BUCKETS, 3)).astype(np.float32)
NOTES = [
    Note(
        note_id="a",
        title="防晒测评",
        body="用了三周，不油不闷 #防晒 #油皮",
        comments=(Comment(text="链接呢", is_author=False),),
    ),
    Note(note_id="b"),
    Note(note_id="c", body="哈" * 300 + "到手29.9", tags=("好物",), image_texts=("图上的字", "😀😀")),
    Note(note_id="d", title="猫", comments=(Comment(text="v我发你\n到手29.9", is_author=True), Comment(text=""))),
]

texts = st.text(alphabet="早安加微vV＃#09１ \n\0😀薇[话题]", max_size=30)
notes = st.builds(
    Note,
    note_id=st.just("a"),
    title=texts,
    body=texts,
    tags=st.lists(texts, max_size=2).map(tuple),
    comments=st.lists(st.builds(Comment, text=texts, is_author=st.sampled_from([True, False, None])), max_size=3).map(
        tuple
    ),
    image_texts=st.lists(texts, max_size=1).map(tuple),
)


@pytest.fixture(autouse=True, scope="module")
def _compiled():
    warm()


def python_bucket(ngram, seed):
    """Hash in Python's unbounded integers: what the file format promises."""
    value = 0
    for character in ngram:
        value = (value * 0xB5297A4D + ord(character)) % 2**32
    value = (value + seed + len(ngram) * 0x68E31DA4) % 2**32
    value = (value ^ value >> 16) * 0x7FEB352D % 2**32
    value = (value ^ value >> 15) * 0x846CA68B % 2**32
    return (value ^ value >> 16) >> 14


def python_counts(text, seed):
    found = [text[start : start + n] for n in (1, 2, 3) for start in range(len(text) - n + 1)]
    return Counter(python_bucket(ngram, int(seed)) for ngram in found)


def row_counts(segments, row):
    indptr, indices, counts = ngram_counts(segments)
    span = slice(indptr[row], indptr[row + 1])
    return dict(zip(indices[span].tolist(), counts[span].tolist(), strict=True))


def title(text):
    return note_segments(TextBatch([Note(note_id="a", title=text)]))


def test_rows_hold_the_ngrams_of_their_group():
    batch = TextBatch([Note(note_id="a"), Note(note_id="b", title="早安早安", body="😀v", tags=("猫", "猫狗"))])
    segments = note_segments(batch)
    tags = python_counts("猫", NOTE_SEEDS[2]) + python_counts("猫狗", NOTE_SEEDS[2])
    assert [row_counts(segments, row) for row in range(2 * N_GROUPS)] == [
        *[{}] * N_GROUPS,
        python_counts("早安早安", NOTE_SEEDS[0]),
        python_counts("😀v", NOTE_SEEDS[1]),
        tags,
        *[{}] * 3,
    ]


def test_comment_rows_hold_the_ngrams_of_one_comment():
    comments = (Comment(text="求链接", is_author=False), Comment(text="在主页", is_author=True))
    segments = comment_segments(TextBatch([Note(note_id="a", body="文", comments=comments)]))
    assert [row_counts(segments, row) for row in (0, 1)] == [python_counts(c.text, COMMENT_SEEDS[0]) for c in comments]


def test_digits_of_a_contact_are_not_counted():
    assert row_counts(title("加v138"), 0) == row_counts(title("加v926"), 0)


def test_score_of_a_small_text_is_the_one_worked_out_by_hand():
    # 哈哈嘿: 哈 twice (weight 1 + ln 2), and 嘿, 哈哈, 哈嘿, 哈哈嘿 once (weight 1)
    twice = 1 + math.log(2)
    assert ngram_scores(title("哈哈嘿"), ONES, SUM)[0, 0] == pytest.approx((twice + 4) / math.sqrt(twice**2 + 4))


def test_rows_are_normalised_one_by_one_and_summed():
    segments = note_segments(TextBatch([Note(note_id="a", title="猫", body="狗狗")]))
    twice = 1 + math.log(2)
    assert ngram_scores(segments, ONES, SUM)[0, 0] == pytest.approx(1 + (twice + 1) / math.sqrt(twice**2 + 1))


def test_bucket_of_idf_zero_counts_neither_in_the_sum_nor_in_the_norm():
    idf = ONES.copy()
    idf[[python_bucket(ngram, int(NOTE_SEEDS[0])) for ngram in ("猫", "猫狗")]] = 0
    assert ngram_scores(title("猫狗"), idf, SUM)[0, 0] == pytest.approx(1)


def test_row_of_nothing_but_idf_zero_scores_zero():
    assert ngram_scores(title("猫狗"), 0 * ONES, SUM).tolist() == [[0.0]]


@pytest.mark.parametrize("cut", [note_segments, comment_segments])
@pytest.mark.parametrize("batch", [[], [Note(note_id="a")], [Note(note_id="a", comments=(Comment(text=" "),))]])
def test_units_without_text_score_zero(cut, batch):
    segments = cut(TextBatch(batch))
    assert ngram_scores(segments, ONES, WEIGHTS).tolist() == [[0.0] * 3] * segments.n_units


@settings(deadline=None)
@given(st.lists(notes, max_size=4))
def test_kernel_equals_its_numpy_twin(batch):
    batch = TextBatch(batch)
    for segments in (note_segments(batch), comment_segments(batch)):
        expected = ngram_scores_numpy(segments, IDF, WEIGHTS)
        np.testing.assert_allclose(ngram_scores(segments, IDF, WEIGHTS), expected, rtol=1e-5, atol=1e-6)


@settings(deadline=None)
@given(st.lists(notes, min_size=2, max_size=4))
def test_note_scores_the_same_alone_as_in_a_batch(batch):
    together = ngram_scores(note_segments(TextBatch(batch)), IDF, WEIGHTS)
    alone = [ngram_scores(note_segments(TextBatch([note])), IDF, WEIGHTS)[0] for note in batch]
    np.testing.assert_array_equal(together, alone)


def test_long_note_is_counted_whole():
    text = "".join(chr(0x4E00 + k * 7 % 5000) for k in range(20_000))
    segments = title(text)
    np.testing.assert_allclose(
        ngram_scores(segments, IDF, WEIGHTS), ngram_scores_numpy(segments, IDF, WEIGHTS), rtol=1e-4
    )
    assert row_counts(segments, 0) == python_counts(normalize(text), NOTE_SEEDS[0])


def test_scikit_learn_weighs_the_counts_as_the_kernel_does():
    segments = note_segments(TextBatch(NOTES))
    indptr, indices, counts = ngram_counts(segments)
    rows = csr_matrix((counts, indices, indptr), shape=(segments.n_rows, N_BUCKETS), dtype=np.float64)
    transformer = TfidfTransformer(sublinear_tf=True).fit(rows)
    expected = (transformer.transform(rows) @ WEIGHTS).reshape(len(NOTES), N_GROUPS, 3).sum(axis=1)
    scores = ngram_scores(segments, transformer.idf_.astype(np.float32), WEIGHTS)
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


@pytest.mark.parametrize("layout", ["read-only", "a column of a wider table"])
def test_tables_may_be(layout):
    idf, weights = IDF.copy(), WEIGHTS.copy()
    if layout == "read-only":
        idf.flags.writeable = weights.flags.writeable = False
    else:
        table = np.column_stack([IDF, WEIGHTS])
        idf, weights = table[:, 0], table[:, 1:]
    segments = note_segments(TextBatch(NOTES))
    np.testing.assert_array_equal(ngram_scores(segments, idf, weights), ngram_scores(segments, IDF, WEIGHTS))


@pytest.mark.parametrize("score", [ngram_scores, ngram_scores_numpy])
@pytest.mark.parametrize(
    ("idf", "weights", "got"),
    [
        (ONES[:-1], SUM, r"Got float32 \(262143,\) and float32 \(262144, 1\) instead"),
        (ONES, SUM[:-1], r"Got float32 \(262144,\) and float32 \(262143, 1\) instead"),
        (ONES, ONES, r"Got float32 \(262144,\) and float32 \(262144,\) instead"),
        (ONES.astype(np.float64), SUM, r"Got float64 \(262144,\) and float32"),
        (ONES, SUM.astype(np.float16), r"and float16 \(262144, 1\) instead"),
    ],
)
def test_tables_of_another_shape_or_type_are_refused(score, idf, weights, got):
    segments = title("猫")
    with pytest.raises(ModelError, match=got):
        score(segments, idf, weights)


def test_kernel_is_compiled_where_numba_can_keep_no_cache(monkeypatch):
    def njit(signature, *, nogil, cache=False):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: "compiled"

    monkeypatch.setattr(numba, "njit", njit)
    assert ngrams._compiled.__wrapped__() == "compiled"
