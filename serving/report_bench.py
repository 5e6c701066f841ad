"""Time a report of an invented archive: `python -m serving.report_bench [ROWS]`."""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from data.labels import LABELS
from data.scored import NEAR_HASHES, SCHEMA
from serving.feeds.report_model import read_report_model, released_folder
from serving.feeds.scored_columns import read_scored
from serving.feeds.whole_report import build_report

_PART_ROWS = 250_000
_FEEDS, _DAYS = 200, 364
_START_US, _DAY_US = 1_735_689_600_000_000, 86_400_000_000  # 2025-01-01


def main() -> None:
    """Write the archive to a temporary folder, read it, report by week, and print seconds and the most memory held."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    console = Console(soft_wrap=True)
    model = read_report_model(released_folder())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _timed(console, f"{rows:,} rows written"):
            write_archive(folder, rows, model_version=model.version)
        with _timed(console, f"{rows:,} rows read"):
            columns = read_scored(folder)
        with _timed(console, f"{len(columns.note):,} rows reported by week"):
            report = build_report(columns, model, period="week")
    console.out(f"{len(report.rows):,} feeds and weeks", highlight=False)


@contextmanager
def _timed(console: Console, what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
    console.out(f"{what} in {time.perf_counter() - started:.1f} s, at most {peak:.2f} GiB held", highlight=False)


def write_archive(folder: Path, rows: int, *, model_version: str, seed: int = 0) -> None:
    """Write parts: 200 feeds over 52 weeks, three notes an author, one note in twenty twice.

    One text in ten is a copy; of the others one in ten is of a template, and shares two of three hashes.
    """
    rng = np.random.default_rng(seed)
    for part, start in enumerate(range(0, rows, _PART_ROWS)):
        n = min(_PART_ROWS, rows - start)
        table = pa.Table.from_batches([_batch(rng, start, n, rows, model_version)])
        pq.write_table(table, folder / f"part-{part:05d}.parquet", compression="zstd", row_group_size=8192)


def _batch(rng: np.random.Generator, start: int, n: int, rows: int, model_version: str) -> pa.RecordBatch:
    scores = rng.dirichlet([0.3, 0.3, 2.0, 0.6], n).astype(np.float32)
    commercial = scores[:, [0, 3]].sum(axis=1)
    published = _START_US + rng.integers(0, _DAYS, n) * _DAY_US
    comments = rng.poisson(4, n).astype(np.int32)
    copied = np.where(rng.random(n) < 0.1, rng.integers(0, rows // 20 + 1, n), rows + start + np.arange(n))
    template = np.where(rng.random(n) < 0.1, 2 * rows + copied % (rows // 20 + 1), copied)
    feed = _picked([f"feed {at}" for at in range(_FEEDS)], rng.zipf(1.3, n) % _FEEDS)
    known = {
        "note_id": _ids(np.where(rng.random(n) < 0.05, rng.integers(0, rows, n), start + np.arange(n)), 24),
        "feed_id": feed,
        "keyword": feed,
        "author_id": _ids(rng.integers(0, rows // 3 + 1, n), 24),
        "published_at": published,
        "collected_at": published + _DAY_US,
        "scored_at": np.full(n, _START_US + 400 * _DAY_US),
        "label": _picked([label.value for label in LABELS], scores.argmax(axis=1)),
        "author_label": _picked([label.value for label in LABELS], scores.argmax(axis=1)),
        **{f"p_{label}": scores[:, at] for at, label in enumerate(LABELS)},
        "q_commercial": np.minimum(commercial, 1),
        "q_disclosed": scores[:, 0],
        "q_diversion": scores[:, 1],
        "pa_organic": scores[:, LABELS.index("organic")],
        "impressions": rng.lognormal(7, 1.5, n).astype(np.int64),
        "likes": rng.lognormal(3, 1.5, n).astype(np.int64),
        "n_comments": comments,
        "n_diverting_comments": rng.binomial(comments, 0.02).astype(np.int32),
        "text_hash": _ids(copied, 32),
        **{name: _spread(numbers) for name, numbers in zip(NEAR_HASHES, (template, template, copied), strict=True)},
        "model_version": [model_version] * n,
        "policy_version": ["default@1"] * n,
    }
    empty = {field.name: pa.nulls(n, field.type) for field in SCHEMA}
    columns = [pa.array(known.get(field.name, empty[field.name])).cast(field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _picked(names: list[str], positions: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(positions.astype(np.int32)), pa.array(names)).dictionary_decode()


def _ids(numbers: np.ndarray, width: int) -> pa.Array:
    """Spread numbers over hex strings as real ids are spread."""
    return pa.array([(f"{value:016x}" * 2)[:width] for value in _spread(numbers, bits=64).tolist()])


def _spread(numbers: np.ndarray, bits: int = 53) -> np.ndarray:
    return (numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)


if __name__ == "__main__":
    main()
