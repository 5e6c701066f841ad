"""Row 8: steps in many series of weekly shares are found soon, and few found ones are false."""

import numpy as np
import numpy.typing as npt

from models.prevalence.change_points import Step, find_change_points
from training.acceptance.check import Check, percent
from training.acceptance.series import STEP_WEEKS, WEEKS, Feeds, draw_feeds

AFTER = 4  # weeks of data from the step on, with which it must be found
SIZES = (0.03, 0.06)


def check_changes(*, n_feeds: int, n_rounds: int, seed: int) -> list[Check]:
    """Measure false discoveries over the whole year, and how soon a step is found."""

    def draw(n_notes: int, steps: tuple[float, float], k: int) -> list[Feeds]:
        rounds = range(n_rounds)
        return [draw_feeds(n_feeds, n_notes, np.random.default_rng([seed, k, i]), steps) for i in rounds]

    def power(feeds: list[Feeds]) -> npt.NDArray[np.bool_]:
        return np.concatenate([found_in_time(each) for each in feeds])

    low, high = SIZES
    large = draw(2_000, SIZES, 0)
    false, found = np.array([false_discoveries(each) for each in large]), power(large)
    smallest, few = power(draw(2_000, (low, low), 1)), power(draw(200, SIZES, 2))
    weekly = np.concatenate([flagged_week_on_week(each) for each in large])
    steps = f"steps of {100 * low:.0f}-{100 * high:.0f} pt found within {AFTER} weeks"
    return [
        Check(8, f"false among found steps, {n_rounds} x {n_feeds:,} feeds x {WEEKS} weeks", "<= 6 %",
              percent(float(false.mean())), percent(_error(false)), float(false.mean()) <= 0.06),
        Check(8, f"{steps}, N = 2,000 a week", ">= 95 %", percent(float(found.mean())), percent(_error(found)),
              float(found.mean()) >= 0.95),
        Check(8, f"those of just {100 * low:.0f} pt", "-", percent(float(smallest.mean())), percent(_error(smallest))),
        Check(8, f"{steps}, N = 200 a week", "-", percent(float(few.mean())), percent(_error(few))),
        Check(8, "unchanged feeds flagged in a year by week-on-week z-tests", "-", percent(float(weekly.mean())),
              percent(_error(weekly)), published="98.5 %"),
    ]  # fmt: skip


def false_discoveries(feeds: Feeds) -> float:
    """Share of the steps found in the whole year that are not within a few weeks of a true one."""
    steps = find_change_points(feeds.until(WEEKS))
    return float(np.mean([not _is_true(step, feeds) for step in steps])) if steps else 0.0


def found_in_time(feeds: Feeds) -> npt.NDArray[np.bool_]:
    """Say of each feed with a step whether it is found when `AFTER` weeks have passed, all feeds being scanned."""
    found: list[bool] = []
    for week in STEP_WEEKS:
        steps = [step for step in find_change_points(feeds.until(week + AFTER)) if _is_true(step, feeds)]
        names = {int(step.series) for step in steps}
        found += [k in names for k in np.flatnonzero(feeds.at == week).tolist()]
    return np.array(found, dtype=np.bool_)


def flagged_week_on_week(feeds: Feeds) -> npt.NDArray[np.bool_]:
    """Say of each unchanged feed whether a z-test of neighbouring weeks at 5 % ever flags it in the year."""
    same = feeds.at == WEEKS
    z = np.diff(feeds.values[same]) / np.sqrt(feeds.variances[same, 1:] + feeds.variances[same, :-1])
    return np.asarray(np.any(np.abs(z) > 1.96, axis=1))


def _is_true(step: Step, feeds: Feeds) -> bool:
    at = int(feeds.at[int(step.series)])
    return at < WEEKS and abs(step.at - at) <= AFTER and step.size < 0


def _error(values: npt.NDArray[np.generic]) -> float:
    return float(np.std(values.astype(float), ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
