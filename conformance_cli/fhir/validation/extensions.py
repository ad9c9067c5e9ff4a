"""Extensions: whether each is known, is of the right kind and type, and may stand where it does.

FHIR R4, 2.4 (http://hl7.org/fhir/R4/extensibility.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.validation.addresses import is_absolute
from conformance_cli.fhir.validation.extension_contexts import (
    Contexts,
    Host,
    check_context,
    contexts_of,
    is_settled,
)
from conformance_cli.fhir.validation.extension_urls import (
    check_cross_version,
    check_unknown,
)
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_EXTENSION = "Extension (http://hl7.org/fhir/R4/extensibility.html#Extension)."
_DEFINED = "Defining extensions (http://hl7.org/fhir/R4/defining-extensions.html)."
NO_URL = error(
    "extension-url-missing",
    "invalid",
    "An extension must have a url: without it nobody can tell what it means",
    _EXTENSION,
)
RELATIVE = error(
    "extension-url-relative",
    "invalid",
    "The url of an extension must be absolute, unless it is part of another extension; found {url}",
    _EXTENSION,
)
NOT_AN_EXTENSION = error(
    "extension-url-other",
    "structure",
    "{url} is the definition of {type}, not of an extension",
    _EXTENSION,
)
VERSION = error(
    "extension-url-version",
    "invalid",
    "The url of an extension must not end in a version: write {url}; "
    "the version at hand is {version}",
    "Extensions are named by their url alone "
    "(http://hl7.org/fhir/R4/extensibility.html#Extension).",
)
VERSION_UNKNOWN = warning(
    "extension-url-version-unknown",
    "invalid",
    "The url of an extension must not end in a version, and {url} is not known without it either",
    "Extensions are named by their url alone "
    "(http://hl7.org/fhir/R4/extensibility.html#Extension).",
)
NOT_A_MODIFIER = error(
    "extension-not-modifier",
    "structure",
    "{url} is not defined as a modifier: it belongs in extension, not in modifierExtension",
    "Modifier extensions (http://hl7.org/fhir/R4/extensibility.html#modifierExtension).",
)
MODIFIER = error(
    "extension-modifier",
    "structure",
    "{url} is defined as a modifier: it belongs in modifierExtension, not in extension",
    "Modifier extensions (http://hl7.org/fhir/R4/extensibility.html#modifierExtension).",
)
TYPE = error(
    "extension-type",
    "structure",
    "The value of the extension {url} may be {allowed}; found {found}",
    _DEFINED,
)
NO_VALUE = error(
    "extension-value-missing",
    "structure",
    "The extension {url} is a simple one: it must have a value ({allowed})",
    _DEFINED,
)
PARTS_NOT_VALUE = error(
    "extension-parts-not-value",
    "structure",
    "The extension {url} is a simple one: it must have a value, not extensions",
    _DEFINED,
)
NO_SUCH_PART = error(
    "extension-part-unknown",
    "invalid",
    "The extension {url} has no part {part}; its parts are: {parts}",
    _DEFINED,
)
ON_ID = error(
    "extension-on-id",
    "business-rule",
    "The id of a resource must not have extensions",
    "Resource.id (http://hl7.org/fhir/R4/resource.html#id).",
)
#: Types that practice relies on beyond those that a definition names.
_ALSO_TYPES: Mapping[str, frozenset[str]] = {
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type": frozenset(
        {"uri", "url"}
    ),
}
#: How deep the parts of an extension are looked into.
_DEEPEST = 50


class Known(Struct, frozen=True):
    """A definition of an extension, read for checking.

    ``types`` are those that its value may have, ``keys`` the properties that hold such values;
    ``needs_value`` says whether it must have one.
    """

    structure: Structure
    contexts: Contexts
    types: frozenset[str]
    keys: frozenset[str]
    needs_value: bool
    parts: Element | None
    #: Whether a url and a value of a right type is all that there is to it.
    is_plain: bool = False

    @property
    def shown_types(self) -> str:
        """The types, for a message."""
        return shortened(", ".join(sorted(self.types)) or "nothing, for it has parts", 200)


def check_extension(
    session: Session, value: Mapping[str, Json], place: Place, scope: Scope, host: Host
) -> None:
    """Check one item of ``extension`` or ``modifierExtension``, and what its definition asks for.

    ``place.key`` tells which of the two it is; ``host`` is the element that carries it.
    """
    url = value.get("url")
    if not isinstance(url, str) or not url:
        session.report(NO_URL, place)
        return
    known = _known(session, url)
    if known is None:
        if not is_absolute(url):
            if host.type != "Extension":
                session.report(RELATIVE, place, url=shortened(url, 80))
            return  # parts are checked with the extension that they are parts of
        known = _without_version(session, url, place)
    if known is not None:
        _check_known(session, known, value, place, scope, host)
    elif not check_cross_version(session, url, place):
        check_unknown(session, url, place)


def is_simple_use(session: Session, value: Mapping[str, Json], place: Place, host: Host) -> bool:
    """Whether nothing is to be said of an extension whatever its value is, of a right type.

    Told after it was checked where it stands.
    """
    url = value.get("url")
    known = _known(session, url) if isinstance(url, str) and place.key == "extension" else None
    return (
        known is not None
        and known.is_plain
        and len(value) == 2
        and not known.keys.isdisjoint(value)
        and known.structure.type == "Extension"
        and not known.structure.root.is_modifier
        and not _is_resource_id(session.library, host)
        and is_settled(session, known.contexts, host)
    )


def _known(session: Session, url: str) -> Known | None:
    table: dict[str, Known] = session.tools.memo.setdefault("extensions", {})
    found = table.get(url)
    if found is None:
        may_be = "|" not in url and is_absolute(url)
        structure = session.library.structure(url) if may_be else None
        if structure is None:
            return None
        found = table[url] = _read(session.library, structure)
    return found


def _without_version(session: Session, url: str, place: Place) -> Known | None:
    """The extension meant by a URL that wrongly ends in a version."""
    plain, bar, _ = url.partition("|")
    if not bar:
        return None
    known = _known(session, plain)
    if known is None:
        session.report(VERSION_UNKNOWN, place, url=shortened(plain, 80))
    else:
        version = known.structure.version or "unknown"
        session.report(VERSION, place, url=shortened(plain, 80), version=version)
    return known


def _read(library: Library, structure: Structure) -> Known:
    children = {child.name: child for child in structure.root.children}
    value = children.get("value")
    types: frozenset[str] = frozenset()
    if value is not None and value.max != 0:
        types = frozenset(ref.code for ref in value.types)
    types |= _ALSO_TYPES.get(structure.url, frozenset())
    return Known(
        structure,
        contexts_of(library, structure),
        types,
        frozenset(f"value{name[:1].upper()}{name[1:]}" for name in types),
        value is not None and value.min > 0,
        children.get("extension"),
        _is_plain(structure, value),
    )


def _is_plain(structure: Structure, value: Element | None) -> bool:
    """Whether the definition asks nothing of the value but its type."""
    root = structure.root
    if structure.problems or value is None or not value.types or structure.imposes:
        return False
    if any(child.name not in ("id", "extension", "url", "value") for child in root.children):
        return False
    bound = value.binding is not None and value.binding.strength != "example"
    pinned = value.fixed or value.pattern or value.children or value.slices
    limited = value.max_length or value.min_value or value.max_value or value.regex
    typed = any(ref.profiles or ref.targets for ref in value.types)
    constraints = {one.key for element in (root, value) for one in element.constraints}
    return not (bound or pinned or limited or typed or constraints - {"ele-1", "ext-1"})


def _check_known(
    session: Session,
    known: Known,
    value: Mapping[str, Json],
    place: Place,
    scope: Scope,
    host: Host,
) -> None:
    structure = known.structure
    if structure.type != "Extension":
        kind = shortened(structure.type, 80)
        session.report(NOT_AN_EXTENSION, place, url=structure.url, type=kind)
        return
    if _is_resource_id(session.library, host):
        session.report(ON_ID, host.place)
    else:
        check_context(session, known.contexts, host, scope)
    is_modifier = place.key == "modifierExtension"
    if is_modifier != structure.root.is_modifier:
        session.report(NOT_A_MODIFIER if is_modifier else MODIFIER, place, url=structure.url)
    if known.is_plain and len(value) == 2 and not known.keys.isdisjoint(value):
        return
    if _check_value(session, known, value, place):
        if "extension" in value and known.parts is not None:
            _check_parts(session, structure.url, known.parts, value, place, 0)
        found = session.tools.validate(value, structure.url, place, scope)
        session.found.extend(found)


def _is_resource_id(library: Library, host: Host) -> bool:
    head, _, name = host.paths[0].rpartition(".")
    return name == "id" and "." not in head and library.is_a(head, "Resource")


def _check_value(session: Session, known: Known, value: Mapping[str, Json], place: Place) -> bool:
    """Whether the value is of a right type, or is missing; the wrong ones are reported."""
    if len(value) == 2 and not known.keys.isdisjoint(value):
        return True  # a url and a value, as nearly always
    url = known.structure.url
    names = _value_types(session.library, value)
    for name in names:
        if name not in known.types:
            session.report(
                TYPE, place, url=url, allowed=known.shown_types, found=shortened(name, 80)
            )
            return False
    if names:
        return True
    if not value.get("extension"):
        if known.types:
            session.report(NO_VALUE, place, url=url, allowed=known.shown_types)
    elif known.types and known.needs_value:
        session.report(PARTS_NOT_VALUE, place, url=url)
    return True


def _value_types(library: Library, value: Mapping[str, Json]) -> list[str]:
    """The types of the values that are there, as their properties name them."""
    found: list[str] = []
    for key in value:
        name = key.removeprefix("_")
        if name.startswith("value") and name[5:6].isupper():
            suffix = name[5:]
            lower = suffix[:1].lower() + suffix[1:]
            primitive = library.type(lower)
            name = lower if primitive is not None and lower[:1] != suffix[:1] else suffix
            if name not in found:
                found.append(name)
    return found


def _check_parts(
    session: Session,
    url: str,
    element: Element,
    value: Mapping[str, Json],
    place: Place,
    depth: int,
) -> None:
    """The parts of a complex extension: each has to be one that the definition has."""
    items = value.get("extension")
    slices = dict(_urls(element))
    for index, item in enumerate(items if isinstance(items, list) else ()):
        name = item.get("url") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name or is_absolute(name):
            continue
        at = place.child("extension", index)
        part = slices.get(name)
        if part is None:
            parts = shortened(", ".join(sorted(slices)) or "none", 200)
            session.report(NO_SUCH_PART, at, url=url, part=shortened(name, 80), parts=parts)
            continue
        inner = next((child for child in part.children if child.name == "extension"), None)
        if inner is not None and depth < _DEEPEST:
            _check_parts(session, f"{url}#{name}", inner, item, at, depth + 1)


def _urls(element: Element) -> Iterator[tuple[str, Element]]:
    """The slices of ``extension``, under the URLs that they fix."""
    for one in element.slices:
        for child in one.children:
            if child.name == "url" and child.fixed and isinstance(child.fixed.value, str):
                yield child.fixed.value, one
        yield from _urls(one)


__all__ = ["Host", "check_extension"]
