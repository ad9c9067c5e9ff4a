"""Broken differentials: told, and survived."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_cli.fhir.definitions.read import read_structure
from conformance_cli.fhir.definitions.snapshot import Generator, generate
from tests.fhir.definitions.kit import CORE, PROFILES, TYPES, by, ed, made, profile


def test_elements_that_match_nothing_are_named() -> None:
    found = made(profile(ed("Thing.colour", min=1), ed("Thing.part.size.unit", max="0")))

    assert found.problems == ["snapshot-element-unmatched"] * 2
    assert found.texts[0] == f"Thing.colour matches no element of {CORE}Thing"
    assert [(problem.element, problem.index) for problem in found.found] == [
        ("Thing.colour", 0),
        ("Thing.part.size.unit", 1),
    ]
    assert str(found.found[0]) == found.texts[0]


@pytest.mark.parametrize(
    "path", ["Other.active", "Thing..active", "Thing.", "Thing.a b", "", None, 7, "Thing.a.b" * 99]
)
def test_paths_that_are_none(path: object) -> None:
    found = made(profile({"path": path, "min": 1}))

    assert found.problems == ["snapshot-path"]


def test_one_element_twice() -> None:
    found = made(profile(ed("Thing.active", min=1), ed("Thing.active", short="Twice")))

    assert found.problems == ["snapshot-element-repeated"]
    assert (found["active"].min, found["active"].short) == (1, "Twice")


class TestBases:
    def test_none(self) -> None:
        found = made({**profile(), "baseDefinition": None})

        assert found.problems == ["snapshot-base-none"]
        assert "snapshot" not in found.sd
        assert [problem.id for problem in found.structure.problems] == [
            "definition-snapshot-missing"
        ]

    def test_one_that_is_not_at_hand(self) -> None:
        found = made(profile(ed("Thing.identifier:gone"), ed("Thing.active", min=1), base="gone"))

        assert found.texts == [f"Its base definition {PROFILES}gone is not at hand"]
        assert found["active"].min == 1, "the type stands in for it"

    def test_circles(self) -> None:
        one, two = profile(name="one", base="two"), profile(name="two", base="one")
        found = made(one, one, two)

        assert found.problems == ["snapshot-base-broken"]
        assert "lead back to itself" in found.texts[0]

    def test_a_profile_of_itself(self) -> None:
        own = profile(name="own", base="own")

        assert made(own, own).problems == ["snapshot-base-circle"]

    def test_one_that_is_broken(self) -> None:
        parent = profile(ed("Thing.colour"), name="parent")
        found = made(profile(ed("Thing.active", min=1), base="parent"), parent)

        assert found.problems == ["snapshot-base-broken"]
        assert found["active"].min == 1

    def test_one_of_another_type(self) -> None:
        found = made({**profile(), "type": "Other"})

        assert found.problems == ["snapshot-base-type"]


def test_long_chains_end() -> None:
    chain = [profile(name="p0")]
    chain += [profile(name=f"p{n}", base=f"p{n - 1}") for n in range(1, 300)]
    found = made(profile(ed("Thing.active", min=1), base="p299"), *chain)

    assert found.problems == ["snapshot-base-broken"]


def test_snapshots_beyond_all_bounds_are_not_made() -> None:
    slices = [ed(f"Thing.part:p{n}") for n in range(9000)]
    common = [ed(f"Thing.part.extension:e{n}") for n in range(30)]
    found = made(profile(ed("Thing.part", slicing=by("value", "name")), *common, *slices))

    assert found.problems == ["snapshot-too-large"]
    assert "snapshot" not in found.sd


def test_deep_nesting_of_slices_ends() -> None:
    names = ["/".join(["a"] * length) for length in range(1, 40)]
    slices = [ed(f"Thing.part:{name}") for name in names]
    found = made(profile(ed("Thing.part", slicing=by("value", "name")), *slices))

    assert found["part:a"].slices


_junk = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["", "a", "1", "*", "Thing"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "path", "extension", "url", "type", "key", "value", "coding"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
_facts = st.dictionaries(
    st.sampled_from(
        ["id", "sliceName", "min", "max", "type", "slicing", "binding", "constraint", "base",
         "extension", "fixedString", "_fixedString", "contentReference", "mustSupport", "alias",
         "condition", "maxLength", "short", "sliceIsConstraining", "isModifier"]
    ),
    _junk,
    max_size=5,
)  # fmt: skip
_paths = st.sampled_from(
    ["Thing", "Thing.part", "Thing.part.name", "Thing.value[x]", "Thing.valueQuantity",
     "Thing.valueQuantity.unit", "Thing.extension", "Thing.item.item.item", "Thing.extension.url",
     "Thing.identifier", "Thing.identifier.system", "Thing.gone"]
)  # fmt: skip
_elements = st.lists(
    st.builds(lambda path, facts: {**facts, "path": path}, _paths, _facts) | _junk, max_size=6
)


@settings(max_examples=300, deadline=None)
@given(_elements, st.data())
def test_whatever_stands_in_a_definition_there_is_an_answer(elements: Any, data: Any) -> None:
    sd = profile()
    sd["differential"] = data.draw(st.just({"element": elements}) | _junk)
    sd |= data.draw(
        st.dictionaries(
            st.sampled_from(["type", "kind", "extension", "context"]), _junk, max_size=2
        )
    )
    with_snapshot, problems = generate(sd, TYPES.get)
    structure = read_structure(with_snapshot)

    assert structure.root.name
    assert all(problem.text and problem.id for problem in problems)

    snapshot = {**TYPES[CORE + "Thing"], "snapshot": {"element": elements}}
    assert read_structure(snapshot).root is not None
    known = {**TYPES, CORE + "Thing": snapshot}
    generate(profile(ed("Thing.active", min=1), ed("Thing.identifier:nhs.system")), known.get)
    json.dumps(with_snapshot)


def test_one_generator_serves_many_profiles() -> None:
    asked: list[str] = []

    def lookup(url: str) -> Any:
        asked.append(url)
        return TYPES.get(url)

    generator = Generator(lookup)
    for number in range(5):
        generator.generate(profile(ed("Thing.code.coding.code", min=1), name=f"p{number}"))

    assert asked.count(CORE + "Coding") == 1
