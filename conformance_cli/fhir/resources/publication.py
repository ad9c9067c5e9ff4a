"""What HL7 asks of the definitions that it publishes itself.

Whoever publishes under http://hl7.org/fhir/ names the work group that answers for a
definition (http://hl7.org/fhir/StructureDefinition/structuredefinition-wg).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.reading import extension_values, parts, short, text
from conformance_cli.fhir.resources.work_groups import PUBLISHER, SITE, WORK_GROUPS
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

WORK_GROUP: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg"
_NAMESPACE: Final = "http://hl7.org/fhir/"
_IDENTIFIERS: Final = "http://hl7.org/fhir/sid"
_ABOUT: Final = (
    "Extension structuredefinition-wg (http://hl7.org/fhir/StructureDefinition/"
    "structuredefinition-wg), and HL7's rules for its publications."
)

SEVERAL = error(
    "publication-work-groups",
    "business-rule",
    "The definition names {count} work groups; one answers for it",
    _ABOUT,
)
NEEDED = error(
    "publication-work-group-missing",
    "business-rule",
    "What HL7 publishes names its work group: extension structuredefinition-wg is missing",
    _ABOUT,
)
UNKNOWN = error(
    "publication-work-group-unknown",
    "business-rule",
    "HL7 has no work group with the code {code}",
    _ABOUT,
)
NO_PUBLISHER = warning(
    "publication-publisher-missing",
    "business-rule",
    'The work group {code} publishes as "{expected}", but no publisher is given',
    _ABOUT,
)
PUBLISHER_DIFFERS = warning(
    "publication-publisher",
    "business-rule",
    'The work group {code} publishes as "{expected}", not as "{found}"',
    _ABOUT,
)
CONTACT = warning(
    "publication-contact",
    "business-rule",
    "The page of the work group {code}, {expected}, is not among the contacts",
    _ABOUT,
)


def is_published_by_hl7(resource: Mapping[str, Json]) -> bool:
    """Whether a definition stands in HL7's own namespace."""
    return (text(resource, "url") or "").startswith(_NAMESPACE)


def check_publication(session: Session, scope: Scope) -> None:
    """The work group of a definition of HL7, and that publisher and contact fit it."""
    resource = scope.resource
    if not is_published_by_hl7(resource):
        return
    groups = list(_groups(resource))
    if len(groups) > 1:
        session.report(SEVERAL, scope.place, count=len(groups))
    outer = scope.root.resource
    group = next(iter(groups), None) or next(_groups(outer), None)
    if group is not None:
        _check_group(session, scope, group)
    elif session.options.for_publication and not _is_identifier_system(resource):
        session.report(NEEDED, scope.place)


def _is_identifier_system(resource: Mapping[str, Json]) -> bool:
    """Whether the definition only lends a URL to a system that others keep."""
    return (text(resource, "url") or "").startswith(_IDENTIFIERS)


def _groups(resource: Mapping[str, Json]) -> Iterator[str]:
    for found in extension_values(resource, WORK_GROUP):
        if isinstance(found.value, str):
            yield found.value


def _check_group(session: Session, scope: Scope, code: str) -> None:
    known = WORK_GROUPS.get(code)
    if known is None:
        session.report(UNKNOWN, scope.place, code=short(code))
        return
    names, page = known
    expected = [PUBLISHER + name for name in names]
    found = text(scope.resource, "publisher")
    wanted = '" or "'.join(expected)
    if found is None:
        if scope.relation != "contained":
            session.report(NO_PUBLISHER, scope.place, code=code, expected=wanted)
    elif found not in expected:
        # A publisher in this form is meant to name the group, so it names a wrong one.
        severity = Severity.ERROR if found.startswith(PUBLISHER) else None
        values = {"code": code, "expected": wanted, "found": short(found)}
        session.report(PUBLISHER_DIFFERS, scope.place, severity=severity, profile=None, **values)
    if scope.relation != "contained" and not any(
        url.startswith(SITE + page) for url in _contacts(scope.resource)
    ):
        session.report(CONTACT, scope.place, code=code, expected=SITE + page)


def _contacts(resource: Mapping[str, Json]) -> Iterator[str]:
    for _, contact in parts(resource, "contact"):
        for _, telecom in parts(contact, "telecom"):
            if telecom.get("system") == "url":
                yield text(telecom, "value") or ""
