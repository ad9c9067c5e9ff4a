"""Data types whose values mean something beyond their structure: identifiers and attachments.

FHIR R4, 2.24.0 (http://hl7.org/fhir/R4/datatypes.html).
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.validation.addresses import is_absolute
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.primitive_forms import UUID
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any
Rule = Callable[[Session, Mapping[str, Json], Place, Scope], None]

_IDENTIFIER = "http://hl7.org/fhir/R4/datatypes.html#identifier"
_ATTACHMENT = "http://hl7.org/fhir/R4/datatypes.html#attachment"
SYSTEM = error(
    "identifier-system",
    "code-invalid",
    "The system of an identifier must be an absolute URI; found {system}",
    _IDENTIFIER,
)
NO_URI = error(
    "identifier-uri",
    "code-invalid",
    "Under the system urn:ietf:rfc:3986 the value must be an absolute URI; found {value}",
    f"{_IDENTIFIER}: values that are URIs.",
)
NO_UUID = error(
    "identifier-uuid",
    "code-invalid",
    "The system is the RFC on UUIDs, but {value} is none",
    f"{_IDENTIFIER}: UUIDs are identified under urn:ietf:rfc:3986, as urn:uuid:...",
)
UUID_SYSTEM = warning(
    "identifier-uuid-system",
    "code-invalid",
    "A UUID has the system urn:ietf:rfc:3986 and the value urn:uuid:...; found {value} under "
    "the RFC on UUIDs",
    _IDENTIFIER,
)
SIZE = error(
    "attachment-size",
    "structure",
    "The size of the attachment is said to be {stated} bytes, but its data has {actual}",
    f"{_ATTACHMENT}: the size before base64.",
)
HASH = error(
    "attachment-hash",
    "structure",
    "The hash of the attachment is said to be {stated}, but the SHA-1 of its data is {actual}",
    f"{_ATTACHMENT}: the hash is SHA-1, in base64.",
)
NO_CONTENT = warning(
    "attachment-empty",
    "structure",
    "The attachment has neither data nor url, and says nothing about its type or language",
    _ATTACHMENT,
)
TOO_LARGE = error(
    "attachment-too-large",
    "structure",
    "The data has {size} bytes; at most {limit} are allowed",
    "Extension http://hl7.org/fhir/StructureDefinition/maxSize.",
)

_URI_SYSTEM = "urn:ietf:rfc:3986"
_UUID_SYSTEM = "https://tools.ietf.org/html/rfc4122"


def check_identifier(
    session: Session,
    value: Mapping[str, Json],
    place: Place,
    scope: Scope,  # noqa: ARG001 - what rules are called with
) -> None:
    """Check an Identifier: its system, and the value where the system says what it is."""
    system, given = value.get("system"), value.get("value")
    if not isinstance(system, str) or not system:
        return
    if not is_absolute(system):
        session.report(SYSTEM, place, system=shortened(system, 80))
    if not isinstance(given, str):
        return
    shown = shortened(given, 80)
    if system == _URI_SYSTEM and not _names_a_scheme(given):
        session.report(NO_URI, place, value=shown)
    elif system == _UUID_SYSTEM:
        is_uuid = UUID.fullmatch(given.removeprefix("urn:uuid:")) is not None
        session.report(UUID_SYSTEM if is_uuid else NO_UUID, place, value=shown)


def is_about_value(system: str) -> bool:
    """Whether the system of an identifier says what its value must be."""
    return system in (_URI_SYSTEM, _UUID_SYSTEM)


def check_attachment(
    session: Session,
    value: Mapping[str, Json],
    place: Place,
    scope: Scope,  # noqa: ARG001 - what rules are called with
) -> None:
    """Check an Attachment: what it says of its data against the data."""
    if not any(key in value for key in ("data", "url", "contentType", "language")):
        session.report(NO_CONTENT, place)
    size, stated = value.get("size"), value.get("hash")
    if size is None and stated is None:
        return
    data = decoded(value.get("data"))
    if data is None:
        return
    actual_size = len(data)
    if isinstance(size, str) and size.isdecimal() and len(size) < 20:
        size = int(size)  # from R5 on an integer64, which JSON has as a string
    if isinstance(size, int) and not isinstance(size, bool) and size != actual_size:
        session.report(SIZE, place, stated=shortened(str(size), 40), actual=actual_size)
    digest = decoded(stated)
    if digest is None:
        return
    from hashlib import sha1

    actual = sha1(data, usedforsecurity=False).digest()
    if digest != actual:
        session.report(HASH, place, stated=shortened(digest.hex(), 80), actual=actual.hex())


def check_size(
    session: Session, value: Json, element: Element, place: Place, profile: str | None = None
) -> None:
    """Check data, or an Attachment with data, against the bytes that an element allows."""
    if element.max_size is None:
        return
    data = decoded(value.get("data") if isinstance(value, Mapping) else value)
    if data is not None and len(data) > element.max_size:
        facts: dict[str, Any] = {"size": len(data), "limit": element.max_size}
        session.report(TOO_LARGE, place, profile=profile, **facts)


def decoded(text: Json) -> bytes | None:
    """The bytes of a base64 text, white space in it apart; ``None`` where it is none."""
    if not isinstance(text, str):
        return None
    try:
        return a2b_base64("".join(text.split()), strict_mode=True)
    except (Error, ValueError):
        return None


def _names_a_scheme(uri: str) -> bool:
    """Whether a URI begins with a scheme, in whatever case."""
    scheme, colon, rest = uri.partition(":")
    return bool(colon and rest) and is_absolute(f"{scheme.lower()}:x")


#: The rules of data types, by the names of the types.
DATATYPE_RULES: Mapping[str, tuple[Rule, ...]] = {
    "Identifier": (check_identifier,),
    "Attachment": (check_attachment,),
}
