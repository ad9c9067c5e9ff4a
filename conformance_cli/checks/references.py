"""The ``references-resolve`` check: references that stay within a Bundle.

Follows "Resolving references in Bundles" (FHIR R4 section 2.36.4.1), with one leniency:
a relative reference may also name the type and id of a resource whose entry has a
``urn:`` fullUrl, for that is how messages are commonly written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.checks.arguments import (
    ArgumentError,
    fhirpath_problems,
    mapping_problems,
    pattern_problems,
    shown,
    texts,
)
from conformance_cli.checks.elements import place
from conformance_cli.checks.finding import Claim, Finding, clip, first_few
from conformance_cli.checks.subject import Subject, judge_bodies
from conformance_cli.fhir.path.patterns import compile_pattern

Json = Any

_HISTORY = re.compile(r"/_history/[^/]*\Z")
_RELATIVE = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9.\-]{1,64}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass(slots=True)
class _Known:
    """Everything in a body that a reference may point at."""

    urls: set[str] = field(default_factory=set)
    #: ``Type/id`` of every resource, and as the end of every fullUrl.
    relative: set[str] = field(default_factory=set)
    #: ``#id`` of everything contained, in whichever resource.
    contained: set[str] = field(default_factory=set)
    #: The same for the resource that an object stands in, by the object's identity.
    contained_with: dict[int, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Json) -> _Known:
        known = cls()
        for url, resource in _resources(value):
            known._add(url, resource)
        return known

    def has(self, item: Json, reference: str) -> bool:
        if reference.startswith("#"):
            near = self.contained_with.get(id(item), self.contained)
            return reference in near or reference == "#"
        target = _HISTORY.sub("", reference)
        if _ABSOLUTE.match(target):
            return _normal(target) in self.urls
        return target in self.relative

    def _add(self, url: str, resource: Mapping[str, Json]) -> None:
        if url:
            self.urls.add(_normal(_HISTORY.sub("", url)))
            tail = "/".join(url.split("/")[-2:])
            if _RELATIVE.fullmatch(tail):
                self.relative.add(tail)
        kind, identity = resource.get("resourceType"), resource.get("id")
        if isinstance(kind, str) and isinstance(identity, str):
            self.relative.add(f"{kind}/{identity}")
        inside = [inner.get("id") for inner in _maps(resource.get("contained"))]
        near = {f"#{name}" for name in inside if isinstance(name, str)}
        self.contained |= near
        if kind != "Bundle":
            self.contained_with.update((one, near) for one in _objects(resource))


def references_resolve(argument: Json, subject: Subject) -> Finding:
    """``references-resolve: {in: PATH, allow: [regex]}``: each reference points inside.

    An item is a Reference or its text.  One with only an identifier is passed over.
    """
    path = argument["in"]
    if not isinstance(path, str):
        raise ArgumentError(f"in must be a FHIRPath text, not {shown(path)}")
    allowed = [compile_pattern(pattern) for pattern in texts(argument.get("allow"))]
    claim = Claim(f"Every {path} points into the body", "references that resolve in the body")

    def judge(value: Json) -> Finding:
        items = subject.fhirpath.evaluate(path, value)
        references = [(i, r) for i, item in enumerate(items) if (r := _reference(item))]
        if not references:
            return claim.nothing_to_judge(path, f"there is no {path} with a reference")
        known = _Known.of(value)
        lost = [
            (i, r)
            for i, r in references
            if not known.has(items[i], r) and not any(p.matches(r) for p in allowed)
        ]
        if not lost:
            return claim.met(f"all {len(references)} resolve")
        told = first_few([f"[{i}] {clip(r, 80)}" for i, r in lost])
        return claim.broken(
            f"{len(lost)} of {len(references)} point nowhere: {told}", place(path, lost[0][0])
        )

    return judge_bodies(subject, claim, judge)


def references_resolve_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``references-resolve``."""
    problems = mapping_problems(argument, {"in", "allow"}, required=("in",))
    if isinstance(argument, Mapping):
        if "in" in argument:
            problems += fhirpath_problems("in", argument["in"])
        if "allow" in argument:
            problems += pattern_problems("allow", argument["allow"])
    return problems


def _resources(value: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Every resource of a body with its fullUrl: the entries of a Bundle, or the body."""
    if not isinstance(value, Mapping):
        return
    yield "", value
    if value.get("resourceType") == "Bundle":
        for entry in _maps(value.get("entry")):
            url, resource = entry.get("fullUrl"), entry.get("resource")
            yield (
                url if isinstance(url, str) else "",
                resource if isinstance(resource, Mapping) else {},
            )


def _objects(value: Json) -> Iterator[int]:
    """The identity of every object within a value."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Mapping):
            yield id(part)
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)


def _reference(item: Json) -> str:
    found = item.get("reference") if isinstance(item, Mapping) else item
    return found if isinstance(found, str) else ""


def _normal(url: str) -> str:
    """UUIDs and OIDs in URNs are the same in either case (RFC 8141 section 3)."""
    return url.lower() if url[:4].lower() == "urn:" else url


def _maps(value: Json) -> list[Mapping[str, Json]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
