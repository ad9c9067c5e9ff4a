"""The ``operation-outcome`` check: the error that a FHIR server reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance_cli.checks.arguments import as_list, is_template, mapping_problems, shown, texts
from conformance_cli.checks.finding import Claim, Finding, either, first_few
from conformance_cli.checks.matchers import described
from conformance_cli.checks.subject import Subject, judge_bodies

Json = Any

_KEYS = ("code", "issue", "system")
#: Severities that make an issue the cause of a refusal.
_SEVERE = ("error", "fatal")
#: Codes of ``issue.code`` (http://hl7.org/fhir/issue-type), FHIR STU3 to R5.
_ISSUE_WORDS = """
invalid structure required value invariant security login unknown expired forbidden
suppressed processing not-supported duplicate multiple-matches not-found deleted too-long
code-invalid extension too-costly business-rule conflict transient lock-error no-store
exception timeout incomplete throttled informational limited-filter success
"""
_ISSUE_TYPES = frozenset(_ISSUE_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Wanted:
    codes: tuple[str, ...]
    issues: tuple[str, ...]
    systems: tuple[str, ...]

    def words(self) -> str:
        parts = [either(self.codes)] if self.codes else []
        if self.issues:
            parts.append(f"{'with ' if parts else ''}issue code {either(self.issues)}")
        if self.systems:
            parts.append(f"of system {either(self.systems)}")
        return " ".join(parts) or "an issue of severity error or fatal"


@dataclass(frozen=True, slots=True)
class _Issue:
    index: int
    severity: str
    code: str
    #: System and code of each ``details.coding``.
    codings: tuple[tuple[str, str], ...]

    def meets(self, wanted: _Wanted) -> bool:
        if self.severity not in _SEVERE or (wanted.issues and self.code not in wanted.issues):
            return False
        if not wanted.codes and not wanted.systems:
            return True
        return any(
            (not wanted.codes or code in wanted.codes)
            and (not wanted.systems or system in wanted.systems)
            for system, code in self.codings
        )

    def words(self, wanted: _Wanted) -> str:
        codings = [
            f"{system}|{code}" if wanted.systems and system else code
            for system, code in self.codings
        ]
        severity = "" if self.severity in _SEVERE else f" ({self.severity or 'no severity'})"
        return f"{' + '.join(codings) or 'no code'}/{self.code or 'no issue code'}{severity}"


def operation_outcome(argument: Json, subject: Subject) -> Finding:
    """``operation-outcome: {code: X, issue: Y, system: URI}``, each a value or a list.

    One issue of severity error or fatal has such a ``details.coding`` and such a ``code``.
    """
    wanted = _Wanted(*(texts((argument or {}).get(key)) for key in _KEYS))
    claim = Claim(f"The OperationOutcome reports {wanted.words()}", wanted.words())

    def judge(value: Json) -> Finding:
        kind = value.get("resourceType") if isinstance(value, Mapping) else None
        if kind != "OperationOutcome":
            what = described(value) if not isinstance(kind, str) else kind
            return claim.broken(f"no OperationOutcome but {what}", "resourceType")
        issues = list(_issues(value))
        for issue in issues:
            if issue.meets(wanted):
                return claim.met(issue.words(wanted), f"OperationOutcome.issue[{issue.index}]")
        told = first_few([issue.words(wanted) for issue in issues], 5)
        return claim.broken(told or "no issue at all", "OperationOutcome.issue")

    return judge_bodies(subject, claim, judge)


def operation_outcome_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``operation-outcome``."""
    if argument is None:
        return []
    problems = mapping_problems(argument, _KEYS)
    if not isinstance(argument, Mapping):
        return problems
    for key in _KEYS:
        items = as_list(argument.get(key))
        if not all(isinstance(item, str) for item in items):
            problems.append(f"{key} must be a text or a list of texts, not {shown(argument[key])}")
        elif key == "issue":
            problems += [
                f"issue: {shown(item)} is not a code of http://hl7.org/fhir/issue-type"
                for item in items
                if not is_template(item) and item not in _ISSUE_TYPES
            ]
    return problems


def _issues(outcome: Mapping[str, Json]) -> Iterator[_Issue]:
    for index, issue in enumerate(_maps(outcome.get("issue"))):
        details = issue.get("details")
        codings = _maps(details.get("coding")) if isinstance(details, Mapping) else []
        yield _Issue(
            index,
            _text(issue.get("severity")),
            _text(issue.get("code")),
            tuple((_text(c.get("system")), _text(c.get("code"))) for c in codings),
        )


def _maps(value: Json) -> list[Mapping[str, Json]]:
    """The objects of a list, whatever else an endpoint put into it."""
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
