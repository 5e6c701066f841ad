"""How much recall of diversion is kept when decisive words are rewritten: `python -m training.robustness [CORPORA]`.

Real notes whose answer is diversion are perturbed, each kind on its own; a kind is judged on the notes that it changes
and that the model finds as they are. The same is done to organic notes, which must not become diversion.

Detectors read several of these rewritings from the same lexicon (`models.signals.restored`): for homophones,
look-alikes, split characters and pinyin the figures say that this works, not that every writing is known. Swapped
neighbours are read for words of contact and platforms, emoji where a neighbour makes them plain.
"""

import argparse
import json
import os
import random
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from rich.console import Console

from data.errors import AppError, ConfigError
from data.labels import Label, Question
from data.notes import Note
from models.artifact import load_artifact
from models.classifier import Classifier
from models.prevalence.intervals import wilson_interval
from training.gold import LabeledNote
from training.gold_sets import GoldSet, read_sets
from training.judged import Judge
from training.perturbations import HELD_OUT_KINDS, PERTURBATIONS, perturb_note
from training.robustness_table import robustness_table

REPEATS = 3
SEED = 20261122
TARGETS = {False: 0.9, True: 0.8}  # share kept; by whether the kind is held out
_FILES = ("gold_dev.jsonl", "gold_train.jsonl")
_OWN = "corpus/notes.jsonl"
Flags = npt.NDArray[np.bool_]


class KindFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind did to notes of one set.

    `changed` notes hold a word that this kind rewrites, `unchanged` none. `found` of the changed notes are diversion as
    they are, `found_perturbed` (a mean over repeats) when perturbed. `kept` is the share of those found that still are;
    its Wilson interval counts notes, not repeats.
    """

    kind: str
    held_out: bool
    changed: int
    unchanged: int
    found: int
    found_perturbed: float
    kept: float | None
    ci_low: float | None
    ci_high: float | None


def measure(
    classifier: Judge, rows: Sequence[LabeledNote], *, repeats: int = REPEATS, seed: int = SEED
) -> list[KindFigures]:
    """Perturb notes by every kind and count those found to divert: P(diversion) at or over the label threshold.

    Parameters
    ----------
    rows
        Notes of one answer; all are counted, whatever it is.
    repeats
        How often each note is perturbed by each kind.
    """
    notes = [row.note for row in rows]
    clean = _finds(classifier, notes)
    figures = []
    for kind in PERTURBATIONS:
        rng = random.Random(f"{seed}:{kind}")
        drawn = [[perturb_note(note, kind, rng) for note in notes] for _ in range(repeats)]
        is_changed = np.array(
            [any(each[at] != note for each in drawn) for at, note in enumerate(notes)], dtype=np.bool_
        )
        taken = np.flatnonzero(is_changed)
        again = np.zeros(len(taken))
        for each in drawn:
            again += _finds(classifier, [each[at] for at in taken]) / repeats
        figures.append(_figures(kind, clean[taken], again, unchanged=len(notes) - len(taken)))
    return figures


def _figures(kind: str, clean: Flags, again: npt.NDArray[np.float64], *, unchanged: int) -> KindFigures:
    found = int(clean.sum())
    kept = float(again[clean].mean()) if found else None
    interval = None if kept is None else wilson_interval(round(kept * found), found)
    return KindFigures(
        kind=kind,
        held_out=kind in HELD_OUT_KINDS,
        changed=len(clean),
        unchanged=unchanged,
        found=found,
        found_perturbed=float(again.sum()),
        kept=kept,
        ci_low=interval.ci_low if interval else None,
        ci_high=interval.ci_high if interval else None,
    )


def _finds(classifier: Judge, notes: Sequence[Note]) -> Flags:
    threshold = classifier.label_thresholds[Question.DIVERSION]
    judged = classifier.judge_many(notes)
    return np.array([each.verdict.questions[Question.DIVERSION] >= threshold for each in judged], dtype=np.bool_)


def report(
    classifier: Judge, sets: Sequence[GoldSet], trained_on: frozenset[str], *, seed: int = SEED
) -> dict[str, Any]:
    """Measure sets, each on its own: diverting notes for recall, organic ones for false alarms.

    Parameters
    ----------
    trained_on
        SHA-256 of the files that the model learned from; a set among them is marked.
    """
    blocks = []
    for each in sets:
        diverting = [row for row in each.rows if row.diversion == "yes"]
        organic = [row for row in each.rows if row.label is Label.ORGANIC]
        blocks.append(
            {
                "name": each.name,
                "sha256": each.sha256,
                "trained_on": each.sha256 in trained_on,
                "diverting": msgspec.to_builtins(measure(classifier, diverting, seed=seed)),
                "organic": msgspec.to_builtins(measure(classifier, organic, repeats=1, seed=seed)),
            }
        )
    return {
        "repeats": REPEATS,
        "seed": seed,
        "targets": {"trained": TARGETS[False], "held_out": TARGETS[True]},
        "sets": blocks,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for each set; 0 when measured, 1 when corpora or model are unusable."""
    parser = argparse.ArgumentParser(prog="python -m training.robustness", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", nargs="?", type=Path, metavar="CORPORA", help="folder (default: $HUOREN_CORPORA)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released model)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    args = parser.parse_args(argv)
    try:
        told = _measure_files(args.corpora, args.model)
    except AppError as error:
        sys.stderr.write(f"training.robustness: error: {error}\n")
        return 1
    if args.json:
        args.json.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    console = Console()
    for block in told["sets"]:
        console.print(robustness_table(block, told["targets"]))
    return 0


def _measure_files(corpora: Path | None, model: Path | None) -> dict[str, Any]:
    folder = corpora or Path(os.environ.get("HUOREN_CORPORA", ""))
    if not all((folder / name).is_file() for name in _FILES):
        raise ConfigError(f"the corpora folder must hold {' and '.join(_FILES)}. Got {str(folder)!r} without.")
    artifact = load_artifact(model)
    with resources.as_file(resources.files("data").joinpath(_OWN)) as own:
        sets = read_sets([folder / _FILES[0], own, folder / _FILES[1]])
    trained_on = frozenset(each.sha256 for each in artifact.manifest.training_data)
    return {"model_version": artifact.manifest.model_version, **report(Classifier(artifact), sets, trained_on)}


if __name__ == "__main__":
    raise SystemExit(main())
