"""Rules of Measures: that reports can name their parts, and that criteria lead somewhere.

http://hl7.org/fhir/R4/measure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import information, warning
from conformance_cli.fhir.resources.canonical import is_absolute
from conformance_cli.fhir.resources.measures.criteria import Libraries, check_criteria
from conformance_cli.fhir.resources.publication import is_published_by_hl7
from conformance_cli.fhir.resources.reading import part, parts, short, text, texts
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_ABOUT = "MeasureReport names the parts of a Measure by their codes (FHIR R4, MeasureReport.group)."
NO_GROUPS = warning(
    "measure-no-groups", "required", "The Measure has no groups, so nothing is measured", _ABOUT
)
GROUP_NO_CODE = warning(
    "measure-group-no-code",
    "required",
    "One of several groups has no code: a report cannot name it",
    _ABOUT,
)
NO_POPULATIONS = warning(
    "measure-group-no-populations", "required", "The group has no populations", _ABOUT
)
PART_NO_CODE = warning(
    "measure-part-no-code",
    "required",
    "One of several parts of the group ({kind}) has no code: a report cannot name it",
    _ABOUT,
)
LIBRARY_UNKNOWN = information(
    "measure-library-unknown",
    "not-found",
    "The library {url} is not at hand: criteria that refer to it were not checked",
    "Measure.library: the logic that the criteria name (FHIR R4).",
)
NOT_SHAREABLE = warning(
    "measure-not-shareable",
    "required",
    "A Measure that is published has a {name}",
    "Profile ShareableMeasure (http://hl7.org/fhir/R4/shareablemeasure.html).",
)

#: What ShareableMeasure asks for; a missing title is never an error.
_SHAREABLE = (
    "url",
    "version",
    "name",
    "title",
    "status",
    "experimental",
    "publisher",
    "description",
)


def check_measure(session: Session, scope: Scope) -> None:
    """The groups of a Measure, their parts, and what is needed to share it."""
    libraries = _libraries(session, scope)
    groups = list(parts(scope.resource, "group"))
    if not groups:
        session.report(NO_GROUPS, scope.place)
    for index, group in groups:
        place = scope.place.child("group", index)
        if len(groups) > 1 and not _is_named(group):
            session.report(GROUP_NO_CODE, place)
        _check_group(session, group, place, libraries)
    if session.options.for_publication and scope.relation != "contained":
        _check_shareable(session, scope)


def _libraries(session: Session, scope: Scope) -> Libraries:
    found: list[Mapping[str, Json]] = []
    is_missing = False
    for index, url in _references(scope.resource):
        library = session.library.resource(url, "Library")
        target = None if library is not None else session.tools.resolve(url, scope)
        resource = library if target is None else target.resource
        if resource is not None:
            found.append(resource)
        elif is_absolute(url):
            is_missing = True
            place = scope.place.child("library", index)
            session.report(LIBRARY_UNKNOWN, place, url=short(url))
    return Libraries(tuple(found), is_missing)


def _references(measure: Mapping[str, Json]) -> Iterator[tuple[int, str]]:
    """STU3 has References where R4 has canonicals."""
    yield from texts(measure, "library")
    for index, reference in parts(measure, "library"):
        url = text(reference, "reference")
        if url is not None:
            yield index, url


def _check_group(
    session: Session, group: Mapping[str, Json], place: Place, libraries: Libraries
) -> None:
    populations = list(parts(group, "population"))
    if not populations:
        session.report(NO_POPULATIONS, place)
    _check_codes(session, populations, place, "population")
    stratifiers = list(parts(group, "stratifier"))
    _check_codes(session, stratifiers, place, "stratifier")
    for index, stratifier in stratifiers:
        at = place.child("stratifier", index)
        components = list(parts(stratifier, "component"))
        _check_codes(session, components, at, "component")
        check_criteria(session, stratifier, at, libraries)
        for inner, component in components:
            check_criteria(session, component, at.child("component", inner), libraries)


def _check_codes(
    session: Session, items: Sequence[tuple[int, Mapping[str, Json]]], place: Place, kind: str
) -> None:
    for index, item in items:
        if len(items) > 1 and not _is_named(item):
            session.report(PART_NO_CODE, place.child(kind, index), kind=kind)


def _is_named(item: Mapping[str, Json]) -> bool:
    return part(item, "code") is not None or text(item, "linkId") is not None


def _check_shareable(session: Session, scope: Scope) -> None:
    is_strict = is_published_by_hl7(scope.resource)
    for name in _SHAREABLE:
        if name not in scope.resource:
            severity = Severity.ERROR if is_strict and name != "title" else None
            session.report(NOT_SHAREABLE, scope.place, severity=severity, name=name)
