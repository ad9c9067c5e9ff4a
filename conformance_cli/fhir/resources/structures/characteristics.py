"""Which constraints make sense for which types of FHIR.

http://hl7.org/fhir/StructureDefinition/type-characteristics, and what the specification says
of each constraint (http://hl7.org/fhir/R4/elementdefinition-definitions.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NUMBERS = ("decimal", "integer", "integer64", "positiveInt", "unsignedInt")
_TIMES = ("date", "dateTime", "instant", "time")
_TEXTS = ("canonical", "code", "id", "markdown", "oid", "string", "uri", "url", "uuid")
_AMOUNTS = ("Age", "Distance", "Duration", "MoneyQuantity", "Quantity", "SimpleQuantity")

#: The types of which a binding says what they may be.
CAN_BIND: Final = frozenset(
    {
        *("code", "string", "uri", "url", "oid", "uuid"),
        *("Coding", "CodeableConcept", "CodeableReference", "Extension", "Range"),
        *_AMOUNTS,
    }
)
#: Those that have other resources as targets.
HAS_TARGET: Final = frozenset({"Reference", "CodeableReference", "canonical"})
#: By constraint (or the URL of an extension): the types that it can be put on.
SUITABLE: Final[Mapping[str, frozenset[str]]] = {
    "maxLength": frozenset({*_NUMBERS, *_TIMES, *_TEXTS}),
    "minValue": frozenset({*_NUMBERS, *_TIMES, *_AMOUNTS, "Count", "Money"}),
    "maxValue": frozenset({*_NUMBERS, *_TIMES, *_AMOUNTS, "Count", "Money"}),
    "http://hl7.org/fhir/StructureDefinition/minLength": frozenset({*_NUMBERS, *_TIMES, *_TEXTS}),
    "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces": frozenset(
        {"decimal", "instant", "dateTime", "time", "Money", *_AMOUNTS}
    ),
    "http://hl7.org/fhir/StructureDefinition/maxSize": frozenset({"base64Binary", "Attachment"}),
}
