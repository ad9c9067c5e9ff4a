"""Whether a question is to be answered at all: ``enableWhen`` and its expressions.

FHIR R4, Questionnaire.item.enableWhen
(http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.message import information
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.resources.questionnaires.amounts import compared
from conformance_cli.fhir.resources.questionnaires.given import Given, Response
from conformance_cli.fhir.resources.questionnaires.model import Condition, Form, Item
from conformance_cli.fhir.resources.reading import Choice, text
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

UNDECIDED = information(
    "response-enablement-undecided",
    "processing",
    "Whether item {link_id} is enabled could not be found out: {problem}",
    "Questionnaire.item.enableWhen: an item is only answered where its conditions hold.",
)

#: Expressions that enable an item: SDC's, and that of the Finnish PHR, which came earlier
#: (http://hl7.org/fhir/uv/sdc/behavior.html#enableWhenExpression,
#: https://simplifier.net/finnishphr/fiphr-ext-questionnaire-enablewhen).
_EXPRESSIONS = (
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
    "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen",
)
_FHIRPATH = "text/fhirpath"
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "=": eq,
    "!=": ne,
    ">": gt,
    "<": lt,
    ">=": ge,
    "<=": le,
}
#: How many answers are held against conditions for one response.
_PATIENCE: Final = 200_000

#: The groups around an item that were given, by the numbers of their definitions.
Around = Mapping[int, Given]


@dataclass(slots=True)
class Enablement:
    """Decides for the items of one response."""

    session: Session
    scope: Scope
    form: Form
    response: Response
    _known: dict[tuple[int, int, int], bool] = field(default_factory=dict)
    _spent: int = 0

    def is_enabled(self, item: Item, around: Around) -> bool:
        """Whether an item's conditions hold; true where that cannot be found out."""
        expression = next(item.values(*_EXPRESSIONS), None)
        if expression is not None:
            return self._holds(item, expression)
        if not item.conditions or (len(item.conditions) > 1 and not item.behaviour):
            # How several conditions are joined has to be said; nobody can tell otherwise.
            return True
        results = (self._met(condition, item, around) for condition in item.conditions)
        return any(results) if item.behaviour == "any" else all(results)

    def _holds(self, item: Item, expression: Choice) -> bool:
        source = _source(expression)
        if source is None:
            self._undecided(item, "its expression is not in FHIRPath")
            return True
        resource = self.scope.resource
        try:
            node = Node(resource, "QuestionnaireResponse")
            return bool(self.session.tools.holds(source, node, self.scope))
        except FhirPathError as err:
            self._undecided(item, err.problem)
            return True

    def _undecided(self, item: Item, problem: str) -> None:
        place = self.scope.place
        self.session.report(UNDECIDED, place, link_id=item.link_id[:80], problem=problem)

    def _met(self, condition: Condition, item: Item, around: Around) -> bool:
        target = self.form.by_link.get(condition.question)
        if target is None:
            return self._compare(condition, ())
        first, last = self._bounds(item, target, around)
        key = (id(condition), first, last)
        if key not in self._known:
            answers = self.response.answers_to(condition.question, first, last)
            self._known[key] = self._compare(condition, answers)
        return self._known[key]

    def _bounds(self, item: Item, target: Item, around: Around) -> tuple[int, int]:
        """Where the answers count: in the nearest group that holds both questions.

        "The nearest question occurrence reachable" (R4, enableWhen.question): a group that
        is given twice has its own answers each time.
        """
        common = 0
        for one, other in zip(item.lineage, target.lineage, strict=False):
            if one != other:
                break
            common = one
        group = around.get(common)
        return (group.first, group.last) if group is not None else (1, self.response.last)

    def _compare(self, condition: Condition, answers: Iterable[Choice]) -> bool:
        expected = condition.expected
        if expected is None:
            return False
        if condition.operator == "exists":
            return any(True for _ in answers) is (expected.value is True)
        test = _COMPARISONS.get(condition.operator)
        if test is None:
            return False
        for answer in answers:
            self._spent += 1
            if self._spent > _PATIENCE:
                return True
            if _compares(answer, expected, test):
                return True
        return False


def _source(expression: Choice) -> str | None:
    """The FHIRPath of an extension: an Expression, or the bare text."""
    value = expression.value
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and text(value, "language") == _FHIRPATH:
        return text(value, "expression")
    return None


def _compares(answer: Choice, expected: Choice, test: Callable[[int, int], bool]) -> bool:
    if {answer.type, expected.type} <= {"Coding", "Reference"}:
        return test in (eq, ne) and test(0 if _is_same(answer, expected) else 1, 0)
    order = compared(answer, expected)
    return order is not None and test(order, 0)


def _is_same(answer: Choice, expected: Choice) -> bool:
    """Whether a Coding or Reference is the one that is asked for; its display is no matter."""
    keys = ("system", "code") if expected.type == "Coding" else ("reference",)
    found, wanted = answer.value, expected.value
    if not isinstance(found, Mapping) or not isinstance(wanted, Mapping):
        return False
    return answer.type == expected.type and all(
        found.get(key) == wanted.get(key) for key in keys if key != "system" or "system" in wanted
    )
