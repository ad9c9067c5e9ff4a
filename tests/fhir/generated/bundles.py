"""Bundles of every type, whose entries refer to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from tests.fhir.generated.generator import ANY, BASE, Around, Generator, Pool
from tests.fhir.generated.values import PRIMITIVES

Json = Any
Object = dict[str, Json]

_IDENTIFIER = {"system": "http://nowhere.test/ids", "value": "1"}


def bundle(generator: Generator, kind: str = "") -> Object:
    """A Bundle of a type (of any, if none is named) as its rules have it."""
    source = generator.source
    kind = kind or source.choice(sorted(_ENTRIES))
    made: Object = {"resourceType": "Bundle", "type": kind}
    if kind in ("document", "message") or source.randint(0, 3) == 0:
        made["timestamp"] = PRIMITIVES["instant"](source)
        made["identifier"] = dict(_IDENTIFIER)
    if kind == "document":
        made["meta"] = {"lastUpdated": "2024-05-06T07:08:09Z"}
    if kind == "searchset":
        made["link"] = [{"relation": "self", "url": f"{BASE}/Patient?name=x"}]
    first = {"document": ("Composition",), "message": ("MessageHeader",), "searchset": ("Patient",)}
    pool = Pool(source.randint(2, 5), only=kind in ("document", "message"))
    for name in first.get(kind, ANY[: source.randint(1, 2)]):
        pool.address(source, name)
    resources = _resources(generator, pool)
    made["entry"] = [_entry(kind, resource, source) for resource in resources]
    if kind in ("searchset", "history"):
        made["total"] = len(resources)
    return made


def _resources(generator: Generator, pool: Pool) -> list[Object]:
    """All that the pool was asked for, and what these ask for in turn."""
    made: list[Object] = []
    while len(made) < len(pool.wanted):
        name, key = pool.wanted[len(made)]
        resource = generator.inside(Around(name, pool=pool), 8)
        made.append({**resource, "id": key})
    return made


def _entry(kind: str, resource: Object, source: Random) -> Object:
    name = f"{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": f"{BASE}/{name}", "resource": resource} | _ENTRIES[kind](name, source)


def _nothing(name: str, source: Random) -> Object:
    return {}


def _found(name: str, source: Random) -> Object:
    mode = "match" if name.startswith("Patient/") else "include"
    return {"search": {"mode": mode}}


def _request(name: str, source: Random) -> Object:
    requests: Sequence[Object] = (
        {"method": "PUT", "url": name},
        {"method": "POST", "url": name.partition("/")[0]},
    )
    return {"request": source.choice(requests)}


def _response(name: str, source: Random) -> Object:
    return {"response": {"status": "200 OK", "location": f"{name}/_history/1"}}


def _happened(name: str, source: Random) -> Object:
    return _request(name, source) | _response(name, source)


_ENTRIES: Mapping[str, Callable[[str, Random], Object]] = {
    "batch": _request,
    "batch-response": _response,
    "collection": _nothing,
    "document": _nothing,
    "history": _happened,
    "message": _nothing,
    "searchset": _found,
    "transaction": _request,
    "transaction-response": _response,
}
#: The types of Bundles.
KINDS = tuple(sorted(_ENTRIES))
