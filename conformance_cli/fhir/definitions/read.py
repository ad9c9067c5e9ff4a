"""From a StructureDefinition with a snapshot to its structure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions import facts
from conformance_cli.fhir.definitions.schema import (
    Constraint,
    Element,
    ExtensionContext,
    Pinned,
    Problem,
    Structure,
    TypeRef,
)
from conformance_cli.fhir.definitions.tree import Node, grow, stem
from conformance_cli.fhir.outcome.message import error

Json = Any

NO_SNAPSHOT = error(
    "definition-snapshot-missing",
    "not-found",
    "The definition {url} has no elements to check with",
    "Checks need the whole of a structure, its snapshot "
    "(http://hl7.org/fhir/R4/structuredefinition.html#snapshot).",
)

_IMPOSE = frozenset({"http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile"})
#: STU3 says once for all contexts what they are; resources and data types are elements.
_STU3_CONTEXTS = {"resource": "element", "datatype": "element", "extension": "extension"}
#: Where element definitions keep values whose property ends in their type.
_PINNED = ("fixed", "pattern", "minValue", "maxValue")
_PINNED_STARTS = (*_PINNED, "_fixed", "_pattern", "_minValue", "_maxValue")


def read_structure(sd: Mapping[str, Json]) -> Structure:
    """The structure that a StructureDefinition with a snapshot describes.

    Versions STU3 to R5.  A definition without a usable snapshot yields a structure of nothing
    but a root, whose problems say so.
    """
    snapshot = sd.get("snapshot")
    elements = snapshot.get("element") if isinstance(snapshot, dict) else None
    root = grow(elements) if isinstance(elements, list) else None
    problems: tuple[Problem, ...] = ()
    kind, type_name = facts.text(sd.get("kind")), facts.text(sd.get("type"))
    if root is None:
        problems = (_missing(sd),)
        root = Node({}, type_name.rpartition("/")[2])
    version, base = sd.get("version"), sd.get("baseDefinition")
    return Structure(
        url=facts.text(sd.get("url")),
        name=facts.text(sd.get("name")),
        type=type_name,
        kind=kind,
        root=_Reading(kind, type_name).element(root, root.name, root.name),
        version=version if isinstance(version, str) else None,
        abstract=sd.get("abstract") is True,
        derivation=facts.text(sd.get("derivation")),
        base=base if isinstance(base, str) else None,
        status=facts.text(sd.get("status")),
        fhir_version=facts.text(sd.get("fhirVersion")),
        context=_contexts(sd),
        context_invariants=facts.strings(sd.get("contextInvariant")),
        imposes=_imposed(sd),
        problems=problems,
    )


def _missing(sd: Mapping[str, Json]) -> Problem:
    told = NO_SNAPSHOT.text.format(url=facts.text(sd.get("url"))[:200])
    return Problem(NO_SNAPSHOT.id, NO_SNAPSHOT.severity.value, NO_SNAPSHOT.code, told)


def _contexts(sd: Mapping[str, Json]) -> tuple[ExtensionContext, ...]:
    given = sd.get("context")
    stu3 = sd.get("contextType")
    if isinstance(stu3, str):
        kind = _STU3_CONTEXTS.get(stu3, stu3)
        # some give several in one string
        names = ",".join(facts.strings(given)).split(",")
        return tuple(ExtensionContext(kind, name.strip()) for name in names if name.strip())
    return tuple(
        ExtensionContext(facts.text(item.get("type")), facts.text(item.get("expression")))
        for item in facts.dicts(given)
    )


def _imposed(sd: Mapping[str, Json]) -> tuple[str, ...]:
    found = (facts.value_of(extension) for extension in facts.extensions(sd, _IMPOSE))
    return tuple(url for url in found if isinstance(url, str))


class _Reading:
    """Reads the elements of one structure; what is said over and over is kept once."""

    def __init__(self, kind: str, type_name: str) -> None:
        self._kind = kind
        self._type = type_name
        self._constraints: dict[tuple[str, str, str], Constraint] = {}

    def element(self, node: Node, path: str, identity: str) -> Element:
        """An element with all that is below it."""
        given = node.definition
        values = _pinned(given)
        base = given.get("base")
        stated = given.get("id")
        identity = stated if isinstance(stated, str) and stated else identity
        unsliced = identity.removesuffix(f":{node.slice_name}") if node.slices else identity
        largest = _most(given.get("max"))
        reference = given.get("contentReference")
        has_extensions = "extension" in given
        limits = facts.limits(given) if has_extensions else (None, None, None)
        return Element(
            id=identity,
            path=path,
            name=stem(node.name),
            min=facts.whole(given.get("min")) or 0,
            max=largest,
            choice=node.is_choice,
            repeats=_repeats(base, largest),
            types=self._types(given, base),
            content_reference=reference if isinstance(reference, str) else None,
            fixed=values.get("fixed"),
            pattern=values.get("pattern"),
            binding=facts.binding(given),
            constraints=self._rules(given),
            max_length=facts.whole(given.get("maxLength")),
            min_value=values.get("minValue"),
            max_value=values.get("maxValue"),
            must_support=given.get("mustSupport") is True,
            is_modifier=given.get("isModifier") is True,
            representation=facts.strings(given.get("representation")),
            regex=facts.regex(given),
            slicing=facts.slicing(given),
            slice_name=node.slice_name,
            slices=tuple(
                self.element(slice_, path, f"{unsliced}:{slice_.slice_name}")
                for slice_ in node.slices
            ),
            children=tuple(
                self.element(child, f"{path}.{child.name}", f"{identity}.{child.name}")
                for child in node.children
            ),
            short=facts.text(given.get("short")),
            must_have_value=facts.must_have_value(given),
            value_alternatives=facts.value_alternatives(given),
            min_length=limits[0],
            max_decimal_places=limits[1],
            max_size=limits[2],
            narrative_source=facts.narrative_source(given) if has_extensions else None,
            narrative_languages=facts.narrative_languages(given) if has_extensions else (),
        )

    def _types(self, given: Mapping[str, Json], base: Json) -> tuple[TypeRef, ...]:
        found = facts.types(given)
        if len(found) != 1:
            return found
        only = found[0]
        if only.code == "string" and isinstance(base, dict) and base.get("path") == "Resource.id":
            # R4 calls the ids of resources strings, which its text does not.
            return (TypeRef("id", only.profiles),)
        if not only.code:
            # STU3 has no name for the values of primitive types.
            return (TypeRef(self._primitive(base)),)
        return found

    def _primitive(self, base: Json) -> str:
        """The primitive type that a value is of: its own definition's, or the one unfolded."""
        path = base.get("path") if isinstance(base, dict) else None
        owner = facts.text(path).partition(".")[0]
        return owner if owner[:1].islower() else self._type

    def _rules(self, given: Mapping[str, Json]) -> tuple[Constraint, ...]:
        stated = given.get("constraint")
        if not stated:
            return ()
        return tuple(map(self._rule, facts.dicts(stated)))

    def _rule(self, given: Mapping[str, Json]) -> Constraint:
        made = facts.constraint(given)
        key = (made.key, made.expression or "", made.human)
        known = self._constraints.setdefault(key, made)
        return known if known == made else made


def _most(given: Json) -> int | None:
    if given == "*":
        return None
    most = facts.whole(given)
    return 1 if most is None else most


def _repeats(base: Json, largest: int | None) -> bool:
    """Whether it is an array in JSON, which profiles do not change."""
    if isinstance(base, dict) and "max" in base:
        largest = _most(base["max"])
    return largest is None or largest > 1


def _pinned(given: Mapping[str, Json]) -> dict[str, Pinned]:
    found: dict[str, Pinned] = {}
    for key in given:
        if key.startswith(_PINNED_STARTS):
            plain = key.removeprefix("_")
            start = next(name for name in _PINNED if plain.startswith(name))
            if plain[len(start) : len(start) + 1].isupper():
                found.setdefault(start, facts.pinned(given, key, start))
    return found
