"""Lessons: which personal values are worth remembering, and as what."""

from __future__ import annotations

from typing import Any, NamedTuple

from conformance_cli.wire.redaction.decide import identifies_person, is_public, may_show_person
from conformance_cli.wire.redaction.elements import CONTAINERS, KINDS, PERSONAL, PERSONS
from conformance_cli.wire.redaction.learned import Learned
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


def learn_from(leaf: Leaf, category: str, learned: Learned) -> None:
    """Remember the value of a leaf that was masked as ``category``, if it is of use."""
    if leaf.value and leaf.is_text:
        _learn(leaf.name, leaf.value, category, leaf.node.resource_type, learned)


class _Place(NamedTuple):
    """Where a value of parsed JSON stands."""

    #: Name of the value, its container's category, the resource type around it, and the
    #: name of what holds it.
    key: str
    category: str
    resource: str
    above: str


def learn_from_tree(root: Any, learned: Learned) -> None:
    """Remember what ``learn_from`` would, of parsed JSON; many times faster."""
    pending: list[tuple[Any, _Place]] = [(root, _Place("", "", "", ""))]
    while pending:
        value, place = pending.pop()
        if value.__class__ is dict:
            _learn_object(value, place, pending, learned)
        elif value.__class__ is list:
            for item in value:
                if item.__class__ is not str:
                    pending.append((item, place))
                elif found := place.category or PERSONAL.get(place.key, ""):
                    _learn_found(place.key, item, found, place.resource, learned)


def _learn_object(
    fields: dict[str, Any], place: _Place, pending: list[tuple[Any, _Place]], learned: Learned
) -> None:
    category, resource = place.category, place.resource
    own = fields.get("resourceType")
    if own.__class__ is str:
        category, resource = "", own
    for key, item in fields.items():
        kind = item.__class__
        name = element_name(key)
        if kind is str:
            found = category or PERSONAL.get(name, "") or _by_place(name, fields, place, resource)
            if found:
                _learn_found(name, item, found, resource, learned)
        elif kind is dict or kind is list:
            # A contact is a person, also that of an organisation.
            owner = "" if name == "contact" else resource
            inner = category or CONTAINERS.get(name, "")
            pending.append((item, _Place(name, inner, owner, place.key)))


def _by_place(name: str, fields: dict[str, Any], place: _Place, resource: str) -> str:
    """The category of a value that its name alone does not tell."""
    if name == "value" and place.key in _IDENTIFIERS:
        system = str(fields.get("system", ""))
        return "identifier" if identifies_person(system, resource, place.above) else ""
    if name == "display":
        return "display" if may_show_person(fields) else ""
    return "name" if name == "name" else ""


def _learn_found(name: str, value: str, found: str, resource: str, learned: Learned) -> None:
    if not (found in _PUBLISHED and is_public(resource)):
        _learn(name, value, found, resource, learned)


def _learn(name: str, value: str, category: str, resource: str, learned: Learned) -> None:
    if name in _UNTELLING:
        return
    if category == "name":
        # A plain "name" may be a thing's; of a person, it is learned as a whole.
        if name != "name":
            learned.add(value, "name")
        elif not resource or resource in PERSONS:
            learned.add(value, "display")
    elif category in _CATEGORIES or (category == "address" and name in _ADDRESS_PARTS):
        learned.add(value, category)
