"""What each family of features, and each source, is worth: `python -m training.ablation CORPORA`.

One table on gold_dev, whose sources never train: the recipe with one family left out, and the recipe on a growing
share of the training sources. The topic space and the comment scorer are learned once, and see no label of a gold note.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from sklearn.metrics import average_precision_score, roc_auc_score

from data.errors import AppError
from training.comment_data import comment_examples
from training.config import FitConfig, QuestionRecipe
from training.corpora import OWN_SOURCE, covert_ad_notes, gold_notes, own_corpus
from training.design import build_design
from training.gold import LabeledNote, read_labeled
from training.learn import Matrices, answers, fit_comment_scorer, fit_model, logits_of, weigh_design
from training.recipe import default_recipe
from training.topic_space import learn_topic_space, unlabelled_documents

_SHARES = (0.25, 0.5, 0.75, 1.0)
_DRAWS = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 0 when measured, 1 when the corpora are unusable."""
    parser = argparse.ArgumentParser(prog="python -m training.ablation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, metavar="CORPORA", help="corpora folder")
    args = parser.parse_args(argv)
    try:
        table = _measure(args.corpora, default_recipe())
    except AppError as error:
        sys.stderr.write(f"training.ablation: error: {error}\n")
        return 1
    Console().print(table)
    return 0


def _measure(corpora: Path, config: FitConfig) -> Table:
    notes = [*gold_notes(corpora), *covert_ad_notes(corpora), *own_corpus()]
    measured = {item.note.note_id for item in read_labeled(corpora / "gold_dev.jsonl")}
    is_dev = np.array([item.note.note_id in measured for item in notes])
    documents = unlabelled_documents(corpora, seed=config.seed)
    space = learn_topic_space(documents, n_dimensions=config.n_topics, seed=config.seed)
    scorer = fit_comment_scorer(comment_examples(corpora, seed=config.seed), config)
    matrices = weigh_design(build_design([item.note for item in notes]), space, scorer, config)
    table = Table("left out / sources", "notes", "commercial AUC", "AP", "diversion AUC", "AP", title="gold_dev (dev)")
    for name, variant in _variants(config):
        table.add_row(name, *_figures(matrices, notes, ~is_dev, is_dev, variant))
    own = np.array([item.source == OWN_SOURCE for item in notes])
    table.add_row("our own corpus", *_figures(matrices, notes, ~is_dev & ~own, is_dev, config))
    always = {OWN_SOURCE, "chasm", "adspectorx"}
    sources = sorted({item.source for item, dev in zip(notes, is_dev, strict=True) if not dev} - always)
    for share in _SHARES:
        for draw in range(_DRAWS if share < 1 else 1):
            n_kept = round(share * len(sources))
            kept = always | set(np.random.default_rng(draw).permutation(sources)[:n_kept].tolist())
            rows = np.array([item.source in kept for item in notes]) & ~is_dev
            name = f"{n_kept} of {len(sources)} gold sources"
            table.add_row(name, *_figures(matrices, notes, rows, is_dev, config))
    return table


def _variants(config: FitConfig) -> Iterator[tuple[str, FitConfig]]:
    yield "nothing", config
    for name, change in (
        ("signals and comment scorer", {"signal_scale": 0.0}),
        ("n-grams", {"ngram_scale": 0.0}),
        ("topic space", {"topic_scale": 0.0}),
        ("source intercepts", {"source_scale": 0.0}),
        ("source weights", {"source_power": 0.0}),
    ):
        yield (
            name,
            msgspec.structs.replace(
                config,
                **{question: _changed(config.recipe(question), change) for question in ("commercial", "diversion")},
            ),
        )


def _changed(recipe: QuestionRecipe, change: dict[str, float]) -> QuestionRecipe:
    return msgspec.structs.replace(recipe, **change)


def _figures(
    matrices: Matrices,
    notes: list[LabeledNote],
    rows: npt.NDArray[np.bool_],
    is_dev: npt.NDArray[np.bool_],
    config: FitConfig,
) -> list[str]:
    logits = logits_of(fit_model(matrices, notes, rows, config), matrices).notes
    cells = [str(int(rows.sum()))]
    for column, question in ((0, "commercial"), (2, "diversion")):
        y = answers(notes, question)
        known = is_dev & (y >= 0)
        cells.append(f"{roc_auc_score(y[known], logits[known, column]):.3f}")
        cells.append(f"{average_precision_score(y[known], logits[known, column]):.3f}")
    return cells


if __name__ == "__main__":
    raise SystemExit(main())
