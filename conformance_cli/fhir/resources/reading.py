"""Looking into resources that may be malformed in any way: what is not there is just absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from conformance_cli.fhir.validation.place import Place

Json = Any

#: The primitive types that may stand in a choice (FHIR R5, 2.1.28.0.1), capitalised.
_PRIMITIVES: Mapping[str, str] = {
    "Base64Binary": "base64Binary",
    "Boolean": "boolean",
    "Canonical": "canonical",
    "Code": "code",
    "Date": "date",
    "DateTime": "dateTime",
    "Decimal": "decimal",
    "Id": "id",
    "Instant": "instant",
    "Integer": "integer",
    "Integer64": "integer64",
    "Markdown": "markdown",
    "Oid": "oid",
    "PositiveInt": "positiveInt",
    "String": "string",
    "Time": "time",
    "UnsignedInt": "unsignedInt",
    "Uri": "uri",
    "Url": "url",
    "Uuid": "uuid",
}


class Choice(Struct, frozen=True):
    """A value whose type is in its name: ``valueQuantity`` is a value of type ``Quantity``."""

    key: str
    name: str
    type: str
    value: Json

    def at(self, place: Place) -> Place:
        """The place of the value, given that of the element that holds it."""
        return place.child(self.key, None, f"{self.name}.ofType({self.type})")


def text(value: Mapping[str, Json], key: str) -> str | None:
    """A string that is there and not empty."""
    found = value.get(key)
    return found if isinstance(found, str) and found else None


def flag(value: Mapping[str, Json], key: str) -> bool:
    """Whether a Boolean is there and true."""
    return value.get(key) is True


def count(value: Mapping[str, Json], key: str) -> int | None:
    """A whole number that is there."""
    found = value.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def number(value: Json) -> Decimal | None:
    """A JSON number as a decimal with the digits it was written with."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return found if found.is_finite() else None


def part(value: Mapping[str, Json], key: str) -> Mapping[str, Json] | None:
    """An object that is there."""
    found = value.get(key)
    return found if isinstance(found, Mapping) else None


def parts(value: Mapping[str, Json], key: str) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """The objects of a repeating property, with their positions; a lone one counts as first."""
    found = value.get(key)
    for index, item in enumerate(found if isinstance(found, list) else [found]):
        if isinstance(item, Mapping):
            yield index, item


def texts(value: Mapping[str, Json], key: str) -> Iterator[tuple[int, str]]:
    """The strings of a repeating property, with their positions."""
    found = value.get(key)
    for index, item in enumerate(found if isinstance(found, list) else [found]):
        if isinstance(item, str) and item:
            yield index, item


def choice(value: Mapping[str, Json], name: str) -> Choice | None:
    """The value of an element that may be of several types."""
    for key, found in value.items():
        if key.startswith(name) and key[len(name) : len(name) + 1].isupper():
            suffix = key[len(name) :]
            return Choice(key, name, _PRIMITIVES.get(suffix, suffix), found)
    return None


def extensions(value: Mapping[str, Json], *urls: str) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """The extensions with one of these URLs, with their positions among all."""
    for index, extension in parts(value, "extension"):
        if extension.get("url") in urls:
            yield index, extension


def extension_values(value: Mapping[str, Json], *urls: str) -> Iterator[Choice]:
    """The values of the extensions with one of these URLs."""
    for _, extension in extensions(value, *urls):
        found = choice(extension, "value")
        if found is not None:
            yield found


def extension_value(value: Mapping[str, Json], *urls: str) -> Json:
    """The value of the first extension with one of these URLs; ``None`` without one."""
    found = next(extension_values(value, *urls), None)
    return None if found is None else found.value


def companion(value: Mapping[str, Json], key: str, index: int | None = None) -> Mapping[str, Json]:
    """What holds the extensions of a primitive (``_birthDate``); empty where there are none."""
    found = value.get(f"_{key}")
    if index is not None:
        found = found[index] if isinstance(found, list) and index < len(found) else None
    return found if isinstance(found, Mapping) else {}


def short(value: Json) -> str:
    """A value for a message, in at most 80 characters."""
    shown = value if isinstance(value, str) else str(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def unversioned(url: str) -> str:
    """A canonical URL without its version."""
    return url.partition("|")[0]
