"""Bindings: whether coded values are in the value sets that definitions bind them to.

Source: http://hl7.org/fhir/R4/terminologies.html#strength; additional bindings:
http://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.binding.additional.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from conformance_cli.fhir.definitions.schema import Binding, Element
from conformance_cli.fhir.outcome.message import Message, error, information, warning
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing, Terminology
from conformance_cli.fhir.terminology.reading import items, part, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.preferred import is_of_base
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_STRENGTHS: Final = "http://hl7.org/fhir/R4/terminologies.html#strength"
_MAXIMUM: Final = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"

REQUIRED = error(
    "binding-required",
    "code-invalid",
    "{codes} is not in the value set {value_set}, from which the code has to be{reason}",
    f"A required binding admits no other codes ({_STRENGTHS}).",
)
EXTENSIBLE = warning(
    "binding-extensible",
    "code-invalid",
    "{codes} is not in the value set {value_set}; other codes are for what it does not cover"
    "{reason}",
    f"An extensible binding has to be used where it has a fitting code ({_STRENGTHS}).",
)
PREFERRED = information(
    "binding-preferred",
    "code-invalid",
    "{codes} is not in the value set {value_set}, which is preferred here{reason}",
    f"A preferred binding is encouraged, but free ({_STRENGTHS}).",
)
MAXIMUM = error(
    "binding-maximum",
    "code-invalid",
    "{codes} is not in the value set {value_set}, outside which no code is allowed{reason}",
    f"The largest value set that a binding may be extended to ({_MAXIMUM}).",
)
NO_CODE_REQUIRED = error(
    "binding-code-missing",
    "code-invalid",
    "There is no code here; one of the value set {value_set} is required",
    f"Under a required binding, text does not stand in for a code ({_STRENGTHS}).",
)
NO_CODE_EXTENSIBLE = warning(
    "binding-code-missing-extensible",
    "code-invalid",
    "There is no code here; one of the value set {value_set} has to be used if any fits",
    f"Under an extensible binding, text is for what has no code ({_STRENGTHS}).",
)
UNDECIDED = information(
    "binding-undecided",
    "informational",
    "Whether {codes} is in the value set {value_set} was not checked: {reason}",
    "Codes are checked as far as their code systems are loaded; the rest is said, not passed.",
)
VALUE_SET_UNKNOWN = warning(
    "binding-value-set-unknown",
    "not-found",
    "The value set {value_set} is not loaded: the code was not checked against it",
    "A binding can be checked where its value set is at hand; install the package that has it.",
)
NOT_A_VALUE_SET = error(
    "binding-to-code-system",
    "code-invalid",
    "The definition is bound to {value_set}, which is a code system, not a value set",
    "ElementDefinition.binding.valueSet refers to a ValueSet "
    "(http://hl7.org/fhir/R4/elementdefinition.html).",
)
SYSTEM_UNKNOWN = error(
    "binding-system-unknown",
    "not-found",
    "HL7 publishes no code system {system} that is loaded, and the code has to be a known one",
    f"HL7's own code systems come with its packages; a required binding needs one ({_STRENGTHS}).",
)

_CODED_TEXT: Final = frozenset({"code", "string", "uri", "url", "canonical"})
#: FHIRPath's own types, which R4 names as types of primitive elements' values.
_SYSTEM_TYPES: Final = "http://hl7.org/fhirpath/System."
_OUTSIDE: Mapping[str, Message] = {
    "required": REQUIRED,
    "extensible": EXTENSIBLE,
    "preferred": PREFERRED,
}
_PURPOSES: Mapping[str, str] = {
    "required": "required",
    "maximum": "required",
    "extensible": "extensible",
    "preferred": "preferred",
}
_HL7: Final = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")
#: Codes of a value set that a message names.
_MOST_NAMED: Final = 12
_HL7_ELSEWHERE: Final = "http://hl7.org/fhir/sid/"


class _Bound(Struct, frozen=True):
    """A value set, how strongly it binds, and the type and place of the value that it binds."""

    session: Session
    type: str
    value_set: str
    strength: str
    maximum: str | None
    place: Place
    profile: str | None

    @property
    def terminology(self) -> Terminology:
        """Who answers."""
        terminology: Terminology = self.session.tools.terminology
        return terminology

    def ask(self, coded: Coded, value_set: str) -> Answer:
        """Whether a code is in a value set, which may be contained in the profile."""
        if not value_set.startswith("#"):
            return self.terminology.in_value_set(coded, value_set)
        beside = _contained(self.session, self.profile)
        for resource in beside:
            if f"#{resource.get('id')}" == value_set:
                return self.terminology.in_given(coded, resource, beside)
        return Answer(Standing.UNKNOWN, f"the profile contains no value set {value_set}")

    def report(
        self, message: Message, codes: tuple[Coded, ...] = (), reason: str = "", value_set: str = ""
    ) -> None:
        """Report at the value."""
        self.session.report(
            message,
            self.place,
            profile=self.profile,
            codes=short(" or ".join(map(_shown, codes))),
            value_set=value_set or self.value_set,
            reason=reason,
        )


def check_binding(
    session: Session,
    element: Element,
    value: Json,
    type_name: str,
    place: Place,
    scope: Scope,  # noqa: ARG001 - all rules are called alike
    profile: str | None = None,
) -> None:
    """Report a coded value that its element's binding does not admit.

    Required bindings make errors, extensible ones warnings (errors beyond a maximum value
    set), preferred ones information where a profile, not FHIR itself, prefers; example
    bindings make nothing.
    """
    binding = element.binding
    if binding is None:
        return
    url = binding.value_set
    if url is not None and not _is_quickly_fine(session, value, url):
        largest = binding.max_value_set
        bound = _Bound(session, type_name, url, binding.strength, largest, place, profile)
        if not _is_idle(bound, element, binding):
            _check(bound, value)
    for extra in binding.additional:
        strength = _PURPOSES.get(extra.purpose)
        # those that depend on usage, or are for any repetition, cannot be told from one value
        if strength is not None and not extra.usage and not extra.any:
            _check(
                _Bound(session, type_name, extra.value_set, strength, None, place, profile), value
            )


def _is_quickly_fine(session: Session, value: Json, value_set: str) -> bool:
    if not isinstance(value, str):
        return False
    codes = session.tools.terminology.codes_of(value_set)
    return codes is not None and value in codes


def _is_idle(bound: _Bound, element: Element, binding: Binding) -> bool:
    """Whether nothing that the binding could find would be said."""
    if bound.strength not in _OUTSIDE:
        return True
    if bound.strength != "preferred" or bound.maximum is not None:
        return False
    return bound.profile is None or is_of_base(bound.session, element, binding)


def _check(bound: _Bound, value: Json) -> None:
    if isinstance(value, str):
        if bound.type in _CODED_TEXT and not value.startswith(_SYSTEM_TYPES):
            _check_codes(bound, (Coded(None, value),), (bound.place,))
    elif not isinstance(value, Mapping):
        return
    elif bound.type in ("Coding", "Quantity"):
        coded = _coded(value)
        # what has no system cannot be held against a value set; another rule says so
        if coded.system is not None and coded.code is not None:
            _check_codes(bound, (coded,), (bound.place,))
    elif bound.type == "CodeableConcept":
        _check_concept(bound, value)
    elif bound.type == "CodeableReference" and isinstance(value.get("concept"), Mapping):
        _check_concept(replace(bound, place=bound.place.child("concept")), value["concept"])


def _check_concept(bound: _Bound, value: Mapping[str, Json]) -> None:
    held = value.get("coding")
    codings = enumerate(held if isinstance(held, list) else ())
    found = [(index, coding) for index, coding in codings if isinstance(coding, Mapping)]
    if found:
        places = tuple(bound.place.child("coding", index) for index, _ in found)
        _check_codes(bound, tuple(_coded(coding) for _, coding in found), places)
    elif bound.strength == "required" or (bound.strength == "extensible" and bound.maximum):
        bound.report(NO_CODE_REQUIRED, value_set=bound.maximum or "")
    elif bound.strength == "extensible":
        bound.report(NO_CODE_EXTENSIBLE)


def _check_codes(bound: _Bound, codes: tuple[Coded, ...], places: tuple[Place, ...]) -> None:
    answer = _best(bound, codes, bound.value_set)
    if answer.standing is Standing.UNKNOWN:
        _report_unknown(bound, codes, answer)
    elif answer.standing is Standing.INVALID:
        _report_outside(bound, codes, answer)
        if bound.strength == "required":
            _report_unknown_systems(bound, codes, places)


def _best(bound: _Bound, codes: tuple[Coded, ...], value_set: str) -> Answer:
    """The answer about several codes of which one is enough."""
    found: Answer | None = None
    for coded in codes:
        answer = bound.ask(coded, value_set)
        if answer.standing is Standing.VALID and not _is_guessed(bound, coded, answer):
            return answer
        if found is None or answer.standing is Standing.UNKNOWN:
            found = answer
    if found is None or found.standing is Standing.VALID:
        return Answer(Standing.INVALID, "it does not say of which code system it is")
    return found


def _is_guessed(bound: _Bound, coded: Coded, answer: Answer) -> bool:
    """Whether a coding names no system and the value set does not imply one."""
    return coded.system is None and answer.system is None and bound.type not in _CODED_TEXT


def _report_outside(bound: _Bound, codes: tuple[Coded, ...], answer: Answer) -> None:
    if bound.maximum is not None and bound.strength != "required":
        widest = _best(bound, codes, bound.maximum)
        if widest.standing is Standing.INVALID:
            why = _because(bound, codes, widest, bound.maximum)
            bound.report(MAXIMUM, codes, why, bound.maximum)
            return
        if widest.standing is Standing.UNKNOWN:
            bound.report(UNDECIDED, codes, widest.reason, bound.maximum)
    if bound.strength != "preferred" or bound.profile is not None:
        why = _because(bound, codes, answer, bound.value_set)
        bound.report(_OUTSIDE[bound.strength], codes, why)


def _report_unknown(bound: _Bound, codes: tuple[Coded, ...], answer: Answer) -> None:
    url = bound.value_set
    if bound.strength == "preferred":
        return
    if url.startswith("#") or bound.terminology.value_set_exists(url):
        bound.report(UNDECIDED, codes, answer.reason)
    elif bound.session.library.resource(url, "CodeSystem") is not None:
        bound.report(NOT_A_VALUE_SET)
    else:
        bound.report(VALUE_SET_UNKNOWN)


def _report_unknown_systems(
    bound: _Bound, codes: tuple[Coded, ...], places: tuple[Place, ...]
) -> None:
    for coded, place in zip(codes, places, strict=True):
        system = coded.system
        if system is None or not system.startswith(_HL7) or system.startswith(_HL7_ELSEWHERE):
            continue
        is_found = bound.session.library.resource(system, "CodeSystem", "StructureDefinition")
        if is_found is None and not bound.terminology.knows_system(system):
            at = place.child("system")
            bound.session.report(SYSTEM_UNKNOWN, at, profile=bound.profile, system=short(system))


def _because(bound: _Bound, codes: tuple[Coded, ...], answer: Answer, value_set: str) -> str:
    """Why a code is outside a value set; of a small one, what would be inside."""
    if answer.reason:
        return f": {answer.reason}"
    known = bound.terminology.codes_of(value_set)
    if known is None or not 0 < len(known) <= _MOST_NAMED:
        return ""
    if any(coded.code in known for coded in codes):
        return "; the code that it has is of another system"
    return f"; it has {', '.join(sorted(known))}"


def _shown(coded: Coded) -> str:
    code = coded.code or "(no code)"
    return f"'{code}'" if coded.system is None else f"{coded.system}#{code}"


def _coded(value: Mapping[str, Json]) -> Coded:
    return Coded(text(value.get("system")), text(value.get("code")), text(value.get("version")))


def _contained(session: Session, profile: str | None) -> list[Mapping[str, Json]]:
    definition = session.library.resource(profile, "StructureDefinition") if profile else None
    return items(part({"": definition}, "").get("contained"))


def short(shown: str) -> str:
    """What is shown of a value in a message: at most 80 characters."""
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
