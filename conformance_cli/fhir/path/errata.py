"""Constraints that were published with a mistake, and what they were meant to be.

Each is wrong by its own description: empty where an element is absent (and empty is not
true), an error where an element repeats, or a pattern that was meant for the whole text
(FHIRPath 2.0, 5.6.9, has since settled that ``matches`` looks for a part).  The meaning is
the constraint's ``human`` text, and the expression of a later release where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping

_CONTAINED = "(reference.substring(1).trace('url') in {}.contained.id.trace('ids'))"
_REFERENCE = "reference.startsWith('#').not() or " + _CONTAINED
#: A reference that is given at all, be it to the container itself ("#").
_REFERENCE_MEANT = (
    "reference.exists() implies (reference = '#' or " + _REFERENCE.format("%rootResource") + ")"
)
_CONDITION_STATUS = (
    "verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/"
    "condition-ver-status' and code = 'entered-in-error').exists()"
)
_PATH_PART = "[^\\\\s\\\\.,:;\\\\\\'\"\\\\/|?!@#$%&*()\\\\[\\\\]{}]{1,64}"
_PATH = _PATH_PART + "(\\\\." + _PATH_PART + "(\\\\[x\\\\])?(\\\\:[^\\\\s\\\\.]+)?)*"
_CAMEL_PATH = "[A-Za-z][A-Za-z0-9]*(\\\\.[a-z][A-Za-z0-9]*(\\\\[x])?)*"
_NAME = "[A-Z]([A-Za-z0-9_]){0,254}"
_TIMED = "offset.empty() or (when.exists() and "
_ANSWERS = "operator = 'exists' implies (answer is {})"
_TARGETS = "type = 'Reference' or type = 'canonical'"

_MEANT: Mapping[str, str] = {
    # ref-1 of R4 and STU3: a reference may have no text
    _REFERENCE.format("%rootResource"): _REFERENCE_MEANT,
    _REFERENCE.format("%resource"): _REFERENCE_MEANT,
    # bdl-8 of R4 and STU3: an entry may have no fullUrl
    "fullUrl.contains('/_history/').not()": (
        "fullUrl.exists() implies fullUrl.contains('/_history/').not()"
    ),
    # the names of definitions: adf-0 to vsd-0 (R4)
    f"name.matches('{_NAME}')": f"name.exists() implies name.matches('^{_NAME}$')",
    # dom-6 (R4): contained resources must not have the narrative that it asks for
    "text.`div`.exists()": "text.`div`.exists() or (%rootResource != $this)",
    # con-3 (R4): compares a CodeableConcept with a text
    f"clinicalStatus.exists() or {_CONDITION_STATUS} or "
    "category.select($this='problem-list-item').empty()": (
        f"clinicalStatus.exists() or {_CONDITION_STATUS} or "
        "category.coding.where(system='http://terminology.hl7.org/CodeSystem/"
        "condition-category' and code='problem-list-item').empty()"
    ),
    # tim-9 (R4, STU3): when may repeat
    f"{_TIMED}((when in ('C' | 'CM' | 'CD' | 'CV')).not()))": (
        f"{_TIMED}when.all(($this in ('C' | 'CM' | 'CD' | 'CV')).not()))"
    ),
    # ras-2 (R4, STU3): probability may be absent
    "probability is decimal implies (probability as decimal) <= 100": (
        "probability.empty() or (probability is decimal implies (probability as decimal) <= 100)"
    ),
    "probability is decimal implies probability.as(decimal) <= 100": (
        "probability.empty() or (probability is decimal implies probability.as(decimal) <= 100)"
    ),
    # que-7 (R4): an answer is an element of FHIR, never of System
    _ANSWERS.format("Boolean"): _ANSWERS.format("boolean"),
    # que-12 (R4): more than one
    "enableWhen.count() > 2 implies enableBehavior.exists()": (
        "enableWhen.count() > 1 implies enableBehavior.exists()"
    ),
    # opd-3 (R4): the type of a parameter may be a resource
    f"targetProfile.exists() implies ({_TARGETS})": (
        f"targetProfile.exists() implies ({_TARGETS} or "
        "type.memberOf('http://hl7.org/fhir/ValueSet/resource-types'))"
    ),
    # eld-19 and eld-20 of R4, for whole paths
    f"path.matches('{_PATH}')": f"path.matches('^{_PATH}$')",
    f"path.matches('{_CAMEL_PATH}')": f"path.matches('^{_CAMEL_PATH}$')",
    # obs-7 (STU3): there may be no component, or several
    "value.empty() or code!=component.code": "value.empty() or (code in component.code).not()",
    # opd-2 of STU3: absent for most
    "searchType implies type = 'string'": "searchType.exists() implies type = 'string'",
    # eld-12 (STU3): a binding may have no value set
    "valueSet.is(uri).not() or valueSet.as(uri).startsWith('http:') or "
    "valueSet.as(uri).startsWith('https') or valueSet.as(uri).startsWith('urn:')": (
        "valueSet.empty() or valueSet.is(uri).not() or valueSet.as(uri).startsWith('http') or "
        "valueSet.as(uri).startsWith('urn:')"
    ),
    # sdf-20 (STU3): a differential need not begin with the root
    "element.first().slicing.empty()": "element.where(path.contains('.').not()).slicing.empty()",
    # mad-3 (STU3): notGiven is a boolean
    "reasonCode.empty() or notGiven.empty() or notGiven = 'false'": (
        "reasonCode.empty() or notGiven.empty() or notGiven = false"
    ),
}


def meant(expression: str) -> str:
    """What a published constraint was meant to say: itself, for nearly all."""
    return _MEANT.get(expression, expression)


def known() -> Mapping[str, str]:
    """The published expressions that are wrong, with what they were meant to be."""
    return _MEANT
