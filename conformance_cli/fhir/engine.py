"""FHIRPath evaluated by ``fhirpathpy``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.grammar import Node, syntax_tree

Json = Any

#: Values (objects, lists and scalars) of the largest resource that is evaluated.
MAX_VALUES = 200_000

_MODELS = {"1": "dstu2", "3": "stu3", "4": "r4", "5": "r5"}
_library = Lock()


class FhirPathPy:
    """Evaluates expressions with the type model of one FHIR version."""

    def __init__(self, fhir_version: str) -> None:
        self._model_name = _MODELS.get(fhir_version.partition(".")[0], "r4")

    def check(self, expression: str) -> None:
        """Raise ``FhirPathError`` if the expression has a syntax error."""
        _tree(expression)

    def evaluate(
        self, expression: str, resource: Json, variables: Mapping[str, Json] | None = None
    ) -> list[Json]:
        """The collection that the expression yields, as plain JSON."""
        tree = _tree(expression)
        if _too_large(resource):
            raise FhirPathError(expression, f"the resource holds more than {MAX_VALUES} values")
        try:
            # The library keeps its type model and its clock in globals.
            with _library:
                return _run(tree, resource, variables or {}, self._model_name)
        except Exception as err:  # the library raises bare Exception, KeyError, TypeError ...
            raise FhirPathError(expression, str(err) or type(err).__name__) from err


@lru_cache(maxsize=1024)
def _tree(expression: str) -> Node:
    return syntax_tree(expression)


def _run(tree: Node, resource: Json, variables: Mapping[str, Json], model_name: str) -> list[Json]:
    from fhirpathpy import apply_parsed_path
    from fhirpathpy.engine.nodes import TypeInfo
    from fhirpathpy.models import models

    model: Any = models[model_name]
    TypeInfo.model = model
    silent: dict[str, Callable[..., None]] = {"traceFn": lambda *_: None}
    apply: Callable[..., list[Any]] = apply_parsed_path
    result = apply(resource, tree, dict(variables), model, silent)
    return [_plain(item) for item in result]


def _plain(value: Any) -> Json:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "asStr"):
        return value.asStr
    return int(value) if value == int(value) else float(value)


def _too_large(resource: Json) -> bool:
    count = 0
    pending = [resource]
    while pending:
        value = pending.pop()
        count += 1
        if isinstance(value, Mapping):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        if count > MAX_VALUES:
            return True
    return False
