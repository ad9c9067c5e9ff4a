"""CodeSystem: what its elements say about one another.

Source: http://hl7.org/fhir/R4/codesystem.html and the text of its elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.code_system_properties import Properties
from conformance_cli.fhir.resources.code_system_relations import check_supplement, check_value_set
from conformance_cli.fhir.resources.reading import count, part, parts, short, text
from conformance_cli.fhir.resources.shareable import check_shareable
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any
#: A concept and where it stands.
_Found = tuple[Mapping[str, Json], Place]

_SPECIFICATION: Final = "http://hl7.org/fhir/R4/codesystem.html"

NOT_SUPPLEMENT = error(
    "code-system-content-of-supplement",
    "business-rule",
    "The code system supplements {supplements}, so its content is 'supplement'; found '{content}'",
    f"CodeSystem.content: supplement says that this only adds to another one ({_SPECIFICATION}).",
)
SUPPLEMENTS_MISSING = error(
    "code-system-supplements-missing",
    "business-rule",
    "The content is 'supplement', but it is not said which code system it supplements",
    f"CodeSystem.supplements names the code system that it adds to ({_SPECIFICATION}).",
)
CASE_OF_SUPPLEMENT = error(
    "code-system-case-of-supplement",
    "business-rule",
    "A supplement does not say whether case matters: the code system that it adds to does",
    "A supplement does not change what its code system defines "
    "(http://hl7.org/fhir/R5/codesystem.html#supplements).",
)
CASE_MISSING = information(
    "code-system-case-missing",
    "business-rule",
    "The code system does not say whether case matters (caseSensitive)",
    f"Without it, two systems may disagree whether codes are equal ({_SPECIFICATION}).",
)
HIERARCHY_MISSING = information(
    "code-system-hierarchy-missing",
    "business-rule",
    "The concepts are nested, but it is not said what that means (hierarchyMeaning)",
    f"CodeSystem.hierarchyMeaning says whether nesting is subsumption ({_SPECIFICATION}).",
)
EMPTY = warning(
    "code-system-empty",
    "business-rule",
    "The code system is said to be complete, but has no concepts",
    f"CodeSystem.content: complete means that all codes are here ({_SPECIFICATION}).",
)
COUNT = error(
    "code-system-count",
    "invalid",
    "The code system has {actual} concepts; it says that it has {stated}",
    f"CodeSystem.count: for a complete code system, the number of concepts ({_SPECIFICATION}).",
)
COUNT_OF_PART = warning(
    "code-system-count-of-part",
    "invalid",
    "There are {actual} concepts in this part of a code system of {stated}",
    f"CodeSystem.count is about the whole code system, which is larger ({_SPECIFICATION}).",
)
NO_CONCEPTS_ALLOWED = error(
    "code-system-not-present",
    "invalid",
    "The content is 'not-present', and yet there are concepts",
    f"CodeSystem.content: not-present means that no codes are here ({_SPECIFICATION}).",
)
DUPLICATE = error(
    "code-system-duplicate",
    "business-rule",
    "The code '{code}' is defined twice",
    f"Codes are unique within their code system, invariant csd-1 ({_SPECIFICATION}).",
)
DESIGNATION = warning(
    "code-system-designation",
    "business-rule",
    "The designation '{value}' has the language of the code system and no use, so it stands for "
    "the display, which is '{display}'",
    f"CodeSystem.concept.designation: without a use it is for display ({_SPECIFICATION}).",
)


def check_code_system(session: Session, scope: Scope) -> None:
    """Report contradictions within a code system, and with what it refers to."""
    resource, place = scope.resource, scope.place
    found = list(_concepts(resource, place))
    _check_content(session, resource, place)
    _check_meaning(session, resource, place)
    _check_count(session, resource, place, len(found))
    check_supplement(session, resource, place)
    check_value_set(session, resource, place)
    _check_codes(session, resource, found)
    properties = Properties(session, resource, place, {text(one, "code") for one, _ in found})
    properties.check_definitions()
    for concept, at in found:
        properties.check_values(concept, at)
    is_supplement = text(resource, "content") == "supplement"
    check_shareable(session, scope, "content", *(() if is_supplement else ("caseSensitive",)))


def _concepts(resource: Mapping[str, Json], place: Place) -> Iterator[_Found]:
    """All concepts, outer ones first."""
    waiting = [(resource, place)]
    while waiting:
        holder, at = waiting.pop()
        inner = [(one, at.child("concept", index)) for index, one in parts(holder, "concept")]
        yield from inner
        waiting.extend(reversed(inner))


def _check_content(session: Session, resource: Mapping[str, Json], place: Place) -> None:
    supplements, content = text(resource, "supplements"), text(resource, "content")
    at = place.child("content")
    if supplements is not None and content is not None and content != "supplement":
        shown = short(supplements)
        session.report(NOT_SUPPLEMENT, at, supplements=shown, content=short(content))
    if supplements is None and content == "supplement":
        session.report(SUPPLEMENTS_MISSING, at)
    if supplements is not None and resource.get("caseSensitive") is not None:
        session.report(CASE_OF_SUPPLEMENT, place.child("caseSensitive"))
    if content == "not-present" and resource.get("concept"):
        session.report(NO_CONCEPTS_ALLOWED, place.child("concept", 0))


def _check_meaning(session: Session, resource: Mapping[str, Json], place: Place) -> None:
    if text(resource, "supplements") is not None:
        return
    url = text(resource, "url") or ""
    severity = Severity.WARNING if "hl7.org" in url or "fhir.org" in url else Severity.INFORMATION
    if resource.get("caseSensitive") is None:
        session.report(CASE_MISSING, place, severity=severity)
    is_nested = any(one.get("concept") for _, one in parts(resource, "concept"))
    if is_nested and text(resource, "hierarchyMeaning") is None:
        session.report(HIERARCHY_MISSING, place, severity=severity)


def _check_count(session: Session, resource: Mapping[str, Json], place: Place, actual: int) -> None:
    content, stated = text(resource, "content"), count(resource, "count")
    if actual == 0 and content == "complete":
        session.report(EMPTY, place)
    if stated is None:
        return
    at = place.child("count")
    if content == "complete" and actual != stated:
        session.report(COUNT, at, actual=actual, stated=stated)
    elif content in ("example", "fragment") and actual >= stated:
        session.report(COUNT_OF_PART, at, actual=actual, stated=stated)


def _check_codes(session: Session, resource: Mapping[str, Json], found: list[_Found]) -> None:
    seen: set[str] = set()
    language = text(resource, "language")
    for concept, at in found:
        code = text(concept, "code")
        if code is not None and code in seen:
            session.report(DUPLICATE, at, code=short(code))
        seen.add(code or "")
        display = text(concept, "display")
        for index, designation in parts(concept, "designation"):
            value = text(designation, "value")
            is_of_display = not part(designation, "use") and not designation.get("additionalUse")
            spoken = text(designation, "language")
            is_of_display = is_of_display and spoken in (None, language)
            if is_of_display and display is not None and value not in (None, display):
                shown = {"value": short(value), "display": short(display)}
                where = at.child("designation", index)
                session.report(DESIGNATION, where, severity=None, profile=None, **shown)
