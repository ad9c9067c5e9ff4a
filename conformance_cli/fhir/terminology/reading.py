"""Looking into terminology resources that may be malformed: what is amiss counts as absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Any


def text(value: Json) -> str | None:
    """A string that says something, or ``None``."""
    return value if isinstance(value, str) and value else None


def items(value: Json) -> list[Mapping[str, Json]]:
    """The objects of an array."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def texts(value: Json) -> list[str]:
    """The strings of an array."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, str) and item]


def part(value: Json, name: str) -> Mapping[str, Json]:
    """An object inside an object; empty where there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def choice(holder: Mapping[str, Json], stem: str = "value") -> tuple[str, Json] | None:
    """The type and value of a choice such as ``value[x]``; the type as in ``valueCode``."""
    for name, value in holder.items():
        if name.startswith(stem) and len(name) > len(stem) and value is not None:
            return name[len(stem) :], value
    return None


def extensions(holder: Mapping[str, Json], url: str) -> Iterator[Mapping[str, Json]]:
    """The extensions of an element that have a URL."""
    return (found for found in items(holder.get("extension")) if found.get("url") == url)


def canonical(reference: str) -> tuple[str, str | None]:
    """A canonical reference as URL and version."""
    url, _, version = reference.partition("|")
    return url, version or None
