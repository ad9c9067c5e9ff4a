"""What definitions ask for only in FHIRPath or in words, where it is easily satisfied.

Each repair changes an object of a type, or of a backbone element, in place.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

Json = Any
Object = dict[str, Json]
Repair = Callable[[Object], None]

_CORE = "http://hl7.org/fhir/StructureDefinition/"


def _is_there(value: Object, name: str) -> bool:
    """Whether an element is there; of a choice, in any type."""
    if name.endswith("[x]"):
        plain = name.removesuffix("[x]")
        return any(key.removeprefix("_").startswith(plain) for key in value)
    return name in value or f"_{name}" in value


def _drop(*names: str) -> Repair:
    """Elements that would ask for more."""

    def repair(value: Object) -> None:
        for name in names:
            plain = name.removesuffix("[x]")
            for key in list(value):
                bare = key.removeprefix("_")
                if bare == name or (plain != name and bare.startswith(plain)):
                    del value[key]

    return repair


def _set(**given: Json) -> Repair:
    """Elements that have to have certain values."""

    def repair(value: Object) -> None:
        for name, one in given.items():
            _drop(name)(value)
            value[name] = copy.deepcopy(one)

    return repair


def _one_of(*names: str) -> Repair:
    """Only the first of several that is there stays."""

    def repair(value: Object) -> None:
        there = [name for name in names if _is_there(value, name)]
        _drop(*there[1:])(value)

    return repair


def _any_of(*names: str, **given: Json) -> Repair:
    """One of several has to be there, else it is given."""

    def repair(value: Object) -> None:
        if not any(_is_there(value, name) for name in (*names, *given)):
            _set(**given)(value)

    return repair


def _needs(name: str, **needed: Json) -> Repair:
    """Where one element is, others must be too."""

    def repair(value: Object) -> None:
        if _is_there(value, name):
            _set(**{key: one for key, one in needed.items() if key not in value})(value)

    return repair


def _all(*repairs: Repair) -> Repair:
    def repair(value: Object) -> None:
        for one in repairs:
            one(value)

    return repair


def _single(*names: str) -> Repair:
    """Lists of which one item is kept: they may hold nothing twice."""

    def repair(value: Object) -> None:
        for name in names:
            if name in value:
                del value[name][1:]

    return repair


_TEXT: Json = {"text": "made up"}
_ONE: Json = {"value": 1}
_CODED: Json = {"coding": [{"system": "http://nowhere.test/codes", "code": "a"}]}
_HOW_MANY = _all(_drop("min", "max"), _set(min=0, max="*"))
_DEFINITION: Json = {"element": [{"id": "Patient", "path": "Patient"}]}
_ACTION = _one_of("operation", "assert")
_CAPABLE = _all(
    _set(kind="requirements", description="made up"), _drop("software", "implementation")
)

#: The repairs that fit every version of FHIR.
EVERYWHERE = frozenset({"Attachment", "Meta", "Period"})
REPAIRS: Mapping[str, Repair] = {
    "AllergyIntolerance": _all(
        _set(
            verificationStatus={
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                        "code": "entered-in-error",
                    }
                ]
            }
        ),
        _drop("clinicalStatus"),
    ),
    "Appointment": _all(_set(status="proposed"), _drop("start", "end", "cancelationReason")),
    "Appointment.participant": _any_of("actor", type=[_TEXT]),
    "AppointmentResponse": _any_of("actor", participantType=[_TEXT]),
    "Attachment": _all(
        _drop("size", "hash"),
        _needs("data", contentType="text/plain"),
        _any_of("contentType", "language", "data", "url", "title", "creation", title="made up"),
    ),
    "CapabilityStatement": _all(
        _CAPABLE, _drop("messaging"), _any_of("document", rest=[{"mode": "client"}])
    ),
    "CodeSystem": _all(
        _drop("supplements", "count"), _set(content="complete"), _single("concept", "property")
    ),
    "CodeSystem.concept": _single("concept"),
    "Composition.section": _any_of(
        "section",
        "entry",
        text={"status": "empty", "div": '<div xmlns="http://www.w3.org/1999/xhtml">-</div>'},
    ),
    "Consent": _any_of("policy", policyRule=_TEXT),
    "ContactPoint": _needs("value", system="other"),
    "DataRequirement.codeFilter": _all(
        _one_of("path", "searchParam"), _any_of("searchParam", path="code")
    ),
    "DataRequirement.dateFilter": _all(
        _one_of("path", "searchParam"), _any_of("searchParam", path="date")
    ),
    "Expression": _any_of("reference", expression="true"),
    "Group": _set(actual=True),
    "ImmunizationRecommendation.recommendation": _any_of("vaccineCode", targetDisease=_TEXT),
    "ImplementationGuide": _drop("dependsOn"),
    "InsurancePlan": _any_of("identifier", name="made up"),
    "Linkage": lambda value: value["item"].append({"type": "source", "resource": {"display": "-"}}),
    "Meta": _single("tag", "security"),
    "MolecularSequence": _set(coordinateSystem=1),
    "Observation.referenceRange": _any_of("low", "high", text="made up"),
    "OperationDefinition.parameter": _all(_set(type="string"), _drop("part", "targetProfile")),
    "Organization": _any_of("identifier", name="made up"),
    "Parameters.parameter": _one_of("value[x]", "resource", "part"),
    "Patient.contact": _any_of("telecom", "address", "organization", name=_TEXT),
    "Period": _one_of("start", "end"),
    "Range": _one_of("low", "high"),
    "Ratio": _all(
        _any_of("extension", numerator=_ONE),
        _needs("numerator", denominator=_ONE),
        _needs("denominator", numerator=_ONE),
    ),
    "Questionnaire.item": _drop("enableWhen"),
    "RequestGroup.action": _all(
        _one_of("resource", "action"), _any_of("action", resource={"display": "-"})
    ),
    "SearchParameter": _all(
        _set(type="string", expression="Patient.name.family"),
        _drop("component", "chain", "xpath"),
    ),
    "StructureDefinition": _all(
        _drop("snapshot", "context", "contextInvariant"),
        _set(
            type="Patient",
            kind="resource",
            abstract=False,
            derivation="constraint",
            baseDefinition=f"{_CORE}Patient",
            differential=_DEFINITION,
        ),
    ),
    "TerminologyCapabilities": _CAPABLE,
    "TestReport.test.action": _ACTION,
    "TestReport.setup.action": _ACTION,
    "TestScript.setup.action": _ACTION,
    "TestScript.test.action": _ACTION,
    "Timing.repeat": _all(
        _drop(
            "duration",
            "durationMax",
            "durationUnit",
            "period",
            "periodMax",
            "periodUnit",
            "offset",
            "countMax",
            "timeOfDay",
            "when",
        ),
        _any_of(
            "frequency", "frequencyMax", "count", "dayOfWeek", "bounds[x]", "extension", count=2
        ),
    ),
    "TriggerDefinition": _all(
        _set(type="named-event", name="made up"),
        _drop("timing[x]", "data", "condition"),
    ),
    "ValueSet.compose.include": _all(
        _one_of("concept", "filter"),
        _any_of("valueSet", system="http://nowhere.test/codes"),
        _needs("concept", system="http://nowhere.test/codes"),
        _needs("filter", system="http://nowhere.test/codes"),
    ),
}
