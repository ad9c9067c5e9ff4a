"""The invariants that a StructureDefinition states: readable, and one rule for each key.

http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance_cli.fhir.definitions.schema import Constraint, Element
from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.message import error, information
from conformance_cli.fhir.path.fhirpath import default_fhirpath
from conformance_cli.fhir.resources.reading import parts, short, text, unversioned
from conformance_cli.fhir.resources.structures.outline import Outline, Part
from conformance_cli.fhir.validation.place import Place

_ABOUT: Final = (
    "ElementDefinition.constraint (http://hl7.org/fhir/R4/elementdefinition-definitions.html"
    "#ElementDefinition.constraint)."
)
NO_EXPRESSION = information(
    "structure-constraint-no-expression",
    "informational",
    "The rule {key} has no expression, so nobody can check it",
    _ABOUT,
)
EXPRESSION = error(
    "structure-constraint-expression",
    "invalid",
    "The expression of the rule {key} cannot be read: {problem}",
    "ElementDefinition.constraint.expression is FHIRPath (FHIR R4).",
)
SOURCE = error(
    "structure-constraint-source",
    "invalid",
    "The rule {key} is stated here, but its source is {source}; leave that out",
    "ElementDefinition.constraint.source: where an inherited rule was stated (FHIR R4).",
)
CONFLICT = error(
    "structure-constraint-conflict",
    "invalid",
    "The key {key} stands for another rule already: {other}",
    "ElementDefinition.constraint.key is unique among all rules of a structure (FHIR R4).",
)
#: Its expression differs between the types of FHIR itself.
_VARIED: Final = "ele-1"


@dataclass(frozen=True, slots=True)
class Constraints:
    """The rules of one view (differential or snapshot), as they are met."""

    outline: Outline
    _known: dict[str, str] = field(default_factory=dict)

    def check(self, element: Part) -> None:
        """The rules of one element."""
        for index, json in parts(element.json, "constraint"):
            key, expression = text(json, "key"), text(json, "expression")
            place = element.place.child("constraint", index)
            if key is None:
                continue
            if expression is None:
                self.outline.report(NO_EXPRESSION, place, key=short(key))
                continue
            source = text(json, "source")
            is_own = source is None or unversioned(source) == self.outline.url
            if not is_own and not element.in_snapshot:
                self.outline.report(SOURCE, place, key=short(key), source=short(source))
            self._check_key(element, key, expression, place)
            if is_own:
                self._check_expression(key, expression, place)

    def _check_key(self, element: Part, key: str, expression: str, place: Place) -> None:
        known = self._known.get(key)
        if known is None and not element.in_snapshot:
            known = _inherited(self.outline).get(key)
        if known is not None and known != expression and key != _VARIED:
            self.outline.report(CONFLICT, place, key=short(key), other=short(known))
        self._known.setdefault(key, expression)

    def _check_expression(self, key: str, expression: str, place: Place) -> None:
        try:
            default_fhirpath(self.outline.session.library.fhir_version).check(expression)
        except FhirPathError as err:
            self.outline.report(EXPRESSION, place, key=short(key), problem=short(err.problem))


def _inherited(outline: Outline) -> dict[str, str]:
    """The rules of the base, by key."""
    if outline.base is None or not outline.is_constraint:
        return {}
    memo = outline.session.tools.memo
    key = ("structure-constraints", outline.base.url, outline.base.version)
    if key not in memo:
        found = (one for one in _all(outline.base.root) if one.expression)
        memo[key] = {one.key: one.expression for one in found}
    inherited: dict[str, str] = memo[key]
    return inherited


def _all(element: Element) -> Iterator[Constraint]:
    open_ = [element]
    while open_:
        current = open_.pop()
        yield from current.constraints
        open_.extend((*current.children, *current.slices))
