"""Kept stages: taken where all that they depend on is the same, computed again where anything differs."""

import numpy as np
import pytest

import training.checkpoint
from training.checkpoint import Checkpoints, code_hash, digest


@pytest.fixture
def computed():
    return []


@pytest.fixture
def stage(tmp_path, computed):
    def stage(*depends_on, name="space", value=1.5):
        def compute():
            computed.append(depends_on)
            return {"floats": np.array([value, np.nan], dtype=np.float32), "flags": np.array([True, False])}

        return Checkpoints(tmp_path / "work")(name, depends_on, compute)

    return stage


def test_a_finished_stage_is_given_again_to_the_last_bit(stage, computed):
    first, again = stage("a", 1), stage("a", 1)
    assert len(computed) == 1
    assert first.keys() == again.keys()
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert all(first[name].dtype == again[name].dtype for name in first)


@pytest.mark.parametrize("other", [("a", 2), ("b", 1), ("a",), ("a", 1, None), ("a1",)])
def test_what_depends_on_anything_else_is_computed_again(stage, computed, other):
    stage("a", 1)
    stage(*other, value=2.5)
    assert computed == [("a", 1), other]
    assert stage(*other)["floats"][0] == 2.5


def test_stages_are_kept_apart(stage, computed):
    stage("a", name="space")
    stage("a", name="scorer")
    assert len(computed) == 2


def test_other_code_computes_again(stage, computed, monkeypatch):
    stage("a")
    monkeypatch.setattr(training.checkpoint, "code_hash", lambda: "other")
    stage("a")
    assert len(computed) == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"no archive"])
def test_a_file_that_is_not_whole_is_computed_again(stage, computed, tmp_path, content):
    stage("a")
    (tmp_path / "work" / "space.npz").write_bytes(content)
    stage("a")
    assert len(computed) == 2


def test_a_cut_file_is_computed_again(stage, computed, tmp_path):
    stage("a")
    path = tmp_path / "work" / "space.npz"
    path.write_bytes(path.read_bytes()[:-40])
    stage("a")
    assert len(computed) == 2


def test_a_stage_that_fails_leaves_nothing(tmp_path):
    def fail():
        raise KeyboardInterrupt

    keep = Checkpoints(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        keep("space", (), fail)
    assert list(tmp_path.iterdir()) == []


def test_only_whole_files_stand_in_the_folder(stage, tmp_path):
    stage("a")
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["space.npz"]


def test_what_an_earlier_run_finished_is_told(tmp_path):
    compute = lambda: {"a": np.zeros(1)}  # noqa: E731
    first, second = Checkpoints(tmp_path), Checkpoints(tmp_path)
    first("space", (), compute)
    second("space", (), compute)
    assert (first.resumed, second.resumed) == ([], ["space"])


def test_a_digest_tells_arrays_files_and_borders_apart(tmp_path):
    (tmp_path / "one").write_bytes(b"a")
    (tmp_path / "two").write_bytes(b"b")
    parts = [
        (np.zeros(2, dtype=np.int64),),
        (np.zeros(2, dtype=np.int32),),
        (np.zeros((2, 1), dtype=np.int64),),
        ("ab", "c"),
        ("a", "bc"),
        (tmp_path / "one",),
        (tmp_path / "two",),
    ]
    assert len({digest(*part) for part in parts}) == len(parts)
    assert digest(tmp_path / "one") == digest(tmp_path / "one")


def test_the_code_hash_is_of_code_and_not_of_weights():
    assert code_hash() == code_hash()
    assert len(code_hash()) == 64
    assert {"released", "archive"} <= training.checkpoint._NOT_CODE
