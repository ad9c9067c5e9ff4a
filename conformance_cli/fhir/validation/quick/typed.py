"""Generated tests of objects of types that have rules."""

from __future__ import annotations

from collections.abc import Mapping

from conformance_cli.fhir.validation.quick.judging import LEADS_SOMEWHERE
from conformance_cli.fhir.validation.quick.lessons import Objects
from conformance_cli.fhir.validation.quick.objects import DOUBT, Body, ObjectTests
from conformance_cli.fhir.validation.quick.ruled import (
    FIELDS,
    seen,
    seen_concept,
    seen_identifier,
)
from conformance_cli.fhir.validation.shape import Property, Shape


def _by_fields(tests: ObjectTests, shape: Shape, via: Property) -> list[str]:
    """Where rules look at a few texts: these have been seen, and the rest is in order."""
    fields = FIELDS[via.type]
    lesson = Objects(seen_identifier if via.type == "Identifier" else seen(fields))
    tests.lessons[via] = lesson
    known = tests.workshop.constant(lesson.known)
    texts = [f"v.get({name!r})" for name in fields]
    key = f"({', '.join(texts)})" if len(texts) > 1 else texts[0]
    there = {name: [f"if x is None: {DOUBT}"] for name in fields}
    return [
        f"m = {known}.get({key})",
        f"if m is None or not v: {DOUBT}",
        "if m != len(v):",
        *(f"    {line}" for line in tests.loop(shape, via, there)),
        *tests.complete(shape),
        "return True",
    ]


def _concept(tests: ObjectTests, shape: Shape, via: Property) -> list[str]:
    """A concept whose codings were seen before, alone or all together."""
    lesson = Objects(seen_concept)
    tests.lessons[via] = lesson
    known = tests.workshop.constant(lesson.known)
    coding = tests.object(shape.properties["coding"])
    see = tests.workshop.constant(seen_concept)
    return [
        f"if not v: {DOUBT}",
        "s = v.get('coding')",
        "if type(s) is list and len(s) == 1 and type(s[0]) is dict:",
        "    y = s[0]",
        "    g = y.get",
        f"    m = {known}.get((g('system'), g('version'), g('code'), g('display')))",
        f"    if m is None or not y or m != len(y) and not {coding}(y, t, r): {DOUBT}",
        "    if len(v) == 1: return True",
        "else:",
        f"    y = {see}(v)",
        f"    if y is None or {known}.get(y[0]) is None: {DOUBT}",
        "    for y in s or ():",
        f"        if type(y) is not dict or not {coding}(y, t, r): {DOUBT}",
        *tests.loop(shape, via, {"coding": ["if not s: return False"]}),
        *tests.complete(shape),
        "return True",
    ]


def _reference(tests: ObjectTests, shape: Shape, via: Property) -> list[str]:
    """A reference: what it leads to is left to the caller."""
    aim = tests.workshop.constant(tests.aim(via.element))
    is_judged_later = [one.expression for one in shape.invariants] == [LEADS_SOMEWHERE]
    return [
        f"if not v: {DOUBT}",
        *tests.loop(shape, via, {"type": [DOUBT]}),
        *([] if is_judged_later else tests.complete(shape)),
        "if 'reference' in v:",
        f"    r.append((v['reference'], {aim}))",
        f"elif not v.get('display'): {DOUBT}",
        "return True",
    ]


def _attachment(tests: ObjectTests, shape: Shape, via: Property) -> list[str]:
    """An attachment that says nothing of its data which would have to be compared."""
    return [
        *tests.loop(shape, via, {"size": [DOUBT], "hash": [DOUBT]}),
        "if not ('contentType' in v or 'url' in v or 'data' in v or 'language' in v):",
        f"    {DOUBT}",
        *tests.complete(shape),
        "return True",
    ]


def _narrative(tests: ObjectTests, shape: Shape, via: Property) -> list[str]:
    """A narrative; the caller knows whether it has to be in some language."""
    div = [f"if not is_plainly_sound(x): {DOUBT}", "r.append(None)"]
    return [*tests.loop(shape, via, {"div": div}), *tests.complete(shape), "return True"]


BODIES: Mapping[str, Body] = {
    **dict.fromkeys(FIELDS, _by_fields),
    "CodeableConcept": _concept,
    "Reference": _reference,
    "Attachment": _attachment,
    "Narrative": _narrative,
}
