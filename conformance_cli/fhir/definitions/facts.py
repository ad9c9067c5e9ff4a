"""What one ElementDefinition says, in terms of the schema: types, bindings, constraints, values.

Understands STU3, R4, R4B and R5, which differ in how they write types and bindings
(http://hl7.org/fhir/STU3/elementdefinition.html, http://hl7.org/fhir/R4/elementdefinition.html,
http://hl7.org/fhir/R5/elementdefinition.html), and the extensions that stand in where an
older version lacks a property.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.definitions.schema import (
    AdditionalBinding,
    Binding,
    Constraint,
    Discriminator,
    Pinned,
    Slicing,
    TypeRef,
)

Json = Any
Object = Mapping[str, Json]

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition."
_SYSTEM = "http://hl7.org/fhirpath/System."
_FHIR_TYPE = frozenset({_HL7 + "structuredefinition-fhir-type"})
_REGEX = frozenset({_HL7 + "regex", _HL7 + "structuredefinition-regex"})
_BEST_PRACTICE = frozenset({_HL7 + "elementdefinition-bestpractice"})
_MAX_VALUE_SET = frozenset({_HL7 + "elementdefinition-maxValueSet"})
_MIN_VALUE_SET = frozenset({_HL7 + "elementdefinition-minValueSet"})
_ADDITIONAL = frozenset(
    {
        "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
        _HL7 + "additional-binding",
        _R5 + "binding.additional",
    }
)
_PROFILE_ELEMENT = frozenset({_HL7 + "elementdefinition-profile-element"})
_MUST_HAVE_VALUE = frozenset({_R5 + "mustHaveValue"})
_VALUE_ALTERNATIVES = frozenset({_R5 + "valueAlternatives"})
_MIN_LENGTH = frozenset({_HL7 + "minLength"})
_MAX_DECIMALS = frozenset({_HL7 + "maxDecimalPlaces"})
_MAX_SIZE = frozenset({_HL7 + "maxSize"})
_NARRATIVE_SOURCE = frozenset({_HL7 + "narrative-source-control"})
_NARRATIVE_LANGUAGE = frozenset({_HL7 + "narrative-language-control"})

#: FHIRPath's own types, by the name of the FHIR type that holds them.
_OF_SYSTEM = {
    "String": "string",
    "Boolean": "boolean",
    "Integer": "integer",
    "Long": "integer64",
    "Decimal": "decimal",
    "Date": "date",
    "DateTime": "dateTime",
    "Time": "time",
    "Quantity": "Quantity",
}
_PRIMITIVES = (
    "base64Binary boolean canonical code date dateTime decimal id instant integer integer64 "
    "markdown oid positiveInt string time unsignedInt uri url uuid"
)
#: Larger numbers are no counts of anything.
_DIGITS = 16
_UNCAPITALISED = {name[0].upper() + name[1:]: name for name in _PRIMITIVES.split()}


def dicts(value: Json) -> list[dict[str, Json]]:
    """The objects in a list; none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: Json) -> tuple[str, ...]:
    """The strings of a list, or a single one (as STU3 has it)."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, str))


def text(value: Json) -> str:
    """A string, or an empty one."""
    return value if isinstance(value, str) else ""


def whole(value: Json) -> int | None:
    """A number that is not negative; also one that is written as a decimal or a string."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < _DIGITS else None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    with suppress(ArithmeticError):
        if 0 <= value < 10**_DIGITS:
            return int(value)
    return None


def extensions(owner: Json, urls: frozenset[str]) -> Iterator[dict[str, Json]]:
    """The extensions of an object with one of these URLs."""
    if isinstance(owner, dict):
        for extension in dicts(owner.get("extension")):
            url = extension.get("url")
            if isinstance(url, str) and url in urls:
                yield extension


def value_of(extension: Object) -> Json:
    """The value of an extension, whatever its type; for a STU3 Reference its literal."""
    for key, value in extension.items():
        if key.startswith("value"):
            return value.get("reference", value) if isinstance(value, dict) else value
    return None


def first_value(owner: Json, urls: frozenset[str]) -> Json:
    """The value of the first extension with one of these URLs."""
    for extension in extensions(owner, urls):
        return value_of(extension)
    return None


def type_code(entry: Object) -> str:
    """The FHIR name of a type: FHIRPath's own types are named by what holds them."""
    code = entry.get("code")
    if not isinstance(code, str):
        return ""
    if not code.startswith(_SYSTEM):
        return code
    named = first_value(entry, _FHIR_TYPE)
    return named if isinstance(named, str) else _OF_SYSTEM.get(code[len(_SYSTEM) :], "string")


def types(definition: Object) -> tuple[TypeRef, ...]:
    """The types of an element; entries of STU3, one for each target, become one type."""
    made: dict[str, TypeRef] = {}
    found = []
    for entry in dicts(definition.get("type")):
        ref = _type(entry)
        single = isinstance(entry.get("targetProfile"), str) or isinstance(
            entry.get("profile"), str
        )
        known = made.get(ref.code) if single else None
        if known is None:
            made[ref.code] = ref
            found.append(ref)
            continue
        joined = TypeRef(
            known.code,
            tuple(dict.fromkeys(known.profiles + ref.profiles)),
            tuple(dict.fromkeys(known.targets + ref.targets)),
            tuple(dict.fromkeys(known.aggregation + ref.aggregation)),
            known.versioning or ref.versioning,
        )
        made[ref.code] = joined
        found[found.index(known)] = joined
    return tuple(found)


def _type(entry: Object) -> TypeRef:
    versioning = entry.get("versioning")
    return TypeRef(
        type_code(entry),
        profiles(entry),
        strings(entry.get("targetProfile")),
        strings(entry.get("aggregation")),
        versioning if isinstance(versioning, str) else None,
    )


def profiles(entry: Object) -> tuple[str, ...]:
    """The profiles of a type; with ``#`` and an id, one for an element of a profile."""
    plain = strings(entry.get("profile"))
    notes = entry.get("_profile")
    if not notes or not plain:
        return plain
    named = []
    for index, profile in enumerate(plain):
        note = (
            notes if not isinstance(notes, list) else notes[index] if index < len(notes) else None
        )
        element = first_value(note, _PROFILE_ELEMENT)
        named.append(f"{profile}#{element}" if isinstance(element, str) else profile)
    return tuple(named)


def pinned(definition: Object, key: str, start: str) -> Pinned:
    """The fixed value, pattern, or limit under ``key``, which begins with ``start``."""
    name = key.removeprefix("_")[len(start) :]
    plain = key.removeprefix("_")
    return Pinned(
        _UNCAPITALISED.get(name, name), definition.get(plain), definition.get("_" + plain)
    )


def regex(definition: Object) -> str | None:
    """The regular expression that values must match, of the element or of its type."""
    found = first_value(definition, _REGEX)
    for entry in dicts(definition.get("type")):
        found = found or first_value(entry, _REGEX) or first_value(entry.get("_code"), _REGEX)
    return found if isinstance(found, str) else None


def slicing(definition: Object) -> Slicing | None:
    """How an element is sliced, if it is."""
    given = definition.get("slicing")
    if not isinstance(given, dict):
        return None
    found = [
        Discriminator(text(item.get("type")) or "value", text(item.get("path")) or "$this")
        for item in dicts(given.get("discriminator"))
    ]
    rules = text(given.get("rules")) or "open"
    ordered = given.get("ordered") is True
    return Slicing(tuple(found), rules, ordered, text(given.get("description")))


def constraint(given: Object) -> Constraint:
    """An invariant."""
    expression = given.get("expression")
    source = given.get("source")
    return Constraint(
        text(given.get("key")),
        text(given.get("severity")) or "error",
        text(given.get("human")),
        expression if isinstance(expression, str) and expression.strip() else None,
        source if isinstance(source, str) else None,
        first_value(given, _BEST_PRACTICE) is True,
    )


def value_set_of(binding: Object) -> str | None:
    """The canonical URL of a binding's value set, in the property of any version."""
    for key in ("valueSet", "valueSetUri"):
        if isinstance(binding.get(key), str):
            return str(binding[key])
    reference = binding.get("valueSetReference")
    found = reference.get("reference") if isinstance(reference, dict) else None
    return found if isinstance(found, str) else None


def binding(definition: Object) -> Binding | None:
    """The binding of an element, if it has one."""
    given = definition.get("binding")
    if not isinstance(given, dict):
        return None
    largest, smallest = None, None
    additional: tuple[AdditionalBinding, ...] = ()
    if "extension" in given or "additional" in given:
        largest = first_value(given, _MAX_VALUE_SET)
        smallest = first_value(given, _MIN_VALUE_SET)
        additional = tuple(_additional(given))
    return Binding(
        text(given.get("strength")) or "example",
        value_set_of(given),
        largest if isinstance(largest, str) else None,
        smallest if isinstance(smallest, str) else None,
        additional,
        text(given.get("description")),
    )


def _additional(given: Object) -> Iterator[AdditionalBinding]:
    for item in dicts(given.get("additional")):
        usage = tuple(dicts(item.get("usage")))
        yield AdditionalBinding(
            text(item.get("purpose")), text(item.get("valueSet")), item.get("any") is True, usage
        )
    for extension in extensions(given, _ADDITIONAL):
        parts: dict[str, list[Json]] = {}
        for part in dicts(extension.get("extension")):
            parts.setdefault(text(part.get("url")), []).append(value_of(part))
        purpose, value_set, every = (
            next(iter(parts.get(name, ())), None) for name in ("purpose", "valueSet", "any")
        )
        usage = tuple(dicts(parts.get("usage", [])))
        yield AdditionalBinding(text(purpose), text(value_set), every is True, usage)


def must_have_value(definition: Object) -> bool:
    """Whether a value is needed, not only extensions."""
    stated = definition.get("mustHaveValue")
    return (first_value(definition, _MUST_HAVE_VALUE) if stated is None else stated) is True


def value_alternatives(definition: Object) -> tuple[str, ...]:
    """The extensions that may stand in for a value."""
    return strings(definition.get("valueAlternatives")) or tuple(
        found
        for extension in extensions(definition, _VALUE_ALTERNATIVES)
        if isinstance(found := value_of(extension), str)
    )


def limits(definition: Object) -> tuple[int | None, int | None, int | None]:
    """Fewest characters, most digits after the point, most bytes: of extensions."""
    return (
        whole(first_value(definition, _MIN_LENGTH)),
        whole(first_value(definition, _MAX_DECIMALS)),
        whole(first_value(definition, _MAX_SIZE)),
    )


def narrative_source(definition: Object) -> str | None:
    """How gravely narrative counts whose parts do not say where they come from."""
    found = first_value(definition, _NARRATIVE_SOURCE)
    return found if isinstance(found, str) else None


def narrative_languages(definition: Object) -> tuple[str, ...]:
    """The languages that a narrative must have sections for, and words for special rules."""
    found = map(value_of, extensions(definition, _NARRATIVE_LANGUAGE))
    return tuple(value for value in found if isinstance(value, str))
