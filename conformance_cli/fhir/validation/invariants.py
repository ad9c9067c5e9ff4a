"""Invariants: the FHIRPath constraints of definitions, evaluated on elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Constraint, Element
from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

BROKEN = error(
    "invariant",
    "invariant",
    "Invariant {key} does not hold: {human}",
    "A definition states a rule in FHIRPath that must be true of the element "
    "(http://hl7.org/fhir/R4/conformance-rules.html#constraints).",
)
NOT_EVALUATED = error(
    "invariant-not-evaluated",
    "invariant",
    "Invariant {key} does not hold, for it cannot be evaluated: {problem}",
    "The rule's expression has an error, or goes wrong on this element; a rule is kept only "
    "where its expression is true (http://hl7.org/fhir/R4/conformance-rules.html#constraints).",
)

#: Rules that other parts check, in less time or with locations of their own (R4 Bundle,
#: DomainResource and Narrative).
#: ``ele-1`` is what a JSON object without content breaks, which the walk itself refuses.
ELSEWHERE = frozenset({"bdl-7", "dom-2", "dom-3", "dom-4", "dom-5", "ele-1", "txt-1", "txt-2"})


class Invariant:
    """A constraint with its quick form, if it has one."""

    __slots__ = ("constraint", "expression", "shortcut")

    def __init__(
        self,
        constraint: Constraint,
        expression: str,
        shortcut: Callable[[Mapping[str, Json]], bool] | None,
    ) -> None:
        self.constraint = constraint
        self.expression = expression
        self.shortcut = shortcut


def invariants_of(
    element: Element,
    type_name: str,
    engine: Any,
    known: frozenset[tuple[str, str | None]] = frozenset(),
) -> tuple[Invariant, ...]:
    """What has to be evaluated for an element; ``known`` are keys and expressions seen to."""
    made = []
    for constraint in element.constraints:
        if (
            constraint.expression
            and constraint.key not in ELSEWHERE
            and (constraint.key, constraint.expression) not in known
        ):
            quick = engine.shortcut(constraint.expression, type_name)
            made.append(Invariant(constraint, constraint.expression, quick))
    return tuple(made)


def check_invariants(
    session: Session,
    invariants: tuple[Invariant, ...],
    node: Node,
    place: Place,
    scope: Scope,
    profile: str | None = None,
) -> None:
    """Report the invariants that do not hold."""
    for invariant in invariants:
        quick = invariant.shortcut
        if quick is not None and type(node.data) is dict and quick(node.data):
            continue
        _evaluate(session, invariant, node, place, scope, profile)


def _evaluate(
    session: Session,
    invariant: Invariant,
    node: Node,
    place: Place,
    scope: Scope,
    profile: str | None,
) -> None:
    constraint = invariant.constraint
    severity = _severity(session, constraint)
    if severity is None:
        return
    try:
        holds = session.tools.holds(invariant.expression, node, scope)
    except FhirPathError as err:
        session.report(
            NOT_EVALUATED,
            place,
            severity=severity,
            profile=profile,
            key=constraint.key,
            problem=err.problem,
        )
        return
    if not holds:
        session.report(
            BROKEN,
            place,
            severity=severity,
            profile=profile,
            key=constraint.key,
            human=constraint.human,
        )


def _severity(session: Session, constraint: Constraint) -> Severity | None:
    if constraint.best_practice:
        return session.options.best_practice
    return Severity.ERROR if constraint.severity == "error" else Severity.WARNING
