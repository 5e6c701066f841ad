"""The random sample is uniform over distinct notes, whatever the order, and tells its inclusion probability."""

import numpy as np
import pytest

from training.selection_copies import N_HASHES
from training.selection_sample import RandomSample
from training.selection_shortlist import JudgedNote


@pytest.fixture
def sampled(draw_note, verdict_of):
    labelled = np.zeros((0, N_HASHES), dtype=np.uint32)
    judged = {f"n{k}": JudgedNote(draw_note(f"n{k}"), verdict_of(), labelled) for k in range(12)}

    def sample(ids, size, seed=0):
        drawn = RandomSample(size, seed)
        for note_id in ids:
            drawn.offer(drawn.priority(note_id), judged[note_id])
        return drawn

    return sample


def ids(sample):
    return [candidate.note_id for candidate in sample.drawn()]


def test_every_note_is_as_likely_to_be_drawn_however_often_it_stands_there(sampled):
    stream = [f"n{k}" for k in range(10)] + ["n0"] * 20 + ["n9"]
    runs = 2000
    drawn = [note_id for seed in range(runs) for note_id in ids(sampled(stream, 3, seed))]
    shares = np.array([drawn.count(f"n{k}") for k in range(10)]) / runs
    assert shares == pytest.approx(np.full(10, 0.3), abs=4.5 * np.sqrt(0.3 * 0.7 / runs))
    assert sampled(stream, 3).inclusion_probability == pytest.approx(0.3)


def test_the_first_of_a_sample_is_as_likely_to_be_any(sampled):
    stream, runs = [f"n{k}" for k in range(6)], 2000
    first = [ids(sampled(stream, 3, seed))[0] for seed in range(runs)]
    shares = np.array([first.count(f"n{k}") for k in range(6)]) / runs
    assert shares == pytest.approx(np.full(6, 1 / 6), abs=4.5 * np.sqrt(5 / 36 / runs))


def test_the_order_of_the_stream_changes_nothing(sampled):
    stream = [f"n{k}" for k in range(12)]
    assert ids(sampled(stream, 4)) == ids(sampled(stream[::-1], 4))


def test_another_seed_draws_others(sampled):
    stream = [f"n{k}" for k in range(12)]
    assert len({tuple(ids(sampled(stream, 4, seed))) for seed in range(5)}) > 1


def test_a_sample_larger_than_the_archive_is_the_archive(sampled):
    sample = sampled(["n0", "n1", "n1"], 5)
    assert (sorted(ids(sample)), sample.n_notes, sample.inclusion_probability) == (["n0", "n1"], 2, 1.0)


@pytest.mark.parametrize(("stream", "size"), [([], 3), (["n0"], 0)])
def test_without_a_sample_there_is_no_probability(sampled, stream, size):
    sample = sampled(stream, size)
    assert (ids(sample), sample.inclusion_probability, sample.n_notes) == ([], None, len(stream))
