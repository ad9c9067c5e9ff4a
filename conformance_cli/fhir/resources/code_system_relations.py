"""What a code system says about others: the one it supplements, and its value set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.reading import part, parts, short, text, unversioned
from conformance_cli.fhir.terminology.protocol import Coded, Standing, Terminology
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_SUPPLEMENTS: Final = "http://hl7.org/fhir/R4/codesystem.html#supplements"
_VALUE_SET: Final = "CodeSystem.valueSet (http://hl7.org/fhir/R4/codesystem.html)"

NOT_IN_BASE = error(
    "code-system-supplement-code",
    "business-rule",
    "The supplemented code system {system} has no code '{code}'",
    f"A supplement adds to concepts of another code system, and defines none ({_SUPPLEMENTS}).",
)
BASE_UNKNOWN = warning(
    "code-system-supplement-unchecked",
    "business-rule",
    "The supplemented code system {system} is not loaded, or not whole: the codes were not checked",
    f"A supplement adds to concepts of another code system, and defines none ({_SUPPLEMENTS}).",
)
HIERARCHY_DIFFERS = error(
    "code-system-supplement-hierarchy",
    "business-rule",
    "The hierarchy means '{found}' here, but '{expected}' in the supplemented code system",
    f"A supplement does not change what its code system means ({_SUPPLEMENTS}).",
)
NOT_ALL_CODES = error(
    "code-system-value-set",
    "business-rule",
    "The value set {value_set} is to have all codes of the code system, but {problem}",
    f"{_VALUE_SET}: a value set that includes the entire code system, and nothing else.",
)
VALUE_SET_OF_PART = information(
    "code-system-value-set-of-part",
    "business-rule",
    "A value set with all codes is named, but the content is '{content}', so it cannot be expanded",
    f"{_VALUE_SET}: it is of use where all codes are at hand.",
)


def check_supplement(session: Session, resource: Mapping[str, Json], place: Place) -> None:
    """Report concepts of a supplement that its code system does not have."""
    supplements = text(resource, "supplements")
    if supplements is None:
        return
    system, _, version = supplements.partition("|")
    base = session.library.resource(supplements, "CodeSystem")
    if base is not None:
        expected, found = text(base, "hierarchyMeaning"), text(resource, "hierarchyMeaning")
        if expected and found and expected != found:
            session.report(HIERARCHY_DIFFERS, place, expected=short(expected), found=short(found))
    terminology: Terminology = session.tools.terminology
    is_open = False
    for index, concept in parts(resource, "concept"):
        code = text(concept, "code")
        if code is None:
            continue
        standing = terminology.in_code_system(Coded(system, code, version or None)).standing
        is_open = is_open or standing is Standing.UNKNOWN
        if standing is Standing.INVALID:
            at = place.child("concept", index)
            session.report(NOT_IN_BASE, at, system=short(system), code=short(code))
    if is_open:
        session.report(BASE_UNKNOWN, place, system=short(system))


def check_value_set(session: Session, resource: Mapping[str, Json], place: Place) -> None:
    """Report a value set that is said to have all codes of a code system, and does not."""
    url, reference = text(resource, "url"), text(resource, "valueSet")
    if reference is None:
        return
    content = text(resource, "content")
    if content not in (None, "complete", "supplement"):
        session.report(VALUE_SET_OF_PART, place, content=short(content))
    value_set = _value_set(session, reference, text(resource, "version"))
    problem = None if value_set is None else _problem(value_set, url or "")
    if problem is not None:
        session.report(NOT_ALL_CODES, place, value_set=short(reference), problem=problem)


def _value_set(session: Session, reference: str, version: str | None) -> Mapping[str, Json] | None:
    """The value set that is meant: what was published together has the same version."""
    if version is not None and "|" not in reference:
        beside = session.library.resource(f"{reference}|{version}", "ValueSet")
        if beside is not None:
            return beside
    return session.library.resource(reference, "ValueSet")


def _problem(value_set: Mapping[str, Json], url: str) -> str | None:
    includes = [one for _, one in parts(part(value_set, "compose") or {}, "include")]
    if len(includes) != 1:
        return f"it has {len(includes)} includes"
    system = unversioned(text(includes[0], "system") or "")
    if system != url:
        return f"it includes {short(system) or 'no code system'}"
    for name in ("valueSet", "concept", "filter"):
        if includes[0].get(name):
            return f"it is limited by {name}"
    return None
