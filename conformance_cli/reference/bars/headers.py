"""Rules on the headers of every request, and the versions that are spoken."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from re import compile as pattern
from typing import TYPE_CHECKING, Any

from conformance_cli.reference.bars.calls import FHIR_JSON, Call
from conformance_cli.reference.bars.conduct import Check
from conformance_cli.reference.bars.json_paths import (
    decoded,
    every,
    identifiers,
    is_uuid,
    text,
)
from conformance_cli.reference.bars.outcomes import (
    Problem,
    bad_value,
    invalid,
    not_acceptable,
    not_found,
    unauthorized,
    unsupported_media_type,
)
from conformance_cli.reference.bars.services import BARRED_ORGANISATION, SERVICES
from conformance_cli.reference.bars.vocabulary import ODS_CODE, SERVICE_ID, same_system

if TYPE_CHECKING:
    from conformance_cli.reference.bars.routes import Operation

Json = Any

REQUEST_ID = "X-Request-Id"
CORRELATION_ID = "X-Correlation-Id"
TARGET = "NHSD-Target-Identifier"
ORGANISATION = "NHSD-End-User-Organisation"
#: The version of the API whose major number a request must ask for.
MAJOR = 1

_JSON_TYPES = frozenset({FHIR_JSON, "application/json"})
_WRITABLE_TYPES = frozenset({FHIR_JSON, "application/json", "application/merge-patch+json"})
_ANYTHING = frozenset({"*/*", "application/*"})
_VERSION = pattern(r"(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:-[0-9A-Za-z.-]+)?")

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to an interaction that the receiver knows."""

    call: Call
    operation: Operation

    @property
    def version(self) -> Version | None:
        """Major and minor of the API version that the reply should have, where said."""
        return next((v for _, v in _media_types(self.call.header("Accept")) if v is not None), None)


def request_id_present(visit: Visit) -> Problem | None:
    """BARS-COM-001: a request carries an id of its own."""
    return None if visit.call.header(REQUEST_ID) else invalid(f"{REQUEST_ID} is missing.")


def correlation_id_present(visit: Visit) -> Problem | None:
    """BARS-COM-001: a request carries the id of the journey it belongs to."""
    return None if visit.call.header(CORRELATION_ID) else invalid(f"{CORRELATION_ID} is missing.")


def request_id_is_uuid(visit: Visit) -> Problem | None:
    """BARS-COM-003: the request id is a UUID."""
    return _is_uuid(visit, REQUEST_ID)


def correlation_id_is_uuid(visit: Visit) -> Problem | None:
    """BARS-COM-003: the correlation id is a UUID."""
    return _is_uuid(visit, CORRELATION_ID)


def _is_uuid(visit: Visit, header: str) -> Problem | None:
    value = visit.call.header(header)
    if not value or is_uuid(value):
        return None
    # The tables for reads say "value"; those for messages say "invalid".
    problem = bad_value if visit.call.method == "GET" else invalid
    return problem(f"{header} is not a UUID.")


def json_is_accepted(visit: Visit) -> Problem | None:
    """BARS-COM-006: JSON is what is spoken here."""
    accepted = {name for name, _ in _media_types(visit.call.header("Accept"))}
    if not accepted or accepted & (_JSON_TYPES | _ANYTHING):
        return None
    return not_acceptable("Only application/fhir+json can be returned.")


def version_is_supported(visit: Visit) -> Problem | None:
    """BARS-COM-004 and BARS-COM-005: the major version decides, nothing finer."""
    for _, version in _media_types(visit.call.header("Accept")):
        if version is not None and version[0] != MAJOR:
            return not_acceptable("This version of the API is not supported.")
    return None


def version_has_operation(visit: Visit) -> Problem | None:
    """Section 1: what came with a later version is not asked for with an earlier one."""
    if visit.version is not None and visit.version < visit.operation.since:
        return not_acceptable("The version asked for does not have this interaction.")
    return None


def content_is_json(visit: Visit) -> Problem | None:
    """BARS-COM-006: a body is FHIR JSON, of a version that is supported."""
    if not visit.operation.has_body:
        return None
    for name, version in _media_types(visit.call.header("Content-Type")):
        if name not in _WRITABLE_TYPES:
            return unsupported_media_type("Only application/fhir+json can be read.")
        if version is not None and version[0] != MAJOR:
            return not_acceptable("This version of the API is not supported.")
    return None


def target_is_present(visit: Visit) -> Problem | None:
    """BARS-COM-015: everything but /metadata names the service that it is meant for."""
    if visit.call.header(TARGET) or not visit.operation.targeted:
        return None
    return Problem(400, "SEND_BAD_REQUEST", "required", f"{TARGET} is missing.")


def target_is_base64(visit: Visit) -> Problem | None:
    """BARS-COM-012: the target is base64."""
    if not visit.call.header(TARGET) or _unbase64(visit.call.header(TARGET)) is not None:
        return None
    return Problem(400, "PROXY_BAD_REQUEST", "structure", f"{TARGET} is not base64.")


def target_has_its_form(visit: Visit) -> Problem | None:
    """BARS-COM-013: the target is a JSON object of system and value."""
    raw = _unbase64(visit.call.header(TARGET))
    if not raw:
        return None
    target = decoded(raw)
    if text(target, "system") and text(target, "value"):
        return None
    return Problem(400, "PROXY_BAD_REQUEST", "structure", f"{TARGET} is not {{system, value}}.")


def target_is_known(visit: Visit) -> Problem | None:
    """BARS-COM-014: the target is a service that is answered for here."""
    target = target_of(visit.call)
    if target is None or target in SERVICES:
        return None
    return not_found("The target service is not known here.")


def organisation_is_readable(visit: Visit) -> Problem | None:
    """General failures: a header that is there has a possible value."""
    if not visit.call.header(ORGANISATION) or isinstance(organisation_of(visit.call), dict):
        return None
    return bad_value(f"{ORGANISATION} cannot be read.")


def organisation_is_admitted(visit: Visit) -> Problem | None:
    """BARS-COM-017: local access control keeps one organisation out."""
    codes = identifiers(list(every(organisation_of(visit.call), "identifier")), ODS_CODE)
    if BARRED_ORGANISATION in codes:
        return unauthorized("This organisation may not use the service.")
    return None


REQUEST_RULES: tuple[Check, ...] = (
    request_id_present,
    correlation_id_present,
    request_id_is_uuid,
    correlation_id_is_uuid,
    version_is_supported,
    json_is_accepted,
    version_has_operation,
    content_is_json,
    target_is_present,
    target_is_base64,
    target_has_its_form,
    target_is_known,
    organisation_is_readable,
    organisation_is_admitted,
)


def target_of(call: Call) -> str | None:
    """The id of the service that a request is meant for; ``None`` if it cannot be read."""
    target = decoded(_unbase64(call.header(TARGET)) or b"")
    value = text(target, "value")
    if not value:
        return None
    return value if same_system(text(target, "system"), SERVICE_ID) else f"?{value}"


def organisation_of(call: Call) -> Json:
    """The Organization that the end user belongs to; ``None`` if it cannot be read."""
    return decoded(_unbase64(call.header(ORGANISATION)) or b"")


def parse_version(value: str) -> Version | None:
    """Major and minor of a version; ``None`` for what is no version at all."""
    match = _VERSION.fullmatch(value.strip().strip('"'))
    return (int(match[1]), int(match[2] or 0)) if match else None


def _media_types(header: str) -> list[tuple[str, Version | None]]:
    """Media types with their version parameter; a version that is none is version 0."""
    found = []
    for part in filter(None, (part.strip() for part in header.split(","))):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        asked = [p.partition("=")[2] for p in parameters if p.lower().startswith("version=")]
        version = (parse_version(asked[0]) or (0, 0)) if asked else None
        found.append((name.lower(), version))
    return found


def _unbase64(value: str) -> bytes | None:
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
