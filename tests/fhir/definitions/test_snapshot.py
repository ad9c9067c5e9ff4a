"""Snapshots from differentials: what profiles say, and what follows from it."""

from __future__ import annotations

import pytest

from tests.fhir.definitions.kit import (
    CORE,
    PROFILES,
    TYPES,
    by,
    definition,
    ed,
    extension,
    made,
    profile,
    without_ids,
)


def test_what_a_differential_does_not_mention_stays() -> None:
    found = made(profile(ed("Thing.active", min=1)))

    assert found.problems == []
    assert found["active"].min == 1
    assert found["identifier"].max is None
    assert [child.name for child in found.structure.root.children] == [
        "id", "contained", "extension", "modifierExtension", "identifier", "active", "code",
        "value", "parent", "part", "item",
    ]  # fmt: skip


def test_without_a_differential_a_profile_is_its_base() -> None:
    found = made(profile())

    assert found.problems == []
    assert found["part.value[x]"].min == 1


def test_snapshots_have_the_ids_and_paths_of_the_specification() -> None:
    found = made(
        profile(
            ed("Thing.identifier", slicing=by("value", "system")),
            ed("Thing.identifier:nhs"),
            ed("Thing.identifier:nhs.system", fixedUri="urn:nhs"),
        )
    )

    listed = [
        (element["id"], element["path"])
        for element in found.sd["snapshot"]["element"]
        if "identifier" in element["path"]
    ]
    assert listed == [
        ("Thing.identifier", "Thing.identifier"),
        ("Thing.identifier:nhs", "Thing.identifier"),
        ("Thing.identifier:nhs.id", "Thing.identifier.id"),
        ("Thing.identifier:nhs.extension", "Thing.identifier.extension"),
        ("Thing.identifier:nhs.use", "Thing.identifier.use"),
        ("Thing.identifier:nhs.system", "Thing.identifier.system"),
        ("Thing.identifier:nhs.value", "Thing.identifier.value"),
    ]


def test_children_come_from_the_type_when_a_profile_walks_into_it() -> None:
    found = made(profile(ed("Thing.code.coding.system", min=1)))

    assert found["code.coding.system"].min == 1
    assert found["code.coding.code"].min == 0
    assert found["code.text"].types[0].code == "string"
    assert found["part.name"].children == ()


def test_levels_may_be_skipped_and_the_order_may_be_any() -> None:
    found = made(
        profile(
            ed("Thing.part.name", min=1),
            ed("Thing.code.coding.code", min=1),
            ed("Thing.code", short="What it is"),
        )
    )

    assert found.problems == []
    assert found["code"].short == "What it is"
    assert found["code.coding.code"].min == found["part.name"].min == 1


def test_children_of_primitives_can_be_constrained() -> None:
    found = made(profile(ed("Thing.active.extension", max="0")))

    assert found["active.extension"].max == 0


def test_content_references_are_followed_to_the_elements_of_the_type() -> None:
    found = made(profile(ed("Thing.item.label", min=1), ed("Thing.item.item.item.label", max="0")))

    assert found.problems == []
    assert found["item.label"].min == 1
    assert found["item.item"].content_reference is None
    assert found["item.item"].types[0].code == "BackboneElement"
    assert found["item.item.label"].min == 0
    assert found["item.item.item.label"].max == 0
    assert found["item.item.item.item"].content_reference == "#Thing.item"


def test_a_content_reference_to_nothing_is_a_problem() -> None:
    broken = definition("Broken", "DomainResource", ["item 0..* #Broken.gone"])
    found = made(profile(ed("Broken.item.label"), base="Thing") | {
        "type": "Broken", "baseDefinition": CORE + "Broken",
    }, broken)  # fmt: skip

    assert found.problems == ["snapshot-content-unknown", "snapshot-element-unmatched"]


def test_a_profile_on_a_type_gives_its_children() -> None:
    nhs = profile(ed("Identifier.system", min=1, fixedUri="urn:nhs"), name="nhs", base="Identifier")
    found = made(
        profile(
            {
                "id": "Thing.identifier",
                "path": "Thing.identifier",
                "type": [{"code": "Identifier", "profile": [PROFILES + "nhs"]}],
            },
            ed("Thing.identifier.value", min=1),
        ),
        nhs,
    )

    assert found.problems == []
    assert found["identifier"].types[0].profiles == (PROFILES + "nhs",)
    assert found["identifier.system"].fixed.value == "urn:nhs"
    assert found["identifier.value"].min == 1


def test_of_several_types_only_what_elements_share_can_be_constrained() -> None:
    found = made(profile(ed("Thing.value[x].extension", max="0"), ed("Thing.value[x].unit", min=1)))

    assert found["value[x].extension"].max == 0
    assert found.problems == ["snapshot-element-unshared"]
    assert found.found[0].severity == "warning"


@pytest.mark.parametrize("forget", [lambda sd: sd, without_ids])
def test_ids_are_not_needed(forget: object) -> None:
    sd = profile(
        ed("Thing.identifier", slicing=by("value", "system")),
        ed("Thing.identifier:nhs", max="1"),
        ed("Thing.identifier:nhs.system", fixedUri="urn:nhs"),
        ed("Thing.identifier:local", max="2"),
        ed("Thing.identifier:local.system", fixedUri="urn:local"),
        ed("Thing.active", min=1),
    )
    found = made(forget(sd))  # type: ignore[operator]

    assert found.problems == []
    assert found.slices("identifier") == ["nhs", "local"]
    assert found["identifier:nhs.system"].fixed.value == "urn:nhs"
    assert found["identifier:local.system"].fixed.value == "urn:local"
    assert found["active"].min == 1


def test_a_base_without_a_snapshot_gets_one() -> None:
    parent = profile(ed("Thing.active", min=1), name="parent")
    child = profile(ed("Thing.part", min=1), name="child", base="parent")
    grandchild = profile(ed("Thing.identifier", min=1), base="child")
    found = made(grandchild, parent, child)

    assert found.problems == []
    assert [found[name].min for name in ("active", "part", "identifier")] == [1, 1, 1]


def test_a_new_type_adds_elements_to_its_base() -> None:
    model = {
        **profile(
            {"id": "Model", "path": "Model"},
            ed("Model.size", min=1, max="1", type="Quantity"),
            ed("Model.lines", max="*", type="BackboneElement"),
            ed("Model.lines.text", type="string"),
            ed("Model.language", max="0"),
        ),
        "type": "Model",
        "kind": "logical",
        "derivation": "specialization",
        "baseDefinition": CORE + "DomainResource",
    }
    found = made(model)

    assert found.problems == []
    assert found.structure.root.path == "Model"
    assert found["size"].types[0].code == "Quantity"
    assert found["lines"].repeats
    assert [child.name for child in found["lines"].children] == [
        "id", "extension", "modifierExtension", "text",
    ]  # fmt: skip
    assert found["language"].max == 0
    assert found["contained"].path == "Model.contained"


class TestExtensions:
    """Extensions are sliced by URL, and their definitions say how often they may be there."""

    def _colour(self, **root: object) -> dict[str, object]:
        return extension(ed("Extension.value[x]", min=1, type="code"), name="colour", **root)

    def _with(self, **facts: object) -> dict[str, object]:
        return {
            "id": "Thing.extension:colour",
            "path": "Thing.extension",
            "sliceName": "colour",
            "type": [{"code": "Extension", "profile": [PROFILES + "colour"]}],
            **facts,
        }

    def test_their_slicing_goes_without_saying(self) -> None:
        found = made(profile(self._with()), self._colour())

        assert found.problems == []
        slicing = found["extension"].slicing
        assert slicing is not None
        assert [(item.type, item.path) for item in slicing.discriminators] == [("value", "url")]
        assert slicing.rules == "open"

    def test_a_slice_is_there_no_more_often_than_its_definition_says(self) -> None:
        found = made(profile(self._with()), self._colour(min=1, max="1"))

        assert found["extension:colour"].max == 1
        assert found["extension:colour"].min == 0
        assert found["extension:colour"].repeats

    def test_what_a_definition_says_of_modifying_counts(self) -> None:
        found = made(profile(self._with()), self._colour(isModifier=True))

        assert found["extension:colour"].is_modifier
        assert not found["extension"].is_modifier

    def test_its_children_are_those_of_the_definition(self) -> None:
        found = made(
            profile(self._with(), ed("Thing.extension:colour.value[x]", short="red")),
            self._colour(),
        )

        assert found["extension:colour.value[x]"].min == 1
        assert found["extension:colour.url"].fixed.value == PROFILES + "colour"

    def test_children_need_no_entry_of_the_slice(self) -> None:
        sd = profile(ed("Thing.extension:colour.value[x]", min=1))
        found = made(sd)

        assert found.problems == []
        assert found["extension:colour.value[x]"].min == 1
        assert found["extension"].slices[0].slice_name == "colour"

    def test_required_extensions_make_their_element_required(self) -> None:
        found = made(profile(self._with(min=1)), self._colour())

        assert found["extension"].min == 1

    def test_complex_ones_have_slices_of_their_own(self) -> None:
        found = made(
            extension(
                ed("Extension.extension:part", min=1, max="1"),
                ed("Extension.extension:part.url", fixedUri="part"),
                ed("Extension.extension:part.value[x]", type="string"),
                ed("Extension.value[x]", max="0"),
                name="complex",
            )
        )

        assert found.problems == []
        assert found["extension:part.url"].fixed.value == "part"
        assert found["extension"].min == 1
        assert found["value[x]"].max == 0

    def test_a_definition_that_is_missing_is_told(self) -> None:
        found = made(profile(self._with(), ed("Thing.extension:colour.url", min=1)))

        assert found.problems == ["snapshot-profile-unknown"]
        assert found.found[0].severity == "warning"
        assert found["extension:colour.url"].min == 1

    def test_one_that_is_part_of_itself_ends_somewhere(self) -> None:
        inner = {
            "id": "Extension.extension:again",
            "path": "Extension.extension",
            "sliceName": "again",
            "type": [{"code": "Extension", "profile": [PROFILES + "colour"]}],
        }
        found = made(extension(inner, ed("Extension.extension:again.url", min=1), name="colour"))

        assert found.problems == ["snapshot-profile-circle"]


def test_a_profile_can_be_meant_for_one_element_of_its_own() -> None:
    library = profile(
        ed("Thing.part", slicing=by("pattern", "name")),
        ed("Thing.part:first", max="3"),
        ed("Thing.part:first.name", patternString="first"),
        name="library",
    )
    named = {
        "url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element",
        "valueString": "Thing.part:first",
    }
    found = made(
        profile(
            ed("Thing.part", slicing=by("pattern", "name")),
            {
                "id": "Thing.part:one",
                "path": "Thing.part",
                "sliceName": "one",
                "type": [
                    {
                        "code": "BackboneElement",
                        "profile": [PROFILES + "library"],
                        "_profile": [{"extension": [named]}],
                    }
                ],
            },
        ),
        library,
    )

    assert found.problems == []
    assert found["part:one.name"].pattern.value == "first"
    assert found["part:one"].max == 3
    assert found["part:one"].types[0].profiles == ()


def test_types_of_the_base_are_untouched() -> None:
    before = repr(TYPES)
    made(profile(ed("Thing.part.name", min=1), ed("Thing.code.coding.code", min=1)))

    assert repr(TYPES) == before
