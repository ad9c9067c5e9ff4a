"""Published examples: which of them are refused, and for which kinds of defects.

A table of defects says of each kind by which messages the validator tells it, what is wrong
in words, and which examples have it:

    code-unknown: a unit that UCUM does not have
        Claim-1 Claim-2

An example may have several kinds of defects; it must have no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance_cli.fhir import Validator

SHARED = Path(__file__).parents[3] / "shared"
PACKAGES = SHARED / "fhir" / "packages"
#: What FHIR R4 is validated with, in the order of loading.
R4 = ("hl7.fhir.r4.core-*", "hl7.fhir.uv.extensions.r4-*", "hl7.terminology.r4-*")


@dataclass
class Defect:
    """What is wrong, the ids of the messages that tell it, and the examples that have it."""

    ids: frozenset[str]
    reason: str
    examples: list[str]


def table(text: str) -> list[Defect]:
    """The defects of a table."""
    found: list[Defect] = []
    for line in text.splitlines():
        if line.startswith(" "):
            found[-1].examples += line.split()
        elif line:
            ids, _, reason = line.partition(": ")
            found.append(Defect(frozenset(ids.split()), reason, []))
    return found


def archives(*patterns: str) -> list[str]:
    """The paths of packages, by patterns of their names."""
    return [str(path) for pattern in patterns for path in sorted(PACKAGES.glob(f"{pattern}.tgz"))]


def errors(validator: Validator, data: bytes, profiles: Iterable[str] = ()) -> frozenset[str]:
    """The ids of the errors in an example; none if it is accepted."""
    outcome = validator.validate(data, profiles=tuple(profiles))
    return frozenset(issue.id for issue in outcome.issues if issue.is_error)


def differences(found: Mapping[str, frozenset[str]], defects: Iterable[Defect]) -> list[str]:
    """Where what was found in examples is not what the table says of them."""
    known: dict[str, list[Defect]] = {name: [] for name in found}
    for defect in defects:
        for name in defect.examples:
            known.get(name, []).append(defect)
    return [one for name, ids in found.items() for one in _differing(name, ids, known[name])]


def _differing(name: str, ids: frozenset[str], defects: list[Defect]) -> Iterator[str]:
    expected = frozenset[str]().union(*(defect.ids for defect in defects))
    if ids - expected:
        yield f"{name} is refused by {', '.join(sorted(ids - expected))}"
    for defect in defects:
        if ids.isdisjoint(defect.ids):
            yield f"{name} is not found to have this: {defect.reason}"
