"""Rules of ImplementationGuides: what they depend on, and what HL7 asks of its own.

http://hl7.org/fhir/R4/implementationguide.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.canonical import STANDARDS_STATUS
from conformance_cli.fhir.resources.publication import WORK_GROUP, is_published_by_hl7
from conformance_cli.fhir.resources.reading import extension_value, parts, short, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_FMM: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fmm"
_ABOUT: Final = "ImplementationGuide.dependsOn (FHIR R4)."
_HL7: Final = "HL7's rules for the guides that it publishes."

NO_VERSION = warning(
    "guide-no-fhir-version",
    "business-rule",
    "The guide does not say for which version of FHIR it is",
    "ImplementationGuide.fhirVersion (FHIR R4).",
)
EMPTY_VERSION = error(
    "guide-dependency-version-empty",
    "business-rule",
    'The canonical URL {url} ends in "|", without a version',
    _ABOUT,
)
VERSION_IN_URL = error(
    "guide-dependency-version-in-url",
    "business-rule",
    "The version {version} stands in the canonical URL only: give it as the version",
    _ABOUT,
)
VERSIONS_DIFFER = error(
    "guide-dependency-versions",
    "business-rule",
    "The canonical URL is of version {found}, but the version is {expected}",
    _ABOUT,
)
NOT_A_GUIDE = error(
    "guide-dependency-url",
    "business-rule",
    "{url} is not the canonical URL of an ImplementationGuide",
    _ABOUT,
)
PACKAGE_ID = error(
    "guide-dependency-package",
    "business-rule",
    "{name} cannot be the name of a package",
    "Names of FHIR packages (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification).",
)
INCOMPLETE = warning(
    "guide-dependency-incomplete",
    "business-rule",
    "Which package the guide depends on is not clear: {name} is missing",
    _ABOUT,
)
HL7_MISSING = error(
    "guide-hl7-missing",
    "business-rule",
    "A guide of HL7 states its {name}, with the extension {url}",
    _HL7,
)
HL7_MATURITY = warning(
    "guide-hl7-maturity",
    "business-rule",
    "A guide of HL7 states its maturity, with the extension {url}",
    _HL7,
)

_PACKAGE = Regex(r"[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9][a-zA-Z0-9-]*)+")


def check_implementation_guide(session: Session, scope: Scope) -> None:
    """The dependencies of a guide, and its standing if it is HL7's."""
    resource = scope.resource
    if "fhirVersion" not in resource:
        session.report(NO_VERSION, scope.place)
    for index, dependency in parts(resource, "dependsOn"):
        _check_dependency(session, dependency, scope.place.child("dependsOn", index))
    if is_published_by_hl7(resource):
        needed = (("standards status", STANDARDS_STATUS), ("work group", WORK_GROUP))
        severity = Severity.ERROR if session.options.for_publication else Severity.WARNING
        for name, url in needed:
            if extension_value(resource, url) is None:
                session.report(HL7_MISSING, scope.place, severity=severity, name=name, url=url)
        if extension_value(resource, _FMM) is None:
            session.report(HL7_MATURITY, scope.place, url=_FMM)


def _check_dependency(session: Session, dependency: Mapping[str, Json], place: Place) -> None:
    url, version = text(dependency, "uri"), text(dependency, "version")
    name = text(dependency, "packageId")
    if url is not None:
        base, bar, stated = url.partition("|")
        if bar and not stated:
            session.report(EMPTY_VERSION, place, url=short(url))
        elif bar and version is None:
            session.report(VERSION_IN_URL, place, version=short(stated))
        elif bar and stated != version:
            session.report(VERSIONS_DIFFER, place, found=short(stated), expected=short(version))
        if "/ImplementationGuide/" not in base:
            session.report(NOT_A_GUIDE, place, url=short(url))
    if name is not None and _PACKAGE.fullmatch(name) is None:
        session.report(PACKAGE_ID, place, name=short(name))
    for key, value in (("packageId", name), ("version", version)):
        if value is None:
            session.report(INCOMPLETE, place, name=key)
