"""Recipe files: TOML in, checked key by key, and TOML out."""

import json
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import msgspec

from data.errors import ConfigError
from data.labels import QUESTIONS
from models.signals import scanner
from training.config import FitConfig, SetName, SplitKind, ThresholdRule

RECIPE = "recipe.toml"
_CHOICES = {"split": get_args(SplitKind), "thresholds.rule": get_args(ThresholdRule)}
_KEY = re.compile(r"(?:# )?(\w+) = (.*?)(\s+#.*)?")
_TABLE = re.compile(r"\[(\w+)\]")


@lru_cache(maxsize=1)
def shipped_text() -> str:
    """Give the text of the shipped recipe, with its comments."""
    return resources.files("training").joinpath(RECIPE).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def default_recipe() -> FitConfig:
    """Give the shipped recipe: the defaults stand there alone, so that file and code cannot differ."""
    return _checked({}, RECIPE)


def read_recipe(path: Path) -> FitConfig:
    """Read a recipe file; what it does not name is as in the shipped recipe.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not TOML, or a key is unknown, of the wrong type, out of range or would go
        unused; the message names the file and the key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: a recipe must be a readable file. Got {error.strerror} instead.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: a recipe must be TOML in UTF-8. Got {error} instead.") from error
    return _checked(raw, str(path))


def recipe_text(config: FitConfig) -> str:
    """Write a recipe as TOML: the shipped text and its comments, with what differs put in its place."""
    shipped, given = msgspec.to_builtins(default_recipe()), msgspec.to_builtins(config)
    lines, table, skipping = [], "", False
    for line in shipped_text().splitlines():
        if skipping:  # the rest of a list that was replaced
            skipping = line != "]"
            continue
        if head := _TABLE.fullmatch(line):
            table = head[1]
        if (found := _KEY.fullmatch(line)) and found[1] in (part := given[table] if table else given):
            value = part[found[1]]
            if value != (shipped[table] if table else shipped)[found[1]]:
                skipping = found[2].strip() == "["
                line = f"{found[1]} = {_toml(found[1], value)}{found[3] or ''}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _toml(key: str, value: Any) -> str:
    return str(value) if key == "held_out_since" else json.dumps(value, ensure_ascii=False)


def _checked(raw: Mapping[str, Any], where: str) -> FitConfig:
    _refuse_unknown(raw, FitConfig, where, "")
    merged = tomllib.loads(shipped_text())
    for key, value in raw.items():
        if isinstance(merged.get(key), dict):
            if not isinstance(value, dict):
                raise ConfigError(f"{where}: '{key}' must be a table. Got {type(value).__name__} instead.")
            merged[key] |= value
        else:
            merged[key] = value
    for name, choices in _CHOICES.items():
        table, _, key = name.rpartition(".")
        if (got := (merged[table] if table else merged)[key]) not in choices:
            raise ConfigError(f"{where}: '{name}' must be one of {', '.join(map(repr, choices))}. Got {got!r} instead.")
    for got in merged["sets"] if isinstance(merged["sets"], list) else ():
        if got not in (choices := get_args(SetName)):
            raise ConfigError(f"{where}: 'sets' must be among {', '.join(map(repr, choices))}. Got {got!r} instead.")
    try:
        config = msgspec.convert(merged, FitConfig)
    except msgspec.ValidationError as error:
        told, _, at = str(error).partition(" - at `$.")
        raise ConfigError(f"{where}: '{at.rstrip('`')}' must be of its type and range. {told}.") from error
    _refuse_unused(config, where)
    return config


def _refuse_unknown(raw: Mapping[str, Any], struct: type[msgspec.Struct], where: str, prefix: str) -> None:
    known = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in raw.items():
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{prefix}{key}'. Known here are {', '.join(known)}.")
        if isinstance(value, dict) and isinstance(kind := known[key], type) and issubclass(kind, msgspec.Struct):
            _refuse_unknown(value, kind, where, f"{key}.")


def _refuse_unused(config: FitConfig, where: str) -> None:
    """Refuse what a choice needs and lacks, and what it would drop in silence."""
    if (config.split == "time") != (config.held_out_since is not None):
        got = "no date" if config.held_out_since is None else f"a date and split = {config.split!r}"
        raise ConfigError(f"{where}: 'held_out_since' must be given with split = 'time', and only then. Got {got}.")
    if not config.other_text:
        if config.comment_label_weight:
            weight = config.comment_label_weight
            raise ConfigError(f"{where}: other_text = false must come with comment_label_weight = 0. Got {weight}.")
        if "own" not in config.sets:
            raise ConfigError(f"{where}: other_text = false must come with 'own' among 'sets'. Got no such set.")
    chosen = config.thresholds
    by_precision = chosen.rule == "precision"
    for key in ("precision", "prevalence", "disclosed_prevalence"):
        is_given = getattr(chosen, key) is not None
        if is_given and not by_precision:
            raise ConfigError(f"{where}: 'thresholds.{key}' must come with rule = 'precision'. Got {chosen.rule!r}.")
        if by_precision and not is_given and key != "disclosed_prevalence":
            raise ConfigError(f"{where}: rule = 'precision' must come with 'thresholds.{key}'. Got none.")
    known = {detector.name for detector in scanner().detectors}
    for question in QUESTIONS:
        if unknown := set(config.recipe(question).detectors) - known:
            names = ", ".join(sorted(known))
            raise ConfigError(f"{where}: '{question}.detectors' must be among {names}. Got {min(unknown)!r}.")
