"""Names that the standard fixes: systems, codes, profiles, paths into them."""

from __future__ import annotations

from enum import StrEnum

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
SERVICE_ID = "https://fhir.nhs.uk/Id/dos-service-id"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
ROLE_PROFILE_ID = "https://fhir.nhs.uk/Id/sds-role-profile-id"
RESOURCE_ID = "https://fhir.nhs.uk/Id/BaRS-Identifier"

EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
CATEGORIES = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
USE_CASES = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
CONSENT_CATEGORIES = "https://fhir.nhs.uk/CodeSystem/consent-categories-bars"
SCENE_SAFETY_CODES = "https://fhir.nhs.uk/CodeSystem/scene-safety-codes-bars"
HTTP_ERRORS = "https://fhir.nhs.uk/CodeSystem/http-error-codes"
SUCCESSES = "https://fhir.nhs.uk/CodeSystem/NRLF-SuccessCode"

SNOMED = "http://snomed.info/sct"
ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONSENT_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
SERVICE_CATEGORIES = "http://terminology.hl7.org/CodeSystem/service-category"
USAGE_CONTEXTS = "http://terminology.hl7.org/CodeSystem/usage-context-type"
SECURITY_SERVICES = "http://terminology.hl7.org/CodeSystem/restful-security-service"

#: SNOMED CT types of a registry pointer.
APPOINTMENT_RECORD = "749001000000101"
REFERRAL_RECORD = "736253002"

MESSAGE_DEFINITIONS = "https://fhir.nhs.uk/MessageDefinition/"
BARS_PROFILES = "https://fhir.nhs.uk/StructureDefinition/"
UK_CORE_PROFILES = "https://fhir.hl7.org.uk/StructureDefinition/"
BUNDLE_PROFILE = f"{BARS_PROFILES}BARSBundleMessage"
SCENE_SAFETY_PROFILE = f"{BARS_PROFILES}BARSFlag-scene-safety"
CONTACT_RANK = f"{UK_CORE_PROFILES}Extension-UKCore-ContactRank"
NHS_NUMBER_VERIFICATION = f"{UK_CORE_PROFILES}Extension-UKCore-NHSNumberVerificationStatus"
PROCESS_MESSAGE = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"

#: Verification states with which an NHS number may be sent.
VERIFIED = frozenset({"number-present-and-verified", "number-present-but-not-traced"})


class Event(StrEnum):
    """What a message asks for, as ``MessageHeader.eventCoding`` says it."""

    SERVICE_REQUEST = "servicerequest-request"
    SERVICE_RESPONSE = "servicerequest-response"
    BOOKING_REQUEST = "booking-request"
    BOOKING_RESPONSE = "booking-response"


class Reason(StrEnum):
    """Whether a message starts something, changes it or takes it back."""

    NEW = "new"
    UPDATE = "update"
    DELETE = "delete"


class Category(StrEnum):
    """The two sorts of service request."""

    REFERRAL = "referral"
    VALIDATION = "validation"


def uk_core(resource_type: str) -> str:
    """The UK Core profile of a resource type."""
    return f"{UK_CORE_PROFILES}UKCore-{resource_type}"


def same_system(one: str, other: str) -> bool:
    """Whether two system URIs are one.

    Published material spells them with ``Id`` and ``id``, ``CodeSystem`` and
    ``Codesystem``, http and https; senders copy either.
    """
    return _bare(one) == _bare(other)


def _bare(system: str) -> str:
    return system.lower().removeprefix("https://").removeprefix("http://")
