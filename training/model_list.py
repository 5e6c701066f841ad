"""`huoren model list`: the models of a registry, their figures, which one is champion, and what was decided."""

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from rich.console import Console

from data.errors import ConfigError, ModelError
from models.manifest import read_manifest
from training.decisions import Decision, read_decisions
from training.model_tables import number, table
from training.registry import Registry

SCHEMA_VERSION = 1
EXAMPLE = "example: huoren model list registry"
# Where the manifest keeps the figures of the file that its fit was measured on.
FIGURES: Mapping[str, Sequence[str]] = {
    "commercial_auc": ("questions", "commercial", "auc", "value"),
    "diversion_auc": ("questions", "diversion", "auc", "value"),
    "diversion_f1": ("labels", "per_label", "diversion", "f1", "value"),
    "macro_3": ("labels", "macro_3", "value"),
}
Block = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren model list`."""
    parser.add_argument("registry", type=Path, metavar="REGISTRY", help="folder that `huoren model promote` fills")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """List a registry.

    Raises
    ------
    AppError
        If it is no registry, or its log or champion is broken.
    """
    if not args.registry.is_dir():
        raise ConfigError(f"{args.registry}: a registry must be a folder. Got none; `huoren model promote` makes it.")
    listing = list_registry(Registry(args.registry))
    console = console or Console()
    if args.json:
        console.out(json.dumps(listing, ensure_ascii=False, indent=2), highlight=False)
    else:
        _print(listing, console)
    return 0


def list_registry(registry: Registry) -> Block:
    """Describe a registry, oldest model first; a model that cannot be read has an `error` in place of figures."""
    decisions = read_decisions(registry.decisions)
    champion = registry.champion
    models = [_model(registry, version, champion, decisions) for version in registry.versions()]
    return {
        "schema_version": SCHEMA_VERSION,
        "champion": champion,
        "models": sorted(models, key=lambda model: model.get("created_at", "")),
        "last_decision": _told(decisions[-1]) if decisions else None,
    }


def _model(registry: Registry, version: str, champion: str | None, decisions: Sequence[Decision]) -> Block:
    folder = registry.path_of(version)
    of_this = [decision for decision in decisions if decision.candidate == version]
    block: Block = {
        "model_version": version,
        "is_champion": version == champion,
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "last_decision": _told(of_this[-1]) if of_this else None,
    }
    try:
        manifest = read_manifest(folder)
    except ModelError as error:
        return block | {"error": str(error)}
    measured: Block = next(iter(manifest.metrics.get("sets", ())), {})
    figures = {name: _at(measured.get("overall"), path) for name, path in FIGURES.items()}
    created = manifest.created_at.astimezone(UTC).isoformat(timespec="seconds")
    return block | {"created_at": created, "measured_on": measured.get("name"), "figures": figures}


def _at(block: Any, path: Sequence[str]) -> float | None:
    for key in path:
        block = block.get(key) if isinstance(block, dict) else None
    return block if isinstance(block, float) else None


def _told(decision: Decision) -> Block:
    return {
        "decided_at": decision.decided_at.isoformat(timespec="seconds"),
        "kind": decision.kind,
        "candidate": decision.candidate,
        "accepted": decision.accepted,
        "reasons": list(decision.reasons),
    }


def _print(listing: Block, console: Console) -> None:
    rows = []
    for model in listing["models"]:
        figures = model.get("figures", {})
        last = model["last_decision"]
        rows.append(
            (f"{model['model_version']}{' *' if model['is_champion'] else ''}",)
            + (model.get("created_at", "unreadable")[:10], f"{model['bytes'] / 1e6:.1f}")
            + tuple(number(figures.get(name)) for name in FIGURES)
            + (_word(last) if last else "–",)
        )
    headings = ("version", "created", "MB", *FIGURES, "last_decision")
    console.print(table(f"{len(rows)} models, * the champion; figures as measured when fitted", headings, rows))
    last = listing["last_decision"]
    if last and not last["accepted"]:
        more = f" (the first of {len(last['reasons'])} reasons)" if len(last["reasons"]) > 1 else ""
        line = f"last decision: {last['candidate']} refused {last['decided_at'][:10]}: {last['reasons'][0]}{more}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _word(decision: Block) -> str:
    if not decision["accepted"]:
        return "refused"
    return "rolled back" if decision["kind"] == "rollback" else "accepted"
