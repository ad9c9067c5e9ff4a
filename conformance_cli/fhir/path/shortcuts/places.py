"""Steps from an object to its members, as conditions on keys."""

from __future__ import annotations

from conformance_cli.fhir.path.shortcuts.codes import (
    ALWAYS,
    UNKNOWN,
    Bounds,
    Code,
    Held,
    Items,
    Value,
    both,
    either,
)
from conformance_cli.fhir.path.types import TEMPORAL, Member, TypeModel

#: FHIR primitives, and System types of elements, by how JSON writes them.
_KINDS = {
    **dict.fromkeys(TEMPORAL, "time"),
    **dict.fromkeys(("integer", "positiveInt", "unsignedInt", "integer64", "decimal"), "number"),
    **dict.fromkeys(("System.Integer", "System.Decimal"), "number"),
    **dict.fromkeys(("boolean", "System.Boolean"), "boolean"),
    **dict.fromkeys(("code", "id", "string", "uri", "url", "canonical", "oid"), "string"),
    **dict.fromkeys(("uuid", "markdown", "base64Binary", "xhtml", "System.String"), "string"),
}
_GIVEN = {
    "string": "({name} := {code}).__class__ is str",
    "time": "({name} := {code}).__class__ is str",
    "number": "({name} := {code}).__class__ in NUMBERS",
    "boolean": "({name} := {code}).__class__ is bool",
}
_BASES = ("Resource", "DomainResource")
#: Stands for how many items there are at most, where that is not looked at.
MANY = 10**9


class Context:
    """One generated function: what it knows, what it reads, and names for its variables.

    ``type`` is the type of the focus; names of variables and constants begin with ``prefix``.
    """

    def __init__(self, model: TypeModel, type_name: str, prefix: str = "") -> None:
        self.model = model
        self.type = type_name
        self.prefix = prefix
        #: The variable of the focus.
        self.root = "d"
        #: The keys of the focus that the function looks at.
        self.keys: set[str] = set()
        #: Objects that the source refers to by name.
        self.constants: dict[str, object] = {}
        self._count = 0

    def name(self) -> str:
        """A variable that nothing else uses."""
        self._count += 1
        return f"{self.prefix}v{self._count}"

    def constant(self, value: object) -> str:
        """A name for an object."""
        name = f"{self.prefix}c{len(self.constants)}"
        self.constants[name] = value
        return name

    @property
    def is_resource(self) -> bool:
        """Whether the focus is a resource, so that it is ``%resource`` itself."""
        return self.model.is_a(self.type, "Resource")

    def member(self, parent: Code, base: str, name: str) -> Code:
        """A member of an expression; ``base`` is the variable that holds it, if one does."""
        items = parent.items
        if items is None:
            return Code(empty=parent.empty, calm=parent.calm)
        members = self._members(items.type, name)
        if not members:
            return UNKNOWN
        if base:
            return self._first_step(base, members)
        return self._further_step(parent, items, members)

    def this(self, variable: str, type_name: str) -> Code:
        """The focus itself: an object, or a value of a primitive type."""
        kind = _KINDS.get(type_name, "")
        items = Items(f"({variable},)", type_name)
        if not kind:
            return Code(some=ALWAYS, calm=True, items=items)
        return self._single(Code(some=ALWAYS, calm=True, items=items), variable, kind)

    def _members(self, parent: str, name: str) -> tuple[Member, ...]:
        """The keys of a member, as far as all types that the parent may be agree on them."""
        if parent and parent not in _BASES:
            return self.model.members(parent, name)
        if any(path.rpartition(".")[2] == name for path in self.model.choices):
            return ()
        paths = (f"{base}.{name}" for base in _BASES)
        known = (self.model.path_types[p] for p in paths if p in self.model.path_types)
        return ((name, f"_{name}", next(known, "") if parent else ""),)

    def _first_step(self, base: str, members: tuple[Member, ...]) -> Code:
        keys = [key for member in members for key in member[:2]]
        if base == self.root:
            self.keys.update(keys)
        if len(members) > 1:
            return self._choice(base, keys)
        key, twin, type_name = members[0]
        value = self.name()
        code = f"{base}.get({key!r})"
        alone = f"{twin!r} not in {base}"
        absent = f"{key!r} not in {base} and {alone}"
        some = (
            f"(({value} := {code}) is not None"
            f" and ({value}.__class__ is not list or ({value} and {value}[0] is not None)))"
        )
        # A companion can only add to them: an item for each null.
        least = (
            f"(0 if ({value} := {code}) is None"
            f" else len({value}) - {value}.count(None) if {value}.__class__ is list else 1)"
        )
        found = Code(
            empty=f"({absent})",
            some=some,
            calm=True,
            items=self._items(base, members[0]),
            size=Bounds(least, f"({MANY} if {twin!r} in {base} else {least})"),
        )
        return self._single(found, code, _KINDS.get(type_name, ""), alone)

    def _choice(self, base: str, keys: list[str]) -> Code:
        """A member that may have one of several keys: known where it is there once."""
        names, there, value = self.constant(set(keys)), self.name(), self.name()
        some = (
            f"(len({there} := {names}.intersection({base})) == 1"
            f" and ({value} := {base}[{there}.pop()]) is not None"
            f" and {value}.__class__ is not list)"
        )
        return Code(empty=f"{names}.isdisjoint({base})", some=some, calm=True)

    def _items(self, base: str, member: Member) -> Items:
        key, twin, type_name = member
        step, held = self._step(type_name), None
        if step == "elements":
            name = self.name()
            given = f"({name} := {base}.get({key!r})).__class__ is dict"
            others = f"{twin!r} not in {base} and 'resourceType' not in {name}"
            held = Held(f"({given} and {others})", name)
        return Items(f"{step}({base}, {key!r})", type_name, held)

    def _step(self, type_name: str) -> str:
        if type_name in _KINDS:
            return "values"
        if type_name and self.model.is_a(type_name, "Resource"):
            return "resources"
        return "elements" if type_name else "values"

    def _further_step(self, parent: Code, items: Items, members: tuple[Member, ...]) -> Code:
        if len(members) > 1:
            nearer = self._from_held(items, members)
            keys = self.constant({key for member in members for key in member[:2]})
            item = self.name()
            none = f"all({keys}.isdisjoint({item}) for {item} in {items.code})"
            empty = either(parent.empty, either(nearer.empty, none))
            return Code(empty=empty, some=nearer.some, calm=parent.calm)
        key, _, type_name = members[0]
        code = f"across({items.code}, {self._step(type_name)}, {key!r})"
        nearer = self._from_held(items, members)
        found = Code(
            empty=either(parent.empty, either(nearer.empty, f"not {code}")),
            some=either(nearer.some, code),
            calm=parent.calm,
            items=Items(code, type_name, nearer.items.held if nearer.items else None),
            size=Bounds(least=f"len({code})", most=f"len({code})"),
        )
        return self._single(found, f"only({code})", _KINDS.get(type_name, ""))

    def _from_held(self, items: Items, members: tuple[Member, ...]) -> Code:
        """What is known of the members where there is one object that has them."""
        held = items.held
        if held is None:
            return UNKNOWN
        inner = self._first_step(held.variable, members)
        further = inner.items.held if inner.items else None
        if further is not None:
            further = Held(both(held.given, further.given), further.variable)
        return Code(
            empty=both(held.given, inner.empty),
            some=both(held.given, inner.some),
            items=Items("", items.type, further),
        )

    def _single(self, found: Code, code: str, kind: str, alone: str = ALWAYS) -> Code:
        """The same, with what is known where there is one value of a kind."""
        if not kind:
            return found
        name = self.name()
        given = both(_GIVEN[kind].format(name=name, code=code), alone)
        value = Value(given, name, kind)
        is_boolean = kind == "boolean"
        return Code(
            true=both(given, name) if is_boolean else given,
            false=both(given, f"not {name}") if is_boolean else "",
            empty=found.empty,
            some=found.some,
            safe=either(given, found.empty),
            calm=found.calm,
            value=value,
            size=found.size,
            items=found.items,
        )
