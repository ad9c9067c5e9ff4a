"""The base walk: what may stand in a resource, how often, and in which shape of JSON."""

import pytest

from tests.fhir.validation.world import check, observation, patient, problems, validator

URL = "urn:x"


def extended(**more):
    return {"extension": [{"url": URL, "valueString": "x"}], **more}


class TestResources:
    @pytest.mark.parametrize("name", ["Pateint", "DomainResource", "HumanName", ""])
    def test_are_of_a_concrete_type(self, name):
        assert problems({"resourceType": name}) == [("resource-type-unknown", name)]

    @pytest.mark.parametrize("name", [None, 1, ["Patient"]])
    def test_say_what_they_are(self, name):
        assert problems({"resourceType": name}) == [("resource-type-missing", "")]

    def test_inside_others_do_so_too(self):
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"id": "1"}}]}
        assert problems(bundle) == [("resource-type-missing", "Bundle.entry[0].resource")]
        bundle["entry"][0]["resource"]["resourceType"] = "Pateint"
        assert problems(bundle) == [("resource-type-unknown", "Bundle.entry[0].resource")]

    def test_stand_only_where_resources_may(self):
        found = problems(patient(name=[{"resourceType": "HumanName", "family": "x"}]))
        assert found == [("element-unknown", "Patient.name[0]")]


class TestElements:
    def test_unknown_ones_are_refused_with_the_likely_name(self):
        outcome = check(patient(nmae=[]))
        (issue,) = outcome.issues
        assert (issue.id, issue.expression) == ("element-unknown", "Patient")
        assert "did you mean name?" in issue.text

    def test_unlike_ones_get_no_hint(self):
        (issue,) = check(patient(zzz=1)).issues
        assert issue.text == "Patient has no element zzz"

    def test_unknown_ones_within_are_told_at_their_parent(self):
        found = problems(patient(contact=[{}, {"name": {"surname": "x"}}]))
        assert ("element-unknown", "Patient.contact[1].name") in found

    def test_unknown_ones_are_at_their_own_line_of_the_text(self):
        text = '{\n"resourceType": "Patient",\n"name": [{\n"use": "usual",\n"famly": "x"\n}]\n}'
        (issue,) = validator().validate(text).issues
        assert (issue.expression, issue.line) == ("Patient.name[0]", 5)

    def test_that_must_be_there_are_missed_at_their_parent(self):
        assert problems(observation(status=None)) == [("element-minimum", "Observation")]
        found = observation(component=[{"valueString": "x"}])
        assert problems(found) == [("element-minimum", "Observation.component[0]")]

    def test_that_have_extensions_instead_of_a_value_are_there(self):
        assert problems(observation(status=None, _status=extended())) == []

    def test_that_need_a_code_need_more_than_extensions(self):
        needed = [("primitive-code-needed", "Patient.contact[0].gender")]
        assert problems(patient(contact=[{"_gender": extended()}])) == needed
        found = problems(patient(_gender=extended()))
        assert found == [("primitive-code-needed", "Patient.gender")]

    def test_of_a_type_may_be_limited_where_they_stand(self):
        inexact = {"value": 1, "comparator": "<"}
        assert problems(observation(valueQuantity=inexact)) == []
        assert problems(observation(valueRange={"low": inexact, "high": {"value": 2}})) == [
            ("element-maximum", "Observation.value.ofType(Range).low")
        ]

    def test_may_refer_to_the_content_of_others(self):
        item = {"linkId": "1", "item": [{"linkId": "2", "item": [{"text": "x"}]}]}
        found = problems({"resourceType": "Questionnaire", "status": "draft", "item": [item]})
        assert found == [("element-minimum", "Questionnaire.item[0].item[0].item[0]")]


class TestChoices:
    def test_have_a_type_in_their_name(self):
        assert problems(observation(value="x")) == [("element-unknown", "Observation")]
        assert problems(observation(valueDate="2020")) == [("element-unknown", "Observation")]

    def test_are_made_once(self):
        found = observation(valueString="x", valueBoolean=True)
        assert problems(found) == [("element-choice", "Observation")]
        found = observation(valueString="x", _valueBoolean=extended())
        assert problems(found) == [("element-choice", "Observation")]
        assert problems(observation(valueString="x", _valueString=extended())) == []

    def test_are_refused_at_the_line_of_the_one_too_many(self):
        text = (
            '{\n"resourceType": "Observation",\n"status": "final",\n"code": {"text": "x"},\n'
            '"valueString": "x",\n"valueBoolean": true\n}'
        )
        (issue,) = validator().validate(text).issues
        assert (issue.expression, issue.line) == ("Observation", 6)

    def test_are_named_with_their_type(self):
        found = problems(observation(valueBoolean="yes"))
        assert [place for _, place in found] == ["Observation.value.ofType(boolean)"]


class TestShapes:
    @pytest.mark.parametrize(
        ("content", "message", "place"),
        [
            ({"name": {"family": "x"}}, "json-array-needed", "Patient.name"),
            ({"active": [True]}, "json-array-forbidden", "Patient.active"),
            ({"name": []}, "json-array-empty", "Patient.name"),
            ({"name": [{}]}, "json-object-empty", "Patient.name[0]"),
            ({"active": None}, "json-null", "Patient.active"),
            ({"name": [None]}, "json-null", "Patient.name[0]"),
            ({"name": [{"given": ["a", None]}]}, "json-null", "Patient.name[0].given[1]"),
            ({"name": ["x"]}, "json-object-needed", "Patient.name[0]"),
            ({"contact": [[{}]]}, "json-object-needed", "Patient.contact[0]"),
            ({"managingOrganization": "x"}, "json-object-needed", "Patient.managingOrganization"),
            ({"_active": [extended()]}, "json-array-forbidden", "Patient.active"),
            ({"_active": "x"}, "json-object-needed", "Patient.active"),
            ({"_active": {}}, "json-object-empty", "Patient.active"),
            ({"contained": [1]}, "json-object-needed", "Patient.contained[0]"),
        ],
    )
    def test_of_json_are_those_of_the_definition(self, content, message, place):
        assert (message, place) in problems(patient(**content))

    def test_of_empty_objects_are_refused_however_many_came_before(self):
        one = validator()
        bare = [{"id": "a"}]
        for code in ({"id": "b"}, {"coding": bare}):
            for _ in range(10):
                found = observation(valueQuantity={"id": "q"}, code=code, identifier=bare)
                one.validate({**found, "identifier": [{"id": "i"}]})
        for content, place in (
            ({"identifier": [{}]}, "identifier[0]"),
            ({"valueQuantity": {}}, "value.ofType(Quantity)"),
            ({"code": {}}, "code"),
            ({"code": {"coding": [{}]}}, "code.coding[0]"),
        ):
            found = one.validate(observation(**content)).issues
            assert ("json-object-empty", f"Observation.{place}") in [
                (issue.id, issue.expression) for issue in found
            ]

    def test_what_is_no_object_has_no_elements(self):
        assert problems(patient(name="x")) == [
            ("json-array-needed", "Patient.name"),
            ("json-object-needed", "Patient.name"),
        ]


class TestCompanions:
    def name(self, given, companions):
        return patient(name=[{"given": given, "_given": companions}])

    def test_fill_the_gaps_of_arrays(self):
        assert problems(self.name(["a", None], [None, extended()])) == []

    def test_are_as_many_as_the_values(self):
        found = problems(self.name(["a", "b"], [extended()]))
        assert found == [("json-companion-uneven", "Patient.name[0].given")]

    def test_and_values_may_not_both_be_null(self):
        found = problems(self.name(["a", None], [extended(), None]))
        assert found == [("json-companion-gap", "Patient.name[0].given[1]")]

    def test_need_an_extension_where_there_is_no_value(self):
        assert problems(patient(_active={"id": "x"})) == [("json-companion-gap", "Patient.active")]
        assert problems(patient(active=True, _active={"id": "x"})) == []

    def test_are_for_primitives_only(self):
        assert problems(patient(_name=[extended()])) == [("element-unknown", "Patient")]

    def test_hold_nothing_but_ids_and_extensions(self):
        found = problems(patient(active=True, _active={"value": True}))
        assert found == [("element-unknown", "Patient.active")]


class TestIds:
    def test_of_elements_are_there_once(self):
        found = patient(name=[{"id": "a", "family": "x"}, {"id": "a", "family": "x"}])
        assert problems(found) == [("element-same-id", "Patient.name[1]")]

    def test_of_primitives_and_of_what_is_deep_inside_count(self):
        quantity = {"url": URL, "valueQuantity": {"id": "a", "value": 1}}
        found = patient(active=True, _active={"id": "a"}, name=[extended(extension=[quantity])])
        assert problems(found) == [
            ("element-same-id", "Patient.name[0].extension[0].value.ofType(Quantity)")
        ]

    def test_of_resources_are_something_else(self):
        inner = patient(id="p", name=[{"id": "a", "family": "x"}])
        found = observation(
            id="a",
            contained=[inner],
            subject={"id": "a", "reference": "#p"},
        )
        assert problems(found) == []


class TestSecurityLabels:
    def test_are_a_set(self):
        labels = [{"system": "urn:a"}, {"system": "urn:b"}, {"system": "urn:a", "display": "x"}]
        found = problems(patient(meta={"security": labels}))
        assert ("meta-same-security", "Patient.meta.security[2]") in found
        assert len([name for name, _ in found if name == "meta-same-security"]) == 1
        found = problems(patient(meta={"tag": [labels[0]] * 2, "security": "x"}))
        assert "meta-same-security" not in [name for name, _ in found]
