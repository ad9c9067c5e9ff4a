"""JSON for the values of the model: what is written can be read back as it was.

Dataclasses become objects, enums their values, dates and times RFC 3339 text, mappings
objects and tuples arrays.  Unknown members are passed over when reading, so that an older
tool reads what a newer one of the same format version wrote.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")


class CodecError(ValueError):
    """Bytes that are no JSON, or JSON that is not the value it should be."""


def encode(value: Any) -> bytes:
    """One line of JSON, without a line end.

    Where a text holds half of a surrogate pair, which JSON from an endpoint can smuggle
    in and no file can hold, the replacement character stands in its place.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_printable(msgspec.to_builtins(value)))


def decode(data: bytes, kind: type[T]) -> T:
    """Read a value of the given type.  Raises ``CodecError``."""
    try:
        return cast("T", _decoder(cast("Hashable", kind)).decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CodecError(str(error)) from error


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("type[Any]", kind))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
