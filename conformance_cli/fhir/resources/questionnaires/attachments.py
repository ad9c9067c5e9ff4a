"""Attachments as answers: their media types and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.given import Answer
from conformance_cli.fhir.resources.questionnaires.model import Item
from conformance_cli.fhir.resources.reading import count, number, short, text

Json = Any

_MIME_TYPE: Final = "http://hl7.org/fhir/StructureDefinition/mimeType"
_MAX_SIZE: Final = "http://hl7.org/fhir/StructureDefinition/maxSize"

NO_TYPE = error(
    "response-attachment-type-missing",
    "required",
    "The attachment does not say what it is; the question allows {allowed}",
    "Extension mimeType (http://hl7.org/fhir/StructureDefinition/mimeType).",
)
TYPE = error(
    "response-attachment-type",
    "required",
    "The attachment is of type {found}; the question allows {allowed}",
    "Extension mimeType (http://hl7.org/fhir/StructureDefinition/mimeType).",
)
SIZE = error(
    "response-attachment-size",
    "required",
    "The attachment has {found} bytes; the question allows {limit}",
    "Extension maxSize (http://hl7.org/fhir/StructureDefinition/maxSize).",
)


def check_attachment_answer(
    asking: Asking, item: Item, answer: Answer, attachment: Mapping[str, Json]
) -> None:
    """An attachment against the media types and the size that a question allows."""
    values = item.values(_MIME_TYPE)
    allowed = [found.value for found in values if isinstance(found.value, str)]
    found = text(attachment, "contentType")
    shown = short(", ".join(allowed))
    if allowed and found is None:
        asking.report(NO_TYPE, answer.place, allowed=shown)
    elif allowed and not any(_is_of(found or "", one) for one in allowed):
        asking.report(TYPE, answer.place, found=short(found), allowed=shown)
    limit, size = number(item.value(_MAX_SIZE)), _size(attachment)
    if limit is not None and size is not None and size > limit:
        asking.report(SIZE, answer.place, found=size, limit=limit)


def _is_of(found: str, allowed: str) -> bool:
    """Whether a media type is an allowed one, such as ``image/png`` or ``image/*``."""
    return found.lower().startswith(allowed.lower().removesuffix("*"))


def _size(attachment: Mapping[str, Json]) -> int | None:
    """Bytes: of the data where there are any, else as the attachment says."""
    data = text(attachment, "data")
    if data is None:
        return count(attachment, "size")
    letters = "".join(data.split())
    return len(letters) * 3 // 4 - (len(letters) - len(letters.rstrip("=")))
