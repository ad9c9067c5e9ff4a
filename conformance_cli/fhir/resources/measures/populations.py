"""The populations of a reported group: their counts and their subjects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.reading import count, parts, short, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

SUBJECTS = error(
    "measure-report-subjects-forbidden",
    "business-rule",
    "Only a report of type subject-list says who is in a population",
    "MeasureReport.group.population.subjectResults (FHIR R4).",
)
NO_COUNT = warning(
    "measure-report-population-no-count",
    "business-rule",
    "The population has no count",
    "MeasureReport.group.population.count (FHIR R4).",
)
COUNT = error(
    "measure-report-population-count",
    "business-rule",
    "The population has a count of {found}, but {expected} subjects are listed",
    "MeasureReport.group.population.subjectResults (FHIR R4).",
)
UNCOUNTED = information(
    "measure-report-population-uncounted",
    "business-rule",
    "Whether {found} subjects are listed is not known: {reference} cannot be counted",
    "MeasureReport.group.population.subjectResults (FHIR R4).",
)

#: Types of which each resource is one subject.
_SUBJECTS = frozenset({"Patient", "Practitioner", "PractitionerRole", "Person", "RelatedPerson"})


def check_population(
    session: Session, scope: Scope, reported: Mapping[str, Json], place: Place
) -> None:
    """One reported population."""
    results = [reference for _, reference in parts(reported, "subjectResults")]
    stated = count(reported, "count")
    if text(scope.resource, "type") != "subject-list":
        if results:
            session.report(SUBJECTS, place)
        if "count" not in reported:
            session.report(NO_COUNT, place)
        return
    if stated is None:
        return
    counted = 0
    for reference in results:
        listed = _counted(session, scope, text(reference, "reference"))
        if listed is None:
            shown = short(text(reference, "reference") or "a subject")
            session.report(UNCOUNTED, place, found=stated, reference=shown)
            return
        counted += listed
    if counted != stated:
        session.report(COUNT, place, found=stated, expected=counted)


def _counted(session: Session, scope: Scope, reference: str | None) -> int | None:
    """How many subjects a reference stands for; ``None`` where that is not known."""
    if reference is None:
        return None
    target = session.tools.resolve(reference, scope)
    if target is None:
        kind, _, rest = reference.partition("/")
        return 1 if kind in _SUBJECTS and rest and "/" not in rest else None
    kind = text(target.resource, "resourceType") or ""
    if kind == "List":
        return sum(1 for _ in parts(target.resource, "entry"))
    return 1 if kind in _SUBJECTS else None
