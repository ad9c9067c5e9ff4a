"""Canonical references and the versions that they ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any, NamedTuple

from conformance_cli.fhir.regex import Regex

_NUMERIC = Regex(r"\d+")
_PARTIAL = Regex(r"\d+\.\d+")


class Canonical(NamedTuple):
    """A canonical reference: ``url|version#fragment``, without the fragment.

    http://hl7.org/fhir/references.html#canonical
    """

    url: str
    version: str = ""


def canonical(reference: str) -> Canonical:
    """Take a canonical reference apart."""
    url, _, version = without_fragment(reference).partition("|")
    return Canonical(url, version)


def without_fragment(reference: str) -> str:
    """The reference to the whole resource, where it is to a part of it."""
    return reference.partition("#")[0]


def is_partial(version: str) -> bool:
    """Whether a version names a major and minor version only, and so any patch of it."""
    return _PARTIAL.fullmatch(version) is not None


def is_within(version: str, partial: str) -> bool:
    """Whether ``4.0.1`` is one of the versions that ``4.0`` means."""
    return version.startswith(f"{partial}.")


def compared(left: str, right: str) -> int:
    """Below zero, zero or above it: how two versions compare (semver.org, clause 11).

    Versions that are not semantic, dates for one, compare number by number and word by word.
    """
    main_left, _, label_left = left.partition("+")[0].partition("-")
    main_right, _, label_right = right.partition("+")[0].partition("-")
    order = _parts_compared(main_left, main_right)
    if order or label_left == label_right:
        return order
    if not label_left or not label_right:
        # a release comes after all that led to it
        return 1 if label_right else -1
    return _parts_compared(label_left, label_right)


#: What versions are sorted by, the highest last.
by_version: Callable[[str], Any] = cmp_to_key(compared)


def _parts_compared(left: str, right: str) -> int:
    one, other = _key(left), _key(right)
    return (one > other) - (one < other)


def _key(text: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if _NUMERIC.fullmatch(part) and len(part) < 20 else (1, 0, part)
        for part in text.split(".")
    ]
