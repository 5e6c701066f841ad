import numpy as np
import pytest

from data.errors import ModelError
from models.trained_notes import TrainedNotes


def test_notes_are_found_again_after_a_file(tmp_path):
    path = tmp_path / "trained_notes.npy"
    path.write_bytes(TrainedNotes.of([f"n{i}" for i in range(1000)] * 2).to_bytes())
    trained = TrainedNotes.load(path)
    assert trained.count(["n0", "n999", "n1000", "笔记"]) == 2
    assert trained.count([]) == 0
    assert path.stat().st_size < 9 * 1000


def test_the_file_does_not_tell_ids():
    assert b"abcdef0123456789" not in TrainedNotes.of(["abcdef0123456789"]).to_bytes()


@pytest.mark.parametrize("content", [b"", b"no array", None])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "trained_notes.npy"
    if content is None:
        np.save(path, np.ones(3))
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="trained_notes.npy: hashes of note ids must be"):
        TrainedNotes.load(path)
