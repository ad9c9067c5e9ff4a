"""Resources made from definitions: what they allow, and nothing else.

A generator cannot satisfy arbitrary FHIRPath, so what it makes may break invariants where
that is not seen to in ``repairs``; everything else about it has to be sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure, TypeRef
from tests.fhir.generated.repairs import EVERYWHERE, REPAIRS
from tests.fhir.generated.value_sets import ValueSets
from tests.fhir.generated.values import PRIMITIVES, name, word

Json = Any
Object = dict[str, Json]

BASE = "http://nowhere.test/fhir"
UCUM = "http://unitsofmeasure.org"
#: Elements that are made in ways of their own, or not at all.
_APART = frozenset({"contained", "extension", "modifierExtension", "implicitRules"})
#: What stands where any resource may.
ANY = ("Basic", "Patient", "Observation", "Practitioner", "OperationOutcome")
_UNITS = {"Age": "a", "Duration": "min", "Distance": "km", "Count": "1"}
_EXTENDED = ("string", "boolean", "code", "dateTime", "Coding", "Period", "Reference", "decimal")
_SHALLOW = frozenset({"Reference", "CodeableConcept", "Coding", "Quantity", *_UNITS})
_DEEPEST = 4


class Pool:
    """The entries of a Bundle in the making: who refers to a new one has it made."""

    def __init__(self, most: int, *, only: bool = False) -> None:
        self.wanted: list[tuple[str, str]] = []
        self.most = most
        #: Whether references must not lead out of the Bundle.
        self.only = only

    def address(self, source: Random, type_name: str) -> str | None:
        """A reference to an entry of a type, old or new; ``None`` when the Bundle is full."""
        alike = [one for one in self.wanted if one[0] == type_name]
        if not alike and len(self.wanted) >= self.most:
            return None
        found = source.choice(alike) if alike else (type_name, f"e{len(self.wanted)}")
        if not alike:
            self.wanted.append(found)
        relative = "/".join(found)
        return source.choice((relative, f"{BASE}/{relative}"))


@dataclass
class Around:
    """What a resource in the making stands in."""

    name: str
    #: Resources that it contains so far; ``None`` for what is contained itself.
    contained: list[Object] | None = field(default_factory=list)
    pool: Pool | None = None
    #: The type of the resource that contains this one.
    container: str | None = None


class Generator:
    """Makes resources of the types of a library; all choices are those of ``source``."""

    def __init__(self, library: Library, value_sets: ValueSets, source: Random) -> None:
        self.library = library
        self.source = source
        self._value_sets = value_sets
        self._ids = 0
        self._left = 0
        self._made_by: Mapping[str, Callable[[Element, Around], Object]] = {
            "Reference": self._reference,
            "CodeableConcept": self._concept,
            "Coding": self._coding,
            "Quantity": self._quantity,
        }

    def resource(self, type_name: str, size: int = 25) -> Object:
        """A resource with what it must have, and up to ``size`` elements more."""
        return self.inside(Around(type_name), size)

    def inside(self, around: Around, size: int) -> Object:
        """A resource that knows what it stands in."""
        structure = self.library.type(around.name)
        assert structure is not None, around.name
        kept, self._left = self._left, size
        made = {"resourceType": around.name}
        made |= self._object(structure, structure.root, 0, around)
        self._left = kept
        contained = [one for one in around.contained or () if _is_wanted(one, made)]
        if contained:
            made["contained"] = contained
        return made

    def _object(self, structure: Structure, element: Element, depth: int, around: Around) -> Object:
        made: Object = {}
        for child in self._chosen(element, depth):
            self._add(made, structure, child, depth, around)
        if depth and not made:
            first = next(child for child in element.children if _is_simple(child))
            self._add(made, structure, first, depth, around, plain=True)
        self._extend(made, structure, element, depth, around)
        return self._repaired(element.path, made)

    def _chosen(self, element: Element, depth: int) -> Iterator[Element]:
        """The children that an object will have, in the order of the definition."""
        able = [child for child in element.children if child.name not in _APART and child.max != 0]
        free = [child for child in able if not child.min]
        if depth >= _DEEPEST:
            free = [child for child in free if _is_simple(child)]
        count = min(self.source.randint(0, max(1, 6 - 2 * depth)), self._left, len(free))
        self._left -= count
        picked = {id(self.source.choice(free)) for _ in range(count)}
        return (child for child in able if child.min or id(child) in picked)

    def _add(
        self,
        made: Object,
        structure: Structure,
        child: Element,
        depth: int,
        around: Around,
        *,
        plain: bool = False,
    ) -> None:
        ref = self._type(child, depth)
        key = child.name + ref.code[:1].upper() + ref.code[1:] if child.choice else child.name
        count = 1 + (child.repeats and child.max != 1 and self.source.randint(0, 3) == 0)
        values = [self._value(structure, child, ref, depth, around) for _ in range(count)]
        values = [value for value in values if value is not None]
        if not values:
            return
        made[key] = values if child.repeats else values[0]
        is_primitive = not isinstance(values[0], dict) and ref.code != "xhtml"
        if is_primitive and not plain and key != "id" and self.source.randint(0, 9) == 0:
            self._accompany(made, key, child, depth, around)

    def _type(self, child: Element, depth: int) -> TypeRef:
        types: Sequence[TypeRef] = child.types or (TypeRef(""),)
        if depth >= 2 or child.name == "value":
            simple = [ref for ref in types if ref.code in PRIMITIVES or ref.code in _SHALLOW]
            types = simple or types
        return self.source.choice(types)

    def _value(
        self, structure: Structure, child: Element, ref: TypeRef, depth: int, around: Around
    ) -> Json:
        if child.content_reference:
            target = element_of(structure.root, child.content_reference)
            return self._object(structure, target, depth + 2, around)
        if child.children:
            return self._object(structure, child, depth + 1, around)
        if child.name == "id" and depth:
            return self._new_id()
        if ref.code in PRIMITIVES:
            return self._primitive(child, ref)
        if ref.code in self._made_by:
            return self._made_by[ref.code](child, around)
        if ref.code in _UNITS:
            return self._measure(ref.code)
        found = self.library.type(ref.code)
        assert found is not None, ref.code
        if found.kind == "resource":
            return self._inner(around)
        return self._object(found, found.root, depth + 1, around)

    def _repaired(self, path: str, value: Object) -> Object:
        """The object, satisfying what is known of its type in R4; of others, less is known."""
        if self.library.fhir_version.startswith("4.") or path in EVERYWHERE:
            repair = REPAIRS.get(path)
            if repair is not None:
                repair(value)
        return value

    def _inner(self, around: Around) -> Object:
        known = [one for one in ANY if one in self.library.resource_types()]
        return self.inside(Around(self.source.choice(known), pool=around.pool), 5)

    def _primitive(self, child: Element, ref: TypeRef) -> Json:
        binding = child.binding
        if binding is not None and binding.value_set and ref.code in ("code", "uri", "string"):
            pairs = self._value_sets.pairs(binding.max_value_set or binding.value_set)
            if pairs:
                return self.source.choice(pairs)[1]
            if binding.strength == "required":
                assert not child.min, f"no code is known for {child.path}"
                return None
        return PRIMITIVES[ref.code](self.source)

    def _accompany(
        self, made: Object, key: str, child: Element, depth: int, around: Around
    ) -> None:
        """Give a primitive an id or extensions; now and then these stand in for its value."""
        count = len(made[key]) if child.repeats else 1
        twins: list[Json] = [self._companion(around) for _ in range(count)]
        is_enough = "extension" in twins[-1] and not _is_bound(child)
        if not child.repeats:
            made[f"_{key}"] = twins[0]
            if is_enough and not child.min and self.source.randint(0, 2) == 0:
                del made[key]
            return
        if count > 1:
            # one of several has a companion only, another a value only
            twins[0] = None
            made[key][-1] = None if is_enough else made[key][-1]
        made[f"_{key}"] = twins

    def _companion(self, around: Around) -> Object:
        if self.source.randint(0, 2) == 0:
            return {"id": self._new_id()}
        return {"extension": [self._extension(0, around)]}

    def _new_id(self) -> str:
        """The id of an element, which no other one has."""
        self._ids += 1
        return f"i{self._ids}"

    def _extend(
        self, made: Object, structure: Structure, element: Element, depth: int, around: Around
    ) -> None:
        """Extensions that nobody has defined, in any element that may have them."""
        if structure.type == "Extension" or not self._left or self.source.randint(0, 9):
            return
        keys = {child.name for child in element.children} & {"extension", "modifierExtension"}
        if keys:
            made[self.source.choice(sorted(keys))] = [self._extension(depth, around)]

    def _extension(self, depth: int, around: Around, parts: int = 2) -> Object:
        structure = self.library.type("Extension")
        assert structure is not None
        made: Object = {"url": f"http://nowhere.test/extension/{name(self.source)}"}
        if parts and self.source.randint(0, 3) == 0:
            inner = self._extension(depth, around, parts - 1)
            inner["url"] = name(self.source)
            return {**made, "extension": [inner]}
        value = next(child for child in structure.root.children if child.name == "value")
        code = self.source.choice(_EXTENDED)
        ref = next(ref for ref in value.types if ref.code == code)
        made[f"value{code[0].upper()}{code[1:]}"] = self._value(structure, value, ref, 3, around)
        return made

    def _concept(self, child: Element, around: Around) -> Object:
        made: Object = {}
        if _is_bound(child) or self.source.randint(0, 1):
            made["coding"] = [self._coding(child, around)]
        if not made or self.source.randint(0, 1):
            made["text"] = word(self.source)
        return made

    def _coding(self, child: Element, around: Around) -> Object:
        binding = child.binding
        url = binding and (binding.max_value_set or binding.value_set)
        pairs = self._value_sets.pairs(url) if url else None
        assert pairs or not _is_bound(child), f"no code is known for {child.path}"
        if pairs and (_is_bound(child) or self.source.randint(0, 1)):
            system, code = self.source.choice(pairs)
            return {"system": system, "code": code}
        made = {"system": "http://nowhere.test/codes", "code": name(self.source)}
        if self.source.randint(0, 1):
            made["display"] = word(self.source)
        return made

    def _quantity(self, child: Element, around: Around) -> Object:
        made: Object = {"value": PRIMITIVES["decimal"](self.source)}
        coding = self._coding(child, around)
        coding.pop("display", None)
        if _is_bound(child) or self.source.randint(0, 1):
            made |= coding
        elif self.source.randint(0, 1):
            made |= {"unit": "mg", "system": UCUM, "code": "mg"}
        return made

    def _measure(self, code: str) -> Object:
        value = 3 if code == "Count" else Decimal("1.5")
        return {"value": value, "system": UCUM, "code": _UNITS[code], "unit": word(self.source)}

    def _reference(self, child: Element, around: Around) -> Object:
        """A reference of any form; what it leads to is of a type that may stand there."""
        targets = self._targets(child)
        if not targets:
            return self._displayed("", around)
        target = self.source.choice(targets)
        forms = [self._logical, self._displayed, self._contained, self._entry, self._outside]
        if around.pool is not None and around.pool.only:
            forms.remove(self._outside)
        made = self.source.choice(forms)(target, around)
        made = made or self._displayed(target, around)
        says_type = _has(self.library, "Reference", "type")
        if says_type and made.get("reference", "#") != "#" and self.source.randint(0, 3) == 0:
            made["type"] = target
        return made

    def _targets(self, child: Element) -> list[str]:
        urls = [url for ref in child.types if ref.code == "Reference" for url in ref.targets]
        names = [url.rpartition("/")[2] for url in urls]
        known = self.library.resource_types()
        is_any = not names or "Resource" in names
        return [one for one in (ANY if is_any else names) if one in known]

    def _logical(self, target: str, around: Around) -> Object:
        return {"identifier": {"system": "http://nowhere.test/ids", "value": word(self.source)}}

    def _displayed(self, target: str, around: Around) -> Object:
        return {"display": word(self.source)}

    def _outside(self, target: str, around: Around) -> Object:
        if around.pool is None and self.source.randint(0, 2) == 0:
            return {"reference": PRIMITIVES["uuid"](self.source)}
        version = self.source.choice(("", "/_history/2"))
        base = self.source.choice(("", f"{BASE}/")) if around.pool is None else "http://other.test/"
        return {"reference": f"{base}{target}/{name(self.source)}{version}"}

    def _contained(self, target: str, around: Around) -> Object | None:
        if around.contained is None:
            return {"reference": "#"} if target == around.container else None
        if target in ("Bundle", "Parameters", "Binary") or len(around.contained) > 3:
            return None
        if not _has(self.library, around.name, "contained"):
            return None
        key = f"c{len(around.contained)}"
        around.contained.append({})
        inner = Around(target, None, around.pool, around.name)
        made = self.inside(inner, 4)
        made.pop("meta", None)
        around.contained[int(key[1:])] = {**made, "id": key}
        return {"reference": f"#{key}"}

    def _entry(self, target: str, around: Around) -> Object | None:
        if around.pool is None or target in ("Bundle", "Parameters", "Binary"):
            return None
        found = around.pool.address(self.source, target)
        return {"reference": found} if found else None


def _has(library: Library, type_name: str, element: str) -> bool:
    structure = library.type(type_name)
    return structure is not None and any(one.name == element for one in structure.root.children)


def _is_simple(child: Element) -> bool:
    return any(ref.code in PRIMITIVES for ref in child.types) and child.name not in _APART


def _is_wanted(contained: Object, container: Object) -> bool:
    """Whether a contained resource and its container are still joined by a reference."""
    return f"#{contained['id']}" in texts(container) or "#" in texts(contained)


def texts(value: Json) -> Iterator[str]:
    """All texts anywhere in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


def _is_bound(child: Element) -> bool:
    """Whether nothing but the codes of a value set will do."""
    binding = child.binding
    return binding is not None and bool(
        binding.strength == "required" or binding.max_value_set is not None
    )


def element_of(root: Element, reference: str) -> Element:
    wanted = reference.rpartition("#")[2]
    waiting = [root]
    while waiting:
        current = waiting.pop()
        if wanted in (current.id, current.path):
            return current
        waiting.extend(current.children)
    raise LookupError(reference)
