"""The shapes of the OpenAPI document: what is always there in an answer, and what each key is."""

import inspect
from collections.abc import Iterable
from typing import Any

import msgspec

from serving.api.openapi_texts import KEYS

REF = "#/components/schemas/{name}"


class Schemas:
    """Schemas of types, by type, and the components that they refer to.

    Parameters
    ----------
    taken, given
        Types of bodies; types of answers. In an answer every key is always there, null where there is nothing to say.
    flat
        Types of queries: read by key, and no components of the document.
    """

    def __init__(self, *, taken: Iterable[Any], given: Iterable[Any], flat: Iterable[Any]) -> None:
        taken, given = list(taken), list(given)
        types = list({id(each): each for each in (*given, *taken, *flat)}.values())
        shapes, self._all = msgspec.json.schema_components(types, ref_template=REF)
        self._of = {id(kind): shape for kind, shape in zip(types, shapes, strict=True)}
        only_given = self._reached(given) - self._reached(taken)
        self.components = {
            name: self._finish(name, shape, is_answer=name in only_given)
            for name, shape in self._all.items()
            if name in self._reached((*given, *taken))
        }

    def of(self, kind: Any) -> dict[str, Any]:
        """Give the schema of a type, or a reference to it."""
        return self._of[id(kind)]

    def query(self, kind: Any) -> dict[str, Any]:
        """Give the schema of a query, whose properties are its parameters."""
        shape: dict[str, Any] = self._all[_name(self.of(kind))]
        return shape

    def _finish(self, name: str, shape: dict[str, Any], *, is_answer: bool) -> dict[str, Any]:
        shape = dict(shape)
        if "description" in shape:
            shape["description"] = inspect.cleandoc(shape["description"])
        if "properties" in shape:
            told = KEYS.get(name, {})
            shape["properties"] = {
                key: ({"description": told[key]} if key in told else {}) | value
                for key, value in shape["properties"].items()
            }
            if is_answer:
                shape["required"] = list(shape["properties"])
                for value in shape["properties"].values():
                    value.pop("default", None)
        return shape

    def _reached(self, kinds: Iterable[Any]) -> set[str]:
        waiting, reached = [self.of(kind) for kind in kinds], set[str]()
        while waiting:
            for name in _references(waiting.pop()) - reached:
                reached.add(name)
                waiting.append(self._all[name])
        return reached


def description_of(schema: dict[str, Any]) -> str | None:
    """Find what a parameter's schema says of it, be it one of several."""
    parts = (schema, *schema.get("anyOf", ()))
    return next((part["description"] for part in parts if "description" in part), None)


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {_name(value)} if "$ref" in value else set[str]()
        return own.union(*(_references(each) for each in value.values()))
    return set[str]().union(*(_references(each) for each in value)) if isinstance(value, list) else set()


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
