"""What can be wrong with a differential.

The rules are those of http://hl7.org/fhir/R4/profiling.html: a profile may only narrow what
its base allows, and may only speak of elements that are there.
"""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.definitions.schema import Problem
from conformance_cli.fhir.outcome.message import Message, error, warning

_DERIVATION = "http://hl7.org/fhir/R4/profiling.html#differential"
_LIMITS = "A profile narrows, it never widens (http://hl7.org/fhir/R4/profiling.html#2.1)."
_SLICING = "http://hl7.org/fhir/R4/profiling.html#slicing"

NO_BASE = error(
    "snapshot-base-none",
    "required",
    "It has neither a snapshot nor a base definition to make one from",
    f"A differential says how a structure differs from its base ({_DERIVATION}).",
)
BASE_UNKNOWN = error(
    "snapshot-base-unknown",
    "not-found",
    "Its base definition {base} is not at hand",
    f"A differential means nothing without the base that it differs from ({_DERIVATION}).",
)
BASE_CIRCLE = error(
    "snapshot-base-circle",
    "business-rule",
    "Its base definitions lead back to itself: {chain}",
    f"Derivation has to end at a definition of the specification ({_DERIVATION}).",
)
BASE_BROKEN = error(
    "snapshot-base-broken",
    "business-rule",
    "Its base definition {base} is broken: {problem}",
    f"What is wrong with a base is wrong with all that is derived from it ({_DERIVATION}).",
)
BASE_TYPE = error(
    "snapshot-base-type",
    "business-rule",
    "It constrains {type}, but its base definition {base} is a {found}",
    "A profile has the type of its base "
    "(http://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.type).",
)
BAD_PATH = error(
    "snapshot-path",
    "value",
    "{element} is no path that starts with {root}",
    "Paths are names joined by dots, from the type downwards "
    "(http://hl7.org/fhir/R4/elementdefinition.html#path).",
)
UNMATCHED = error(
    "snapshot-element-unmatched",
    "value",
    "{element} matches no element of {base}",
    f"A profile can only constrain elements that are there ({_DERIVATION}).",
)
UNSHARED = warning(
    "snapshot-element-unshared",
    "value",
    "{element} is no element that all types of its parent have, so it is passed over",
    "What is below a choice can be constrained once its types are narrowed "
    "(http://hl7.org/fhir/R4/profiling.html#slicing).",
)
REPEATED = warning(
    "snapshot-element-repeated",
    "duplicate",
    "{element} is there more than once, without names that tell slices apart",
    f"One element is constrained in one place ({_DERIVATION}).",
)
MINIMUM = error(
    "snapshot-minimum",
    "business-rule",
    "{element} may be there {minimum} time(s), which is fewer than the {base} of its base",
    _LIMITS,
)
MAXIMUM = error(
    "snapshot-maximum",
    "business-rule",
    "{element} may be there {maximum} time(s), which is more than the {base} of its base",
    _LIMITS,
)
CROSSED = error(
    "snapshot-cardinality-crossed",
    "business-rule",
    "{element} must be there at least {minimum} time(s), but at most {maximum}",
    "ElementDefinition, eld-2 (http://hl7.org/fhir/R4/elementdefinition.html#invs).",
)
TYPE = error(
    "snapshot-type",
    "business-rule",
    "{element} has the type {type}, but its base allows only {allowed}",
    _LIMITS,
)
TARGET = error(
    "snapshot-target",
    "business-rule",
    "{element} refers to {target}, which is none of the targets of its base: {allowed}",
    _LIMITS,
)
BINDING = error(
    "snapshot-binding",
    "business-rule",
    "{element} has a binding that is {strength}, but that of its base is required",
    _LIMITS,
)
MUST_SUPPORT = error(
    "snapshot-must-support",
    "business-rule",
    "{element} takes back that its base must be supported",
    _LIMITS,
)
SLICING_CHANGED = error(
    "snapshot-slicing-changed",
    "business-rule",
    "{element} is sliced by {found}, but in its base by {base}",
    f"Slices are told apart in one way, all along a chain of profiles ({_SLICING}).",
)
SLICING_RULES = error(
    "snapshot-slicing-rules",
    "business-rule",
    "{element} opens a slicing ({found}) that its base has closed ({base})",
    f"{_LIMITS}",
)
SLICING_CLOSED = error(
    "snapshot-slicing-closed",
    "business-rule",
    "{element} adds a slice to a slicing that its base has closed",
    f"Closed slicing allows no other slices ({_SLICING}).",
)
SLICING_MISSING = error(
    "snapshot-slicing-missing",
    "required",
    "{element} has slices, but nothing says how they are told apart",
    f"Slicing comes before slices ({_SLICING}).",
)
SLICE_UNKNOWN = error(
    "snapshot-slice-unknown",
    "not-found",
    "{element} constrains a slice that its base does not have",
    "sliceIsConstraining is for slices of the base "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html"
    "#ElementDefinition.sliceIsConstraining).",
)
TYPE_UNKNOWN = error(
    "snapshot-type-unknown",
    "not-found",
    "{element} has children here, but its type {type} is not at hand",
    f"To constrain what is below an element, its type has to be known ({_DERIVATION}).",
)
PROFILE_UNKNOWN = warning(
    "snapshot-profile-unknown",
    "not-found",
    "{element} has the type profile {profile}, which is not at hand; its type was used",
    f"To constrain what is below an element, its type has to be known ({_DERIVATION}).",
)
PROFILE_CIRCLE = warning(
    "snapshot-profile-circle",
    "business-rule",
    "{element} has the type profile {profile}, which leads back here; its type was used",
    f"A profile that is part of itself has no end ({_DERIVATION}).",
)
CONTENT_UNKNOWN = error(
    "snapshot-content-unknown",
    "not-found",
    "{element} has the content of {reference}, which is not there",
    "Content references name an element "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html"
    "#ElementDefinition.contentReference).",
)
TOO_LARGE = error(
    "snapshot-too-large",
    "too-long",
    "Its snapshot would have more than {limit} elements, so none was made",
    "Bounds keep hostile definitions from using up time and memory.",
)

_SHOWN = 80


class Problems:
    """Collects problems in the order that they are found, each once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(
        self, message: Message, element: str = "", index: int | None = None, **values: Any
    ) -> None:
        """Note a problem; ``values`` fill the message's template."""
        shown = {name: _short(str(value)) for name, value in values.items()}
        told = message.text.format(element=_short(element), **shown)
        problem = Problem(
            message.id, message.severity.value, message.code, told, element[:1000], index
        )
        self._found.setdefault(problem)

    def take(self) -> tuple[Problem, ...]:
        """All that was found."""
        return tuple(self._found)


def _short(value: str) -> str:
    """Values in texts are cut; URLs, whose end matters, at their front."""
    if len(value) <= _SHOWN:
        return value
    if "://" in value[:10]:
        return f"...{value[3 - _SHOWN :]}"
    return f"{value[: _SHOWN - 3]}..."
