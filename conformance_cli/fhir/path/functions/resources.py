"""Functions that FHIR adds to FHIRPath (FHIR R4, 2.9.1.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.path.comparison import bare
from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.navigation import members
from conformance_cli.fhir.path.runtime import EvaluationError, Frame, Items, single, text, wrap
from conformance_cli.fhir.path.services import Services
from conformance_cli.fhir.path.types import Node


def _extension(frame: Frame, focus: Items, url: Items) -> Items:
    wanted = text(url)
    return [
        extension
        for extension in members(frame.run, focus, "extension")
        if isinstance(extension.data, Mapping) and extension.data.get("url") == wanted
    ]


def _has_value(_: Frame, focus: Items) -> Items:
    if len(focus) != 1:
        return [False]
    value = bare(focus[0])
    return [value != "" and not isinstance(value, Mapping | list | None)]


def _get_value(_: Frame, focus: Items) -> Items:
    return [bare(item) for item in focus[:1] if not isinstance(bare(item), Mapping | None)]


def _resolve(frame: Frame, focus: Items) -> Items:
    """The resources that references point at.

    Services decide, if there are any.  Otherwise those of the input are found by fullUrl,
    id or ``#id``; nothing is fetched, and a reference that points elsewhere yields nothing.
    """
    frame.run.spend(len(focus))
    if frame.run.services is not None:
        return _resolved(frame.run.services, focus)
    known: dict[str, Any] = {}
    roots = [item.data for item in frame.run.root if isinstance(item, Node)]
    for name, resource in _resources(roots):
        known.setdefault(name, resource)
    found: Items = []
    for item in focus:
        value = bare(item)
        reference = value.get("reference") if isinstance(value, Mapping) else value
        if isinstance(reference, str):
            found.extend(wrap(known.get(reference.partition("/_history/")[0])))
    return found


def _resolved(services: Services, focus: Items) -> Items:
    found: Items = []
    for item in focus:
        value = bare(item)
        reference = value.get("reference") if isinstance(value, Mapping) else value
        if isinstance(reference, str):
            at = item if isinstance(item, Node) else Node(value)
            found.extend(wrap(services.resolve(reference, at)))
    return found


def _resources(roots: list[Any]) -> Iterator[tuple[str, Any]]:
    for root in roots:
        if not isinstance(root, Mapping):
            continue
        yield from _names(root)
        entries = root.get("entry")
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping) and isinstance(entry.get("resource"), Mapping):
                if isinstance(entry.get("fullUrl"), str):
                    yield entry["fullUrl"], entry["resource"]
                yield from _names(entry["resource"])


def _names(resource: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield f"{resource.get('resourceType')}/{resource.get('id')}", resource
    contained = resource.get("contained")
    for inner in contained if isinstance(contained, list) else []:
        if isinstance(inner, Mapping):
            yield f"#{inner.get('id')}", inner


def _member_of(frame: Frame, focus: Items, value_set: Items) -> Items:
    """Whether a code, Coding or CodeableConcept is in a value set.

    What no terminology can tell is an error: neither answer may be given.
    """
    url, item = text(value_set), single(focus, "one item")
    if url is None or item is None:
        return []
    name = item.type if isinstance(item, Node) else "string"
    services = frame.run.services
    answer = services.member_of(bare(item), name, url) if services is not None else None
    if answer is None:
        raise EvaluationError(f"it is not known which codes {url:.100} has")
    return [answer]


def _conforms_to(frame: Frame, focus: Items, profile: Items) -> Items:
    url, item = text(profile), single(focus, "one item")
    if url is None or item is None:
        return []
    services = frame.run.services
    answer = services.conforms_to(bare(item), url) if services is not None else None
    if answer is None:
        raise EvaluationError(f"there is no structure {url:.100} at hand")
    return [answer]


def _html_checks(_: Frame, focus: Items) -> Items:
    """Whether a narrative keeps the rules for XHTML (FHIR R4, 2.4.1)."""
    value = bare(single(focus, "one narrative"))
    if not isinstance(value, str):
        return []
    try:
        from conformance_cli.fhir.source.narrative import narrative_problems
    except ImportError:
        return [True]
    return [not narrative_problems(value)]


def _check_modifiers(frame: Frame, focus: Items, *known: Items) -> Items:
    """Its input, if it has no modifier extensions but those that are named."""
    urls = {text(one) for one in known}
    for extension in members(frame.run, focus, "modifierExtension"):
        url = extension.data.get("url") if isinstance(extension.data, Mapping) else None
        if url not in urls:
            raise EvaluationError(f"there is a modifier extension {url!s:.100}")
    return focus


RESOURCES: Mapping[str, Function] = {
    "extension": plain(_extension, 1),
    "hasValue": plain(_has_value),
    "getValue": plain(_get_value),
    "resolve": plain(_resolve),
    "memberOf": plain(_member_of, 1),
    "conformsTo": plain(_conforms_to, 1),
    "htmlChecks": plain(_html_checks),
    "htmlChecks2": plain(_html_checks),
    # as STU3 spells it
    "htmlchecks": plain(_html_checks),
    "checkModifiers": plain(_check_modifiers, 0, 20),
}
