"""Where in a resource something is."""

from __future__ import annotations

#: A way through JSON: keys and positions.
Pointer = tuple[str | int, ...]


class Place:
    """An element's place; made for every element, so it renders itself only when asked.

    ``key`` is the JSON property (``valueQuantity``, ``_birthDate``), ``shown`` what FHIRPath
    calls it (``value.ofType(Quantity)``, ``birthDate``), which may bring a position of its own
    (``entry[1]``).
    """

    __slots__ = ("index", "key", "parent", "shown")

    def __init__(
        self, parent: Place | None, key: str, index: int | None = None, shown: str | None = None
    ) -> None:
        self.parent = parent
        self.key = key
        self.index = index
        self.shown = shown

    def child(self, key: str, index: int | None = None, shown: str | None = None) -> Place:
        """The place of a property, or of one item of it."""
        return Place(self, key, index, shown)

    def beneath(self, key: str) -> Place:
        """A property that is no element: its own line in the text, its parent in FHIRPath."""
        return Place(self, key, None, "")

    def told_above(self) -> Place:
        """The same place in the text, but its parent's in FHIRPath."""
        return Place(self.parent, self.key, self.index, "")

    @property
    def expression(self) -> str:
        """FHIRPath from the outermost resource: ``Bundle.entry[0].resource.name[1]``."""
        parts: list[str] = []
        place: Place | None = self
        while place is not None:
            name = place.key if place.shown is None else place.shown
            if name:
                is_whole = place.index is None or name[-1:] == "]"
                parts.append(name if is_whole else f"{name}[{place.index}]")
            place = place.parent
        return ".".join(reversed(parts))

    @property
    def pointer(self) -> Pointer:
        """Keys and positions from the outermost resource."""
        parts: list[str | int] = []
        place: Place | None = self
        while place is not None and place.parent is not None:
            if place.index is not None:
                parts.append(place.index)
            parts.append(place.key)
            place = place.parent
        return tuple(reversed(parts))

    def __repr__(self) -> str:
        return f"<Place {self.expression}>"
