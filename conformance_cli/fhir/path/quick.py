"""Shortcuts: conditions over plain objects that imply that a constraint holds.

Nearly all constraints of FHIR say that elements are there, or not, or have some value.
For those, the syntax tree is turned into the source of a Python function that looks at the
keys of one object.  Where it returns ``True``, the full evaluation would return true;
``False`` says nothing, and the expression must be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.path.errata import meant
from conformance_cli.fhir.path.grammar import syntax_tree
from conformance_cli.fhir.path.shortcuts import helpers
from conformance_cli.fhir.path.shortcuts.codes import NEVER
from conformance_cli.fhir.path.shortcuts.doubts import is_doubtful
from conformance_cli.fhir.path.shortcuts.places import Context
from conformance_cli.fhir.path.shortcuts.reader import Focus, read
from conformance_cli.fhir.path.types import TypeModel

#: A shortcut: given the object that an expression is about.
Shortcut = Callable[[Mapping[str, Any]], bool]

_HELPERS: Mapping[str, object] = {
    name: getattr(helpers, name)
    for name in (
        "FAILURES", "NUMBERS", "across", "differ", "elements", "more_children", "only",
        "order_of_times", "resources", "values",
    )
}  # fmt: skip
#: All of them, together: what one function decides, and what is left to evaluate.
_SOURCE = """\
def shortcut(d):
    try:
        if {condition}:
            return True
    except FAILURES:
        pass
    return False
"""


class _Condition(Struct, frozen=True):
    """Python over ``d`` that implies that an expression is true."""

    text: str
    constants: Mapping[str, object]
    keys: frozenset[str]


def shortcut(expression: str, type_name: str, model: TypeModel) -> Shortcut | None:
    """A function that is ``True`` only for objects of a type for which an expression holds.

    ``type_name`` is the type of the object, or its path where it has no type of its own
    (``Patient.contact``).  ``None`` where the expression is not looked into, or wrong.
    """
    condition = _condition(expression, type_name, model)
    return _function(condition) if condition else None


def shortcuts(
    expressions: Iterable[str], type_name: str, model: TypeModel
) -> tuple[Shortcut | None, tuple[str, ...]]:
    """One function for many expressions, and those that it does not cover."""
    known: list[_Condition] = []
    left: list[str] = []
    for expression in expressions:
        condition = _condition(expression, type_name, model, f"e{len(known)}_")
        if condition:
            known.append(condition)
        else:
            left.append(expression)
    if not known:
        return None, tuple(left)
    together = _Condition(
        " and ".join(f"({condition.text})" for condition in known),
        {name: value for condition in known for name, value in condition.constants.items()},
        frozenset(),
    )
    return _function(together), tuple(left)


def needs(expression: str, type_name: str, model: TypeModel) -> frozenset[str] | None:
    """The keys of an object without which an expression holds, whatever else is there.

    ``None`` where that cannot be told, or where it does not hold of an empty object.
    """
    condition = _condition(expression, type_name, model)
    if condition is None or "more_children(d" in condition.text or "(d,)" in condition.text:
        return None
    holds = _function(condition)
    return condition.keys if holds is not None and holds({}) else None


@lru_cache(maxsize=4096)
def _condition(
    expression: str, type_name: str, model: TypeModel, prefix: str = ""
) -> _Condition | None:
    context = Context(model, type_name, prefix)
    try:
        (root,) = syntax_tree(meant(expression))["children"]
        true = read(root, Focus(context.root, type_name), context).true
        if true != NEVER and is_doubtful(root):
            _check(expression)
    except (FhirPathError, RecursionError):
        return None
    return _Condition(true, context.constants, frozenset(context.keys)) if true != NEVER else None


def _check(expression: str) -> None:
    """Raise ``FhirPathError`` for what cannot be evaluated, whatever the data."""
    from conformance_cli.fhir.path.evaluation import check

    check(meant(expression))


def _function(condition: _Condition) -> Shortcut | None:
    names: dict[str, Any] = {**_HELPERS, **condition.constants}
    try:
        # The source is made of our own templates; texts of the expression are literals in it.
        exec(_SOURCE.format(condition=condition.text), names)  # noqa: S102
    except (MemoryError, RecursionError, SyntaxError):
        return None
    made: Shortcut = names["shortcut"]
    return made
