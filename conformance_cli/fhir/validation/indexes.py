"""Indexes of the resources that a Bundle or a Parameters holds, made once and looked up often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.validation.addresses import Address, address, is_absolute, split_version
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope

Json = Any

#: The extension that gives a resource in a Parameters its address.
FULL_URL = "http://hl7.org/fhir/StructureDefinition/parameters-fullUrl"
_URNS = ("urn:uuid:", "urn:oid:")
_NOT_LOOKED = "not looked"
#: How deep the parts of a Parameters are looked into.
_DEEPEST = 50


class Held:
    """A resource that another one holds, or an entry of a Bundle that may have none."""

    __slots__ = ("_address", "entry", "full_url", "id", "place", "position", "resource", "type")

    def __init__(self, position: int, entry: Mapping[str, Json], place: Place) -> None:
        self.position = position
        self.entry = entry
        #: Of the entry or parameter, not of the resource in it.
        self.place = place
        self.full_url = _string(entry.get("fullUrl"))
        resource = entry.get("resource")
        self.resource: Mapping[str, Json] = resource if isinstance(resource, dict) else {}
        self.type = _string(self.resource.get("resourceType"))
        self.id = _string(self.resource.get("id"))
        self._address: Address | str | None = _NOT_LOOKED

    @property
    def address(self) -> Address | None:
        """Its fullUrl taken apart; ``None`` where this is no RESTful one."""
        if isinstance(self._address, str):
            self._address = address(self.full_url) if self.full_url else None
        return self._address

    @property
    def base(self) -> str | None:
        """What its relative references begin with; see ``base_of``."""
        return _base(self.full_url, self.address)

    @property
    def version(self) -> str | None:
        """The version of the resource."""
        meta = self.resource.get("meta")
        return _string(meta.get("versionId")) if isinstance(meta, dict) else None

    @property
    def name(self) -> str:
        """Type and id, where it has both."""
        return f"{self.type}/{self.id}" if self.type and self.id else ""

    @property
    def shown(self) -> str:
        """How a message names it: by its address, else by type and id, else by position."""
        return self.full_url or self.name or f"entry {self.position}"


class Index:
    """What one resource holds, by address and by type and id.

    Built in one pass, so that a look-up costs the same in a Bundle of any size.
    """

    def __init__(self, holder: Scope) -> None:
        self.holder = holder
        is_bundle = holder.resource.get("resourceType") == "Bundle"
        self.relation = "entry" if is_bundle else "parameter"
        self.kind = _string(holder.resource.get("type")) or ""
        self.items = list(_entries(holder) if is_bundle else _parameters(holder))
        #: Under ``None`` are those without an address.
        self.by_url: dict[str | None, list[Held]] = {}
        self.by_name: dict[str, list[Held]] = {}
        for item in self.items:
            self.by_url.setdefault(item.full_url, []).append(item)
            if item.name:
                self.by_name.setdefault(item.name, []).append(item)
        self._positions = {id(item.resource): item for item in self.items if item.resource}
        #: What references lead to, by what they begin with; filled by who resolves them.
        self.found: dict[tuple[str, str | None], Any] = {}
        #: References about which nothing was to be said, by what they begin with.
        self.settled: dict[str | None, set[Any]] = {}

    def at(self, url: str) -> list[Held]:
        """What stands at an absolute URL; a version in it is that of the resource."""
        found = self.by_url.get(url)
        if found:
            return found
        plain, version = split_version(url)
        if version is None:
            return []
        return [item for item in self.by_url.get(plain, ()) if item.version == version]

    def alike(self, reference: str) -> list[Held]:
        """What has the type and the id of a relative reference, wherever it says it is."""
        found = address(reference)
        return self.by_name.get(found.name, []) if found and not found.root else []

    def item_of(self, resource: Mapping[str, Json]) -> Held | None:
        """The entry that holds a resource."""
        return self._positions.get(id(resource))

    def scope(self, item: Held) -> Scope:
        """The resource of an item, with what it stands in."""
        place = item.place.child("resource")
        return Scope(item.resource, place, self.holder, self.relation, item.full_url)


def base_of(full_url: str | None) -> str | None:
    """What relative references in a resource at this address begin with, if that is known.

    That is the address of the server, or ``urn:uuid:`` or ``urn:oid:`` (to which R4 gives no
    meaning, but it is common, and harmless where it fits), or ``.`` where the address is
    itself a relative one, which is wrong, but tells what is meant.  Empty where the address
    is of another kind; ``None`` where there is none.
    """
    return _base(full_url, address(full_url) if full_url else None)


def _base(full_url: str | None, found: Address | None) -> str | None:
    if full_url is None:
        return None
    if found is not None:
        return found.root or "."
    return full_url[: full_url.index(":", 4) + 1] if full_url.startswith(_URNS) else ""


def named(reference: str, base: str | None) -> str | None:
    """The absolute form of a reference without fragment; ``None`` where there is none."""
    if is_absolute(reference):
        return reference
    if base in _URNS:
        found = address(reference)
        return f"{base}{found.id}" if found else None
    if base == ".":
        return reference
    return base + reference if base else None


def _entries(bundle: Scope) -> Iterator[Held]:
    entries = bundle.resource.get("entry")
    if not isinstance(entries, list):
        return
    for position, entry in enumerate(entries):
        place = bundle.place.child("entry", position)
        yield Held(position, entry if isinstance(entry, dict) else {}, place)


def _parameters(holder: Scope) -> Iterator[Held]:
    waiting = [(holder.resource, "parameter", holder.place, 0)]
    position = 0
    while waiting:
        parent, key, place, depth = waiting.pop()
        children = parent.get(key)
        for index, child in enumerate(children if isinstance(children, list) else ()):
            if not isinstance(child, dict):
                continue
            at = place.child(key, index)
            if isinstance(child.get("resource"), dict):
                yield Held(position, {**child, "fullUrl": _extended_url(child)}, at)
                position += 1
            if depth < _DEEPEST:
                waiting.append((child, "part", at, depth + 1))


def _extended_url(parameter: Mapping[str, Json]) -> str | None:
    extensions = parameter.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and extension.get("url") == FULL_URL:
            return _string(extension.get("valueUri"))
    return None


def _string(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
