"""Issues: what a validator has to say about a resource, shaped like an OperationOutcome."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How grave an issue is (http://hl7.org/fhir/ValueSet/issue-severity)."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Issue(Struct, frozen=True):
    """One finding.

    ``code`` is of http://hl7.org/fhir/ValueSet/issue-type; ``id`` names the rule and stays
    the same over releases; ``expression`` is the FHIRPath of the element, or empty where
    there is no resource yet; ``line`` and ``column`` count from one.
    """

    severity: Severity
    code: str
    id: str
    text: str
    expression: str = ""
    line: int | None = None
    column: int | None = None
    #: The profile whose rule this is, where it is not the base definition's.
    profile: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether a resource with this issue is invalid."""
        return self.severity.rank <= Severity.ERROR.rank
