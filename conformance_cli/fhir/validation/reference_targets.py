"""Whether what a reference leads to may stand there: type, profile, aggregation, version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.validation.addresses import address, tail
from conformance_cli.fhir.validation.options import ReferencePolicy
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.resolution import Resolution, Whereabouts
from conformance_cli.fhir.validation.session import Found, Scope, Session
from conformance_cli.fhir.validation.targets import Targets

Json = Any

_TARGETS = "ElementDefinition.type.targetProfile (http://hl7.org/fhir/R4/elementdefinition.html)."
_AGGREGATION = "ElementDefinition.type.aggregation (http://hl7.org/fhir/R4/elementdefinition.html)."
OTHER_RESOURCE = error(
    "reference-other-resource",
    "required",
    "The reference {reference} leads to a resource of type {found}",
    "The type in a relative reference is that of its target "
    "(http://hl7.org/fhir/R4/references.html#literal).",
)
TYPE_NOT_ALLOWED = error(
    "reference-type-not-allowed",
    "structure",
    "Reference.type is {found}, but the target must be one of: {allowed}",
    _TARGETS,
)
TYPE_DIFFERS = error(
    "reference-type-differs",
    "structure",
    "Reference.type is {given}, but the reference leads to a resource of type {found}",
    "Reference.type is the type of the target (http://hl7.org/fhir/R4/references.html#Reference).",
)
BAD_TARGET = error(
    "reference-target-type",
    "structure",
    "The target of the reference is of type {found}; it must be one of: {allowed}",
    _TARGETS,
)
BAD_IMPLIED = error(
    "reference-target-implied",
    "structure",
    "The reference {reference} says that its target is of type {found}; "
    "it must be one of: {allowed}",
    _TARGETS,
)
UNKNOWN_PROFILE = error(
    "reference-profile-unknown",
    "structure",
    "The target may have to conform to the profile {url}, which is not loaded",
    _TARGETS,
)
NONE_FITS = error(
    "reference-no-profile-fits",
    "structure",
    "The target {reference} conforms to none of the profiles allowed here: {why}",
    _TARGETS,
)
AGGREGATION = error(
    "reference-aggregation",
    "structure",
    "The target of the reference is {found}; it must be {allowed}",
    _AGGREGATION,
)
NOT_INSIDE = error(
    "reference-not-inside",
    "required",
    "The target of the reference {reference} must be {allowed}, and it is not in the input",
    _AGGREGATION,
)
VERSIONING = error(
    "reference-versioning",
    "structure",
    "The reference {reference} must be {wanted} of the target",
    "ElementDefinition.type.versioning (http://hl7.org/fhir/R4/elementdefinition.html).",
)
_MODES = {
    Whereabouts.CONTAINED: frozenset({"contained"}),
    Whereabouts.BUNDLED: frozenset({"bundled", "referenced"}),
    Whereabouts.ELSEWHERE: frozenset({"referenced"}),
}
_SHOWN = {
    Whereabouts.CONTAINED: "contained",
    Whereabouts.BUNDLED: "in the same Bundle",
    Whereabouts.ELSEWHERE: "outside the input",
}


def check_target(
    session: Session, value: Mapping[str, Json], found: Resolution, targets: Targets, place: Place
) -> None:
    """Check what a Reference leads to, as far as that can be told."""
    reference = value["reference"]
    target = found.target
    parts = address(reference)
    actual = _type_of(target) if target else None
    if target is None and parts and parts.type in session.library.resource_types():
        actual = parts.type
    if target is not None and parts and not parts.root and parts.type != actual:
        session.report(OTHER_RESOURCE, place, reference=shortened(reference, 80), found=actual)
    given = value.get("type")
    if isinstance(given, str) and given:
        _check_type(session, tail(given), actual, targets, place)
    if targets.versioning:
        _check_versioning(session, reference, targets, place)
    if target is None:
        _check_absent(session, reference, actual, found, targets, place)
        return
    if session.options.references is ReferencePolicy.IGNORE:
        return
    if not targets.is_any and actual:
        _check_fit(session, reference, actual, target, targets, place)
    _check_aggregation(session, found, targets, place)


def _type_of(target: Scope) -> str | None:
    name = target.resource.get("resourceType")
    return name if isinstance(name, str) else None


def _check_type(
    session: Session, given: str, actual: str | None, targets: Targets, place: Place
) -> None:
    if not targets.unknown and not targets.allows(given, session.library):
        session.report(TYPE_NOT_ALLOWED, place, found=shortened(given, 80), allowed=targets.shown)
    if actual is not None and actual != given:
        session.report(TYPE_DIFFERS, place, given=shortened(given, 80), found=actual)


def _check_versioning(session: Session, reference: str, targets: Targets, place: Place) -> None:
    has_version = "/_history/" in reference
    if targets.versioning == "specific" and not has_version:
        wanted = "to a version"
    elif targets.versioning == "independent" and has_version:
        wanted = "independent of the version"
    else:
        return
    session.report(VERSIONING, place, reference=shortened(reference, 80), wanted=wanted)


def _check_absent(
    session: Session,
    reference: str,
    implied: str | None,
    found: Resolution,
    targets: Targets,
    place: Place,
) -> None:
    """What can be said of a target that is not at hand."""
    shown = shortened(reference, 80)
    if targets.aggregation and "referenced" not in targets.aggregation:
        allowed = " or ".join(targets.aggregation)
        session.report(NOT_INSIDE, place, reference=shown, allowed=allowed)
    if implied is None or found.whereabouts is Whereabouts.CONTAINED or targets.unknown:
        return
    if not targets.allows(implied, session.library):
        session.report(
            BAD_IMPLIED,
            place,
            severity=session.options.implied_type,
            reference=shown,
            found=implied,
            allowed=targets.shown,
        )


def _check_fit(
    session: Session, reference: str, actual: str, target: Scope, targets: Targets, place: Place
) -> None:
    library = session.library
    if any(library.is_a(actual, base) for base in targets.bases):
        return  # the base definition is checked where the target itself is
    tried = [one for one in targets.profiles if library.is_a(actual, one.type)]
    why: list[str] = []
    for profile in tried:
        problems = _errors(
            session.tools.validate(target.resource, profile.url, target.place, target)
        )
        if not problems:
            return
        why.append(_because(profile, problems))
    for url in targets.unknown:
        session.report(UNKNOWN_PROFILE, place, url=url)
    if why:
        session.report(
            NONE_FITS, place, reference=shortened(reference, 80), why=shortened("; ".join(why), 600)
        )
    elif not targets.unknown:
        session.report(BAD_TARGET, place, found=actual, allowed=targets.shown)


def _errors(found: list[Found]) -> list[Found]:
    return [one for one in found if one.severity.rank <= 1]


def _because(profile: Structure, problems: list[Found]) -> str:
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{profile.url}: {first.place.expression}: {shortened(first.text, 200)}{more}"


def _check_aggregation(session: Session, found: Resolution, targets: Targets, place: Place) -> None:
    if not targets.aggregation:
        return
    is_mode = _MODES.get(found.whereabouts, frozenset())
    if is_mode.isdisjoint(targets.aggregation):
        session.report(
            AGGREGATION,
            place,
            found=_SHOWN.get(found.whereabouts, "elsewhere"),
            allowed=" or ".join(targets.aggregation),
        )
