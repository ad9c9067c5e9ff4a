"""What a profile asks of a narrative beyond sound XHTML: sources and languages of its parts.

Extensions http://hl7.org/fhir/StructureDefinition/narrative-source-control and
http://hl7.org/fhir/StructureDefinition/narrative-language-control.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.source.narrative_tree import (
    MalformedError,
    Tag,
    foreign_entities,
    parse,
)
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

NO_SOURCE = error(
    "narrative-source",
    "business-rule",
    "A part of the narrative does not say where it comes from: {part}",
    "Extension narrative-source-control: each part of a narrative has the class generated, "
    "boilerplate, original, extensions or additional.",
)
NO_SECTIONS = error(
    "narrative-language-sections",
    "business-rule",
    "The narrative must have sections for languages",
    "Extension narrative-language-control, _yes.",
)
SECTIONS = error(
    "narrative-language-sections-forbidden",
    "business-rule",
    "The narrative has sections for the languages {found}, and may have none",
    "Extension narrative-language-control, _no.",
)
NO_SECTION = error(
    "narrative-language-section-missing",
    "business-rule",
    "The narrative must have a section in the language {language}; it has: {found}",
    "Extension narrative-language-control: the language, or that of the resource.",
)

_SOURCES = frozenset({"generated", "boilerplate", "original", "extensions", "additional"})
_SEVERITIES = {str(severity): severity for severity in Severity}


def check_narrative_controls(
    session: Session,
    value: Mapping[str, Json],
    element: Element,
    place: Place,
    scope: Scope,
    profile: str | None = None,
) -> None:
    """Check a Narrative against the controls of an element; XHTML that is broken is left alone."""
    div = value.get("div")
    if not (element.narrative_source or element.narrative_languages) or not isinstance(div, str):
        return
    try:
        root = parse(foreign_entities(div)[0].strip())
    except MalformedError:
        return
    severity = _SEVERITIES.get(element.narrative_source or "")
    if severity is not None:
        for part in root.children:
            if _says_something(part) and _SOURCES.isdisjoint(_classes(part)):
                shown = shortened(" ".join(_text(part).split()), 40) or f"<{part.name}>"
                session.report(NO_SOURCE, place, severity=severity, profile=profile, part=shown)
    sections = {
        part.attributes["xml:lang"]
        for part in root.children
        if part.name == "div" and "xml:lang" in part.attributes
    }
    for rule in element.narrative_languages:
        _check_language(session, rule, sections, place, scope, profile)


def _check_language(
    session: Session,
    rule: str,
    sections: set[str],
    place: Place,
    scope: Scope,
    profile: str | None,
) -> None:
    found = shortened(", ".join(sorted(sections)) or "none", 80)
    if rule == "_no":
        if sections:
            session.report(SECTIONS, place, profile=profile, found=found)
    elif rule == "_yes":
        if not sections:
            session.report(NO_SECTIONS, place, profile=profile)
    else:
        language = scope.resource.get("language") if rule == "_resource" else rule
        if language not in sections:
            # without sections, or without a language, it is only likely that one was forgotten
            severity = Severity.ERROR if sections and language else Severity.WARNING
            shown: dict[str, Any] = {"language": language or "of the resource", "found": found}
            session.report(NO_SECTION, place, severity=severity, profile=profile, **shown)


def _classes(part: Tag) -> frozenset[str]:
    return frozenset(part.attributes.get("class", "").split())


def _says_something(part: Tag) -> bool:
    return part.name == "img" or bool(_text(part).strip())


def _text(part: Tag) -> str:
    pieces, stack = [], [part]
    while stack:
        tag = stack.pop()
        pieces.append(tag.text)
        stack.extend(reversed(tag.children))
    return "".join(pieces)
