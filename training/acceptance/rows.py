"""Which acceptance rows there are, and how many feeds a full and a short run draw for each."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.acceptance.alarms import check_alarms
from training.acceptance.changes import check_changes
from training.acceptance.check import Check
from training.acceptance.clusters import check_clusters
from training.acceptance.differences import check_differences
from training.acceptance.exposure import check_exposure
from training.acceptance.feeds import Task, measure
from training.acceptance.jobs import Columns, run_each
from training.acceptance.parity import check_parity
from training.acceptance.predictions import make_predictions, read_predictions
from training.acceptance.shares import check_audits, check_bias, check_coverage
from training.acceptance.shrinkage import check_shrinkage
from training.acceptance.sources import check_sources
from training.acceptance.speed import check_speed
from training.acceptance.summary import table_of
from training.simulate import WORLDS

ROWS = range(1, 12)
_WORK = Path(".bench/acceptance")
OF_FEEDS = frozenset({1, 2, 3, 4})  # these rows read the same simulated feeds


@dataclass(frozen=True)
class Size:
    """How much is drawn."""

    draws: int  # validation draws
    feeds_per_draw: int  # in each world
    exposure_feeds: int  # in each world
    pairs_per_draw: int
    shrinkage_draws: int
    shrinkage_feeds: int
    series: int
    series_rounds: int
    parity_feeds: int
    source_draws: int


FULL = Size(200, 10, 2_000, 10, 40, 200, 2_000, 5, 24, 200)
SHORT = Size(12, 4, 96, 6, 3, 60, 200, 1, 3, 10)


@dataclass(frozen=True)
class Plan:
    """What to run."""

    rows: Collection[int]
    size: Size
    seed: int
    jobs: int
    predictions: Path | None = None
    corpora: Path | None = None


@dataclass(frozen=True)
class Result:
    """Checks of the rows that ran, and tables to publish by title."""

    checks: list[Check]
    tables: dict[str, list[dict[str, str]]]

    @property
    def failed(self) -> list[int]:
        """Rows with a check that did not pass."""
        return sorted({check.row for check in self.checks if check.passed is False})


def run_rows(plan: Plan, *, on_row: Callable[[str], None] = lambda _: None) -> Result:
    """Run the rows of a plan in order."""
    checks: list[Check] = []
    tables: dict[str, list[dict[str, str]]] = {}
    size, seed, jobs = plan.size, plan.seed, plan.jobs
    if shared := sorted(OF_FEEDS & set(plan.rows)):
        on_row(f"rows {', '.join(map(str, shared))}: simulated feeds")
        worlds = dict(simulate_worlds(size, seed, jobs))
        readers = {1: check_bias, 2: check_coverage, 3: check_audits, 4: check_alarms}
        for row in shared:
            checks += readers[row](worlds)
            if row == 2:
                checks += check_clusters(n_draws=size.draws, n_feeds=size.pairs_per_draw, seed=seed, jobs=jobs)
        tables["bias in the worst week (pt) / RMSE (pt) / coverage of the 95 % interval"] = table_of(worlds)
    runs: dict[int, Callable[[], list[Check]]] = {
        5: lambda: check_exposure(n_feeds=size.exposure_feeds, seed=seed, jobs=jobs),
        6: lambda: check_differences(n_draws=size.draws, n_feeds=size.pairs_per_draw, seed=seed, jobs=jobs),
        7: lambda: check_shrinkage(n_draws=size.shrinkage_draws, n_feeds=size.shrinkage_feeds, seed=seed, jobs=jobs),
        8: lambda: check_changes(n_feeds=size.series, n_rounds=size.series_rounds, seed=seed),
        9: lambda: check_speed(seed=seed),
        10: lambda: check_parity(n_feeds=size.parity_feeds, seed=seed),
    }
    for row in sorted(set(plan.rows) & runs.keys()):
        on_row(f"row {row}")
        checks += runs[row]()
    if 11 in plan.rows:
        on_row("row 11: real sources")
        found, table = _check_real(plan)
        checks += found
        if table:
            tables["real sources as feeds: labelled share, model-based share without the source, coverage"] = table
    return Result(checks, tables)


def _check_real(plan: Plan) -> tuple[list[Check], list[dict[str, str]]]:
    if plan.predictions is None and plan.corpora is None:
        why = "needs --predictions or a corpora folder (HUOREN_CORPORA)"
        return [Check(11, "real labelled sources as feeds", ">= 90 %", "not run", not_run=why)], []
    folder = plan.predictions or make_predictions(plan.corpora or Path(), _WORK)
    return check_sources(read_predictions(folder), n_draws=plan.size.source_draws, seed=plan.seed)


def simulate_worlds(size: Size, seed: int, jobs: int) -> Iterator[tuple[str, Columns]]:
    """Draw the feeds of every world."""
    for world in WORLDS:
        tasks = [Task(world, draw, size.feeds_per_draw, seed) for draw in range(size.draws)]
        yield world, run_each(measure, tasks, jobs)
