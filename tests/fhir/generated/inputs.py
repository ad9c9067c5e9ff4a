"""An endless stream of damaged inputs of every kind."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fhir.generated.demanding import BOUND, CODES, NOWHERE, demanding, value_set
from tests.fhir.generated.generator import texts
from tests.fhir.generated.hostile import as_json, damaged, mangled, tangled
from tests.fhir.generated.worlds import World
from tests.fhir.source.xml_writer import write_xml

Json = Any
Object = dict[str, Json]

REFERENCE = re.compile(r"(http://[^ ]+/)?[A-Z][A-Za-z]+/[A-Za-z0-9.-]+|urn:uuid:.*")


@dataclass(frozen=True)
class Input:
    """What a validator is asked: a resource as an object or a text, and by what to judge it."""

    kind: str
    data: Object | bytes
    profiles: tuple[str, ...] = ()
    #: Resources that references may lead to, by reference.
    supporting: Mapping[str, Object] = field(default_factory=dict)
    #: Definitions that are loaded besides those of the library.
    definitions: tuple[Object, ...] = ()
    #: Which of several sets of options is used.
    options: int = 0


def inputs(world: World, source: Random) -> Iterator[Input]:
    """Damaged inputs, without end."""
    makers: list[Callable[[World, Random], Input]] = [_object] * 8 + [_json] * 5 + [_xml] * 5
    if world.definitions:
        makers += [_defined] * 2 + [_demanding] * 2 + [_bound]
    while True:
        with suppress(RecursionError):  # damage upon damage may nest too deep to be written
            yield source.choice(makers)(world, source)


def _object(world: World, source: Random) -> Input:
    seed = world.seed(source)
    data = mangled(seed, world.seed(source), source)
    if not isinstance(data, dict):
        data = {"resourceType": seed["resourceType"], "contained": data}
    return _asked("object", data, seed, world, source)


def _json(world: World, source: Random) -> Input:
    seed = world.seed(source)
    data = as_json(mangled(seed, world.seed(source), source) if source.randint(0, 1) else seed)
    return _asked("json", damaged(data, source), seed, world, source)


def _xml(world: World, source: Random) -> Input:
    seed = world.seed(source)
    text = write_xml(seed, world.library)
    data = tangled(text, source) if source.randint(0, 1) else damaged(text.encode(), source)
    return _asked("xml", data, seed, world, source)


def _asked(kind: str, data: Json, seed: Object, world: World, source: Random) -> Input:
    """The input, to be judged by random profiles: those of its type, or any."""
    fitting: Sequence[str] = world.profiles.get(seed["resourceType"], ())
    every = [url for urls in world.profiles.values() for url in urls]
    profiles: list[str] = []
    if fitting and source.randint(0, 1):
        profiles.append(source.choice(fitting))
    if every and source.randint(0, 9) == 0:
        profiles.append(source.choice(every))
    supporting = _supporting(seed, world, source) if source.randint(0, 9) == 0 else {}
    return Input(kind, data, tuple(profiles), supporting, options=source.randrange(4))


def _supporting(seed: Object, world: World, source: Random) -> dict[str, Object]:
    """Damaged resources at the references of a resource."""
    references = [text for text in texts(seed) if REFERENCE.fullmatch(text)]
    found = {one: mangled(world.seed(source), seed, source) for one in references[:5]}
    return {one: target for one, target in found.items() if isinstance(target, dict)}


def _defined(world: World, source: Random) -> Input:
    """A sound or a damaged resource, judged by damaged definitions."""
    sound = source.choice(world.definitions)
    bad = mangled(sound, source.choice(world.definitions), source)
    if not isinstance(bad, dict):
        bad = {**sound, "differential": bad, "compose": bad}
    if source.randint(0, 3):
        kept = ("resourceType", "url", "type", "baseDefinition", "kind", "derivation")
        bad |= {key: copy.deepcopy(sound[key]) for key in kept if key in sound}
    wanted = sound.get("type") if sound.get("type") in world.types else None
    alike = [one for one in world.examples if one["resourceType"] == wanted]
    seed = source.choice(alike) if alike else world.seed(source)
    if source.randint(0, 1):
        seed = mangled(seed, world.seed(source), source)
        seed = seed if isinstance(seed, dict) else {"resourceType": "Patient", "contained": seed}
    url = sound["url"] if sound["resourceType"] == "StructureDefinition" else ""
    options = source.randrange(4)
    return Input("definition", seed, (url,) if url else (), definitions=(bad,), options=options)


def _demanding(world: World, source: Random) -> Input:
    """A resource, judged by a profile that asks for anything."""
    seed = world.seed(source)
    definitions = (demanding(world, seed, source), value_set(world, source))
    data = mangled(seed, world.seed(source), source) if source.randint(0, 1) else seed
    data = data if isinstance(data, dict) else {"resourceType": "Patient", "contained": data}
    profiles = (definitions[0]["url"],)
    return Input("demanding", data, profiles, {}, definitions, source.randrange(4))


def _bound(world: World, source: Random) -> Input:
    """Codes, judged by a value set of anything."""
    made = value_set(world, source)
    systems = [one["url"] for one in world.definitions if one["resourceType"] == "CodeSystem"]
    codings = [
        {"system": source.choice(systems), "code": source.choice(CODES), "display": "x"}
        for _ in range(3)
    ]
    data = {"resourceType": "Basic", "code": {"coding": codings}}
    return Input("bound", data, (f"{NOWHERE}bound",), {}, (made, BOUND), source.randrange(4))
