"""What a schema does not allow, in words that say what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from conformance_cli.load.problems import did_you_mean
from conformance_cli.model.pack import Json


@dataclass(frozen=True, slots=True)
class Flaw:
    """One part of a document that its schema does not allow."""

    #: The mapping or list that holds it; ``None`` for the whole document.
    container: Json
    member: str | int
    #: Whether the key is wrong, rather than its value.
    on_key: bool
    code: str
    message: str
    hint: str = ""


#: JSON types as authors call them.
NAMES: Mapping[str, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}
_TYPES: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    type(None): "null",
}


def type_of(value: Json) -> str:
    """The JSON type of a value; a number without a fraction is an integer."""
    kind = type(value)
    return "integer" if kind is float and value.is_integer() else _TYPES.get(kind, "")


def unknown_key(mapping: Json, key: str, known: Iterable[str], title: str) -> Flaw:
    """A key that a mapping must not have."""
    message = f'unknown key "{key}"{_inside(title)}'
    return Flaw(mapping, key, True, "unknown-key", message, did_you_mean(key, known, "known keys"))


def missing_key(key: str, title: str, container: Json, member: str | int) -> Flaw:
    """A key that a mapping must have."""
    return Flaw(container, member, True, "missing-key", f'"{key}" is missing{_inside(title)}')


def bad_name(mapping: Json, key: str, hint: str) -> Flaw:
    """A key that is not spelled as names are."""
    return Flaw(mapping, key, True, "bad-name", f'"{key}" cannot be a name', hint)


def bad_value(container: Json, member: str | int, message: str, hint: str = "") -> Flaw:
    """A value of the right type that is not right."""
    return Flaw(container, member, False, "bad-value", message, hint)


def wrong_type(
    value: Json, wanted: Sequence[str], container: Json, member: str | int, title: str = ""
) -> Flaw:
    """A value of the wrong type; a number that should be text is the usual case."""
    hint = ""
    if "string" in wanted and type(value) in (int, float, bool):
        hint = "quote it: without quotes it is a number, or true or false"
    elif "boolean" in wanted and type(value) is str:
        hint = "write true or false, without quotes"
    elif "array" in wanted and "object" not in wanted and type(value) is not dict:
        hint = "write a list, such as [a, b]"
    noun = f", {lowered(title)}," if title else ""
    words = either([NAMES[one] for one in wanted])
    message = f"{called(member)}{noun} must be {words}, not {_kind(value)}"
    return Flaw(container, member, False, "wrong-type", message, hint)


def called(member: str | int) -> str:
    """A member of a mapping or list in a sentence."""
    if isinstance(member, int):
        return f"item {member + 1}"
    return f'"{member}"' if member else "the file"


def shown(value: Json) -> str:
    """A value in a sentence."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def either(words: Sequence[str]) -> str:
    """Choices in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def lowered(title: str) -> str:
    """A title within a sentence."""
    return title[:1].lower() + title[1:]


def _inside(title: str) -> str:
    return f" in {lowered(title)}" if title else ""


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) in (int, float):
        return "a number"
    return "a date" if isinstance(value, date) else NAMES.get(type_of(value), "something else")
