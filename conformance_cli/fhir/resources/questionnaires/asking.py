"""What the checks of one response share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import Message
from conformance_cli.fhir.resources.questionnaires.enablement import Enablement
from conformance_cli.fhir.resources.questionnaires.model import Form
from conformance_cli.fhir.resources.reading import text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

#: Responses that claim to be whole (http://hl7.org/fhir/R4/valueset-questionnaire-answers-status.html).
_WHOLE = frozenset({"completed", "amended"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A response being held against its form."""

    session: Session
    scope: Scope
    form: Form
    enablement: Enablement

    def report(self, message: Message, place: Place, **values: Any) -> None:
        """Add an issue; ``values`` may hold a ``severity``."""
        self.session.report(message, place, **values)

    @property
    def severity_of_gaps(self) -> Severity:
        """How grave a missing answer is: a response in progress may still get it."""
        status = text(self.scope.resource, "status")
        return Severity.ERROR if status in _WHOLE else Severity.WARNING


def display_of(coding: Mapping[str, Json]) -> str:
    """A Coding as messages show it: ``system#code``."""
    return f"{text(coding, 'system') or ''}#{text(coding, 'code') or ''}"
