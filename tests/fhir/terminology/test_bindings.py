"""Bindings: what counts as outside a value set, and how grave that is."""

import pytest

from conformance_cli.fhir.definitions.schema import AdditionalBinding, Binding, Element, Structure
from conformance_cli.fhir.validation.bindings import check_binding
from tests.fhir.terminology.definitions import (
    BODY,
    COLOURS,
    SNOMED,
    Library,
    colours,
    listing,
    value_set,
)
from tests.fhir.terminology.session import PLACE, SCOPE, found, session, texts

VS = "http://clinic.test/ValueSet/chosen"
WIDE = "http://clinic.test/ValueSet/wide"
OPEN = "http://clinic.test/ValueSet/open"
PROFILE = "http://clinic.test/StructureDefinition/thing"
LOADED = (
    colours(),
    value_set(VS, listing(COLOURS, "red", "green")),
    value_set(WIDE, listing(COLOURS, "red", "green", "blue")),
    value_set(OPEN, {"system": SNOMED}),
)


def check(value, type_name, strength="required", vs=VS, profile=PROFILE, loaded=LOADED, **more):
    asked = session(*loaded)
    element = Element("Thing.code", "Thing.code", "code", binding=Binding(strength, vs, **more))
    check_binding(asked, element, value, type_name, PLACE, SCOPE, profile)
    return asked


def coding(code, system=COLOURS, **more):
    return {"system": system, "code": code, **more}


def concept(*codings, **more):
    return {"coding": list(codings), **more} if codings else more


class TestStrength:
    @pytest.mark.parametrize("type_name", ["code", "string", "uri"])
    def test_of_codes_as_text(self, type_name):
        assert found(check("red", type_name)) == []
        assert found(check("blue", type_name)) == [("error", "code", "binding-required")]
        assert found(check("blue", type_name, "extensible")) == [
            ("warning", "code", "binding-extensible")
        ]
        assert found(check("blue", type_name, "preferred")) == [
            ("information", "code", "binding-preferred")
        ]
        assert found(check("blue", type_name, "example")) == []

    @pytest.mark.parametrize("type_name", ["Coding", "Quantity"])
    def test_of_codings_and_units(self, type_name):
        assert found(check(coding("red"), type_name)) == []
        assert found(check(coding("blue"), type_name)) == [("error", "code", "binding-required")]
        assert found(check(coding("red", BODY), type_name, "extensible")) == [
            ("warning", "code", "binding-extensible")
        ]
        assert found(check({"value": 1}, type_name)) == []

    def test_of_concepts_of_whose_codings_one_has_to_fit(self):
        assert found(check(concept(coding("blue"), coding("red")), "CodeableConcept")) == []
        assert found(check(concept(coding("blue"), coding("1", BODY)), "CodeableConcept")) == [
            ("error", "code", "binding-required")
        ]

    def test_of_references_with_a_concept(self):
        value = {"concept": concept(coding("blue"))}
        assert found(check(value, "CodeableReference")) == [
            ("error", "code.concept", "binding-required")
        ]
        assert found(check({"reference": {}}, "CodeableReference")) == []

    def test_other_types_are_not_coded(self):
        assert found(check("blue", "markdown")) == []

    def test_the_message_names_the_code_and_the_value_set_and_what_a_small_one_has(self):
        (text,) = texts(check(coding("blue"), "Coding"))
        assert text == (
            f"{COLOURS}#blue is not in the value set {VS}, from which the code has to be; "
            "it has green, red"
        )

    def test_a_code_of_another_system_is_told_from_a_code_that_is_not_there(self):
        (text,) = texts(check(coding("red", "http://clinic.test/other"), "Coding"))
        assert text.endswith("has to be; the code that it has is of another system")

    def test_the_codes_of_a_large_value_set_are_not_listed(self):
        large = value_set(VS, listing(COLOURS, *(f"shade-{n}" for n in range(13))))
        (text,) = texts(check(coding("blue"), "Coding", loaded=(colours(), large)))
        assert text.endswith("from which the code has to be")


class TestNoCode:
    @pytest.mark.parametrize("value", [{"text": "reddish"}, {"coding": []}, {}])
    def test_text_does_not_stand_in_where_a_code_is_required(self, value):
        assert found(check(value, "CodeableConcept")) == [("error", "code", "binding-code-missing")]

    def test_elsewhere_it_ought_to_be_thought_over(self):
        value = {"text": "reddish"}
        assert found(check(value, "CodeableConcept", "extensible")) == [
            ("warning", "code", "binding-code-missing-extensible")
        ]
        assert found(check(value, "CodeableConcept", "preferred")) == []
        limited = check(value, "CodeableConcept", "extensible", max_value_set=WIDE)
        assert found(limited) == [("error", "code", "binding-code-missing")]

    def test_a_coding_without_a_code_is_in_no_value_set(self):
        assert found(check(concept({"display": "Red"}), "CodeableConcept")) == [
            ("error", "code", "binding-required")
        ]

    def test_a_coding_without_a_system_takes_that_of_a_value_set_with_one(self):
        assert found(check(concept({"code": "red"}), "CodeableConcept")) == []
        assert found(check(concept({"code": "blue"}), "CodeableConcept")) == [
            ("error", "code", "binding-required")
        ]


class TestMaximum:
    @pytest.mark.parametrize("strength", ["extensible", "preferred"])
    def test_what_is_beyond_it_is_an_error(self, strength):
        inside = check("blue", "code", strength, max_value_set=WIDE)
        assert [severity for severity, *_ in found(inside)] != ["error"]
        beyond = check("black", "code", strength, max_value_set=WIDE)
        assert found(beyond) == [("error", "code", "binding-maximum")]

    def test_it_counts_in_base_definitions_too(self):
        beyond = check("black", "code", "preferred", max_value_set=WIDE, profile=None)
        assert found(beyond) == [("error", "code", "binding-maximum")]


class TestWhatCannotBeTold:
    def test_is_said_with_its_reason(self):
        asked = check(coding("22298006", SNOMED), "Coding", vs=OPEN)
        assert found(asked) == [("information", "code", "binding-undecided")]
        (text,) = texts(asked)
        assert text.startswith(f"Whether {SNOMED}#22298006 is in the value set {OPEN} was not")
        assert text.endswith(f": the code system {SNOMED} is not loaded")

    def test_a_value_set_that_is_not_loaded_is_a_warning(self):
        assert found(check("red", "code", vs="http://nowhere.test/vs")) == [
            ("warning", "code", "binding-value-set-unknown")
        ]

    def test_a_code_system_is_no_value_set(self):
        assert found(check("red", "code", vs=COLOURS)) == [
            ("error", "code", "binding-to-code-system")
        ]

    def test_one_open_coding_leaves_the_concept_open(self):
        value = concept(coding("1", SNOMED), coding("red"))
        assert found(check(value, "CodeableConcept", vs=OPEN)) == [
            ("information", "code", "binding-undecided")
        ]


class TestPreferences:
    def test_those_of_fhir_itself_are_not_mentioned(self):
        assert found(check("blue", "code", "preferred", profile=None)) == []

    @pytest.mark.parametrize(("base", "count"), [(VS, 0), (WIDE, 1)])
    def test_a_profile_that_only_repeats_one_is_silent(self, base, count):
        element = Element("Thing.code", "Thing.code", "code", binding=Binding("preferred", VS))
        root = Element(
            "Thing",
            "Thing",
            "Thing",
            children=(
                Element("Thing.code", "Thing.code", "code", binding=Binding("preferred", base)),
            ),
        )

        class Typed(Library):
            def type(self, name):
                return Structure("http://x.test/Thing", "Thing", "Thing", "resource", root)

        asked = session(library=Typed(*LOADED))
        check_binding(asked, element, "blue", "code", PLACE, SCOPE, PROFILE)
        assert len(asked.found) == count


class TestAdditionalBindings:
    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [
            ("required", [("error", "code", "binding-required")]),
            ("maximum", [("error", "code", "binding-required")]),
            ("extensible", [("warning", "code", "binding-extensible")]),
            ("candidate", []),
        ],
    )
    def test_they_bind_by_purpose(self, purpose, expected):
        extra = (AdditionalBinding(purpose, VS),)
        assert found(check("blue", "code", vs=WIDE, additional=extra)) == expected

    def test_those_for_certain_usages_or_any_repetition_are_left_alone(self):
        extra = (
            AdditionalBinding("required", VS, usage=({"code": {}},)),
            AdditionalBinding("required", VS, any=True),
        )
        assert found(check("blue", "code", vs=WIDE, additional=extra)) == []


def test_a_value_set_may_be_contained_in_the_profile():
    contained = value_set("", {"system": "http://clinic.test/inner"}, id="vs")
    inner = {
        "resourceType": "CodeSystem",
        "url": "http://clinic.test/inner",
        "content": "complete",
        "concept": [{"code": "a"}],
    }
    definition = {
        "resourceType": "StructureDefinition",
        "url": PROFILE,
        "contained": [contained, inner],
    }
    assert found(check("a", "code", vs="#vs", loaded=(definition,))) == []
    assert found(check("b", "code", vs="#vs", loaded=(definition,))) == [
        ("error", "code", "binding-required")
    ]
    assert found(check("b", "code", vs="#other", loaded=(definition,))) == [
        ("information", "code", "binding-undecided")
    ]


def test_a_required_code_of_an_unknown_system_of_hl7_is_wrong_in_its_system_too():
    system = "http://terminology.hl7.org/CodeSystem/does-not-exist"
    assert found(check(concept(coding("x", system)), "CodeableConcept")) == [
        ("error", "code", "binding-required"),
        ("error", "code.coding[0].system", "binding-system-unknown"),
    ]


@pytest.mark.parametrize("type_name", ["code", "Coding", "CodeableConcept", "Quantity"])
@pytest.mark.parametrize(
    "value", [None, 1, [], {}, {"coding": {}}, {"coding": [None, 5]}, {"system": [], "code": {}}]
)
def test_malformed_values_raise_nothing(value, type_name):
    check(value, type_name)
