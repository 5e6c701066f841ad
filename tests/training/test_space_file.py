import numpy as np
import pytest

from data.errors import ConfigError, DataError
from models.ngrams import N_BUCKETS
from training.space_file import read_space, write_space
from training.topic_space import TopicSpace


@pytest.fixture
def space() -> TopicSpace:
    rng = np.random.default_rng(1)
    return TopicSpace(rng.random(N_BUCKETS).astype(np.float32), rng.normal(size=(N_BUCKETS, 2)).astype(np.float32))


def test_a_space_comes_back_to_half_precision(tmp_path, space):
    write_space(tmp_path / "space.npz", space)
    again = read_space(tmp_path / "space.npz")
    np.testing.assert_array_equal(again.idf, space.idf)
    np.testing.assert_allclose(again.directions, space.directions, rtol=1e-3, atol=1e-4)
    assert again.directions.dtype == np.float32


def test_nothing_but_the_space_is_left_beside_it(tmp_path, space):
    write_space(tmp_path / "space.npz", space)
    assert [path.name for path in tmp_path.iterdir()] == ["space.npz"]


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="must be a file that `huoren pretrain` wrote"):
        read_space(tmp_path / "space.npz")


def test_another_file_is_refused(tmp_path):
    (tmp_path / "space.npz").write_text("no archive")
    with pytest.raises(DataError, match="must be a space that `huoren pretrain` wrote"):
        read_space(tmp_path / "space.npz")


def test_a_space_of_another_table_is_refused(tmp_path):
    np.savez(tmp_path / "space.npz", idf=np.ones(5), directions=np.ones((5, 2)))
    with pytest.raises(DataError, match=f"must hold {N_BUCKETS} rows of n-grams"):
        read_space(tmp_path / "space.npz")


def test_a_space_with_holes_is_refused(tmp_path, space):
    directions = space.directions.copy()
    directions[7, 0] = np.nan
    write_space(tmp_path / "space.npz", TopicSpace(space.idf, directions))
    with pytest.raises(DataError, match="must hold finite numbers only"):
        read_space(tmp_path / "space.npz")
