"""Feeds whose steps are known; a week's share has the noise of 2,000 notes judged by a classifier of macro-F1 .85."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from data.errors import ModelError
from models.prevalence.change_points import Series, adjust_p_values, find_change_points
from models.prevalence.step_scan import scan

SHARE, WEEKS = 0.75, 52
NOISE = 1.27  # variance of a corrected share over that of a count of gold labels, at that macro-F1


def weeks(levels, seed, notes=2000):
    """Draw series around levels, shape (n, T), with the variance that a report would state."""
    noise = NOISE * levels * (1 - levels) / notes
    values = levels + np.random.default_rng(seed).normal(size=levels.shape) * np.sqrt(noise)
    seen = np.clip(values, 0.02, 0.98)
    return values, NOISE * seen * (1 - seen) / notes


def stepped(n, changed, size, at, *, until=WEEKS):
    levels = np.full((n, until), SHARE)
    levels[:changed, at:] -= size
    return levels


def found_in(values, variances, **options):
    return find_change_points(
        {str(i): Series(*pair) for i, pair in enumerate(zip(values, variances, strict=True))}, **options
    )


def feeds_of(steps):
    return {int(step.series) for step in steps}


def test_a_step_is_found_where_and_as_large_as_it_is():
    values, variances = weeks(stepped(1, 1, 0.08, 30), 1)
    (step,) = found_in(values, variances)
    assert step.at == 30
    assert step.size == pytest.approx(-0.08, abs=3 * step.variance**0.5)
    assert step.variance == pytest.approx(variances.mean() * (1 / 30 + 1 / 22), rel=0.1)
    assert step.p_value < 1e-6
    assert step.q_value == step.p_value  # one series: nothing to adjust for


def test_false_ones_stay_within_the_rate_and_steps_of_three_points_are_found_within_four_weeks():
    false, found = [], []
    for seed in range(5):
        values, variances = weeks(stepped(2000, 400, 0.03, 44), seed)
        early = feeds_of(found_in(values[:, :48], variances[:, :48]))
        found.append(np.mean([feed in early for feed in range(400)]))
        steps = found_in(values, variances)
        false.append(np.mean([int(step.series) >= 400 for step in steps]))
    assert np.mean(false) <= 0.06
    assert np.mean(found) >= 0.95


def test_week_on_week_tests_flag_most_unchanged_feeds_and_the_scan_next_to_none():
    values, variances = weeks(stepped(2000, 0, 0, 0), 3)
    z = np.diff(values, axis=1) / np.sqrt(variances[:, 1:] + variances[:, :-1])
    assert np.mean(np.any(np.abs(z) > 1.96, axis=1)) > 0.85
    assert len(found_in(values, variances)) <= 3


@pytest.mark.parametrize(("periods", "level"), [(4, 0.05), (12, 0.05), (52, 0.05), (52, 0.01)])
def test_the_p_value_is_that_of_the_largest_of_all_places(periods, level):
    rng = np.random.default_rng(periods)
    variances = np.exp(rng.normal(0, 0.7, (20_000, periods)))
    values = 100 + rng.normal(size=variances.shape) * np.sqrt(variances)
    _, p_values = scan(values, 1 / variances)
    assert np.mean(p_values <= level) == pytest.approx(level, rel=0.12)


def test_with_few_notes_a_share_that_is_high_by_chance_makes_no_step():
    """Its stated variance is small then; taken as given, steps are found in four sets of such feeds out of ten."""
    sets = [len(found_in(*weeks(stepped(1000, 0, 0, 0), seed, notes=200))) for seed in range(20)]
    assert np.mean(np.array(sets) > 0) <= 0.15


def test_months_without_a_single_diverting_comment_make_no_step():
    """Counted from few comments, the variance stated of 0 is next to none."""
    rng = np.random.default_rng(5)
    values = rng.binomial(500, 0.003, (1000, 24)) / 500
    assert found_in(values, np.maximum(values * (1 - values) / 500, 1e-9)) == []


def test_a_jump_from_none_is_found():
    values = np.random.default_rng(5).binomial(500, [[0.0] * 12 + [0.04] * 12]) / 500
    (step,) = found_in(values, np.maximum(values * (1 - values) / 500, 1e-9))
    assert step.at == 12
    assert step.size == pytest.approx(0.04, abs=0.01)


def test_values_that_are_no_shares_are_taken_with_their_variances_as_given():
    values, variances = weeks(stepped(1, 1, 0.08, 30), 1)
    (share,), (percent,) = found_in(values, variances), found_in(100 * values, 1e4 * variances)
    assert percent.size == pytest.approx(100 * share.size, rel=0.05)
    assert percent.p_value != share.p_value


def test_several_steps_are_all_found():
    levels = np.full((1, WEEKS), SHARE)
    levels[0, 15:30] = 0.6
    levels[0, 30:] = 0.7
    assert [step.at for step in found_in(*weeks(levels, 4))] == [15, 30]


def test_a_slow_drift_is_found_downwards():
    levels = np.linspace(0.9, 0.6, WEEKS)[None, :]
    steps = found_in(*weeks(levels, 5))
    assert steps
    assert all(step.size < 0 for step in steps)


def test_one_odd_week_is_no_new_level():
    values, variances = weeks(stepped(1, 0, 0, 0), 6)
    values[0, 20] -= 0.1
    assert found_in(values, variances) == []


def test_missing_weeks_are_stepped_over():
    values, variances = weeks(stepped(1, 1, 0.08, 30), 1)
    values[0, [3, 28, 29, 30, 31]] = variances[0, [3, 28, 29, 30, 31]] = np.nan
    (step,) = found_in(values, variances)
    assert step.at == 32


def test_a_series_of_three_periods_or_none_has_no_step():
    values, variances = np.array([0.9, 0.1, 0.1]), np.full(3, 1e-6)
    assert find_change_points({"short": Series(values, variances), "none": Series(np.empty(0), np.empty(0))}) == []
    assert find_change_points({"one": Series(np.ones(1), np.ones(1))}) == []
    assert find_change_points({}) == []


def test_series_too_short_for_a_step_do_not_raise_the_bar_for_others():
    series = {"long": Series(*(each[0] for each in weeks(stepped(1, 1, 0.05, 40), 8)))}
    short = {f"short {i}": Series(np.full(3, 0.5), np.full(3, 0.01)) for i in range(500)}
    assert find_change_points(series | short) == find_change_points(series)


def test_a_higher_rate_finds_more():
    values, variances = weeks(stepped(500, 250, 0.02, 44), 7)
    strict, lax = (feeds_of(found_in(values, variances, fdr=rate)) for rate in (0.01, 0.2))
    assert strict < lax


def test_many_unchanged_series_raise_the_bar():
    values, variances = weeks(stepped(1000, 1, 0.05, 40), 8)
    (alone,) = found_in(values[:1], variances[:1])
    (among,) = found_in(values, variances)
    assert (among.at, among.p_value) == (alone.at, alone.p_value)
    assert among.q_value == pytest.approx(1000 * alone.p_value)


def test_a_second_step_must_be_as_clear_as_the_first_among_all_series():
    """A series is scanned again because it was selected: among 1,000 others its sides meet a bar as high as theirs."""
    levels = stepped(1000, 1, 0.1, 26)
    levels[0, 40:] -= 0.025
    values, variances = weeks(levels, 14)
    assert [step.at for step in found_in(values[:1], variances[:1])] == [26, 40]
    assert [step.at for step in found_in(values, variances) if step.series == "0"] == [26]


def test_q_values_are_those_of_benjamini_and_hochberg():
    p_values = np.random.default_rng(9).random(50) ** 2
    assert adjust_p_values(p_values) == pytest.approx(false_discovery_control(p_values))


@pytest.mark.parametrize(
    ("values", "variances", "message"),
    [
        ([0.5, 0.5], [0.1], "must have one shape"),
        ([0.5, 0.5], [0.1, 0.0], "with a positive variance"),
        ([0.5, 0.5], [0.1, np.nan], "with a positive variance"),
        ([0.5, np.inf], [0.1, 0.1], "every value must be finite"),
    ],
)
def test_a_value_without_a_variance_is_refused(values, variances, message):
    with pytest.raises(ModelError, match=f"series '护肤': .*{message}"):
        find_change_points({"护肤": Series(np.array(values), np.array(variances))})


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(ModelError, match="'fdr' must lie between 0 and 1. Got 0 instead"):
        find_change_points({}, fdr=0)
