"""The constraints of published definitions, over the official examples, where they are at hand."""

from __future__ import annotations

import copy
import json
import random
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conformance_cli.fhir import FhirPathError
from conformance_cli.fhir.path.engine import Engine
from conformance_cli.fhir.path.types import Node, TypeModel, decapitalised, type_model

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"
EXAMPLES = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
PUBLISHED = ("hl7.fhir.r4.core", "hl7.fhir.r3.core", "hl7.fhir.uv.extensions", "fhir.r4.ukcore")
#: Every so many examples are looked at, and none with more values than this; all take a minute.
STEP, LARGE = 12, 30_000
#: Examples that break a constraint, and why they do.
BROKEN = {
    ("StructureDefinition-Definition.json", "sdf-4"): "it is neither abstract nor has a base",
    ("StructureDefinition-Event.json", "sdf-4"): "it is neither abstract nor has a base",
    ("StructureDefinition-FiveWs.json", "sdf-4"): "it is neither abstract nor has a base",
    ("StructureDefinition-Request.json", "sdf-4"): "it is neither abstract nor has a base",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PACKAGES.is_dir(), reason=f"{PACKAGES} is not at hand"),
]


class Rule(NamedTuple):
    key: str
    expression: str
    severity: str


class Place(NamedTuple):
    node: Node
    rules: list[Rule]
    resource: Node
    root: Node


class Nothing:
    """Services that know nothing of the world outside."""

    def resolve(self, reference: str, at: Node) -> None:
        return None

    def member_of(self, value: Any, type_name: str, value_set: str) -> None:
        return None

    def conforms_to(self, value: Any, url: str) -> None:
        return None

    def trace(self, name: str, items: list[Any]) -> None:
        return None


def files(package: Path) -> Iterator[tuple[str, Any]]:
    with tarfile.open(package) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            if file is not None:
                try:
                    yield Path(member.name).name, json.loads(file.read(), parse_float=Decimal)
                except ValueError:
                    continue


@cache
def rules() -> dict[str, list[Rule]]:
    """The constraints at each path of the base definitions of R4."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for _, content in files(CORE):
        if content.get("resourceType") != "StructureDefinition":
            continue
        if content.get("derivation") == "constraint" or content.get("kind") == "logical":
            continue
        for element in content["snapshot"]["element"]:
            for rule in element.get("constraint", []):
                if rule.get("expression"):
                    made = Rule(rule["key"], rule["expression"], rule["severity"])
                    found[element["path"]].append(made)
    return found


@cache
def examples() -> list[tuple[str, Any]]:
    named = {name for name, _ in BROKEN}
    every = ((i, name, r) for i, (name, r) in enumerate(files(EXAMPLES)) if "resourceType" in r)
    chosen = ((name, r) for i, name, r in every if i % STEP == 0 or name in named)
    return [(name, r) for name, r in chosen if len(str(r)) < LARGE * 10]


def places(resource: Any, model: TypeModel) -> list[Place]:
    """Every element of a resource, with the constraints on it."""
    found: list[Place] = []
    node = Node(resource, resource["resourceType"])
    _visit(node, node.type, node, node, found, model)
    return found


def _visit(
    node: Node, path: str, resource: Node, root: Node, found: list[Place], model: TypeModel
) -> None:
    here = [rule for p in dict.fromkeys((path, node.type)) for rule in rules().get(p, ())]
    found.append(Place(node, list(dict.fromkeys(here)), resource, root))
    for source, parent in ((node.data, node.type), (node.extra, "Element")):
        names = {key.removeprefix("_") for key in source} if isinstance(source, dict) else set()
        for name in names - {"resourceType"}:
            child_path, type_name = _child(parent, name, model)
            for value, extra in _values(source, name):
                if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
                    inner = Node(value, value["resourceType"])
                    outer = root if name == "contained" else inner
                    _visit(inner, inner.type, inner, outer, found, model)
                else:
                    child = Node(value, type_name, extra)
                    _visit(child, child_path, resource, root, found, model)


def _child(parent: str, name: str, model: TypeModel) -> tuple[str, str]:
    path, _ = model.child(parent, name)
    if path in model.path_types or path in rules():
        return path, model.type_of(path)
    for choice, types in model.choices.items():
        base, _, stem = choice.rpartition(".")
        if base == parent and name.startswith(stem) and name.removeprefix(stem) in types:
            return f"{choice}[x]", decapitalised(name.removeprefix(stem), model)
    return path, model.type_of(path)


def _values(source: dict[str, Any], name: str) -> list[tuple[Any, Any]]:
    value, extra = source.get(name), source.get(f"_{name}")
    values = value if isinstance(value, list) else [value]
    extras = extra if isinstance(extra, list) else [extra]
    size = max(len(values), len(extras))
    values, extras = ([*each, *[None] * (size - len(each))] for each in (values, extras))
    pairs = zip(values, extras, strict=True)
    return [(v, e) for v, e in pairs if v is not None or e is not None]


def engine() -> Engine:
    return Engine("4.0.1", clock=lambda: datetime(2026, 11, 23, tzinfo=UTC))


def test_every_published_constraint_can_be_read():
    unreadable = []
    for package in PACKAGES.glob("*.tgz"):
        if not package.name.startswith(PUBLISHED):
            continue
        for name, content in files(package):
            if content.get("resourceType") != "StructureDefinition":
                continue
            views = [content.get(view, {}) for view in ("snapshot", "differential")]
            for element in (e for view in views for e in view.get("element", ())):
                for rule in element.get("constraint", []):
                    try:
                        engine().check(rule.get("expression") or "true")
                    except FhirPathError as err:
                        unreadable.append((name, rule["key"], str(err)))
    assert unreadable == []


def test_the_official_examples_keep_every_constraint_but_for_true_defects():
    model, services, evaluator = type_model("4.0.1"), Nothing(), engine()
    false: dict[tuple[str, str], str] = {}
    for name, resource in examples():
        for node, here, owner, root in places(resource, model):
            for key, expression, severity in here:
                if severity != "error":
                    continue
                if not evaluator.holds(expression, node, owner, root, services):
                    false[name, key] = expression
    assert set(false) == set(BROKEN)


def mutated(resource: Any, source: random.Random) -> Any:
    """A resource with some of its members dropped, emptied, doubled or replaced."""
    changed = copy.deepcopy(resource)
    objects = [node.data for node, *_ in places(changed, type_model("4.0.1"))]
    objects = [data for data in objects if isinstance(data, dict) and data]
    for _ in range(source.randint(1, 5)):
        data = source.choice(objects)
        key = source.choice(list(data))
        other = source.choice(objects)
        odd = [None, [], {}, "", "x", 5, True, [None], [data.get(key)], ["a", "b"], {"a": 1}]
        new = source.choice([*odd, *other.values()])
        data[source.choice([key, f"_{key}"])] = copy.deepcopy(new)
    return changed


def test_shortcuts_are_true_only_where_the_evaluation_is():
    model, services, evaluator = type_model("4.0.1"), Nothing(), engine()
    source = random.Random(11)
    quick: dict[tuple[str, str], Any] = {}
    known = total = 0
    for name, resource in examples()[::4]:
        changes = [mutated(resource, source) for _ in range(3)]
        for each in (resource, *(c for c in changes if isinstance(c.get("resourceType"), str))):
            for node, here, owner, root in places(each, model):
                if type(node.data) is not dict:
                    continue
                for key, expression, _ in here:
                    at = expression, node.type
                    if at not in quick:
                        quick[at] = evaluator.shortcut(*at)
                    total += 1
                    if quick[at] is not None and quick[at](node.data):
                        known += 1
                        told = (name, key, node.data)
                        assert evaluator.holds(expression, node, owner, root, services), told
    assert known > 0.9 * total > 10_000


def test_nearly_every_constraint_of_the_core_has_a_shortcut():
    model, evaluator = type_model("4.0.1"), engine()
    distinct = {
        (rule.key, rule.expression): model.type_of(path)
        for path in rules()
        for rule in rules()[path]
    }
    without = {
        key
        for (key, expression), type_name in distinct.items()
        if evaluator.shortcut(expression, type_name) is None
    }
    assert len(distinct) == 239
    assert without <= {
        "dom-3", "csd-1", "msq-6", "txt-1", "txt-2", "que-2", "sdf-9", "sdf-8", "sdf-8a",
    }  # fmt: skip
