"""Filters of value sets: which codes of a code system they select.

Source: http://hl7.org/fhir/R4/valueset-filter-operator.html and its R5 successor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from conformance_cli.fhir.terminology.concepts import Concepts
from conformance_cli.fhir.terminology.reading import text

Json = Any
#: Whether a code passes.
Test = Callable[[str], bool]

#: Properties that stand for the concept itself.
_ITSELF: Final = frozenset({"concept", "code"})
#: Properties that FHIR defines for every code system, declared or not.
_EVERYWHERE: Final = frozenset(
    {"status", "inactive", "notSelectable", "parent", "child", "display", "deprecated"}
)
_BOOLEANS: Final = frozenset({"inactive", "notSelectable"})
#: Comparisons of numbers and dates, a prefix of the value (as in searches).
_PREFIXES: Final = frozenset({"eq", "ne", "gt", "lt", "ge", "le"})
_ORDERED_TYPES: Final = frozenset({"integer", "decimal", "dateTime"})


def selects(concepts: Concepts, condition: Mapping[str, Json]) -> Test | None:
    """The test that a filter makes of codes that the code system has.

    ``None`` where it cannot be told: the property is of another kind than those of FHIR and
    those that the code system declares, or the operation is unknown.
    """
    name, operation = text(condition.get("property")), text(condition.get("op"))
    value = text(condition.get("value"))
    if name is None or operation is None or value is None:
        return None
    if name in _ITSELF:
        by_code = _BY_CODE.get(operation)
        return by_code(concepts, value) if by_code is not None else None
    if name not in _EVERYWHERE and not concepts.defines_property(name):
        return None
    by_property = _BY_PROPERTY.get(operation)
    return by_property(concepts, name, value) if by_property is not None else None


def selects_text(operation: str | None, value: str | None) -> Test | None:
    """The test of a filter on codes as mere strings, for systems without a list of codes."""
    if value is None or operation is None:
        return None
    by_text = _BY_TEXT.get(operation)
    return by_text(value) if by_text is not None else None


def _one_of(value: str) -> frozenset[str]:
    return frozenset(one.strip() for one in value.split(","))


def _among(value: str) -> Test:
    codes = _one_of(value)
    return lambda code: code in codes


def _not_among(value: str) -> Test:
    codes = _one_of(value)
    return lambda code: code not in codes


def _matching(value: str) -> Test | None:
    from conformance_cli.fhir.path.patterns import PatternError, compile_pattern

    try:
        pattern = compile_pattern(value)
    except PatternError:
        return None

    def test(code: str) -> bool:
        try:
            return pattern.matches(code)
        except PatternError:
            return False

    return test


def _equal(value: str) -> Test:
    return lambda code: code == value


_BY_TEXT: Mapping[str, Callable[[str], Test | None]] = {
    "=": _equal,
    "in": _among,
    "not-in": _not_among,
    "regex": _matching,
}


def _is_a(concepts: Concepts, value: str) -> Test:
    below = concepts.descendants(_known(concepts, value))
    root = _known(concepts, value)
    return lambda code: code == root or code in below


def _is_not_a(concepts: Concepts, value: str) -> Test:
    is_a = _is_a(concepts, value)
    return lambda code: not is_a(code)


def _descendent_of(concepts: Concepts, value: str) -> Test:
    below = concepts.descendants(_known(concepts, value))
    return lambda code: code in below


def _descendent_leaf(concepts: Concepts, value: str) -> Test:
    below = concepts.descendants(_known(concepts, value))
    return lambda code: code in below and not concepts.children(code)


def _child_of(concepts: Concepts, value: str) -> Test:
    below = concepts.children(_known(concepts, value))
    return lambda code: code in below


def _generalizes(concepts: Concepts, value: str) -> Test:
    root = _known(concepts, value)
    above = concepts.ancestors(root)
    return lambda code: code == root or code in above


def _known(concepts: Concepts, value: str) -> str:
    return concepts.find(value) or value


def _by_code_text(operation: str) -> Callable[[Concepts, str], Test | None]:
    return lambda _, value: _BY_TEXT[operation](value)


_BY_CODE: Mapping[str, Callable[[Concepts, str], Test | None]] = {
    **{operation: _by_code_text(operation) for operation in _BY_TEXT},
    "is-a": _is_a,
    "is-not-a": _is_not_a,
    "descendent-of": _descendent_of,
    "descendent-leaf": _descendent_leaf,
    "child-of": _child_of,
    "generalizes": _generalizes,
}


def _values(concepts: Concepts, code: str, name: str) -> list[str]:
    """The values of a property as filters write them."""
    if name == "display":
        return list(concepts.displays(code))
    if name in ("parent", "child"):
        return sorted(concepts.parents(code) if name == "parent" else concepts.children(code))
    found = [written for value in concepts.values(code, name) for written in _written(value)]
    return found or (["false"] if name in _BOOLEANS else [])


def _written(value: Json) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, Mapping):
        system, code = text(value.get("system")), text(value.get("code"))
        return [code or "", f"{system}#{code}", f"{system}|{code}"]
    return [str(value)]


def _property_equals(concepts: Concepts, name: str, value: str) -> Test:
    if concepts.property_type(name) in _ORDERED_TYPES and value[:2] in _PREFIXES:
        return lambda code: any(
            _compares(held, value[:2], value[2:]) for held in _values(concepts, code, name)
        )
    return lambda code: value in _values(concepts, code, name)


def _compares(held: str, prefix: str, limit: str) -> bool:
    sign: int
    try:
        one, other = Decimal(held), Decimal(limit)
        sign = (one > other) - (one < other)
    except InvalidOperation:
        # dates, to the precision that both have
        shared = min(len(held), len(limit))
        sign = (held[:shared] > limit[:shared]) - (held[:shared] < limit[:shared])
    wanted = {"eq": (0,), "ne": (-1, 1), "gt": (1,), "lt": (-1,), "ge": (0, 1), "le": (-1, 0)}
    return sign in wanted[prefix]


def _property_in(concepts: Concepts, name: str, value: str) -> Test:
    codes = _one_of(value)
    return lambda code: any(held in codes for held in _values(concepts, code, name))


def _property_not_in(concepts: Concepts, name: str, value: str) -> Test:
    is_in = _property_in(concepts, name, value)
    return lambda code: not is_in(code)


def _property_matches(concepts: Concepts, name: str, value: str) -> Test | None:
    matches = _matching(value)
    if matches is None:
        return None
    return lambda code: any(matches(held) for held in _values(concepts, code, name))


def _property_exists(concepts: Concepts, name: str, value: str) -> Test | None:
    if value not in ("true", "false"):
        return None
    wanted = value == "true"
    special = ("parent", "child", "display")

    def exists(code: str) -> bool:
        found = _values(concepts, code, name) if name in special else concepts.values(code, name)
        return bool(found) is wanted

    return exists


_BY_PROPERTY: Mapping[str, Callable[[Concepts, str, str], Test | None]] = {
    "=": _property_equals,
    "in": _property_in,
    "not-in": _property_not_in,
    "regex": _property_matches,
    "exists": _property_exists,
}
