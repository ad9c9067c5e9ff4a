"""Reading JSON: fast where it is sound, patient where it is not."""

from __future__ import annotations

from typing import Any

import msgspec

from conformance_cli.fhir.outcome.message import fatal
from conformance_cli.fhir.source.json_locator import JsonLocator
from conformance_cli.fhir.source.numbers import read_decimal
from conformance_cli.fhir.source.reading import (
    MAX_BYTES,
    MAX_DEPTH,
    NOWHERE,
    TOO_DEEP,
    TOO_LARGE,
    Problem,
    Reading,
    unread,
)
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place

Json = Any

NOT_AN_OBJECT = fatal(
    "json-no-object",
    "invalid",
    "A resource is a JSON object; this is {found}",
    "FHIR R4, 2.6.2: resources are represented as JSON objects "
    "(http://hl7.org/fhir/R4/json.html#resources).",
)


def read_json(data: bytes, options: Options) -> Reading:
    """Read a resource in JSON.  Never raises for what is in the data.

    A sound text costs little more than to parse it.  A text with mistakes is read as far as
    its meaning is clear, each mistake a problem; where it is not, the resource is ``None``
    and a fatal problem says why.  Decimals keep their literal digits.
    """
    root = Place(None, NOWHERE)
    if len(data) > MAX_BYTES:
        values = {"size": len(data), "limit": MAX_BYTES}
        return unread(Problem(TOO_LARGE, root, None, values))
    try:
        value = _DECODER.decode(data)
    except RecursionError:
        return _too_deep(root)
    except (msgspec.DecodeError, ValueError):
        return _read_with_care(data, options, root)
    return _judged(value, data, root, [], options.max_issues)


def _read_with_care(data: bytes, options: Options, root: Place) -> Reading:
    from conformance_cli.fhir.source.encoding import WideTextError, decode
    from conformance_cli.fhir.source.json_recovery import recover

    try:
        text, problems = decode(data, root)
    except WideTextError as err:
        return unread(err.problem)
    if problems:
        try:
            clean = text.encode()
            return _judged(_DECODER.decode(clean), clean, root, problems, options.max_issues)
        except RecursionError:
            return _too_deep(root, *problems)
        except (msgspec.DecodeError, ValueError):
            pass
    return recover(text, options, root, problems)


def _judged(value: Json, data: bytes, root: Place, problems: list[Problem], most: int) -> Reading:
    """The reading of a text that is sound as JSON."""
    if type(value) is not dict:
        values = {"found": _kind(value)}
        return unread(Problem(NOT_AN_OBJECT, root, (1, 1), values), *problems)
    name = value.get("resourceType")
    if isinstance(name, str):
        root.key = name
    compact = msgspec.json.encode(value)
    if _is_deep(compact):
        return _too_deep(root, *problems)
    locate = JsonLocator(data)
    if not _has_each_key_once(data, compact):
        value, doubles = _first_of_doubles(data.decode(), root, locate)
        problems = [*problems, *doubles[:most]]
    return Reading(value, tuple(problems), locate)


def _has_each_key_once(data: bytes, compact: bytes) -> bool:
    """Whether no object names a property twice; ``compact`` is the data, read and written again.

    Of doubled properties the decoder keeps one.  Written again, without space, the value
    has one colon for each property and those inside strings: as many as the text, unless
    properties were lost.  Only an escaped colon would be counted on one side alone.
    """
    return data.count(b":") == compact.count(b":") and b"\\u003" not in data


def _is_deep(compact: bytes) -> bool:
    """Whether a text nests deeper than ``MAX_DEPTH``: indented by one, depth can be seen."""
    return _DEEPER in msgspec.json.format(compact, indent=1)


def _first_of_doubles(
    text: str, root: Place, locate: JsonLocator
) -> tuple[dict[str, Json], list[Problem]]:
    """The value with the first of each doubled property, and where there are such."""
    from json import JSONDecoder

    from conformance_cli.fhir.source.json_mistakes import DUPLICATE

    doubles: dict[int, list[str]] = {}
    kept: list[Json] = []

    def build(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        made = {}
        again = doubles[id(made)] = []
        kept.append(made)
        for key, item in pairs:
            if key in made:
                again.append(key)
            else:
                made[key] = item
        return made

    decoder = JSONDecoder(object_pairs_hook=build, parse_float=read_decimal)
    value: dict[str, Json] = decoder.decode(text)
    problems = []
    stack: list[tuple[Json, Place]] = [(value, root)] if doubles else []
    while stack:
        item, place = stack.pop()
        for name in dict.fromkeys(doubles.get(id(item), ())):
            at = locate(place.pointer)
            problems.append(Problem(DUPLICATE, place, at, {"name": name[:80]}))
        stack.extend(_inner(item, place))
    return value, problems


def _inner(item: Json, place: Place) -> list[tuple[Json, Place]]:
    if type(item) is dict:
        return [(value, place.child(key)) for key, value in item.items()]
    if type(item) is list and place.parent is not None:
        return [(value, place.parent.child(place.key, i)) for i, value in enumerate(item)]
    return []


def _too_deep(root: Place, *problems: Problem) -> Reading:
    return unread(Problem(TOO_DEEP, root, None, {"limit": MAX_DEPTH}), *problems)


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str | list):
        return "a string" if isinstance(value, str) else "an array"
    return "a number"


_DECODER = msgspec.json.Decoder(float_hook=read_decimal)
#: What the indented text of something too deep contains; within strings, no line breaks.
_DEEPER = b"\n" + b" " * (MAX_DEPTH + 1)
