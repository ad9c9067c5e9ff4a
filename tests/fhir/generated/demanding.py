"""Random profiles and value sets that can be read, whatever they ask for.

Unlike those of ``profiling`` nothing needs to conform to them; what they say of elements
may be anything that definitions can say, sensible or not.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.fhir.generated.expressions import expression
from tests.fhir.generated.oddities import TEXTS
from tests.fhir.generated.places import Places, Spot
from tests.fhir.generated.worlds import World

Json = Any
Object = dict[str, Json]

NOWHERE = "http://nowhere.test/"
_CORE = "http://hl7.org/fhir/StructureDefinition/"
_PATHS = (
    "$this", "url", "system", "code", "coding.code", "value", "value.ofType(Quantity)", "use",
    "type", "resolve()", "$this.resolve()", "resolve().code", "extension('http://x')",
    "extension('http://x').value", "reference", "as(Quantity)", "id", "coding", "nothing", "",
    "(", "value[x]",
)  # fmt: skip
_FILTERS = (
    "=", "is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes", "exists",
    "child-of", "descendent-leaf", "nothing",
)  # fmt: skip
_WAYS = ("value", "pattern", "exists", "type", "profile", "position", "nothing")
#: Codes that turn up in systems of all kinds, and a profile that binds them.
CODES = ("a", "active", "final", "1", "8480-6", "73211009", "mg", "en", "A", "", "x y")
BOUND: Object = {
    "resourceType": "StructureDefinition",
    "url": f"{NOWHERE}bound",
    "name": "Bound",
    "status": "draft",
    "kind": "resource",
    "abstract": False,
    "type": "Basic",
    "baseDefinition": f"{_CORE}Basic",
    "derivation": "constraint",
    "differential": {
        "element": [
            {
                "id": "Basic.code",
                "path": "Basic.code",
                "binding": {"strength": "required", "valueSet": f"{NOWHERE}vs"},
            }
        ]
    },
}


def demanding(world: World, resource: Object, source: Random) -> Object:
    """A profile for resources like one, with up to eight elements that say something."""
    name = resource["resourceType"]
    spots = Places(world.library).of(resource)
    elements: list[Object] = [_root(name, source)]
    for _ in range(source.randint(1, 8)):
        spot = source.choice(spots) if spots else None
        if spot is not None:
            elements += _elements(world, name, spot, source)
    return {
        "resourceType": "StructureDefinition",
        "url": f"{NOWHERE}demanding",
        "name": "Demanding",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": name,
        "baseDefinition": source.choice([_CORE + name] * 5 + world.profiles.get(name, [])),
        "derivation": "constraint",
        "differential": {"element": elements},
    }


def value_set(world: World, source: Random) -> Object:
    """A value set of parts, filters and other value sets."""
    compose: Object = {"include": [_include(world, source) for _ in range(source.randint(1, 3))]}
    if source.randint(0, 2) == 0:
        compose["exclude"] = [_include(world, source)]
    made = {
        "resourceType": "ValueSet",
        "url": f"{NOWHERE}vs",
        "status": "draft",
        "compose": compose,
    }
    if source.randint(0, 5) == 0:
        made["expansion"] = {"contains": [{"system": NOWHERE, "code": "a", "contains": [{}]}]}
    return made


def _include(world: World, source: Random) -> Object:
    systems = [one for one in world.definitions if one["resourceType"] == "CodeSystem"]
    system = source.choice(systems) if systems else {"url": NOWHERE}
    made: Object = {
        "system": source.choice((system["url"], "http://loinc.org", "http://snomed.info/sct"))
    }
    codes = [one.get("code", "a") for one in system.get("concept", [])[:20]] or ["a"]
    how = source.randrange(4)
    if how == 0:
        made["concept"] = [{"code": source.choice(codes)}]
    elif how == 1:
        properties = [one.get("code") for one in system.get("property", [])]
        known = ("concept", "code", "parent", "status", "inactive", *properties)
        value = source.choice([*codes, "true", "a,b", *TEXTS[:60]])
        one = {"property": source.choice(known), "op": source.choice(_FILTERS), "value": value}
        made["filter"] = [one]
    elif how == 2:
        urls = [one["url"] for one in world.definitions if one["resourceType"] == "ValueSet"]
        made["valueSet"] = [source.choice([*urls, f"{NOWHERE}vs", NOWHERE])]
    return made


def _root(name: str, source: Random) -> Object:
    made: Object = {"id": name, "path": name}
    if source.randint(0, 1):
        made["constraint"] = [_constraint(source) for _ in range(source.randint(1, 3))]
    return made


def _constraint(source: Random) -> Object:
    severity = source.choice(("error", "warning"))
    key = f"made-{source.randint(1, 9)}"
    return {"key": key, "severity": severity, "human": "-", "expression": expression(source)}


def _elements(world: World, name: str, spot: Spot, source: Random) -> list[Object]:
    """One element, and its slices if it is sliced."""
    path = re.sub(r"\.ofType\(\w+\)", "[x]", re.sub(r"\[\d+\]", "", spot.at))
    if not path.startswith(f"{name}."):
        return []
    made: Object = {"id": path, "path": path}
    for _ in range(source.randint(1, 3)):
        source.choice(_FACTS)(made, world, spot, source)
    if source.randint(0, 3):
        return [made]
    made["slicing"] = _slicing(source)
    slices = []
    for number in range(source.randint(0, 3)):
        slices += _slice(world, path, f"s{number}", spot, source)
    return [made, *slices]


def _slicing(source: Random) -> Object:
    found = [
        {"type": source.choice(_WAYS), "path": source.choice(_PATHS)}
        for _ in range(source.choice((0, 1, 1, 1, 2)))
    ]
    rules = source.choice(("open", "closed", "openAtEnd"))
    return {"discriminator": found, "rules": rules, "ordered": source.choice((True, False))}


def _slice(world: World, path: str, name: str, spot: Spot, source: Random) -> list[Object]:
    made: Object = {"id": f"{path}:{name}", "path": path, "sliceName": name}
    source.choice(_FACTS)(made, world, spot, source)
    if not isinstance(spot.value, dict) or not spot.value:
        return [made]
    key = source.choice(sorted(spot.value))
    child: Object = {"id": f"{path}:{name}.{key}", "path": f"{path}.{key}"}
    child[source.choice(("fixedUri", "fixedCode", "patternString", "patternCoding"))] = spot.value[
        key
    ]
    return [made, child]


def _minimum(made: Object, world: World, spot: Spot, source: Random) -> None:
    made["min"] = source.choice((0, 1, 2, 99))


def _maximum(made: Object, world: World, spot: Spot, source: Random) -> None:
    made["max"] = source.choice(("0", "1", "2", "*", "x"))


def _pinned(made: Object, world: World, spot: Spot, source: Random) -> None:
    kind = source.choice((spot.type, "String", "CodeableConcept", "Quantity")) or "String"
    value = copy.deepcopy(spot.value) if source.randint(0, 3) else source.choice(TEXTS)
    made[f"{source.choice(('fixed', 'pattern'))}{kind[0].upper()}{kind[1:]}"] = value


def _bound(made: Object, world: World, spot: Spot, source: Random) -> None:
    urls = [one["url"] for one in world.definitions if one["resourceType"] == "ValueSet"]
    strength = source.choice(("required", "extensible", "preferred", "example"))
    made["binding"] = {
        "strength": strength,
        "valueSet": source.choice([*urls, f"{NOWHERE}vs", "#x"]),
    }


def _typed(made: Object, world: World, spot: Spot, source: Random) -> None:
    every = [url for urls in world.profiles.values() for url in urls] or [NOWHERE]
    extensions = [one["url"] for one in world.definitions if one.get("type") == "Extension"]
    kind = source.choice((spot.type or "BackboneElement", "Reference", "Extension", "string"))
    made["type"] = [{"code": kind}]
    if source.randint(0, 1):
        made["type"][0]["profile"] = [source.choice([*every, *extensions])]
    if source.randint(0, 1):
        made["type"][0]["targetProfile"] = [source.choice(every), _CORE + "Patient"]
    if source.randint(0, 3) == 0:
        made["type"][0]["aggregation"] = [source.choice(("contained", "referenced", "bundled"))]
        made["type"][0]["versioning"] = source.choice(("either", "specific", "independent"))


def _limited(made: Object, world: World, spot: Spot, source: Random) -> None:
    names = ("minLength", "maxDecimalPlaces", "maxSize", "regex", "narrative-language-control")
    extension: Object = {"url": _CORE + source.choice(names)}
    if extension["url"].endswith("regex"):
        extension["valueString"] = source.choice(TEXTS)
    else:
        extension["valueInteger"] = source.choice((0, 1, 5, -1))
    made["extension"] = [extension]
    made["maxLength"] = source.choice((0, 1, 10, -1))
    made["minValueInteger"], made["maxValueDate"] = 1, "2020"


def _ruled(made: Object, world: World, spot: Spot, source: Random) -> None:
    made["constraint"] = [_constraint(source)]


def _supported(made: Object, world: World, spot: Spot, source: Random) -> None:
    made |= {"mustSupport": True, "isModifier": source.choice((True, False))}


_FACTS: Sequence[Callable[[Object, World, Spot, Random], None]] = (
    _minimum, _maximum, _pinned, _pinned, _bound, _typed, _limited, _ruled, _ruled, _supported,
)  # fmt: skip
