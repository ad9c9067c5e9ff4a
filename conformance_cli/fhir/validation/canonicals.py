"""Canonical URLs: those that name a definition, and those that a definition names itself by.

FHIR R4, 2.3.0.5 (http://hl7.org/fhir/R4/references.html#canonical).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.validation.addresses import is_absolute
from conformance_cli.fhir.validation.options import ReferencePolicy
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.targets import Targets, targets_of

Json = Any

_CANONICAL = "Canonical URLs (http://hl7.org/fhir/R4/references.html#canonical)."
NOT_ABSOLUTE = error(
    "canonical-absolute",
    "invalid",
    "A canonical URL must be absolute, or # and the id of a contained resource; found {url}",
    _CANONICAL,
)
NOT_CONTAINED = error(
    "canonical-not-contained",
    "invalid",
    "There is no contained resource for {url}",
    _CANONICAL,
)
OTHER_TYPE = error(
    "canonical-type",
    "invalid",
    "{url} is a {found}; it must be one of: {allowed}",
    "ElementDefinition.type.targetProfile (http://hl7.org/fhir/R4/elementdefinition.html).",
)
NOT_FOUND = warning(
    "canonical-not-found",
    "invalid",
    "No definition with the canonical URL {url} is loaded",
    _CANONICAL,
)
OTHER_VERSION = warning(
    "canonical-version-unknown",
    "invalid",
    "{url} is loaded, but not in version {version}; the version at hand is {found}",
    "Versions of canonical URLs (http://hl7.org/fhir/R4/references.html#canonical).",
)
DEFINING = error(
    "canonical-own-url",
    "invalid",
    "The url by which a {type} is known must be absolute; found {url}",
    "Canonical resources (http://hl7.org/fhir/R4/resource.html#canonical).",
)
#: Whose definitions are all published; what is not there does not exist.
_PUBLISHED = ("http://hl7.org/fhir", "http://terminology.hl7.org/", "http://fhir.org/guides")
_EXAMPLES = ("example.org", "example.com", "acme.com")


def check_canonical(
    session: Session, value: str, place: Place, scope: Scope, element: Element
) -> None:
    """Check a canonical: its form, and what it names, where that is at hand."""
    if not value:
        return
    if value.startswith("#"):
        _check_contained(session, value, place, scope, element)
        return
    if not is_absolute(value):
        session.report(NOT_ABSOLUTE, place, url=shortened(value, 80))
        return
    if session.options.references is ReferencePolicy.IGNORE:
        return
    resource = session.library.resource(value.partition("#")[0])
    if resource is not None:
        _check_type(session, value, resource, place, element)
    else:
        _report_missing(session, value, place)


def check_defining_url(session: Session, value: str, place: Place, scope: Scope) -> None:
    """Check the ``url`` of a canonical resource, by which others will name it."""
    if not is_absolute(value):
        name = str(scope.resource.get("resourceType"))
        session.report(DEFINING, place, type=shortened(name, 80), url=shortened(value, 80))


def _check_contained(
    session: Session, value: str, place: Place, scope: Scope, element: Element
) -> None:
    target = session.tools.resolve(value, scope)
    if target is None:
        session.report(NOT_CONTAINED, place, url=shortened(value, 80))
    else:
        _check_type(session, value, target.resource, place, element)


def _check_type(
    session: Session, value: str, resource: Mapping[str, Json], place: Place, element: Element
) -> None:
    targets: Targets = targets_of(session, element, "canonical")
    name = resource.get("resourceType")
    if targets.unknown or not isinstance(name, str) or targets.allows(name, session.library):
        return
    session.report(OTHER_TYPE, place, url=shortened(value, 80), found=name, allowed=targets.shown)


def _report_missing(session: Session, value: str, place: Place) -> None:
    url, _, version = value.partition("#")[0].partition("|")
    other = session.library.resource(url) if version else None
    if other is not None:
        found = shortened(str(other.get("version") or "unknown"), 40)
        version = shortened(version, 40)
        session.report(OTHER_VERSION, place, url=shortened(url, 80), version=version, found=found)
        return
    if session.options.references is not ReferencePolicy.EXISTS:
        return
    if session.options.allow_examples and any(host in value for host in _EXAMPLES):
        return
    severity = Severity.ERROR if url.startswith(_PUBLISHED) else Severity.WARNING
    session.report(NOT_FOUND, place, severity=severity, url=shortened(value, 80))
