"""`huoren fit`: learn a model from the corpora and write it as an artifact folder, with its card."""

import argparse
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress

from data.errors import ConfigError
from data.labels import QUESTIONS
from models.artifact import VALIDATION, write_artifact
from models.card import render_card
from models.classifier import Classifier
from models.manifest import MANIFEST, Manifest, check_version
from models.ngrams import N_BUCKETS
from models.notice import render_notice
from training.comment_data import comment_examples, own_comment_examples
from training.config import FitConfig
from training.corpora import covert_ad_notes, gold_notes, own_corpus
from training.crossfit import (
    CrossFit,
    calibrate,
    choose_thresholds,
    cross_fit,
    explicit_floor,
    flat_calibration,
    review_thresholds,
    validation_statistics,
)
from training.cv_figures import cross_validation_figures
from training.design import build_design
from training.evaluate import evaluate
from training.fitted import Fitted, manifest_of, policy_text
from training.gold import LabeledNote
from training.gold_sets import read_sets
from training.learn import Matrices, fit_comment_scorer, fit_model, weigh_design
from training.topic_space import TopicSpace, learn_topic_space, unlabelled_documents
from training.training_sets import own_training_sets, training_sets

EXAMPLE = "example: HUOREN_CORPORA=../shared/corpora huoren fit my-model --version 0.2.0"
MEASURED_ON = "gold_dev.jsonl"  # its sources never train: what a fit is measured on
_DEFAULT_FLOOR = 0.95


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren fit`."""
    parser.add_argument("output", type=Path, metavar="DIR", help="artifact folder to write")
    parser.add_argument("--version", default="", metavar="NAME", help="model version (default: today's date)")
    parser.add_argument("--corpora", type=Path, metavar="DIR", help="corpora folder (default: $HUOREN_CORPORA)")
    parser.add_argument("--seed", type=int, default=0, help="seed of samples and solvers (default: 0)")
    parser.add_argument("--force", action="store_true", help="replace an artifact that stands in DIR")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Fit, measure and write.

    Raises
    ------
    AppError
        If the corpora are unusable or DIR holds an artifact already.
    """
    console = console or Console(stderr=True, quiet=args.quiet)
    corpora: Path | None = args.corpora
    if (args.output / MANIFEST).exists() and not args.force:
        raise ConfigError(f"{args.output}: must not hold an artifact yet, or pass --force. Got one.")
    version = check_version(args.version or datetime.now(tz=UTC).strftime("%Y.%m.%d"))
    config = FitConfig(seed=args.seed)
    with Progress(console=console, disable=args.quiet) as progress:
        fitted = fit_corpora(corpora, config, progress) if corpora else fit_own(config)
    manifest = manifest_of(fitted, version)
    policy = policy_text(fitted.review, manifest.model_version)
    extra: dict[str, bytes] = {}
    if fitted.statistics is not None and corpora is not None:
        metrics = _measure(fitted, manifest, policy, corpora / MEASURED_ON)
        manifest = msgspec.structs.replace(manifest, metrics={**metrics, "cross_validation": fitted.figures})
        told = msgspec.to_builtins(manifest)
        extra = {
            VALIDATION: fitted.statistics.to_bytes(),
            "CARD.md": render_card(told, metrics).encode(),
            "NOTICE": render_notice(told).encode(),
        }
    else:
        console.print("No corpora folder (HUOREN_CORPORA): trained on data/corpus alone, no validation statistics.")
    complete = write_artifact(args.output, model=fitted.model, manifest=manifest, policy=policy, extra=extra)
    size = sum(stored.bytes for stored in complete.files.values())
    console.print(f"{args.output}: model {complete.model_version}, {size / 1e6:.1f} MB, thresholds {fitted.thresholds}")
    return 0


def _measure(fitted: Fitted, manifest: Manifest, policy: str, path: Path) -> dict[str, Any]:
    """Measure what will be shipped, read back from disk: half-precision weights and the fitted policy included."""
    with TemporaryDirectory() as folder:
        write_artifact(Path(folder), model=fitted.model, manifest=manifest, policy=policy, extra={})
        classifier = Classifier.load(Path(folder))
    command = f"huoren fit, then {shlex.join(['huoren', 'evaluate', path.name])}"
    return evaluate(classifier, read_sets([path]), command=command)


def fit_corpora(corpora: Path, config: FitConfig, progress: Progress) -> Fitted:
    """Fit on all corpora: choose by cross-fitting, sources of train in turn and dev whole, then train without dev."""
    task = progress.add_task("reading", total=config.n_folds + 6)

    def advance(description: str) -> None:
        progress.update(task, advance=1, description=description)

    gold = gold_notes(corpora)
    measured = {item.note.note_id for each in read_sets([corpora / MEASURED_ON]) for item in each.rows}
    notes = [*gold, *covert_ad_notes(corpora), *own_corpus()]
    is_gold = np.arange(len(notes)) < len(gold)
    is_measured = np.array([item.note.note_id in measured for item in notes]) & is_gold
    advance("learning the topic space from unlabelled text")
    documents = unlabelled_documents(corpora, seed=config.seed)
    space = learn_topic_space(documents, n_dimensions=config.n_topics, seed=config.seed)
    advance("learning the comment scorer")
    scorer = fit_comment_scorer(comment_examples(corpora, seed=config.seed), config)
    advance("laying out notes")
    matrices = weigh_design(build_design([item.note for item in notes]), space, scorer, config)
    advance("cross-fitting over sources")
    explicit = (matrices.design.explicit, matrices.design.own_explicit)
    on_fold = partial(advance, "cross-fitting over sources")
    crossed = cross_fit(matrices, notes, is_gold, explicit, config, measured=is_measured, on_fold=on_fold)
    parts = is_measured[is_gold].astype(np.int64)  # thresholds must suit train and dev alike
    fitted = _fitted(matrices, notes, ~is_measured, crossed, parts, config)
    advance("done")
    return msgspec.structs.replace(fitted, training_data=training_sets(corpora))


def fit_own(config: FitConfig) -> Fitted:
    """Fit on the corpus that we wrote, without topic space, calibration or validation, where there are no corpora."""
    notes = own_corpus()
    nothing = np.zeros((N_BUCKETS, 1), dtype=np.float32)
    space = TopicSpace(idf=nothing[:, 0], directions=nothing)
    scorer = fit_comment_scorer(own_comment_examples(), config)
    matrices = weigh_design(build_design([item.note for item in notes]), space, scorer, config)
    model = fit_model(matrices, notes, np.ones(len(notes), dtype=np.bool_), config)
    thresholds = {str(question): 0.5 for question in QUESTIONS}
    return Fitted(model, flat_calibration(), thresholds, {}, _DEFAULT_FLOOR, own_training_sets(), {}, None)


def _fitted(
    matrices: Matrices,
    notes: Sequence[LabeledNote],
    rows: npt.NDArray[np.bool_],
    crossed: CrossFit,
    parts: npt.NDArray[np.int64],
    config: FitConfig,
) -> Fitted:
    calibration, floor = calibrate(crossed), explicit_floor(crossed)
    thresholds = choose_thresholds(crossed, calibration, floor, parts)
    return Fitted(
        model=fit_model(matrices, notes, rows, config),
        calibration=calibration,
        thresholds=thresholds,
        review=review_thresholds(crossed, calibration, floor),
        floor=floor,
        training_data=(),
        figures=cross_validation_figures(crossed, calibration, thresholds, floor),
        statistics=validation_statistics(crossed, calibration, floor),
    )
