"""Rules of all resources that have a canonical URL: definitions of whatever kind.

http://hl7.org/fhir/R4/resource.html#canonical, and for R5
http://hl7.org/fhir/R5/canonicalresource.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.reading import extension_value, short, text
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

STANDARDS_STATUS: Final = (
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"
)

NOT_ABSOLUTE = error(
    "canonical-url-relative",
    "invalid",
    "The canonical URL {url} is not absolute",
    '"An absolute URI that is used to identify this resource" '
    "(http://hl7.org/fhir/R4/resource.html#canonical).",
)
CONTAINED_NOT_ABSOLUTE = error(
    "canonical-url-relative-contained",
    "invalid",
    "The canonical URL {url} is not absolute; being contained does not make it so",
    '"An absolute URI that is used to identify this resource" '
    "(http://hl7.org/fhir/R4/resource.html#canonical).",
)
VERSION_HASH = warning(
    "canonical-version-hash",
    "business-rule",
    'The version "{version}" has a "#", which ends a canonical reference to it',
    "A reference is url|version#fragment (http://hl7.org/fhir/R4/references.html#canonical).",
)
STATUS = warning(
    "canonical-status",
    "business-rule",
    "The status {status} contradicts the standards status {standards}",
    "Extension structuredefinition-standards-status "
    "(http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status).",
)
STATUS_ODD = information(
    "canonical-status-odd",
    "business-rule",
    "The status {status} does not go well with the standards status {standards}",
    "Extension structuredefinition-standards-status "
    "(http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status).",
)
DEPRECATED = information(
    "canonical-deprecated",
    "business-rule",
    "The description speaks of deprecation, but the standards status does not say so",
    "Extension structuredefinition-standards-status "
    "(http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status).",
)

_ABSOLUTE = Regex(r"[a-z][a-z0-9+.-]*:[^ ]+")
#: By standards status: the statuses that go well with it, and those that are still possible.
_STATUSES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "draft": (frozenset({"draft"}), frozenset()),
    "normative": (frozenset({"active"}), frozenset()),
    "trial-use": (frozenset({"active"}), frozenset({"draft"})),
    "informative": (frozenset({"draft", "active"}), frozenset({"retired"})),
    "deprecated": (frozenset({"retired"}), frozenset()),
    "withdrawn": (frozenset({"retired"}), frozenset()),
    "external": (frozenset({"draft", "active"}), frozenset({"retired"})),
}


def is_absolute(url: str) -> bool:
    """Whether a URL begins with a scheme (RFC 3986, 4.3)."""
    return _ABSOLUTE.fullmatch(url) is not None


def check_canonical_resource(session: Session, scope: Scope) -> None:
    """The URL, the version and the status of a definition."""
    resource = scope.resource
    url, version = text(resource, "url"), text(resource, "version")
    if url is not None and not is_absolute(url):
        is_contained = scope.relation == "contained"
        message = CONTAINED_NOT_ABSOLUTE if is_contained else NOT_ABSOLUTE
        session.report(message, scope.place.child("url"), url=short(url))
    if version is not None and "#" in version:
        session.report(VERSION_HASH, scope.place, version=short(version))
    _check_status(session, scope)


def _check_status(session: Session, scope: Scope) -> None:
    standards = extension_value(scope.resource, STANDARDS_STATUS)
    status = text(scope.resource, "status")
    if isinstance(standards, str) and status is not None and standards in _STATUSES:
        good, possible = _STATUSES[standards]
        if status not in good:
            message = STATUS_ODD if status in possible else STATUS
            session.report(message, scope.place, status=short(status), standards=standards)
    description = text(scope.resource, "description")
    if standards != "deprecated" and description and "deprecated" in description.lower():
        session.report(DEPRECATED, scope.place)
