"""Narratives: the part of a resource that people read (FHIR R4, 2.4.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.narrative_quick import is_plainly_sound
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

if TYPE_CHECKING:
    from conformance_cli.fhir.source.narrative_rules import NarrativeProblem

Json = Any

UNRESOLVED_LINK = error(
    "narrative-link-unresolved",
    "invalid",
    "The link #{target} leads nowhere: nothing in the resource has that id",
    "http://hl7.org/fhir/R4/narrative.html#id: links inside the resource lead to ids in it.",
)
UNRESOLVED_IMAGE = error(
    "narrative-image-unresolved",
    "invalid",
    "The image #{target} is not there: nothing in the resource has that id",
    "http://hl7.org/fhir/R4/narrative.html#images: images come from contained resources.",
)
LANGUAGE = warning(
    "narrative-language",
    "business-rule",
    "The resource is in the language {language}, but of its narrative {found}",
    "http://hl7.org/fhir/R4/narrative.html#lang: lang and xml:lang say what the resource says.",
)

_ANCHOR = Regex(r"""\s(?:id|name)\s*=\s*["']([^"'<>]*)["']""")
_ROOT_TAG = Regex(r"<[^<>]*>")
#: The first of several parts in languages of their own, which speaks for the whole.
_FIRST_PART = Regex(r"<div\b[^<>]*>\s*(<div\b[^<>]*>)")
_LANGUAGE = Regex(r"""\s(xml:lang|lang)=(?:"([^"]*)"|'([^']*)')""")


def narrative_problems(div: str) -> list[NarrativeProblem]:
    """What is wrong with the XHTML of a narrative: errors only, and none that lie outside of it.

    Never raises, whatever the text is.
    """
    if is_plainly_sound(div):
        return []
    from conformance_cli.fhir.source.narrative_rules import examine

    found = examine(div).problems
    return [problem for problem in found if problem.message.severity is Severity.ERROR]


def check_narrative(
    session: Session, value: Mapping[str, Json], place: Place, scope: Scope
) -> None:
    """Check a Narrative: its XHTML, where its links lead, and its language."""
    div = value.get("div")
    if type(div) is not str or not div:
        return
    language = scope.resource.get("language")
    if type(language) is str and language:
        _check_language(session, div, language, place.child("div"))
    if is_plainly_sound(div):
        return
    from conformance_cli.fhir.source.narrative_rules import examine

    at = place.child("div")
    found = examine(div)
    for problem in found.problems:
        session.report(problem.message, at, **problem.values)
    for name, target in dict.fromkeys(found.links):
        if target not in found.ids and not _is_inside(session, target, scope):
            message = UNRESOLVED_IMAGE if name == "img" else UNRESOLVED_LINK
            session.report(message, at, target=shortened(target, 80))


def _check_language(session: Session, div: str, language: str, place: Place) -> None:
    found = _languages(_ROOT_TAG.match(div), 0) or _languages(_FIRST_PART.match(div), 1)
    if not found:
        told = ["lang and xml:lang are missing"]
    else:
        # what both say alike is told once
        wrong = {found.get(name): name for name in ("xml:lang", "lang")}
        told = [
            f"{name} is {shortened(one or 'missing', 40)}"
            for one, name in wrong.items()
            if one != language
        ]
    for one in told:
        session.report(LANGUAGE, place, language=shortened(language, 40), found=one)


def _languages(tag: re.Match[str] | None, group: int) -> dict[str, str]:
    """The languages that the attributes of a tag name."""
    text = tag[group] if tag else ""
    return {name: one or other for name, one, other in _LANGUAGE.findall(text)}


def _is_inside(session: Session, target: str, scope: Scope) -> bool:
    """Whether an element of the resource, of what holds it, or of a narrative has an id."""
    around: Scope | None = scope
    while around is not None:
        key = "ids", id(around.resource)
        if key not in session.memory:
            session.memory[key] = _ids(around.resource)
        if target in session.memory[key]:
            return True
        around = around.container
    return False


def _ids(resource: Mapping[str, Json]) -> set[str]:
    """All ids in a resource, those in its narratives and in resources inside it too."""
    found: set[str] = set()
    for item in _objects(resource):
        key, div = item.get("id"), item.get("div")
        if isinstance(key, str):
            found.add(key)
        if isinstance(div, str):
            found.update(_ANCHOR.findall(div))
    return found


def _objects(resource: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    stack: list[Json] = [resource]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
