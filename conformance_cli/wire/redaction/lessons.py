"""Lessons: which personal values are worth remembering, and as what."""

from __future__ import annotations

from typing import Any

from conformance_cli.wire.redaction.decide import identifies_person, is_public, shows_person
from conformance_cli.wire.redaction.elements import (
    CONTAINERS,
    KINDS,
    PERSONAL,
    PERSONS,
    patched_category,
)
from conformance_cli.wire.redaction.scrubber import Scrubber
from conformance_cli.wire.redaction.tree import Leaf, element_name

#: Parts of an address that point at one home; towns and countries are everybody's.
_ADDRESS_PARTS = frozenset(
    {
        *("line", "text", "postalcode", "postcode", "addresspostalcode", "streetaddress"),
        *("streetaddressline", "addressline", "addressline1", "addressline2", "address"),
    }
)
_CATEGORIES = frozenset({"telecom", "birth-date", "nhs-number", "identifier", "display"})
_UNTELLING = KINDS | {"prefix", "suffix"}
#: Categories that organisations publish about themselves.
_PUBLISHED = frozenset({"telecom", "address"})
_IDENTIFIERS = frozenset({"identifier", "valueidentifier"})
_TELLING = PERSONAL.keys() | {"value", "display", "name"}
#: Elements below which nobody is: not looked into, for the sake of speed.
_DULL = frozenset({"meta", "coding", "link", "search", "period", "code", "type", "category"})

#: Numbers between these can be those of a person; smaller ones are everywhere.
_LEAST, _MOST = 99_999, 10**20
#: Where a value of parsed JSON stands: its name, its container's category, the resource
#: type around it, and the name of what holds it.
_Place = tuple[str, str, str, str]


def learn_from(leaf: Leaf, category: str, scrubber: Scrubber) -> None:
    """Remember the value of a leaf that was masked as ``category``, if it is of use."""
    unsure = category == "display" and not shows_person(leaf.node.key, leaf.node.fields)
    if leaf.value and (leaf.is_text or leaf.value.isdecimal()) and not unsure:
        _learn(leaf.name, leaf.value, category, leaf.node.resource_type, scrubber)


def learn_from_tree(root: Any, scrubber: Scrubber) -> None:
    """Remember what ``learn_from`` would, of parsed JSON; many times faster."""
    pending: list[tuple[Any, _Place]] = [(root, ("", "", "", ""))]
    while pending:
        value, place = pending.pop()
        if value.__class__ is dict:
            _learn_object(value, place, pending, scrubber)
        elif value.__class__ is list:
            key, category, resource, _ = place
            found = category or PERSONAL.get(key, "")
            for item in value:
                if item.__class__ is not str:
                    pending.append((item, place))
                elif found:
                    _learn_found(key, item, found, resource, scrubber)


def _learn_object(
    fields: dict[str, Any], place: _Place, pending: list[tuple[Any, _Place]], scrubber: Scrubber
) -> None:
    key, category, resource, _ = place
    own = fields.get("resourceType")
    if own.__class__ is str:
        category, resource = "", own
    for field, item in fields.items():
        kind = item.__class__
        name = element_name(field)
        if kind is int and _LEAST < item < _MOST:
            # text that an endpoint wrote as a number is as personal
            item, kind = str(item), str
        if kind is str:
            if category or name in _TELLING:
                found = category or PERSONAL.get(name) or _by_place(name, fields, place, resource)
                _learn_found(name, item, found, resource, scrubber)
        elif (kind is dict or kind is list) and name not in _DULL:
            # A contact is a person, also that of an organisation.
            owner = "" if name == "contact" else resource
            pending.append((item, (name, category or CONTAINERS.get(name, ""), owner, key)))


def _by_place(name: str, fields: dict[str, Any], place: _Place, resource: str) -> str:
    """The category of a value that its name alone does not tell; empty if it is harmless."""
    if name == "value" and place[0] in _IDENTIFIERS:
        system = str(fields.get("system", ""))
        return "identifier" if identifies_person(system, resource, place[3]) else ""
    if name == "value":
        return patched_category(fields)
    if name == "display":
        return "display" if shows_person(place[0], fields) else ""
    return "name" if name == "name" else ""


def _learn_found(name: str, value: str, found: str, resource: str, scrubber: Scrubber) -> None:
    if not (found in _PUBLISHED and is_public(resource)):
        _learn(name, value, found, resource, scrubber)


def _learn(name: str, value: str, category: str, resource: str, scrubber: Scrubber) -> None:
    if name in _UNTELLING:
        return
    if category == "name":
        # A plain "name" may be a thing's; of a person, it is learned as a whole.
        if name != "name":
            scrubber.learn(value, "name")
        elif not resource or resource in PERSONS:
            scrubber.learn(value, "display")
    elif category in _CATEGORIES or _is_home(name, value, category) or _is_death(value, category):
        scrubber.learn(value, category)


def _is_death(value: str, category: str) -> bool:
    return category == "deceased" and value[:1].isdecimal()


def _is_home(name: str, value: str, category: str) -> bool:
    # One word alone is a town more often than a house.
    telling = " " in value.strip() or any(c.isdigit() for c in value)
    return category == "address" and name in _ADDRESS_PARTS and telling
