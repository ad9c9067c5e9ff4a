"""Documents and messages: how they begin, and that all of their entries belong to them.

FHIR R4, 3.3.1 (http://hl7.org/fhir/R4/documents.html#content) and 3.4.1
(http://hl7.org/fhir/R4/messaging.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.validation.bundle_references import Finder
from conformance_cli.fhir.validation.indexes import Held, Index
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_DOCUMENTS = "Document content (http://hl7.org/fhir/R4/documents.html#content)."
_MESSAGES = "Messages (http://hl7.org/fhir/R4/messaging.html)."
EMPTY = error(
    "bundle-empty",
    "invalid",
    "A document or a message must have at least one entry",
    _DOCUMENTS,
)
NO_FIRST = error(
    "bundle-first-entry",
    "invalid",
    "The first entry of a document or a message must have a resource",
    _DOCUMENTS,
)
NOT_A_COMPOSITION = error(
    "bundle-document-first",
    "invalid",
    "A document must begin with a Composition; the first entry holds {found}",
    _DOCUMENTS,
)
NOT_A_HEADER = error(
    "bundle-message-first",
    "invalid",
    "A message must begin with a MessageHeader; the first entry holds {found}",
    _MESSAGES,
)
NO_DATE = error(
    "bundle-document-date",
    "required",
    "A document must say when it was made, in meta.lastUpdated",
    "Document content (http://hl7.org/fhir/STU3/documents.html#content).",
)
ORPHAN = error(
    "bundle-document-orphan",
    "informational",
    "Bundle.entry[{position}] ({entry}) cannot be reached from the Composition by references",
    _DOCUMENTS,
)
MESSAGE_ORPHAN = warning(
    "bundle-message-orphan",
    "informational",
    "Bundle.entry[{position}] ({entry}) cannot be reached from the MessageHeader by references: "
    "is it needed?",
    _MESSAGES,
)
BACKWARDS = warning(
    "bundle-document-backwards",
    "invalid",
    "Bundle.entry[{position}] ({entry}) refers to the document, but nothing in the document "
    "refers to it; only Provenance may be there in this way",
    _DOCUMENTS,
)
MESSAGE_BACKWARDS = information(
    "bundle-message-backwards",
    "informational",
    "Bundle.entry[{position}] ({entry}) refers to the message, but nothing in the message "
    "refers to it: is it needed?",
    _MESSAGES,
)
#: References of a Composition, and of its parts, whose targets have to be in the document.
_OF_COMPOSITION = ("subject", "author", "encounter", "custodian")
_OF_PARTS = (("attester", "party"), ("event", "detail"))
#: Properties, besides those of References, by which a resource may name another one.
_LINKS = frozenset({"url", "uri", "valueUri", "valueUrl"})
_DEEPEST = 100

#: A reference, the object that holds it, its place as reported, and its name in messages.
Link = tuple[str, Json, Place, str]


def check_document(session: Session, scope: Scope, index: Index) -> None:
    """Check a Bundle of type document."""
    if not index.items:
        session.report(EMPTY, scope.place)
        return
    finder = Finder(session, index)
    first = index.items[0]
    if not first.resource:
        session.report(NO_FIRST, first.place)
    elif first.type != "Composition":
        place = _resource_place(scope, first)
        session.report(NOT_A_COMPOSITION, place, found=first.type or "nothing")
    else:
        for reference, source, place, path in _composition(scope, first):
            finder.must_find(reference, first, source, place, path)
    if session.library.fhir_version.startswith("3.") and not _has_date(scope.resource):
        session.report(NO_DATE, scope.place)
    _check_reachable(session, scope, index, finder)


def check_message(session: Session, scope: Scope, index: Index) -> None:
    """Check a Bundle of type message."""
    if not index.items:
        session.report(EMPTY, scope.place)
        return
    first = index.items[0]
    if not first.resource:
        session.report(NO_FIRST, first.place)
        return
    finder = Finder(session, index)
    place = _resource_place(scope, first)
    if first.type != "MessageHeader":
        session.report(NOT_A_HEADER, place, found=first.type or "nothing")
    else:
        for position, value in enumerate(_list(first.resource.get("focus"))):
            at = place.child("focus", position)
            for reference, source, where, path in _link(value, at, "MessageHeader.focus"):
                finder.must_find(reference, first, source, where, path)
    _check_reachable(session, scope, index, finder)


def _resource_place(scope: Scope, item: Held) -> Place:
    return scope.place.child("entry", item.position).child("resource")


def _has_date(bundle: Mapping[str, Json]) -> bool:
    meta = bundle.get("meta")
    return isinstance(meta, dict) and bool(meta.get("lastUpdated"))


def _list(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _link(value: Json, place: Place, path: str) -> Iterator[Link]:
    reference = value.get("reference") if isinstance(value, dict) else None
    if isinstance(reference, str) and reference and not reference.startswith("#"):
        yield reference, value, place, path


def _links(value: Mapping[str, Json], name: str, place: Place, path: str) -> Iterator[Link]:
    """The references of an element, whether it repeats (in this version of FHIR) or not."""
    found = value.get(name)
    if not isinstance(found, list):
        yield from _link(found, place.child(name), f"{path}.{name}")
        return
    for position, one in enumerate(found):
        yield from _link(one, place.child(name, position), f"{path}.{name}")


def _composition(scope: Scope, item: Held) -> Iterator[Link]:
    """The references of a Composition to what a document must bring along."""
    resource, place = item.resource, _resource_place(scope, item)
    for name in _OF_COMPOSITION:
        yield from _links(resource, name, place, "Composition")
    for outer, inner in _OF_PARTS:
        for position, part in enumerate(_list(resource.get(outer))):
            if isinstance(part, dict):
                at = place.child(outer, position)
                yield from _links(part, inner, at, f"Composition.{outer}")
    yield from _sections(resource, place, 0)


def _sections(value: Mapping[str, Json], place: Place, depth: int) -> Iterator[Link]:
    for position, section in enumerate(_list(value.get("section"))):
        if not isinstance(section, dict):
            continue
        at = place.child("section", position)
        for name in ("author", "focus", "entry"):
            yield from _links(section, name, at, "Composition.section")
        if depth < _DEEPEST:
            yield from _sections(section, at, depth + 1)


def _check_reachable(session: Session, scope: Scope, index: Index, finder: Finder) -> None:
    """Report the entries that no chain of references joins to the first one."""
    items = [item for item in index.items if item.resource]
    if not items:
        return
    targets = {item.position: _targets(item, scope, finder) for item in items}
    reached: set[int] = set()
    _spread([items[0].position], targets, reached)
    _spread(_stylesheets(scope, index), targets, reached)
    backwards = _spread_back(items, targets, reached)
    is_message = index.kind == "message"
    for item in items:
        message = None
        if item.position not in reached:
            message = MESSAGE_ORPHAN if is_message else ORPHAN
        elif item.position in backwards and item.type != "Provenance":
            message = MESSAGE_BACKWARDS if is_message else BACKWARDS
        if message is not None:
            place = scope.place.child("entry", item.position)
            session.report(message, place, position=item.position, entry=item.shown[:120])


def _spread(start: list[int], targets: Mapping[int, set[int]], reached: set[int]) -> list[int]:
    """Reach what can be reached from somewhere; what is new."""
    new: list[int] = []
    waiting = list(start)
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            new.append(current)
            waiting.extend(targets.get(current, ()))
    return new


def _spread_back(items: list[Held], targets: Mapping[int, set[int]], reached: set[int]) -> set[int]:
    """Reach entries that refer to what is reached; those that began it."""
    began: set[int] = set()
    sources: dict[int, list[int]] = {}
    for item in items:
        for target in targets[item.position]:
            sources.setdefault(target, []).append(item.position)
    waiting = sorted(reached, reverse=True)
    while waiting:
        for source in sources.get(waiting.pop(), ()):
            if source not in reached:
                began.add(source)
                waiting.extend(_spread([source], targets, reached))
    return began


def _stylesheets(scope: Scope, index: Index) -> list[int]:
    """The entries that a link of the Bundle makes stylesheets of the document."""
    found: list[int] = []
    for link in _list(scope.resource.get("link")):
        if isinstance(link, dict) and link.get("relation") == "stylesheet":
            url = link.get("url")
            if isinstance(url, str):
                found += [item.position for item in index.by_name.get(url, index.at(url))[:1]]
    return found


def _targets(item: Held, scope: Scope, finder: Finder) -> set[int]:
    """The entries that an entry refers to anywhere."""
    found: set[int] = set()
    for reference, source in _mentions(item):
        target = finder.find(reference, item, source, scope.place, "")
        if target is not None:
            found.add(target.position)
    return found


def _mentions(item: Held) -> Iterator[tuple[str, Json]]:
    """All references in an entry, and URLs that may be ones; each only once.

    Bundles in the Bundle are left out: their entries refer to each other.
    """
    seen: set[str] = set()
    waiting: list[tuple[Json, str]] = [(item.resource, "")]
    while waiting:
        value, name = waiting.pop()
        if isinstance(value, list):
            waiting.extend((one, name) for one in reversed(value) if isinstance(one, dict | list))
        elif value.get("resourceType") != "Bundle":
            for reference in _own_mentions(value, name):
                if reference not in seen:
                    seen.add(reference)
                    yield reference, value
            inner = [(one, key) for key, one in value.items() if isinstance(one, dict | list)]
            waiting.extend(reversed(inner))


def _own_mentions(value: Mapping[str, Json], name: str) -> Iterator[str]:
    for key, one in value.items():
        if not isinstance(one, str) or not one or one.startswith("#"):
            continue
        if key == "url" and name in ("extension", "modifierExtension"):
            continue  # which says what the extension means, and leads nowhere
        if key == "reference" or key in _LINKS:
            yield one
