"""`huoren pretrain`: learn word vectors from unlabelled text and fold them into n-grams, for `huoren fit --space`."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from data.errors import ConfigError
from training.corpora import covert_ad_notes, read_rows, texts
from training.gold import read_labeled
from training.space_file import write_space
from training.stages import Stages
from training.topic_space import unlabelled_documents
from training.vector_space import STEPS, learn_vector_space
from training.word_vectors import learn_word_vectors

EXAMPLE = """examples:
  HUOREN_CORPORA=../shared/corpora huoren pretrain space.npz
  huoren fit my-model --space space.npz"""
_SHORT_TEXTS = (
    "zhihu_advertorials.jsonl.gz",
    "unlabelled_sister_comments.jsonl.gz",
    "unlabelled_comments.jsonl.gz",
    "diversion/sister_platform_leads.jsonl",
    "diversion/contact_spam.jsonl.gz",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren pretrain`."""
    parser.add_argument("output", type=Path, metavar="FILE", help="space to write, .npz")
    parser.add_argument("--corpora", type=Path, metavar="DIR", help="corpora folder (default: $HUOREN_CORPORA)")
    parser.add_argument("--seed", type=int, default=0, help="seed (default: 0)")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N",
        help="threads (default: all cores; with 1, two runs give the same bytes)",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace FILE")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Learn vectors on all unlabelled text, then the map from n-grams.

    Raises
    ------
    AppError
        If there are no corpora, or FILE stands already.
    """
    console = console or Console(stderr=True, quiet=args.quiet)
    corpora: Path | None = args.corpora
    if corpora is None:
        raise ConfigError("pretraining needs a corpora folder: pass --corpora or set HUOREN_CORPORA. Got neither.")
    if args.output.exists() and not args.force:
        raise ConfigError(f"{args.output}: must not exist yet, or pass --force. Got a file.")
    if args.workers < 1:
        raise ConfigError(f"--workers must be 1 or more. Got {args.workers} instead.")
    with Stages(console, quiet=args.quiet) as stages:
        with stages.stage("reading text"):
            sentences = list(training_text(corpora))
        with stages.stage("learning word vectors"):
            words = learn_word_vectors(sentences, seed=args.seed, workers=args.workers)
        with stages.stage("mapping n-grams to vectors", STEPS) as advance:
            documents = unlabelled_documents(corpora, seed=args.seed)
            space = learn_vector_space(documents, words, on_step=advance)
        write_space(args.output, space)
    console.print(f"{args.output}: {len(words.rows)} words of {sum(map(len, sentences)) / 1e6:.1f} million characters")
    return 0


def training_text(corpora: Path) -> Iterator[str]:
    """Stream every text without answers, and the training notes without theirs; nothing of gold_dev."""
    for row in read_rows(corpora / "unlabelled_notes.jsonl.gz"):
        yield f"{row.get('title') or ''}\n{row.get('body') or ''}"
        yield from (comment["text"] for comment in row.get("comments") or ())
    for item in [*read_labeled(corpora / "gold_train.jsonl"), *covert_ad_notes(corpora)]:
        yield f"{item.note.title}\n{item.note.body}"
        yield from (comment.text for comment in item.note.comments)
    for name in _SHORT_TEXTS:
        yield from texts(corpora / name)
    for path in sorted((corpora / "pretraining").glob("*.jsonl.gz")):
        yield from texts(path)
