"""Concept maps: mapped codes exist, are in scope, and are mapped without contradiction."""

import pytest

from conformance_cli.fhir.resources.concept_maps import check_concept_map
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope
from tests.fhir.terminology.definitions import (
    BODY,
    COLOURS,
    SNOMED,
    body,
    code_system,
    colours,
    listing,
    value_set,
)
from tests.fhir.terminology.session import session

LOADED = (colours(), body(), value_set("http://clinic.test/vs", listing(COLOURS, "red")))


def found_in(resource, *loaded, **options):
    asked = session(*(loaded or LOADED), **options)
    check_concept_map(asked, Scope(resource, Place(None, "ConceptMap")))
    return [
        (one.severity.value, one.place.expression.removeprefix("ConceptMap."), one.message.id)
        for one in asked.found
    ]


def concept_map(*elements, source=COLOURS, target=BODY, **more):
    group = {"source": source, "target": target, "element": list(elements)}
    return {"resourceType": "ConceptMap", "group": [group], **more}


def mapping(code, *targets, equivalence="equivalent"):
    return {
        "code": code,
        "target": [{"code": one, "equivalence": equivalence} for one in targets],
    }


def test_a_sound_one_has_nothing_to_say():
    assert found_in(concept_map(mapping("red", "arm"), mapping("green", "leg", "hand"))) == []


def test_codes_of_both_sides_exist():
    assert found_in(concept_map(mapping("red", "arm"), mapping("mauve", "leg", "wing"))) == [
        ("error", "group[0].element[1].code", "concept-map-code-unknown"),
        ("error", "group[0].element[1].target[1].code", "concept-map-code-unknown"),
    ]


def test_displays_are_those_of_the_code_system():
    system = code_system(COLOURS, {"code": "red", "display": "Red"})
    made = concept_map(mapping("red", "arm") | {"display": "Crimson"})
    assert found_in(made, system, body()) == [
        ("warning", "group[0].element[0].code", "concept-map-display")
    ]


def test_groups_say_of_which_systems_their_codes_are():
    made = {"resourceType": "ConceptMap", "group": [{"source": COLOURS, "element": []}]}
    assert found_in(made) == [("warning", "group[0]", "concept-map-system-missing")]


def test_what_is_not_loaded_is_said_and_not_checked():
    assert found_in(concept_map(mapping("red", "1"), target=SNOMED)) == [
        ("warning", "group[0].target", "concept-map-system-unknown")
    ]
    part = colours(content="fragment")
    assert found_in(concept_map(mapping("mauve", "arm")), part, body()) == [
        ("information", "group[0].source", "concept-map-system-partial")
    ]


class TestScope:
    @pytest.mark.parametrize("name", ["sourceCanonical", "sourceUri", "sourceScopeCanonical"])
    def test_mapped_codes_are_in_it(self, name):
        made = concept_map(
            mapping("red", "arm"), mapping("blue", "leg"), **{name: "http://clinic.test/vs"}
        )
        assert found_in(made) == [("error", "group[0].element[1].code", "concept-map-code-scope")]

    def test_it_is_a_value_set(self):
        made = concept_map(mapping("red", "arm"), sourceCanonical=COLOURS)
        asked = session(*LOADED)
        check_concept_map(asked, Scope(made, Place(None, "ConceptMap")))
        assert [one.message.id for one in asked.found] == ["concept-map-scope-type"]
        assert asked.found[0].place.expression == "ConceptMap.source"


class TestRepetition:
    def test_a_mapping_is_said_once(self):
        made = concept_map(mapping("red", "arm"), mapping("red", "arm"))
        assert found_in(made) == [
            ("warning", "group[0].element[1].target[0]", "concept-map-duplicate")
        ]

    def test_and_not_in_two_ways(self):
        other = mapping("red", "arm", equivalence="wider")
        assert found_in(concept_map(mapping("red", "arm"), other)) == [
            ("warning", "group[0].element[1].target[0]", "concept-map-contradiction")
        ]

    def test_several_targets_are_fine(self):
        assert found_in(concept_map(mapping("red", "arm", "leg"))) == []


class TestProperties:
    """Of R5."""

    def of(self, declared, value):
        element = {"code": "red", "target": [{"code": "arm", "property": [value]}]}
        return found_in(concept_map(element, property=[declared]))

    def test_they_are_declared_with_their_type(self):
        declared = {"code": "why", "type": "string"}
        at = "group[0].element[0].target[0].property[0]"
        assert self.of(declared, {"code": "why", "valueString": "x"}) == []
        assert self.of(declared, {"code": "how", "valueString": "x"}) == [
            ("error", f"{at}.code", "concept-map-property-undeclared")
        ]
        assert self.of(declared, {"code": "why", "valueInteger": 1}) == [
            ("error", f"{at}.value.ofType(integer)", "concept-map-property-type")
        ]

    def test_codes_exist_in_their_system(self):
        declared = {"code": "why", "type": "code", "system": COLOURS}
        at = "group[0].element[0].target[0].property[0].value.ofType(code)"
        assert self.of(declared, {"code": "why", "valueCode": "red"}) == []
        assert self.of(declared, {"code": "why", "valueCode": "mauve"}) == [
            ("error", at, "concept-map-property-code")
        ]

    def test_a_property_with_codes_names_their_system(self):
        assert found_in(concept_map(property=[{"code": "why", "type": "code"}])) == [
            ("error", "property[0]", "concept-map-property-system")
        ]

    def test_dependencies_of_r4_are_declared_nowhere(self):
        target = {"code": "arm", "dependsOn": [{"property": "http://x.test", "value": "1"}]}
        assert found_in(concept_map({"code": "red", "target": [target]})) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"group": 5, "sourceCanonical": 3, "property": [None, {"code": []}]},
        {"group": [None, {"source": {}, "element": "x"}]},
        {
            "group": [
                {"source": COLOURS, "element": [3, {"code": 5, "target": [None, {"code": {}}]}]}
            ]
        },
        {"group": [{"element": [{"code": "a", "target": [{"property": 7, "dependsOn": [[]]}]}]}]},
    ],
)
def test_malformed_ones_raise_nothing(broken):
    found_in({"resourceType": "ConceptMap"} | broken, for_publication=True)
