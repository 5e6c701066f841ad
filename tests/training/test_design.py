"""Designs: rows stand where inference would count them, whatever the batch, and weights are its weights."""

import numpy as np
import pytest
from scipy import sparse

from data.notes import Comment, Note
from models.ngram_table import NgramTable
from models.ngrams import N_BUCKETS, ngram_scores
from models.segments import N_GROUPS, note_segments, topic_segments
from models.text_batch import FieldGroup, TextBatch
from training.design import build_design, inverse_frequency, note_ngrams, weigh

HANDLE = "加微信：qinghe_test88"
NOTES = [
    Note(
        note_id="a",
        title="手工皂",
        body="到手价29.9",
        tags=("皂",),
        comments=(Comment(text="好", is_author=True), Comment(text=HANDLE)),
    ),
    Note(note_id="b", body="周末爬山爬山", image_texts=(HANDLE,)),
    Note(note_id="c", title="空"),
    Note(
        note_id="d", body="问", comments=(Comment(text=HANDLE, is_author=True), Comment(text="真的吗", is_author=False))
    ),
]


def table(rows):
    dense = np.zeros((len(rows), N_BUCKETS), dtype=np.float32)
    dense[:, : len(rows[0])] = rows
    return sparse.csr_matrix(dense)


def test_comments_know_their_note_and_writer():
    design = build_design(NOTES)
    assert design.comment_note.tolist() == [0, 0, 3, 3]
    assert design.comment_is_own.tolist() == [True, False, True, False]


def test_written_out_contacts_are_marked_and_told_apart_by_writer():
    design = build_design(NOTES)
    assert design.explicit.tolist() == [True, True, False, True]
    assert design.own_explicit.tolist() == [False, True, False, True]


def test_own_and_other_rows_share_no_group():
    design = build_design(NOTES)
    groups = np.arange(len(NOTES) * N_GROUPS) % N_GROUPS
    filled_by_others = np.flatnonzero(np.diff(design.other_counts.indptr))
    assert set(groups[filled_by_others]) == {FieldGroup.OTHER_COMMENT}
    assert FieldGroup.OTHER_COMMENT not in groups[np.flatnonzero(np.diff(design.own_counts.indptr))]


def test_batches_leave_no_seam():
    alone = build_design(NOTES)
    many = build_design([Note(note_id="x", body="垫")] * 255 + NOTES)
    assert (many.own_counts[255 * N_GROUPS :] != alone.own_counts).nnz == 0
    assert (many.comment_counts != alone.comment_counts).nnz == 0
    assert np.array_equal(many.signals[255:], alone.signals)
    assert np.array_equal(many.author_signals[255:], alone.author_signals)
    assert (many.comment_note - 255).tolist() == alone.comment_note.tolist()
    assert many.explicit[255:].tolist() == alone.explicit.tolist()


def test_weighed_rows_have_length_one_or_are_empty():
    weighed = weigh(table([[1, 2, 0], [0, 0, 5], [0, 0, 0]]), np.full(N_BUCKETS, 0.5, dtype=np.float32))
    assert np.sqrt(weighed.multiply(weighed).sum(axis=1)).A1.tolist() == pytest.approx([1, 1, 0])
    assert weighed[0, 1] / weighed[0, 0] == pytest.approx(1 + np.log(2))


def test_a_row_of_left_out_ngrams_weighs_nothing():
    assert weigh(table([[3, 1]]), np.zeros(N_BUCKETS, dtype=np.float32)).sum() == 0


def test_weighing_changes_no_counts():
    counts = table([[1, 2]])
    weigh(counts, np.ones(N_BUCKETS, dtype=np.float32))
    assert counts[0, 1] == 2


def test_rare_and_everyday_ngrams_are_left_out():
    counts = table([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    idf = inverse_frequency(counts, n_documents=4, rarest=2)
    assert idf[:4].tolist() == pytest.approx([0, np.log(4 / 3), 0, 0])


def test_frequency_is_counted_over_all_parts():
    part = table([[1, 1]])
    assert inverse_frequency(part, part, n_documents=9, rarest=2)[0] == pytest.approx(np.log(9 / 3))


def test_design_weighs_as_inference_scores():
    draw = np.random.default_rng(0)
    idf = draw.random(N_BUCKETS).astype(np.float32)
    weights = draw.normal(size=(N_BUCKETS, 3)).astype(np.float32)
    design, segments = build_design(NOTES), note_segments(TextBatch(NOTES))
    whole = note_ngrams(design.own_counts, idf) + note_ngrams(design.other_counts, idf)
    packed = NgramTable.pack(idf, weights)
    assert whole @ weights == pytest.approx(ngram_scores(segments, packed).sum(axis=1), abs=1e-3)
    topics = weigh(design.topic_counts, idf) @ weights
    assert topics == pytest.approx(ngram_scores(topic_segments(segments), packed)[:, 0], abs=1e-3)
