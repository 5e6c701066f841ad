import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import FOUR_CLASSES, THREE_CLASSES, TWO_CLASSES, ValidationStatistics, collapse_proba

RNG = np.random.default_rng(3)
GOLD = RNG.integers(0, 4, 300)
PROBA = RNG.dirichlet(np.ones(4), 300) * 0.5 + 0.5 * np.eye(4)[GOLD]
SOURCES = [f"source {i % 6}" for i in range(300)]


@pytest.fixture
def statistics():
    return ValidationStatistics.from_predictions(GOLD, PROBA, SOURCES)


def test_column_j_is_the_mean_posterior_of_gold_label_j(statistics):
    assert statistics.means[:, 3] == pytest.approx(PROBA[GOLD == 3].mean(axis=0))
    assert statistics.counts.tolist() == np.bincount(GOLD).tolist()


def test_label_ids_and_positions_give_the_same_statistics(statistics):
    ids = np.array(["disclosed_ad", "diversion", "organic", "undisclosed_ad"])[GOLD]
    assert np.array_equal(ValidationStatistics.from_predictions(list(ids), PROBA).means, statistics.means)


@pytest.mark.parametrize("groups", [TWO_CLASSES, THREE_CLASSES])
def test_collapse_equals_statistics_of_collapsed_predictions(statistics, groups):
    collapsed, merged = statistics.collapse(groups), collapse_proba(PROBA, groups)
    four = [label.value for label in (members[0] for members in FOUR_CLASSES.values())]
    for at, members in enumerate(groups.values()):
        inside = np.isin(GOLD, [four.index(label) for label in members])
        assert collapsed.means[:, at] == pytest.approx(merged[inside].mean(axis=0))
        assert collapsed.covariances[at] == pytest.approx(np.cov(merged[inside], rowvar=False))
        assert collapsed.counts[at] == inside.sum()
        of_source = inside & (np.array(SOURCES) == "source 2")
        assert collapsed.source_means[2, :, at] == pytest.approx(merged[of_source].mean(axis=0))
        assert collapsed.source_counts[2, at] == of_source.sum()
        assert collapsed.source_bins[2, :, at].sum() == of_source.sum()


def test_every_note_falls_in_one_of_twelve_bins(statistics):
    assert statistics.bins.shape == (12, 4)
    assert statistics.bins.sum(axis=0).tolist() == statistics.counts.tolist()


def test_bins_of_sources_add_up_to_all(statistics):
    assert np.array_equal(statistics.source_bins.sum(axis=0), statistics.bins)


def test_other_classes_than_the_labels_can_be_validated():
    yes, proba = (GOLD == 0).astype(int), np.stack([1 - PROBA[:, 0], PROBA[:, 0]], axis=1)
    names = np.array(["no", "yes"])[yes]
    statistics = ValidationStatistics.from_predictions(list(names), proba, SOURCES, classes=("no", "yes"))
    assert statistics.means[1, 1] == pytest.approx(PROBA[GOLD == 0, 0].mean())
    assert (statistics.classes, statistics.bins.shape) == (("no", "yes"), (6, 2))


def test_a_label_without_notes_is_counted_as_none():
    few = ValidationStatistics.from_predictions(GOLD[GOLD > 0], PROBA[GOLD > 0])
    assert few.counts[0] == 0
    assert np.all(np.isfinite(few.collapse(THREE_CLASSES).means))


def test_saved_statistics_load_unchanged(statistics, tmp_path):
    statistics.save(tmp_path / "validation.npz")
    loaded = ValidationStatistics.load(tmp_path / "validation.npz")
    for name, value in vars(statistics).items():
        assert np.array_equal(getattr(loaded, name), value), name


def test_statistics_without_sources_load_without_them(tmp_path):
    ValidationStatistics.from_predictions(GOLD, PROBA).save(tmp_path / "validation.npz")
    assert ValidationStatistics.load(tmp_path / "validation.npz").source_means is None


def test_saving_twice_gives_equal_bytes(statistics, tmp_path):
    statistics.save(tmp_path / "a.npz")
    statistics.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_unknown_version_is_refused(statistics, tmp_path):
    path = tmp_path / "validation.npz"
    statistics.save(path)
    with np.load(path) as archive:
        np.savez(path, **{**archive, "format_version": np.asarray(2)})
    with pytest.raises(ModelError, match=r"validation.npz: 'format_version' must be 1. Got 2 instead"):
        ValidationStatistics.load(path)


def test_pickled_arrays_are_refused(tmp_path):
    path = tmp_path / "validation.npz"
    np.savez(path, format_version=np.asarray(1), means=np.array([{}], dtype=object))
    with pytest.raises(ModelError, match="npz without pickle"):
        ValidationStatistics.load(path)


def test_missing_array_is_refused(tmp_path):
    path = tmp_path / "validation.npz"
    np.savez(path, format_version=np.asarray(1), means=np.eye(4))
    with pytest.raises(ModelError, match="arrays must be"):
        ValidationStatistics.load(path)


def test_shapes_that_do_not_fit_are_refused(statistics, tmp_path):
    path = tmp_path / "validation.npz"
    statistics.save(path)
    with np.load(path) as archive:
        np.savez(path, **{**archive, "means": np.eye(3)})
    with pytest.raises(ModelError, match=r"'means' must have shape \(4, 4\). Got \(3, 3\) instead"):
        ValidationStatistics.load(path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match="must be a readable npz"):
        ValidationStatistics.load(tmp_path / "none.npz")


def test_unknown_gold_label_is_refused():
    with pytest.raises(ModelError, match="Got 'ad' instead"):
        ValidationStatistics.from_predictions(["ad"], np.full((1, 4), 0.25))


def test_rows_that_are_no_distribution_are_refused():
    with pytest.raises(ModelError, match="rows >= 0 that sum to 1"):
        ValidationStatistics.from_predictions([0], np.ones((1, 4)))


def test_collapsed_statistics_do_not_collapse_again(statistics):
    with pytest.raises(ModelError, match="only statistics of the four labels collapse"):
        statistics.collapse(TWO_CLASSES).collapse(TWO_CLASSES)


def test_no_note_gives_statistics_of_nothing_with_sources_or_without():
    empty = ValidationStatistics.from_predictions([], np.empty((0, 4)), [])
    assert empty.counts.tolist() == [0, 0, 0, 0]
    assert empty.sources == ()
    assert empty.condition == np.inf
