import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import COMMERCIAL, TemperatureScaling, Validation, ValidationStatistics

RNG = np.random.default_rng(3)
GOLD = RNG.integers(0, 4, 300)
PROBA = RNG.dirichlet(np.ones(4), 300) * 0.5 + 0.5 * np.eye(4)[GOLD]
SOURCES = [f"source {i % 6}" for i in range(300)]


@pytest.fixture
def author():
    return ValidationStatistics.from_predictions(GOLD, PROBA, SOURCES)


@pytest.fixture
def validation(author):
    yes = np.isin(GOLD, [0, 3])
    proba = np.stack([PROBA[:, 0] + PROBA[:, 3], PROBA[:, 1] + PROBA[:, 2]], axis=1)
    commercial = ValidationStatistics.from_predictions((~yes).astype(int), proba, SOURCES, classes=COMMERCIAL)
    return Validation(author, commercial, TemperatureScaling.fit(PROBA, GOLD))


def test_a_saved_validation_loads_unchanged(validation, tmp_path):
    validation.save(tmp_path / "validation.npz")
    loaded = Validation.load(tmp_path / "validation.npz")
    for part in ("author", "commercial"):
        for name, value in vars(getattr(validation, part)).items():
            assert np.array_equal(getattr(getattr(loaded, part), name), value), (part, name)
    assert loaded.scaling.temperature == validation.scaling.temperature
    assert np.array_equal(loaded.scaling.biases, validation.scaling.biases)


def test_parts_that_are_not_known_stay_so(author, tmp_path):
    Validation(author).save(tmp_path / "validation.npz")
    loaded = Validation.load(tmp_path / "validation.npz")
    assert (loaded.commercial, loaded.scaling) == (None, None)


def test_equal_statistics_give_equal_bytes(validation):
    assert validation.to_bytes() == validation.to_bytes()


def test_the_file_of_an_older_model_gives_the_authors_labels_alone(author, tmp_path):
    path = tmp_path / "validation.npz"
    author.save(path)
    with np.load(path) as archive:
        older = {name: archive[name] for name in archive.files if name != "source_bins"}
    np.savez(path, **older)
    loaded = Validation.load(path)
    assert np.array_equal(loaded.author.means, author.means)
    assert (loaded.author.source_bins, loaded.commercial, loaded.scaling) == (None, None, None)


def test_an_unknown_version_is_refused(validation, tmp_path):
    path = tmp_path / "validation.npz"
    validation.save(path)
    with np.load(path) as archive:
        np.savez(path, **{**archive, "format_version": np.asarray(3)})
    with pytest.raises(ModelError, match="'format_version' must be 1 or 2. Got 3 instead"):
        Validation.load(path)


def test_an_unknown_array_is_refused(validation, tmp_path):
    path = tmp_path / "validation.npz"
    validation.save(path)
    with np.load(path) as archive:
        np.savez(path, **archive, rest=np.ones(2))
    with pytest.raises(ModelError, match="arrays must be those of this version"):
        Validation.load(path)


def test_biases_of_other_classes_are_refused(validation, tmp_path):
    path = tmp_path / "validation.npz"
    validation.save(path)
    with np.load(path) as archive:
        np.savez(path, **{**archive, "scaling.biases": np.zeros(3)})
    with pytest.raises(ModelError, match="one temperature over 0 and 4 biases"):
        Validation.load(path)
