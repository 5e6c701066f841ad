"""Decide whether a candidate becomes champion: not by what it claims, but judged on the same notes as the champion."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from data.errors import ConfigError, ModelError
from models.artifact import load_artifact
from models.manifest import read_manifest
from training.decisions import Decision, JudgedFile
from training.gate import Check, absolute, not_worse
from training.gold_sets import GoldSet
from training.guards import Guards
from training.judged import Judge, judge, lay_out
from training.paired_set import PairedSet, trained_by
from training.registry import Registry, manifest_sha256


def decide(
    candidate: Path,
    registry: Registry,
    sets: Sequence[GoldSet],
    guards: Guards,
    *,
    guards_sha256: str,
    force_first: bool = False,
) -> Decision:
    """Judge a candidate against the champion, or where there is none by floors and ceilings alone.

    Refused are: a version that the registry holds with other contents, a model that was trained on a file it would be
    judged on, one that fails a guard, and one of which no guarded figure could be measured.

    Parameters
    ----------
    force_first
        Accept in spite of the reasons found on the notes; only without a champion that can be loaded.

    Raises
    ------
    ModelError
        If the candidate cannot be loaded, or the champion cannot and `force_first` is not given.
    ConfigError
        If `force_first` is given against a champion.
    """
    from models.classifier import Classifier  # here: `--help` must not wait for weights and tables

    sha256, manifest, champion = manifest_sha256(candidate), read_manifest(candidate), registry.champion
    version, stored = manifest.model_version, registry.path_of(manifest.model_version)
    rival = _load_champion(registry, champion, force_first=force_first)
    model = Classifier.load(candidate)
    manifests = {"candidate": manifest}
    if rival is not None and champion is not None:
        manifests["champion"] = read_manifest(registry.path_of(champion))
    files = tuple(
        JudgedFile(name=gold.name, sha256=gold.sha256, rows=len(gold.rows), trained_on_by=trained_by(gold, manifests))
        for gold in sets
    )
    decision = Decision(
        decided_at=datetime.now(tz=UTC),
        kind="promote",
        candidate=version,
        candidate_sha256=sha256,
        champion=champion,
        accepted=False,
        files=files,
        guards_sha256=guards_sha256,
    )
    if version in registry.versions() and manifest_sha256(stored) != sha256:
        reason = f"the registry holds another model {version}, and a version is never changed: give this one a new name"
        return msgspec.structs.replace(decision, reasons=(reason,))
    if seen := [file.name for file in files if "candidate" in file.trained_on_by]:
        reasons = tuple(f"{name}: the candidate was trained on it, so its figures there prove nothing" for name in seen)
        return msgspec.structs.replace(decision, reasons=reasons)
    checks = tuple(check for gold in sets for check in _checks(model, rival, gold, guards))
    reasons = tuple(check.reason for check in checks if check.outcome == "failed")
    if all(check.outcome == "too few notes" for check in checks):
        reasons = ("no guarded figure could be measured: the files hold too few notes of the answers that it needs",)
    forced = force_first and bool(reasons)
    return msgspec.structs.replace(
        decision, checks=checks, reasons=reasons, accepted=forced or not reasons, forced=forced
    )


def roll_back(registry: Registry, version: str) -> Decision:
    """Take a version that lies in the registry, without judging it again.

    Raises
    ------
    ConfigError
        If the registry does not hold it.
    ModelError
        If it cannot be loaded.
    """
    if version not in registry.versions():
        known = ", ".join(registry.versions()) or "none"
        raise ConfigError(f"{registry.folder}: --rollback must name a version that lies there. Known: {known}.")
    folder = registry.path_of(version)
    load_artifact(folder)
    return Decision(
        decided_at=datetime.now(tz=UTC),
        kind="rollback",
        candidate=version,
        candidate_sha256=manifest_sha256(folder),
        champion=registry.champion,
        accepted=True,
    )


def _load_champion(registry: Registry, champion: str | None, *, force_first: bool) -> Judge | None:
    from models.classifier import Classifier

    if champion is None:
        return None
    try:
        rival = Classifier.load(registry.path_of(champion))
    except ModelError as error:
        if force_first:
            return None
        message = f"the champion {champion} must be loadable, or be replaced with --force-first. Got: {error}"
        raise ModelError(message) from error
    if force_first:
        raise ConfigError(f"--force-first must find no champion that can be loaded. Got {champion}.")
    return rival


def _checks(model: Judge, rival: Judge | None, gold: GoldSet, guards: Guards) -> Iterator[Check]:
    if rival is None:
        yield from absolute(gold.name, lay_out(gold.rows, judge(model, gold.rows)), guards)
        return
    pair = PairedSet.judged_by(rival, model, gold)
    yield from absolute(gold.name, pair.b, guards)
    yield from not_worse(pair, guards)
