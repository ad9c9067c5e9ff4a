"""What becomes of a value, decided by where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from conformance_cli.wire.redaction.elements import (
    CODED,
    FREE_TEXT,
    KINDS,
    LINKS,
    NAMED_THINGS,
    ORGANISATION_SYSTEM,
    PERSON_REFERENCES,
    PERSON_SYSTEM,
    PERSONAL,
    PERSONS,
    PLACE_REFERENCES,
    PLACES,
    PUBLIC,
    TECHNICAL,
    is_secret_name,
    patched_category,
)
from conformance_cli.wire.redaction.scrubber import Treatment
from conformance_cli.wire.redaction.tree import Leaf


class Decision(NamedTuple):
    """``category`` names what is masked; without one the value is treated and kept."""

    category: str = ""
    treatment: Treatment = Treatment.TEXT


_SCRUB = Decision()
_CODED = Decision(treatment=Treatment.CODE)
_LINK = Decision(treatment=Treatment.LINK)
_MASKS = {
    name: Decision(name)
    for name in (
        *("name", "telecom", "address", "photo", "deceased", "birth-date", "birth", "nhs-number"),
        *("narrative", "text", "display", "identifier", "data", "secret", "date"),
        "unclear",
    )
}

# The last is HL7 v3: <id root="..." extension="..."/>.
_IDENTIFIER_VALUES = frozenset(
    {("identifier", "value"), ("valueidentifier", "value"), ("id", "extension")}
)


def decide(leaf: Leaf) -> Decision:
    """The decision for one leaf.  Pure; the tree must be complete."""
    node, name = leaf.node, leaf.name
    if name == "resourcetype":
        return _CODED
    if not leaf.key and leaf.is_text and node.parent is not None:
        return _MASKS["unclear"]  # a value without a name: the JSON is broken just here
    if is_secret_name(name):
        return _MASKS["secret"]
    if name == "div" or node.within("div"):
        return _MASKS["narrative"]
    category = node.category or PERSONAL.get(name, "")
    if not category and name == "value":
        category = patched_category(node.fields)
    if category:
        return _personal(leaf, category)
    if (node.key, name) in _IDENTIFIER_VALUES:
        above = node.parent.key if node.parent else ""
        personal = identifies_person(node.fields.get("system", ""), node.resource_type, above)
        return _MASKS["identifier"] if personal else _SCRUB
    if name == "display":
        return _MASKS["display"] if may_show_person(node.key, node.fields) else _SCRUB
    return _plain(leaf, name)


def _personal(leaf: Leaf, category: str) -> Decision:
    node, name = leaf.node, leaf.name
    if node.category and name in KINDS and not (category == "photo" and name == "url"):
        return _CODED if name in CODED else _SCRUB
    if name == "display" and is_coding(node.key, node.fields):
        return _SCRUB
    contact = node.within("contact")
    if category in ("telecom", "address") and is_public(node.resource_type) and not contact:
        return _SCRUB
    return _MASKS[category]


def _plain(leaf: Leaf, name: str) -> Decision:
    node = leaf.node
    resource = node.resource_type
    if name == "name":
        return _SCRUB if resource in NAMED_THINGS else _MASKS["name"]
    if leaf.is_text and (name in FREE_TEXT or name.endswith(("string", "markdown"))):
        return _SCRUB if is_public(resource) else _MASKS["text"]
    if name == "data" and leaf.is_text:
        return _MASKS["data"]
    if resource in PERSONS and name in ("valuedate", "valuedatetime"):
        return _MASKS["date"]
    if name in LINKS:
        return _LINK
    return _CODED if name in CODED else _SCRUB


def is_coding(key: str, fields: Mapping[str, Any]) -> bool:
    """Whether these values are a Coding, whose ``display`` is the word of a code system."""
    return "code" in fields or key.endswith("coding")


def may_show_person(key: str, fields: Mapping[str, Any]) -> bool:
    """Whether the ``display`` among the values of ``key`` may be a person's name."""
    if key in PLACE_REFERENCES or is_coding(key, fields):
        return False
    return not _is_to(PLACES, fields)


def shows_person(key: str, fields: Mapping[str, Any]) -> bool:
    """Whether it is one for certain enough to be worth remembering."""
    return may_show_person(key, fields) and (key in PERSON_REFERENCES or _is_to(PERSONS, fields))


def _is_to(types: Iterable[str], fields: Mapping[str, Any]) -> bool:
    target = str(fields.get("reference") or fields.get("type") or "")
    return any(f"{one}/" in target or target == one for one in types)


def identifies_person(system: str, resource: str, above: str) -> bool:
    """Whether an identifier of this system is a person's, or may be.

    ``resource`` is the resource type around it, ``above`` the name of what holds it.
    """
    whose = _owner_of(system)
    if whose is None:
        return resource in PERSONS or above in PERSON_REFERENCES
    return whose


@lru_cache(maxsize=1024)
def _owner_of(system: str) -> bool | None:
    """Whether identifiers of this system are people's; ``None`` where its name tells nothing."""
    if not system or PERSON_SYSTEM.search(system):
        return True
    return False if ORGANISATION_SYSTEM.search(system) else None


def is_public(resource: str) -> bool:
    """Whether what this resource type says of itself is published anyway."""
    return resource in PUBLIC or resource in TECHNICAL
