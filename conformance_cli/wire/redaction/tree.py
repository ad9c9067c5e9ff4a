"""The structure that masking is decided on: nodes and leaves of a JSON or XML body."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from conformance_cli.wire.redaction.elements import CONTAINERS, normal, patched_category


@lru_cache(maxsize=4096)
def element_name(name: str) -> str:
    """A name normalised; the leading underscore of FHIR JSON's siblings falls away too."""
    return normal(name) if len(name) <= 64 else ""


class Node:
    """An object of JSON or an element of XML: its name, its parent, its plain values."""

    __slots__ = ("_category", "_type", "fields", "key", "parent")

    def __init__(self, key: str, parent: Node | None) -> None:
        self.key = element_name(key)
        self.parent = parent
        #: Text values by element name, normalised; the first of each name.
        self.fields: dict[str, str] = {}
        self._type: str | None = None
        self._category: str | None = None

    @property
    def is_resource(self) -> bool:
        """Whether a resource starts here."""
        return "resourcetype" in self.fields

    @property
    def resource_type(self) -> str:
        """The type of the nearest resource around; empty where there is none."""
        if self._type is None:
            own = self.fields.get("resourcetype")
            self._type = own or (self.parent.resource_type if self.parent else "")
        return self._type

    @property
    def category(self) -> str:
        """The category of the nearest container around, within the same resource."""
        if self._category is None:
            own = "" if self.is_resource else CONTAINERS.get(self.key, "")
            if self.key == "value" and self.parent is not None:
                own = patched_category(self.parent.fields)
            above = self.parent.category if self.parent and not self.is_resource else ""
            self._category = own or above
        return self._category

    def within(self, key: str) -> bool:
        """Whether this node or one above it, in the same resource, has that name."""
        node: Node | None = self
        while node is not None and not node.is_resource:
            if node.key == key:
                return True
            node = node.parent
        return False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value: where it stands in the text, and what it is called."""

    start: int
    end: int
    node: Node
    key: str
    #: Decoded text; for numbers and literals of JSON, as written.
    value: str
    #: Whether it is text, and not a number or literal.
    is_text: bool = True

    @property
    def name(self) -> str:
        """The element name, normalised."""
        return element_name(self.key)


def note_of(leaf: Leaf, category: str) -> str:
    """``personal:Patient.name`` or ``secret:password``: where something was masked.

    Built of the endpoint's words, so only words that can be element names are taken.
    """
    node = leaf.node
    container = node.key if node.category or category == "identifier" else leaf.key
    field = container if container.isidentifier() and len(container) <= 40 else "field"
    if category == "secret":
        return f"secret:{field}"
    resource = node.resource_type
    known = resource.isidentifier() and len(resource) <= 40
    return f"personal:{resource if known else 'body'}.{field}"
