"""Fixed values and patterns in a differential, against those of the base.

"A profile may only narrow what its base allows" (http://hl7.org/fhir/R4/profiling.html).
"""

from __future__ import annotations

from conformance_cli.fhir.definitions.schema import Pinned
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.reading import Choice, choice, short, text
from conformance_cli.fhir.resources.structures.navigation import find
from conformance_cli.fhir.resources.structures.outline import Outline, Part
from conformance_cli.fhir.validation.values import fits, is_equal

TYPE = error(
    "structure-fixed-type",
    "invalid",
    "The base fixes a value of type {expected}, so one of type {found} cannot be fixed here",
    "ElementDefinition.fixed[x] (FHIR R4); a profile only narrows its base.",
)
VALUE = error(
    "structure-fixed-value",
    "value",
    "The base {base} asks for {expected}, so {found} cannot be asked for here",
    "ElementDefinition.fixed[x] and pattern[x] (FHIR R4); a profile only narrows its base.",
)


def check_pinned(outline: Outline, element: Part) -> None:
    """A fixed value or a pattern of a differential."""
    base = outline.base
    element_id = text(element.json, "id") or element.path
    found = find(base.root, element_id) if base is not None else None
    pinned = (found.fixed or found.pattern) if found is not None else None
    if base is None or found is None or pinned is None:
        return
    for key in ("fixed", "pattern"):
        value = choice(element.json, key)
        if value is None:
            continue
        place = value.at(element.place)
        if value.type != pinned.type:
            shown = {"expected": short(pinned.type), "found": short(value.type)}
            outline.report(TYPE, place, **shown)
        elif not _narrows(value, pinned, is_fixed=found.fixed is not None):
            shown = {"expected": short(pinned.value), "found": short(value.value)}
            outline.report(VALUE, place, base=short(base.url), **shown)


def _narrows(value: Choice, pinned: Pinned, *, is_fixed: bool) -> bool:
    if not is_fixed:
        return fits(value.value, pinned.value)
    if value.name == "fixed":
        return is_equal(value.value, pinned.value)
    return fits(pinned.value, value.value)
