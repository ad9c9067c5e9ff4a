"""What validation said of several inputs: what every output format is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from conformance_cli.fhir.outcome.issue import Issue, Severity

if TYPE_CHECKING:
    from conformance_cli.fhir.second_opinion.comparison import Comparison
    from conformance_cli.fhir.validation.validator import Outcome, Support


class Origin(Struct, frozen=True):
    """Where a resource was read: a file, or one line of an NDJSON file."""

    name: str
    #: The line of an NDJSON file, from one.
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name}:{self.line}"

    def place_of(self, issue: Issue) -> tuple[int | None, int | None]:
        """Line and column of an issue in the file: a resource of NDJSON is all on one line."""
        return (issue.line if self.line is None else self.line), issue.column


class Checked(Struct, frozen=True):
    """One input, and what validation said of it."""

    origin: Origin
    issues: tuple[Issue, ...] = ()
    resource_type: str | None = None
    #: The profiles that it was judged by, beside its base definition.
    profiles: tuple[str, ...] = ()
    #: What could not be evaluated, in words.
    notes: tuple[str, ...] = ()
    #: How often the must-support elements of its profiles were there.
    must_support: tuple[Support, ...] = ()
    #: Issues beyond the limit, which were counted and not kept.
    dropped: int = 0
    #: What another validator said, where one was asked.
    second_opinion: Comparison | None = None
    #: The verdict, where ``issues`` holds only some of what was found.
    valid: bool | None = None

    @classmethod
    def of(cls, origin: Origin, outcome: Outcome) -> Checked:
        """The outcome of a validation, with the place that its input came from."""
        return cls(
            origin, outcome.issues, outcome.resource_type, outcome.profiles, outcome.notes,
            outcome.must_support, outcome.dropped,
        )  # fmt: skip

    @property
    def is_valid(self) -> bool:
        """Whether no issue is an error."""
        if self.valid is not None:
            return self.valid
        return not any(issue.is_error for issue in self.issues)

    @property
    def worst(self) -> Severity | None:
        """The gravest severity; ``None`` where there is no issue."""
        return min((i.severity for i in self.issues), key=lambda s: s.rank, default=None)


class About(Struct, frozen=True):
    """What made a report, and by which definitions."""

    tool_version: str
    fhir_version: str
    #: ``name@version`` or the path of each package that was loaded.
    packages: tuple[str, ...] = ()
    #: What could not be evaluated in any input, in words.
    notes: tuple[str, ...] = ()


class Report(Struct, frozen=True):
    """All inputs of one invocation, in order."""

    about: About
    checked: tuple[Checked, ...]
    #: It ended before all inputs were read.
    interrupted: bool = False
    #: Inputs and issues that were counted, where ``checked`` holds only some of the issues.
    tally: Tally | None = None

    def counts(self) -> dict[str, int]:
        """Inputs by validity and issues by severity."""
        return (self.tally or Tally(self.checked)).counts()

    def issues(self) -> Iterator[tuple[Checked, Issue]]:
        """Every issue with the input that it speaks of."""
        for checked in self.checked:
            for issue in checked.issues:
                yield checked, issue


class Tally:
    """Counts inputs and issues as they come."""

    def __init__(self, checked: Iterable[Checked] = ()) -> None:
        self.valid = self.invalid = 0
        self.severities: Counter[Severity] = Counter()
        for one in checked:
            self.add(one)

    def add(self, checked: Checked) -> None:
        """Count one input."""
        if checked.is_valid:
            self.valid += 1
        else:
            self.invalid += 1
        self.severities.update(issue.severity for issue in checked.issues)

    @property
    def total(self) -> int:
        """How many inputs were counted."""
        return self.valid + self.invalid

    def counts(self) -> dict[str, int]:
        """The numbers as JSON formats write them."""
        return {
            "inputs": self.total,
            "valid": self.valid,
            "invalid": self.invalid,
            **{severity.value: self.severities[severity] for severity in Severity},
        }
