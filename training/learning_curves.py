"""What more sources and more labels would buy: the recipe on growing shares of what there is, measured on gold_dev."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from training.ablation_bench import Bench
from training.ablation_figures import DEV, Figures, figures, interval, places
from training.ablation_rows import MEASURED, variant
from training.power_law import gains
from training.splits import Bools

SHARES = (0.25, 0.5, 0.75, 1.0)
_RESAMPLED = 300  # curves fitted to resampled draws and notes
Names = npt.NDArray[np.str_]
Shares = list[tuple[int, Bools]]


def learning_curve(
    bench: Bench, name: str, n_draws: int, pool: Executor, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Fit on growing shares of the gold training sources, or of the notes of each.

    Parameters
    ----------
    name
        One of `CURVES`.
    n_draws
        Random orders in which sources or notes join.
    pool
        Runs fits at once.
    tell
        Is told of each finished fit.

    Returns
    -------
    dict
        JSON-ready: `sizes`, and by question the AUCs (n_draws, n_shares), the curve and what more would buy.
    """
    shares_of, more = CURVES[name]
    source = np.array([item.source for item in bench.notes])
    counted = bench.trains & (bench.set_of == "gold") & ~bench.is_copy
    there, weights = places(bench)[DEV]
    dev = {DEV: (np.ones(int(there.sum()), dtype=np.bool_), weights[:_RESAMPLED])}

    def measured(left_out: Bools) -> Figures:
        left_out = left_out[bench.copy_of]  # a copy goes with its note
        part = msgspec.structs.replace(variant(bench), left_out=left_out)
        found = figures(bench.fit(part, dev_only=True), dev)[DEV]
        tell(f"{name}: {int((bench.trains & ~left_out).sum())} notes")
        return found

    draws = [shares_of(source, counted, draw) for draw in range(n_draws)]
    sizes = [n for n, _ in draws[0]]
    parts = pool.map(measured, [left_out for shares in draws for _, left_out in shares[:-1]])
    whole = measured(draws[0][-1][1])
    found = [[*(next(parts) for _ in sizes[:-1]), whole] for _ in draws]
    asked = {label: float(n or sizes[-1]) for label, n in more.items()}
    told: dict[str, Any] = {"sizes": sizes, "questions": {}}
    for question in MEASURED:
        key = f"{question}_auc"
        values = np.array([[each.values[key] for each in row] for row in found])
        resampled = np.array([[each.draws[key] for each in row] for row in found]).transpose(2, 0, 1)
        spread = float(values[:, SHARES.index(0.5)].std(ddof=1))
        law, buys = gains(sizes, values, resampled, asked, spread=spread, seed=bench.config.seed)
        told["questions"][str(question)] = {
            "auc": values.tolist(),
            "curve": None if law is None else msgspec.structs.asdict(law),
            "gains": {label: {"value": value} | interval(draws) for label, (value, draws) in buys.items()},
        }
    return told


def source_shares(source: Names, counted: Bools, seed: int) -> Shares:
    """Leave whole sources out, fewer and fewer: how many stay, and (n_notes,) what does not train.

    Parameters
    ----------
    source
        (n_notes,) source of each note.
    counted
        (n_notes,) notes whose sources are drawn from; a source that goes takes all of its notes along.
    seed
        Of the order in which sources join; a smaller share is a part of a larger one.
    """
    order = np.random.default_rng(seed).permutation(np.unique(source[counted]))
    kept = [max(1, round(share * len(order))) for share in SHARES]
    return [(n, np.isin(source, order[n:])) for n in kept]


def label_shares(source: Names, counted: Bools, seed: int) -> Shares:
    """Leave a share of each source's notes out, as `source_shares` does whole sources; at least one note stays."""
    draw = np.random.default_rng(seed)
    left_out = [np.zeros(len(source), dtype=np.bool_) for _ in SHARES]
    for name in np.unique(source[counted]):
        order = draw.permutation(np.flatnonzero(counted & (source == name)))
        for share, out in zip(SHARES, left_out, strict=True):
            out[order[max(1, round(share * len(order))) :]] = True
    return [(int((counted & ~out).sum()), out) for out in left_out]


# By name: who stays at each share, and how much more is asked about; None: as much again.
CURVES: dict[str, tuple[Callable[[Names, Bools, int], Shares], dict[str, int | None]]] = {
    "sources": (source_shares, {"the next": 1, "the next ten": 10, "twice as many": None}),
    "labels": (label_shares, {"the next hundred": 100, "twice as many": None}),
}
