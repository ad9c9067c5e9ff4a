"""The types of FHIR, as the models that come with ``fhirpathpy`` know them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from msgspec import Struct

Json = Any

_VERSIONS = {"1": "dstu2", "3": "stu3", "4": "r4", "5": "r5"}
#: FHIR primitives that hold a date or a time.
TEMPORAL = frozenset({"date", "dateTime", "instant", "time"})
_SYSTEM = frozenset(
    {"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"}
)


class Node(Struct):
    """An element of a resource.

    ``type`` is the name of its type, or its path where it has none of its own
    (``Patient.contact``), or empty where it is unknown.
    """

    data: Json
    type: str = ""
    #: The ``_name`` twin of a primitive: its id and extensions.
    extra: Json = None


#: How a key of an object is written, its twin, and the type of what stands there.
Member = tuple[str, str, str]


class TypeModel(Struct, frozen=True, eq=False):
    """What one version of FHIR says about paths and types."""

    path_types: Mapping[str, str]
    #: ``Observation.value`` to the names of the types it may have, capitalised.
    choices: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[str, str]
    parents: Mapping[str, str]

    def child(self, parent: str, name: str) -> tuple[str, tuple[str, ...]]:
        """The path of a child element, and the types it may choose from, if it may."""
        path = f"{parent}.{name}" if parent else name
        path = self.elsewhere.get(path, path)
        return path, self.choices.get(path, ())

    @lru_cache(maxsize=4096)  # noqa: B019 - there are four models, made once each
    def members(self, parent: str, name: str) -> tuple[Member, ...]:
        """The keys that a child element may have: those of its choices, then its own."""
        path, choices = self.child(parent, name)
        typed = [(name + choice, decapitalised(choice, self)) for choice in choices]
        typed.append((name, self.type_of(path)))
        return tuple((key, f"_{key}", type_name) for key, type_name in typed)

    def type_of(self, path: str) -> str:
        """The type of an element at a path; the path itself where it has none of its own."""
        return "Extension" if path.endswith(".extension") else self.path_types.get(path, path)

    @lru_cache(maxsize=4096)  # noqa: B019 - there are four models, made once each
    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a type is another one or comes from it."""
        if "." in name:
            name = "BackboneElement"
        seen = 0
        while name and seen < 20:
            if name == ancestor:
                return True
            name = self.parents.get(name, "")
            seen += 1
        return False

    def is_primitive(self, name: str) -> bool:
        """Whether a type is one of FHIR's primitives, which begin with a small letter."""
        return name[:1].islower() and name in self.parents

    def knows(self, name: str) -> bool:
        """Whether there is a type of this name."""
        return name in self.parents or name in ("Resource", "Element", "Base")


@lru_cache(maxsize=4)
def type_model(fhir_version: str) -> TypeModel:
    """The model for a FHIR version such as ``3.0.2`` or ``4.0.1``; R4 where it is unknown."""
    from msgspec.json import decode

    # Only data is wanted: importing the package takes longer than all the rest.
    spec = find_spec("fhirpathpy")
    (package,) = (spec and spec.submodule_search_locations) or [""]
    version = _VERSIONS.get(fhir_version.partition(".")[0], "r4")

    def read(name: str) -> dict[str, Any]:
        # Not pathlib, whose import would be for this alone.
        with open(f"{package}/models/{version}/{name}.json", "rb") as file:  # noqa: PTH123
            return decode(file.read(), type=dict[str, Any])

    return TypeModel(
        path_types=read("path2Type"),
        choices={path: tuple(names) for path, names in read("choiceTypePaths").items()},
        elsewhere=read("pathsDefinedElsewhere"),
        parents=read("type2Parent"),
    )


def system_type(value: Any) -> str:
    """The System type of a computed value."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, str):
        return "String"
    from conformance_cli.fhir.path.quantities import Quantity
    from conformance_cli.fhir.path.temporal import Temporal

    if isinstance(value, Temporal):
        return value.kind
    return "Quantity" if isinstance(value, Quantity) else "Decimal"


def type_name(item: Any) -> tuple[str, str]:
    """Namespace and name of an item's type; both empty where it is unknown."""
    if not isinstance(item, Node):
        return "System", system_type(item)
    if item.type.startswith("System."):
        return "System", item.type.removeprefix("System.")
    return ("FHIR", item.type) if item.type else ("", "")


def is_of_type(item: Any, specifier: str, model: TypeModel) -> bool:
    """Whether an item is of a type such as ``Patient``, ``FHIR.code`` or ``System.String``."""
    namespace, actual = type_name(item)
    return _is_named(namespace, actual, specifier, model)


@lru_cache(maxsize=4096)
def _is_named(actual_namespace: str, actual: str, specifier: str, model: TypeModel) -> bool:
    namespace, _, wanted = specifier.rpartition(".")
    if not actual or (namespace and namespace != actual_namespace):
        return False
    if actual_namespace == "System":
        return actual == wanted
    return model.is_a(actual, wanted)


def is_taken_as(item: Any, specifier: str, model: TypeModel) -> bool:
    """Whether ``as`` and ``ofType()`` keep an item.

    They keep primitives of exactly that type only: a ``code`` is a string, but is not taken
    as one (official tests testFHIRPathAsFunction11 and 16).
    """
    namespace, actual = type_name(item)
    if namespace == "FHIR" and model.is_primitive(actual):
        return specifier.removeprefix("FHIR.") == actual
    return _is_named(namespace, actual, specifier, model)


@lru_cache(maxsize=1024)
def is_known_type(specifier: str, model: TypeModel) -> bool:
    """Whether a type specifier names anything at all."""
    namespace, _, name = specifier.rpartition(".")
    if namespace == "System":
        return name in _SYSTEM
    return namespace in ("", "FHIR") and (model.knows(name) or (not namespace and name in _SYSTEM))


def decapitalised(name: str, model: TypeModel) -> str:
    """The type that a choice suffix stands for: ``DateTime`` is ``dateTime``."""
    lower = name[:1].lower() + name[1:]
    return lower if lower in model.parents and name not in model.parents else name
