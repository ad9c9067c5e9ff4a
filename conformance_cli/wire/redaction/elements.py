"""Which elements of FHIR, HL7 v3, OpenID Connect and plain JSON hold what.

Sources: FHIR STU3, R4 and R5 resource definitions; OpenID Connect Core section 5.1;
NHS login claims.  Names are compared without case and punctuation.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

#: Resources that are a person.
PERSONS = frozenset({"Patient", "Person", "RelatedPerson", "Practitioner"})

#: Resources that describe software or a standard, never a person.
TECHNICAL = frozenset(
    {
        "ActivityDefinition", "CapabilityStatement", "CodeSystem", "CompartmentDefinition",
        "ConceptMap", "Conformance", "ExampleScenario", "GraphDefinition", "ImplementationGuide",
        "MessageDefinition", "NamingSystem", "OperationDefinition", "OperationOutcome",
        "PlanDefinition", "SearchParameter", "StructureDefinition", "StructureMap",
        "TerminologyCapabilities", "TestReport", "TestScript", "ValueSet",
    }
)  # fmt: skip

#: Resources whose name, telephone and address belong to an organisation.
PUBLIC = frozenset({"Endpoint", "HealthcareService", "Organization"})

#: Resources whose ``name``, as text, names a thing.
NAMED_THINGS = TECHNICAL | PUBLIC | {"Device", "DeviceDefinition", "MessageHeader", "Parameters"}

#: Reference targets whose ``display`` names no person.
PLACES = ("Organization", "HealthcareService", "Location", "Slot", "Schedule", "Endpoint", "Device")

#: Elements that hold a whole complex value: everything below is of this category.
CONTAINERS = {
    "name": "name", "humanname": "name", "valuehumanname": "name", "pn": "name",
    "telecom": "telecom", "valuecontactpoint": "telecom",
    "address": "address", "valueaddress": "address", "addr": "address",
    "photo": "photo", "valueattachment": "photo",
    "deceased": "deceased",
}  # fmt: skip

#: Elements that are personal wherever they are.
PERSONAL = {
    "family": "name", "given": "name", "familyname": "name", "givenname": "name",
    "surname": "name", "forename": "name", "firstname": "name", "lastname": "name",
    "middlename": "name", "fullname": "name", "maidenname": "name", "nickname": "name",
    "preferredusername": "name", "patientname": "name", "mothersmaidenname": "name",
    "birthdate": "birth-date", "dob": "birth-date", "dateofbirth": "birth-date",
    "birthtime": "birth-date", "patientbirthdate": "birth-date",
    "deceasedboolean": "deceased", "deceaseddatetime": "deceased", "deceaseddate": "deceased",
    "deceasedind": "deceased", "deceasedtime": "deceased",
    "multiplebirthboolean": "birth", "multiplebirthinteger": "birth",
    "nhsnumber": "nhs-number", "patientnhsnumber": "nhs-number",
    "telephone": "telecom", "phone": "telecom", "phonenumber": "telecom", "mobile": "telecom",
    "mobilenumber": "telecom", "landlinenumber": "telecom", "email": "telecom",
    "emailaddress": "telecom", "contactnumber": "telecom", "telecom": "telecom",
    "address": "address", "addressline": "address", "addressline1": "address",
    "addressline2": "address", "streetaddress": "address", "streetaddressline": "address",
    "postcode": "address", "postalcode": "address", "addresspostalcode": "address",
    "addresscity": "address", "gplinkagekey": "secret", "photo": "photo", "picture": "photo",
    "valuebase64binary": "data",
}  # fmt: skip

#: Elements in which a person may be written about.
FREE_TEXT = frozenset(
    {
        "text", "note", "comment", "comments", "description", "patientinstruction",
        "instruction", "instructions", "conclusion", "summary", "title", "contentstring",
        "valuestring", "valuemarkdown", "answer", "remark", "remarks", "reasontext",
        "notetext", "payload", "caption", "extradetails", "markdown",
    }
)  # fmt: skip

#: Elements of containers that say what kind of value it is.
KINDS = frozenset(
    {"use", "system", "rank", "type", "contenttype", "start", "end", "url", "resourcetype", "code"}
)

#: Elements that hold codes: never touched by learned values.
CODED = frozenset(
    {
        "resourcetype", "code", "system", "version", "status", "use", "type", "mode", "kind",
        "severity", "intent", "priority", "gender", "language", "contenttype", "unit", "method",
        "fhirversion", "format", "interaction", "conditional", "start", "end", "date", "issued",
        "created", "lastupdated", "recorded", "authoredon", "timestamp", "instant", "versionid",
        "effectivedatetime", "performeddatetime", "occurrencedatetime", "onsetdatetime",
        "recordeddate", "asserteddate", "valuecode", "participationstatus", "required",
        "schemaversion", "conformance", "security", "resource", "profile",
    }
)  # fmt: skip

#: Elements that resources are told apart and found by.
LINKS = frozenset({"id", "reference", "fullurl"})

#: References to people: an identifier below them identifies a person.
PERSON_REFERENCES = frozenset(
    {
        "patient",
        "subject",
        "practitioner",
        "beneficiary",
        "individual",
        "recorder",
        "asserter",
        "performer",
        "author",
        "requester",
        "participant",
        "actor",
        "enterer",
        "generalpractitioner",
        "informationsource",
        "attester",
        "party",
    }
)

#: References that only an organisation, a place or a thing can stand in.
PLACE_REFERENCES = frozenset(
    {
        *("managingorganization", "serviceprovider", "organization", "providerorganization"),
        *("providedby", "custodian", "manufacturer", "partof", "healthcareservice", "location"),
        *("schedule", "slot", "endpoint", "insurer", "ownedby", "coveragearea", "assigner"),
        *("medicationreference", "device", "network", "serviceprovision"),
    }
)

PERSON_SYSTEM = re.compile(
    r"nhs-?number|chi-?number|h-c-number|sds-user|/gmc|gmp-?number|/nmc|gphc|/hcpc|passport"
    r"|national-insurance|driving|patient|person|practitioner|role-profile|ssn",
    re.IGNORECASE,
)
ORGANISATION_SYSTEM = re.compile(r"ods|organi[sz]ation|dos-service|asid", re.IGNORECASE)

_PATCH_STEP = re.compile(r"[/.\[\]()]+")

_SECRET = re.compile(
    r"(?:token|secret|password|passwd|passphrase|apikey|assertion|privatekey|authorization"
    r"|cookie|sessionid|credential|credentials|pwd|jwt|subscriptionkey)$"
)
_PUNCTUATION = str.maketrans("", "", string.punctuation + string.whitespace)


def normal(name: str) -> str:
    """A name as these tables write it."""
    return name.casefold().translate(_PUNCTUATION)


def patched_category(fields: Mapping[str, Any]) -> str:
    """What the ``value`` of a JSON Patch operation (RFC 6902) is; empty if nothing personal."""
    if "op" not in fields or "path" not in fields:
        return ""
    for step in reversed(_PATCH_STEP.split(str(fields["path"])[:500])):
        name = normal(step)
        category = CONTAINERS.get(name) or PERSONAL.get(name)
        if category or name in FREE_TEXT or name == "identifier":
            return category or ("identifier" if name == "identifier" else "text")
    return ""


def is_secret_name(name: str) -> bool:
    """Whether a field, parameter or header of this (normalised) name holds a credential."""
    return _SECRET.search(name) is not None
