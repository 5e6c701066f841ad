"""Character n-grams: the kernel, its numpy twin and scikit-learn weigh the same n-grams the same way."""

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from data.errors import ModelError
from data.normalize import normalize
from data.notes import Comment, Note
from models.ngram_table import NgramTable
from models.ngrams import MOST_COUNTED, N_BUCKETS, ngram_counts, ngram_scores, ngram_scores_numpy, warm
from models.segments import COMMENT_SEEDS, N_GROUPS, NOTE_SEEDS, comment_segments, note_segments, topic_segments
from models.text_batch import TextBatch

ONES = np.ones(N_BUCKETS, dtype=np.float32)
SUM = ONES[:, None]  # one output that adds up the normalised values
RANDOM = np.random.default_rng(7)
# From a quarter on, but for 30 % that are left out: what is rounded to steps of its own keeps most of its digits.
IDF = ((0.25 + 0.75 * RANDOM.random(N_BUCKETS)) * (RANDOM.random(N_BUCKETS) < 0.7)).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(N_BUCKETS, 3)).astype(np.float32)
ADDING = NgramTable.pack(ONES, SUM)
WIDE, NARROW = NgramTable.pack(IDF, WEIGHTS), NgramTable.pack(IDF, WEIGHTS[:, :1])
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
    assert ngram_scores(title("哈哈嘿"), ADDING)[0, 0, 0] == pytest.approx((twice + 4) / math.sqrt(twice**2 + 4))


def test_rows_are_normalised_one_by_one():
    segments = note_segments(TextBatch([Note(note_id="a", title="猫", body="狗狗")]))
    twice = 1 + math.log(2)
    body = (twice + 1) / math.sqrt(twice**2 + 1)
    assert ngram_scores(segments, ADDING)[0, :, 0].tolist() == pytest.approx([1, body, 0, 0, 0, 0])


def test_bucket_of_idf_zero_counts_neither_in_the_sum_nor_in_the_norm():
    idf = ONES.copy()
    idf[[python_bucket(ngram, int(NOTE_SEEDS[0])) for ngram in ("猫", "猫狗")]] = 0
    assert ngram_scores(title("猫狗"), NgramTable.pack(idf, SUM))[0, 0, 0] == pytest.approx(1)


def test_row_of_nothing_but_idf_zero_scores_zero():
    assert ngram_scores(title("猫狗"), NgramTable.pack(0 * ONES, SUM))[0, 0].tolist() == [0.0]


def test_an_ngram_is_counted_up_to_the_most_counted():
    # a row of one n-gram scores 1 however often it stands there: so 猫, once, tells how much 哈 weighs beside it
    segments = title("哈" * (MOST_COUNTED + 45) + "猫")
    idf = np.zeros(N_BUCKETS, dtype=np.float32)
    idf[[python_bucket(character, int(NOTE_SEEDS[0])) for character in "哈猫"]] = 1
    most = 1 + math.log(MOST_COUNTED)
    assert ngram_scores(segments, NgramTable.pack(idf, SUM))[0, 0, 0] == pytest.approx(
        (most + 1) / math.sqrt(most**2 + 1)
    )
    assert max(row_counts(segments, 0).values()) == MOST_COUNTED


@pytest.mark.parametrize("cut", [note_segments, comment_segments])
@pytest.mark.parametrize("batch", [[], [Note(note_id="a")], [Note(note_id="a", comments=(Comment(text=" "),))]])
def test_units_without_text_score_zero(cut, batch):
    segments = cut(TextBatch(batch))
    scores = ngram_scores(segments, WIDE)
    assert scores.shape == (segments.n_units, len(segments.seeds), 3)
    assert not scores.any()


@given(st.lists(notes, max_size=4), st.sampled_from([WIDE, NARROW]))
def test_kernel_equals_its_numpy_twin(batch, table):
    batch = TextBatch(batch)
    for segments in (note_segments(batch), comment_segments(batch), topic_segments(note_segments(batch))):
        expected = ngram_scores_numpy(segments, *table.unpack())
        np.testing.assert_allclose(ngram_scores(segments, table), expected, rtol=1e-5, atol=1e-6)


@given(st.lists(notes, max_size=4))
def test_packing_moves_a_score_by_no_more_than_it_rounds(batch):
    segments = note_segments(TextBatch(batch))
    moved = np.abs(ngram_scores(segments, WIDE) - ngram_scores_numpy(segments, IDF, WEIGHTS))
    # Weights below 8 are rounded by 2^-13 at most, an idf, and so the norm of its row, by 2^-14 of itself.
    assert (moved <= 2.0**-13 * ngram_scores_numpy(segments, IDF, np.abs(WEIGHTS) + 1) + 1e-5).all()


@given(st.lists(notes, min_size=2, max_size=4))
def test_note_scores_the_same_alone_as_in_a_batch(batch):
    together = ngram_scores(note_segments(TextBatch(batch)), WIDE)
    alone = [ngram_scores(note_segments(TextBatch([note])), WIDE)[0] for note in batch]
    np.testing.assert_array_equal(together, alone)


def test_threads_do_not_count_in_each_others_room():
    batches = [note_segments(TextBatch([note] * 40)) for note in NOTES] * 10
    expected = [ngram_scores(segments, WIDE) for segments in batches]
    with ThreadPoolExecutor(4) as pool:
        for scores, alone in zip(
            pool.map(lambda segments: ngram_scores(segments, WIDE), batches), expected, strict=True
        ):
            np.testing.assert_array_equal(scores, alone)


def test_long_note_is_counted_whole():
    text = "".join(chr(0x4E00 + k * 7 % 5000) for k in range(20_000))
    segments = title(text)
    expected = ngram_scores_numpy(segments, *WIDE.unpack())
    np.testing.assert_allclose(ngram_scores(segments, WIDE), expected, rtol=1e-4)
    assert row_counts(segments, 0) == python_counts(normalize(text), NOTE_SEEDS[0])


def test_outputs_without_weights_score_zero_in_their_own_place():
    segments = note_segments(TextBatch(NOTES))
    gap = ngram_scores(segments, NgramTable.pack(IDF, WEIGHTS * np.float32([1, 0, 1])))
    np.testing.assert_array_equal(gap, ngram_scores(segments, WIDE) * np.float32([1, 0, 1]))


def test_scikit_learn_weighs_the_counts_as_the_kernel_does():
    segments = note_segments(TextBatch(NOTES))
    indptr, indices, counts = ngram_counts(segments)
    rows = csr_matrix((counts, indices, indptr), shape=(segments.n_rows, N_BUCKETS), dtype=np.float64)
    transformer = TfidfTransformer(sublinear_tf=True).fit(rows)
    expected = (transformer.transform(rows) @ WEIGHTS).reshape(len(NOTES), N_GROUPS, 3)
    scores = ngram_scores(segments, NgramTable.pack(transformer.idf_.astype(np.float32), WEIGHTS))
    np.testing.assert_allclose(scores, expected, atol=1e-3)


def test_table_of_another_number_of_buckets_is_refused():
    table = NgramTable.pack(ONES[:-1], SUM[:-1])
    with pytest.raises(ModelError, match=r"must have 262144 buckets\. Got \(262143,\) instead"):
        ngram_scores(title("猫"), table)
