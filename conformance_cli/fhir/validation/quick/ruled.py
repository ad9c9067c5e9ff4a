"""Which rules the quick look knows of, and what these look at.

Values of any other type that has rules are left to the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Binding
from conformance_cli.fhir.source.narrative import check_narrative
from conformance_cli.fhir.validation.coded import (
    check_codeable_concept,
    check_coding,
    check_quantity,
)
from conformance_cli.fhir.validation.datatypes import (
    DATATYPE_RULES,
    check_attachment,
    check_identifier,
    is_about_value,
)
from conformance_cli.fhir.validation.quick.lessons import Seen
from conformance_cli.fhir.validation.rules import BINDABLE, CODED_RULES, TYPE_RULES
from conformance_cli.fhir.validation.shape import Property

Json = Any
#: Of bindings that have a say.
_STRENGTHS = frozenset({"required", "extensible", "preferred"})
See = Callable[[Mapping[str, Json]], Seen | None]

_CODING = ("system", "version", "code", "display")
_QUANTITY = ("system", "code", "unit")
#: The properties that the rules of a type look at, where these are all texts.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "Coding": _CODING,
    **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), _QUANTITY),
    "Identifier": ("system",),
}
_KNOWN: Mapping[str, tuple[Callable[..., None], ...]] = {
    "Coding": (check_coding,),
    "CodeableConcept": (check_codeable_concept,),
    **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), (check_quantity,)),
    "Identifier": (check_identifier,),
    "Attachment": (check_attachment,),
    "Narrative": (check_narrative,),
}


def is_idle(binding: Binding | None) -> bool:
    """Whether nothing is ever said of a base definition's binding."""
    if binding is None:
        return True
    if binding.additional:
        return False
    is_weak = binding.strength == "preferred" and binding.max_value_set is None
    return binding.value_set is None or is_weak or binding.strength not in _STRENGTHS


def is_ruled(found: Property) -> bool:
    """Whether any rule beyond structure and invariants applies to values of a property."""
    return bool(_rules(found)) or found.type == "Reference" or _is_bound(found)


def is_understood(found: Property) -> bool:
    """Whether what the rules of a property look at is known here."""
    if _is_bound(found) and found.type not in FIELDS and found.type != "CodeableConcept":
        return False
    return _rules(found) == _KNOWN.get(found.type, ())


def seen(fields: tuple[str, ...]) -> See:
    """A function that takes these texts out of an object."""

    def see(value: Mapping[str, Json]) -> Seen | None:
        found = tuple(value.get(name) for name in fields)
        there = [text for text in found if text is not None]
        if not all(type(text) is str for text in there):
            return None
        return (found if len(fields) > 1 else found[0]), len(there)

    return see


def seen_identifier(value: Mapping[str, Json]) -> Seen | None:
    """The system of an identifier, unless it says what the value must be."""
    system = value.get("system")
    if type(system) is str and is_about_value(system):
        return None
    return seen(FIELDS["Identifier"])(value)


_see_coding = seen(_CODING)


def seen_concept(value: Mapping[str, Json]) -> Seen | None:
    """What the rules look at in the codings of a concept, one or more."""
    codings = value.get("coding")
    if codings is None:
        return None, 0
    keys: list[Hashable] = []
    total = 0
    for coding in codings:
        found = _see_coding(coding)
        if found is None:
            return None
        keys.append(found[0])
        total += found[1]
    return (keys[0] if len(keys) == 1 else tuple(keys)), total


def _rules(found: Property) -> tuple[Callable[..., None], ...]:
    coded = CODED_RULES.get(found.type)
    rules = (*TYPE_RULES.get(found.type, ()), *DATATYPE_RULES.get(found.type, ()))
    return rules if coded is None else (coded, *rules)


def _is_bound(found: Property) -> bool:
    return found.type in BINDABLE and not is_idle(found.element.binding)
