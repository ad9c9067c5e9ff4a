"""The code systems that a value set includes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.reading import part, parts, short, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_SYSTEM: Final = "ValueSet.compose.include.system (http://hl7.org/fhir/R4/valueset.html)"

VERSION_IN_SYSTEM = error(
    "value-set-system-version",
    "business-rule",
    "The version '{version}' of the code system belongs into the element version",
    f"{_SYSTEM} is a URI, not a canonical reference.",
)
NOT_ABSOLUTE = error(
    "value-set-system-relative",
    "invalid",
    "The code system {system} is not an absolute URI{hint}",
    f"{_SYSTEM} is an absolute URI.",
)
NOT_CONTAINED = error(
    "value-set-system-contained",
    "invalid",
    "No contained code system has the id {system}{hint}",
    f"{_SYSTEM} is an absolute URI, and what is referred to by id has to be contained.",
)
IS_VALUE_SET = error(
    "value-set-system-is-value-set",
    "invalid",
    "{system} is a value set; codes are included from the code system that defines them{hint}",
    f"{_SYSTEM}: value sets are included by valueSet.",
)
IS_SUPPLEMENT = error(
    "value-set-system-is-supplement",
    "invalid",
    "{system} is a supplement, which defines no codes; they are included from {base}",
    f"{_SYSTEM}: a supplement only adds to another code system.",
)
PARTIAL = warning(
    "value-set-system-partial",
    "invalid",
    "The content of the code system {system} is '{content}': not all of its codes can be known",
    "CodeSystem.content (http://hl7.org/fhir/R4/codesystem.html).",
)

_ABSOLUTE = Regex(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_SEVERITIES: Mapping[str, Severity] = {
    "example": Severity.WARNING,
    "not-present": Severity.WARNING,
    "fragment": Severity.INFORMATION,
}
#: Published without their codes on purpose; terminology servers have them.
_ELSEWHERE: Final = frozenset(
    {
        "http://hl7.org/fhir/sid/cvx",
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://hl7.org/fhir/sid/icd-9-cm",
        "http://hl7.org/fhir/sid/ndc",
        "http://loinc.org",
        "http://snomed.info/sct",
        "http://unitsofmeasure.org",
        "http://www.ama-assn.org/go/cpt",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
    }
)


@dataclass(frozen=True, slots=True)
class Included:
    """An include or exclude of a value set, and where it stands."""

    resource: Mapping[str, Json]
    value: Mapping[str, Json]
    place: Place

    @property
    def system(self) -> str | None:
        """The URI of the code system, without the version that may be attached wrongly."""
        system = text(self.value, "system")
        return None if system is None else system.partition("|")[0]

    @property
    def version(self) -> str | None:
        """The version of the code system."""
        return text(self.value, "version")


def check_system(session: Session, included: Included) -> bool:
    """Report what is wrong with the system of an include; whether its codes can be checked."""
    system, place = included.system or "", included.place
    _, _, attached = (text(included.value, "system") or "").partition("|")
    if attached:
        session.report(VERSION_IN_SYSTEM, place, version=short(attached))
    if _ABSOLUTE.fullmatch(system) is None:
        is_own = system.startswith("#")
        hint = "; a contained code system is referred to by its URL as well" if is_own else ""
        session.report(NOT_ABSOLUTE, place, system=short(system), hint=hint)
        if is_own:
            _check_contained(session, included)
        return False
    reference = f"{system}|{included.version}" if included.version else system
    definition = session.library.resource(reference, "CodeSystem")
    if definition is not None:
        return _check_content(session, definition, system, place)
    value_set = session.library.resource(system, "ValueSet")
    if value_set is not None and not session.tools.terminology.knows_system(system):
        hint = _systems(value_set)
        session.report(IS_VALUE_SET, place, system=short(system), hint=hint)
        return False
    return True


def _check_contained(session: Session, included: Included) -> None:
    system = included.system or ""
    found = [
        one
        for _, one in parts(included.resource, "contained")
        if f"#{one.get('id')}" == system and included.version in (None, text(one, "version"))
    ]
    problem = None
    if not found:
        problem = ""
    elif found[0].get("resourceType") != "CodeSystem":
        problem = f"; it is of a {found[0].get('resourceType')}"
    elif len(found) > 1:
        problem = f" alone; {len(found)} have it"
    if problem is not None:
        session.report(NOT_CONTAINED, included.place, system=short(system), hint=problem)


def _check_content(
    session: Session, definition: Mapping[str, Json], system: str, place: Place
) -> bool:
    content = text(definition, "content") or ""
    if content == "supplement":
        base = short(text(definition, "supplements") or "the code system that it adds to")
        session.report(IS_SUPPLEMENT, place, system=short(system), base=base)
        return False
    severity = _SEVERITIES.get(content)
    if severity is not None and system not in _ELSEWHERE:
        session.report(PARTIAL, place, severity=severity, system=short(system), content=content)
    return True


def _systems(value_set: Mapping[str, Json]) -> str:
    includes = parts(part(value_set, "compose") or {}, "include")
    systems = sorted({system for _, one in includes if (system := text(one, "system"))})
    return f": {short(', '.join(systems))}" if systems else ""
