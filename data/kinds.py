"""Evidence kinds: one frozen table for detectors, answers, the API and the page (`data/kinds.toml`)."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Literal

import msgspec

from data.errors import DataError

KindRoute = Literal["contact", "typed_code", "lead", "in_site", "none"]
Site = Literal["off", "in", "none"]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of evidence; `aliases` are the words of corpora and guideline for it."""

    id: str
    zh: str
    en: str
    route: KindRoute
    site: Site
    aliases: tuple[str, ...]


def _read() -> Mapping[str, Kind]:
    raw = tomllib.loads(resources.files("data").joinpath("kinds.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: msgspec.convert({"id": name, **row}, Kind) for name, row in raw["kinds"].items()})


KINDS: Mapping[str, Kind] = _read()
_BY_NAME: Mapping[str, Kind] = {alias: kind for kind in KINDS.values() for alias in kind.aliases} | dict(KINDS)


def resolve_kind(name: str) -> Kind:
    """Find a kind by its id or by a corpus's or the guideline's word for it.

    Raises
    ------
    DataError
        If nothing bears that name; the message lists the known kinds.

    Examples
    --------
    >>> resolve_kind("wechat_id").id
    'wechat'
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        known = ", ".join(sorted(_BY_NAME))
        raise DataError(f"an evidence kind must be one of {known}. Got {name!r} instead.") from None


def is_off_site(kind: str) -> bool:
    """Tell whether a kind leads off the platform; in-site kinds are shown and never make a diversion.

    Raises
    ------
    DataError
        If `kind` is unknown.
    """
    return resolve_kind(kind).site == "off"
