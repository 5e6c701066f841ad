"""What the notes that we wrote are worth as imitations: `python -m training.corpus_check [CORPORA]`.

How well a classifier tells them from real notes, whether one nearly repeats another text, what they hold, and how well
disclosed advertisements are found on real notes and on ours. `python -m training.ablation` fits without them.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from data.errors import AppError, ConfigError
from models.artifact import Artifact, load_artifact
from models.classifier import Classifier
from training.corpora import covert_ad_notes, gold_notes, read_rows
from training.corpus_tables import tables
from training.disclosed_check import disclosed_figures, labels_of, out_of_fold
from training.gold import GOLD_FILES
from training.gold_sets import GoldSet, read_sets
from training.near_duplicates import note_text
from training.real_or_ours import GOAL, disclosed_ads_apart, real_references, real_side, side_of, told_apart
from training.recipe import default_recipe
from training.stages import Stages
from training.written_notes import WrittenCorpus, corpus_facts, near_repeats, read_written

_OWN = "corpus/notes.jsonl"
_UNLABELLED = "unlabelled_notes.jsonl.gz"


def check(
    corpora: Path, corpus: WrittenCorpus, artifact: Artifact, stages: Stages, *, folds: int | None = None
) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    folds
        How many folds judge disclosed ads out of fold; None: by the artifact as it is, whatever it learned from.

    Returns
    -------
    dict
        JSON-ready: `facts`, `near_duplicates`, `real_or_ours` (`goal`, `auc`, `per_label`, `disclosed_ads`,
        `references`), `disclosed` (one block a set).

    Raises
    ------
    AppError
        If the corpora or the corpus are unusable.
    """
    config = default_recipe()
    with stages.stage("reading"):
        sets = read_sets([corpora / name for name in GOLD_FILES])
        real = sets[0].rows
    with stages.stage("looking for near-duplicates"):
        repeats = near_repeats(corpus, list(_real_texts(corpora)), threshold=config.near_duplicate, seed=config.seed)
    with stages.stage("telling ours from real notes"):
        ours, others = side_of(corpus.rows, corpus.groups), real_side(real)
        told = told_apart(ours, others) | {"disclosed_ads": disclosed_ads_apart(ours, others)}
    with stages.stage("telling real notes from real notes"):
        told |= {"references": real_references(real)}
    if folds is None:
        disclosed = list(_as_it_is(artifact, sets, corpus))
    else:
        config = msgspec.structs.replace(config, n_folds=folds)
        rows, of_real, of_ours = out_of_fold(corpora, corpus, artifact, config, stages)
        disclosed = [
            {"set": "real notes", "judged": "out of fold"} | disclosed_figures(rows, of_real),
            {"set": corpus.name, "judged": "out of fold"} | disclosed_figures(corpus.rows, of_ours, corpus.pairs),
        ]
    return {
        "corpus": {"name": corpus.name, "sha256": corpus.sha256},
        "model_version": artifact.manifest.model_version,
        "facts": corpus_facts(corpus, real),
        "near_duplicates": repeats,
        "real_or_ours": {"goal": GOAL, **told},
        "disclosed": disclosed,
    }


def _real_texts(corpora: Path) -> Iterator[str]:
    """Stream all real notes that there are, labelled or not."""
    yield from (note_text(row.note) for row in [*gold_notes(corpora), *covert_ad_notes(corpora)])
    yield from (f"{row.get('title') or ''}\n{row.get('body') or ''}" for row in read_rows(corpora / _UNLABELLED))


def _as_it_is(artifact: Artifact, sets: Sequence[GoldSet], corpus: WrittenCorpus) -> Iterator[dict[str, Any]]:
    """Judge by the artifact, saying what it learned from; a corpus that taught it is left out."""
    classifier = Classifier(artifact)
    trained_on = {each.sha256 for each in artifact.manifest.training_data}
    for each in sets:
        judged = "trained on it" if each.sha256 in trained_on else "never trained on it"
        yield {"set": each.name, "judged": judged} | disclosed_figures(each.rows, labels_of(classifier, each.rows))
    if corpus.sha256 in trained_on:
        yield {"set": corpus.name, "judged": "not, trained on it: pass --folds"}
    else:
        given = labels_of(classifier, corpus.rows)
        figures = disclosed_figures(corpus.rows, given, corpus.pairs)
        yield {"set": corpus.name, "judged": "never trained on it"} | figures


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; 0 when measured, 1 when corpora, corpus or model are unusable."""
    parser = argparse.ArgumentParser(
        prog="python -m training.corpus_check", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("corpora", nargs="?", type=Path, metavar="CORPORA", help="folder (default: $HUOREN_CORPORA)")
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="notes to check (default: data/corpus/notes.jsonl)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released model)")
    parser.add_argument("--folds", type=int, metavar="N", help="judge disclosed ads by N fits that saw none of them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    args = parser.parse_args(argv)
    try:
        told = _check_files(args)
    except AppError as error:
        sys.stderr.write(f"training.corpus_check: error: {error}\n")
        return 1
    if args.json:
        args.json.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    console = Console()
    for table in tables(told):
        console.print(table)
    return 0


def _check_files(args: argparse.Namespace) -> dict[str, Any]:
    if args.folds is not None and args.folds < 2:
        raise ConfigError(f"'--folds' must be at least 2. Got {args.folds}.")
    folder = args.corpora or Path(os.environ.get("HUOREN_CORPORA", ""))
    if not all((folder / name).is_file() for name in GOLD_FILES):
        raise ConfigError(f"the corpora folder must hold {' and '.join(GOLD_FILES)}. Got {str(folder)!r} without.")
    artifact = load_artifact(args.model)
    with resources.as_file(resources.files("data").joinpath(_OWN)) as own:
        corpus = read_written(args.corpus or own)
    with Stages(Console(stderr=True, quiet=args.quiet), quiet=args.quiet) as stages:
        return check(folder, corpus, artifact, stages, folds=args.folds)


if __name__ == "__main__":
    raise SystemExit(main())
