"""Reading StructureDefinitions: the same facts, however a version of FHIR writes them."""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.definitions.read import read_structure
from conformance_cli.fhir.definitions.schema import Element, Structure
from tests.fhir.definitions.kit import CORE, TYPES, at

HL7 = "http://hl7.org/fhir/StructureDefinition/"


def structure(*elements: dict[str, Any], **facts: Any) -> Structure:
    sd = {"url": "http://example.org/Thing", "type": "Thing", "kind": "resource", **facts}
    return read_structure({**sd, "snapshot": {"element": [{"path": "Thing"}, *elements]}})


def element(**facts: Any) -> Element:
    """The element of a snapshot that states these facts."""
    return structure({"path": "Thing.one", **facts}).root.children[0]


def said(url: str, **value: Any) -> dict[str, Any]:
    return {"url": HL7 + url, **value}


class TestStructures:
    def test_what_a_definition_says_of_itself(self) -> None:
        found = structure(
            url="http://example.org/P",
            version="1.2",
            name="P",
            status="draft",
            abstract=False,
            derivation="constraint",
            baseDefinition=CORE + "Thing",
            fhirVersion="4.0.1",
        )

        assert found.is_profile
        assert (found.url, found.version, found.name) == ("http://example.org/P", "1.2", "P")
        assert (found.base, found.kind, found.type) == (CORE + "Thing", "resource", "Thing")
        assert (found.status, found.fhir_version, found.problems) == ("draft", "4.0.1", ())

    def test_contexts_since_r4(self) -> None:
        found = structure(
            context=[{"type": "element", "expression": "Thing.part"}],
            contextInvariant=["part.exists()"],
        )

        assert [(item.type, item.expression) for item in found.context] == [
            ("element", "Thing.part")
        ]
        assert found.context_invariants == ("part.exists()",)

    def test_contexts_in_stu3(self) -> None:
        found = structure(contextType="datatype", context=["Address", "HumanName, Period"])

        assert [(item.type, item.expression) for item in found.context] == [
            ("element", "Address"),
            ("element", "HumanName"),
            ("element", "Period"),
        ]

    def test_profiles_that_it_imposes(self) -> None:
        imposed = said("structuredefinition-imposeProfile", valueCanonical="http://example.org/Q")

        assert structure(extension=[imposed]).imposes == ("http://example.org/Q",)

    def test_without_a_snapshot_there_is_only_a_root(self) -> None:
        found = read_structure({"url": "http://example.org/P", "type": "Thing"})

        assert found.root.children == ()
        assert [str(problem) for problem in found.problems] == [
            "The definition http://example.org/P has no elements to check with"
        ]


class TestTrees:
    def test_children_and_slices_find_their_places(self) -> None:
        found = structure(
            {"path": "Thing.a", "max": "*"},
            {"path": "Thing.a.b"},
            {"path": "Thing.a", "sliceName": "x"},
            {"path": "Thing.a.b", "short": "of x"},
            {"path": "Thing.a", "sliceName": "x/y"},
            {"path": "Thing.a.b", "short": "of x/y"},
            {"path": "Thing.a", "sliceName": "z"},
            {"path": "Thing.c"},
        )

        assert [child.name for child in found.root.children] == ["a", "c"]
        assert [slice_.slice_name for slice_ in at(found, "a").slices] == ["x", "z"]
        assert [slice_.slice_name for slice_ in at(found, "a:x").slices] == ["x/y"]
        assert at(found, "a:x.b").short == "of x"
        assert at(found, "a:x/y.b").short == "of x/y"

    def test_ids_are_made_where_there_are_none(self) -> None:
        found = structure(
            {"path": "Thing.a"},
            {"path": "Thing.a", "sliceName": "x"},
            {"path": "Thing.a.b"},
            {"path": "Thing.a", "sliceName": "x/y"},
        )

        assert at(found, "a:x.b").id == "Thing.a:x.b"
        assert at(found, "a:x/y").id == "Thing.a:x/y"

    def test_choices_have_a_name_without_their_brackets(self) -> None:
        found = element(path="Thing.value[x]", type=[{"code": "string"}])

        assert (found.name, found.choice, found.path) == ("value", True, "Thing.value[x]")

    def test_a_choice_with_slices_by_type(self) -> None:
        found = structure(
            {"path": "Thing.value[x]", "type": [{"code": "string"}, {"code": "Quantity"}]},
            {"path": "Thing.value[x]", "sliceName": "valueQuantity"},
            {"path": "Thing.value[x].unit", "min": 1},
        )

        assert at(found, "value[x]:valueQuantity.unit").min == 1

    def test_children_under_the_name_of_a_type(self) -> None:
        found = structure(
            {"path": "Thing.value[x]", "type": [{"code": "string"}, {"code": "Quantity"}]},
            {"path": "Thing.value[x]", "sliceName": "valueQuantity"},
            {"path": "Thing.valueQuantity.unit", "min": 1},
        )

        assert at(found, "value[x]:valueQuantity.unit").min == 1

    def test_a_choice_that_stu3_renamed(self) -> None:
        base = {"path": "Thing.value[x]", "min": 0, "max": "1"}
        found = structure(
            {"path": "Thing.valueQuantity", "base": base, "type": [{"code": "Quantity"}]},
            {"path": "Thing.valueQuantity.unit", "min": 1},
        )

        renamed = at(found, "value[x]")
        assert (renamed.choice, renamed.path, renamed.slices) == (True, "Thing.value[x]", ())
        assert at(found, "value[x].unit").min == 1

    def test_two_types_of_a_choice_that_stu3_renamed(self) -> None:
        base = {"path": "Thing.value[x]", "min": 0, "max": "1"}
        found = structure(
            {"path": "Thing.valueQuantity", "base": base, "type": [{"code": "Quantity"}]},
            {"path": "Thing.valueQuantity.unit", "min": 1},
            {"path": "Thing.valueString", "base": base, "type": [{"code": "string"}]},
        )

        assert [ref.code for ref in at(found, "value[x]").types] == ["Quantity", "string"]
        assert at(found, "value[x]").slicing is not None
        assert at(found, "value[x]:valueQuantity.unit").min == 1
        assert at(found, "value[x]:valueString").max == 1

    def test_a_type_beside_its_choice_is_a_slice_of_it(self) -> None:
        found = structure(
            {"path": "Thing.value[x]", "type": [{"code": "string"}, {"code": "Quantity"}]},
            {"path": "Thing.valueQuantity", "type": [{"code": "Quantity"}], "min": 1},
            {"path": "Thing.valueSet", "type": [{"code": "uri"}]},
        )

        assert [child.name for child in found.root.children] == ["value", "valueSet"]
        assert at(found, "value[x]:valueQuantity").min == 1

    def test_a_list_that_starts_with_a_slice(self) -> None:
        found = structure(
            {"path": "Thing.a", "sliceName": "x", "max": "1", "type": [{"code": "string"}]}
        )

        assert at(found, "a").max == 1
        assert [slice_.slice_name for slice_ in at(found, "a").slices] == ["x"]

    def test_what_has_no_place_is_passed_over(self) -> None:
        found = structure(
            {"path": "Thing.a"}, {"path": "Thing.b.c"}, {"path": "Other.a"}, {}, {"path": "Thing"}
        )

        assert [child.path for child in found.root.children] == ["Thing.a"]
        assert found.root.children[0].children == ()


class TestCardinality:
    def test_of_the_element_and_of_its_base(self) -> None:
        found = element(min=1, max="1", base={"path": "Thing.one", "min": 0, "max": "*"})

        assert (found.min, found.max, found.repeats) == (1, 1, True)

    def test_without_a_base_the_element_says_whether_it_repeats(self) -> None:
        assert element(min=0, max="*").repeats
        assert not element(min=0, max="1").repeats
        assert element(max="*").max is None


class TestTypes:
    def test_names_of_fhirpath_are_those_of_fhir(self) -> None:
        system = "http://hl7.org/fhirpath/System.String"
        named = {"extension": [said("structuredefinition-fhir-type", valueUrl="uri")]}

        assert element(type=[{"code": system}]).types[0].code == "string"
        assert element(type=[{"code": system, **named}]).types[0].code == "uri"

    def test_ids_of_resources_are_ids(self) -> None:
        base = {"path": "Resource.id", "min": 0, "max": "1"}

        assert element(base=base, type=[{"code": "string"}]).types[0].code == "id"

    def test_profiles_and_targets_of_r4(self) -> None:
        found = element(
            type=[
                {
                    "code": "Reference",
                    "profile": ["http://example.org/R"],
                    "targetProfile": ["http://example.org/A", "http://example.org/B"],
                    "aggregation": ["contained"],
                    "versioning": "independent",
                }
            ]
        ).types[0]

        assert found.profiles == ("http://example.org/R",)
        assert found.targets == ("http://example.org/A", "http://example.org/B")
        assert (found.aggregation, found.versioning) == (("contained",), "independent")

    def test_targets_of_stu3_one_by_one(self) -> None:
        found = element(
            type=[
                {"code": "Reference", "targetProfile": "http://example.org/A"},
                {"code": "string"},
                {"code": "Reference", "targetProfile": "http://example.org/B"},
            ]
        ).types

        assert [ref.code for ref in found] == ["Reference", "string"]
        assert found[0].targets == ("http://example.org/A", "http://example.org/B")

    def test_a_profile_for_one_of_its_elements(self) -> None:
        note = {"extension": [said("elementdefinition-profile-element", valueString="Thing.part")]}
        found = element(
            type=[{"code": "X", "profile": ["http://example.org/P"], "_profile": [note]}]
        )

        assert found.types[0].profiles == ("http://example.org/P#Thing.part",)

    def test_values_of_primitives_in_stu3(self) -> None:
        json_type = said("structuredefinition-json-type", valueString="string")
        elements = [
            {"path": "code"},
            {
                "path": "code.value",
                "type": [
                    {
                        "_code": {"extension": [json_type]},
                        "extension": [said("structuredefinition-regex", valueString="[^\\s]+")],
                    }
                ],
            },
        ]
        found = read_structure(
            {"type": "code", "kind": "primitive-type", "snapshot": {"element": elements}}
        )

        assert at(found, "value").types[0].code == "code"
        assert at(found, "value").regex == "[^\\s]+"


class TestBindings:
    def test_value_sets_of_every_version(self) -> None:
        for stated in (
            {"valueSet": "http://example.org/vs"},
            {"valueSetUri": "http://example.org/vs"},
            {"valueSetReference": {"reference": "http://example.org/vs"}},
        ):
            binding = element(binding={"strength": "required", **stated}).binding
            assert binding is not None
            assert (binding.strength, binding.value_set) == ("required", "http://example.org/vs")

    def test_the_largest_and_the_smallest(self) -> None:
        found = element(
            binding={
                "strength": "extensible",
                "extension": [
                    said("elementdefinition-maxValueSet", valueCanonical="http://example.org/max"),
                    said("elementdefinition-minValueSet", valueReference={"reference": "min"}),
                ],
            }
        ).binding

        assert found is not None
        assert (found.max_value_set, found.min_value_set) == ("http://example.org/max", "min")

    def test_additional_ones_of_r5_and_of_the_extension(self) -> None:
        parts = [
            {"url": "purpose", "valueCode": "current"},
            {"url": "valueSet", "valueCanonical": "http://example.org/b"},
            {"url": "any", "valueBoolean": True},
        ]
        url = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
        found = element(
            binding={
                "strength": "required",
                "additional": [{"purpose": "maximum", "valueSet": "http://example.org/a"}],
                "extension": [{"url": url, "extension": parts}],
            }
        ).binding

        assert found is not None
        assert [(item.purpose, item.value_set, item.any) for item in found.additional] == [
            ("maximum", "http://example.org/a", False),
            ("current", "http://example.org/b", True),
        ]


class TestRules:
    def test_invariants(self) -> None:
        rule = {
            "key": "a-1",
            "severity": "warning",
            "human": "Be good",
            "expression": "good",
            "source": "http://example.org/P",
            "extension": [said("elementdefinition-bestpractice", valueBoolean=True)],
        }
        found = element(constraint=[rule]).constraints[0]

        assert (found.key, found.severity, found.human) == ("a-1", "warning", "Be good")
        assert (found.expression, found.source) == ("good", "http://example.org/P")
        assert found.best_practice

    def test_an_invariant_without_an_expression(self) -> None:
        found = element(constraint=[{"key": "a-1", "human": "Be good", "xpath": "x"}]).constraints[
            0
        ]

        assert (found.expression, found.severity, found.best_practice) == (None, "error", False)

    def test_slicing(self) -> None:
        found = element(
            slicing={
                "discriminator": [
                    {"type": "value", "path": "url"},
                    {"type": "exists", "path": "a"},
                ],
                "rules": "openAtEnd",
                "ordered": True,
                "description": "By URL",
            }
        ).slicing

        assert found is not None
        assert [(item.type, item.path) for item in found.discriminators] == [
            ("value", "url"),
            ("exists", "a"),
        ]
        assert (found.rules, found.ordered, found.description) == ("openAtEnd", True, "By URL")


class TestValues:
    def test_fixed_values_and_patterns_know_their_types(self) -> None:
        fixed = element(fixedUri="urn:x", _fixedUri={"id": "a"}).fixed
        pattern = element(patternCodeableConcept={"text": "a"}).pattern

        assert fixed is not None
        assert pattern is not None
        assert (fixed.type, fixed.value, fixed.extra) == ("uri", "urn:x", {"id": "a"})
        assert (pattern.type, pattern.value) == ("CodeableConcept", {"text": "a"})

    def test_a_fixed_value_of_nothing_but_a_companion(self) -> None:
        found = element(_fixedString={"extension": []}).fixed

        assert found is not None
        assert (found.type, found.value, found.extra) == ("string", None, {"extension": []})

    def test_limits(self) -> None:
        found = element(
            maxLength=9,
            minValueInteger=1,
            maxValueQuantity={"value": 3},
            extension=[
                said("minLength", valueInteger=2),
                said("maxDecimalPlaces", valueInteger=3),
                said("maxSize", valueDecimal=10),
            ],
        )

        assert found.min_value is not None
        assert found.max_value is not None
        assert (found.min_value.type, found.max_value.type) == ("integer", "Quantity")
        assert (found.max_length, found.min_length) == (9, 2)
        assert (found.max_decimal_places, found.max_size) == (3, 10)

    def test_flags_and_the_rest(self) -> None:
        found = element(
            mustSupport=True,
            isModifier=True,
            representation=["xmlAttr"],
            short="One",
            contentReference="#Thing.item",
            mustHaveValue=True,
            valueAlternatives=["http://example.org/E"],
        )

        assert found.must_support
        assert found.is_modifier
        assert found.must_have_value
        assert (found.representation, found.short) == (("xmlAttr",), "One")
        assert found.content_reference == "#Thing.item"
        assert found.value_alternatives == ("http://example.org/E",)

    def test_what_r5_has_and_r4_says_by_extension(self) -> None:
        start = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition."
        found = element(
            extension=[
                {"url": start + "mustHaveValue", "valueBoolean": True},
                {"url": start + "valueAlternatives", "valueCanonical": "http://example.org/E"},
            ]
        )

        assert found.must_have_value
        assert found.value_alternatives == ("http://example.org/E",)


def test_deep_and_wide_snapshots_are_cut_not_refused() -> None:
    deep = [{"path": "Thing" + ".a" * depth} for depth in range(1, 2000)]
    found = structure(*deep)
    levels, item = 0, found.root
    while item.children:
        levels, item = levels + 1, item.children[0]

    assert 30 < levels < 100


def test_types_of_the_kit_are_sound() -> None:
    assert all(read_structure(sd).problems == () for sd in TYPES.values())
