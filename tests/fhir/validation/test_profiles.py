"""The profile walk: what a profile asks for beyond the base definition of its type."""

import pytest

from conformance_cli.fhir.outcome.issue import Severity
from tests.fhir.definitions.kit import CORE, by, ed
from tests.fhir.validation.world import (
    PROFILES,
    check,
    observation,
    patient,
    problems,
    profile,
)

REASON = {"extension": [{"url": "urn:reason", "valueString": "x"}]}


def of_patient(*elements, **facts):
    return profile(*elements, of="Patient", **facts)


def constraint(key="k", expression="false", severity="error"):
    return {"key": key, "severity": severity, "human": "a rule", "expression": expression}


class TestCardinality:
    def test_is_told_at_the_parent(self):
        given = of_patient(ed("Patient.name", min=1, max="2"))
        name = {"family": "x"}
        assert problems(patient(name=[name]), given) == []
        assert problems(patient(), given) == [("profile-minimum", "Patient")]
        assert problems(patient(name=[name] * 3), given) == [("profile-maximum", "Patient")]

    def test_of_children_matters_where_the_parent_is(self):
        none = ed("Patient.contact.extension", max="0")
        given = of_patient(ed("Patient.contact.name", min=1), none)
        assert problems(patient(), given) == []
        found = patient(contact=[{"name": {"text": "x"}}, REASON])
        assert problems(found, given) == [
            ("profile-maximum", "Patient.contact[1]"),
            ("profile-minimum", "Patient.contact[1]"),
        ]

    def test_of_children_of_data_types_likewise(self):
        given = of_patient(ed("Patient.name.family", min=1))
        assert problems(patient(name=[{"text": "x"}]), given) == [
            ("profile-minimum", "Patient.name[0]")
        ]

    def test_of_choices_is_that_of_all_their_types(self):
        given = profile(ed("Observation.value[x]", min=1))
        assert problems(observation(), given) == [("profile-minimum", "Observation")]
        for key, value in (("valueString", "x"), ("_valueString", REASON), ("valueBoolean", True)):
            assert problems(observation(**{key: value}), given) == []

    def test_values_that_are_extensions_only_count(self):
        given = of_patient(ed("Patient.active", min=1), ed("Patient.name.given", max="1"))
        assert problems(patient(_active=REASON), given) == []
        found = patient(active=True, name=[{"given": ["a", None], "_given": [None, REASON]}])
        assert problems(found, given) == [("profile-maximum", "Patient.name[0]")]

    def test_content_that_refers_to_other_content_is_that_of_the_base(self):
        given = profile(ed("Questionnaire.item.text", min=1), of="Questionnaire")
        inner = {"linkId": "2"}
        found = {
            "resourceType": "Questionnaire",
            "status": "draft",
            "item": [{"linkId": "1", "item": [inner]}],
        }
        assert problems(found, given) == [("profile-minimum", "Questionnaire.item[0]")]


class TestTypes:
    def test_may_be_fewer(self):
        given = profile(ed("Observation.value[x]", type="string|Quantity"))
        assert problems(observation(valueString="x"), given) == []
        assert problems(observation(valueBoolean=True), given) == [
            ("profile-type", "Observation.value.ofType(boolean)")
        ]

    def test_are_those_named_and_not_those_derived_from_them(self):
        types = {"type": [{"code": "string"}, {"code": "boolean"}]}
        given = profile({**ed("Extension.value[x]"), **types}, of="Extension", name="text")
        refers = {"type": [{"code": "Extension", "profile": [given["url"]]}]}
        outer = of_patient({**ed("Patient.extension"), **refers})
        found = patient(extension=[{"url": "urn:x", "valueCode": "x"}])
        assert ("profile-type", "Patient.extension[0].value.ofType(code)") in problems(
            found, outer, given
        )

    def test_of_resources_may_be_fewer(self):
        given = profile(ed("Bundle.entry.resource", type="Patient"), of="Bundle")
        found = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": observation()}]}
        assert problems(found, given) == [("profile-type", "Bundle.entry[0].resource")]
        found["entry"][0]["resource"] = patient()
        assert problems(found, given) == []

    def test_of_which_a_profile_is_for_another_one(self):
        assert problems(patient(), profile()) == [("profile-other-type", "Patient")]


class TestPinnedValues:
    def test_fixed_ones_are_exactly_so(self):
        given = profile(ed("Observation.status", fixedCode="final"))
        assert problems(observation(), given) == []
        assert problems(observation(status="amended"), given) == [
            ("value-fixed", "Observation.status")
        ]

    def test_fixed_ones_have_no_extensions_unless_these_are_fixed_too(self):
        given = profile(ed("Observation.status", fixedCode="final"))
        assert problems(observation(_status={"id": "x"}), given) == []
        assert problems(observation(_status=REASON), given) == [
            ("value-fixed-extension", "Observation.status")
        ]
        given = profile(ed("Observation.status", fixedCode="final", _fixedCode=REASON))
        assert problems(observation(_status=REASON), given) == []
        assert problems(observation(), given) == [("value-fixed-extension", "Observation.status")]

    def test_fixed_objects_have_nothing_else_but_ids(self):
        fixed = {"system": "urn:s", "code": "a"}
        given = profile(ed("Observation.code.coding", fixedCoding=fixed))
        coding = {"id": "x", **fixed}
        assert problems(observation(code={"coding": [coding]}), given) == []
        coding |= {"code": "b", "display": "B"}
        assert problems(observation(code={"coding": [coding]}), given) == [
            ("value-fixed", "Observation.code.coding[0].code"),
            ("value-fixed", "Observation.code.coding[0].display"),
        ]

    def test_patterns_are_met_by_what_has_more(self):
        pattern = {"coding": [{"system": "urn:s", "code": "a"}]}
        given = profile(ed("Observation.code", patternCodeableConcept=pattern))
        more = {
            "coding": [
                {"system": "urn:t", "code": "b"},
                {"system": "urn:s", "code": "a", "display": "A"},
            ]
        }
        assert problems(observation(code={**more, "text": "x"}), given) == []
        for code in ({"text": "a"}, {"coding": [{"system": "urn:t", "code": "a"}]}):
            found = problems(observation(code=code), given)
            assert found == [("value-pattern", "Observation.code")]

    def test_patterns_may_ask_for_extensions_of_a_primitive(self):
        pattern = {"patternCode": "final", "_patternCode": REASON}
        given = profile(ed("Observation.status", **pattern))
        assert problems(observation(_status=REASON), given) == []
        assert problems(observation(), given) == [("value-pattern", "Observation.status")]

    def test_values_that_are_not_there_are_not_compared(self):
        given = profile(ed("Observation.status", fixedCode="final"))
        assert problems(observation(status=None, _status=REASON), given) == []


class TestInvariants:
    def test_of_profiles_are_told_where_they_stand(self):
        given = of_patient(ed("Patient.name", constraint=[constraint(expression="use.exists()")]))
        found = patient(name=[{"use": "x", "text": "x"}, {"text": "x"}])
        assert problems(found, given) == [("invariant", "Patient.name[1]")]

    @pytest.mark.parametrize("severity", ["error", "warning"])
    @pytest.mark.parametrize("expression", ["name.", "nonsense()", "(1 | 2) + 1 = 1"])
    def test_that_cannot_be_evaluated_do_not_hold(self, severity, expression):
        broken = constraint(expression=expression, severity=severity)
        outcome = check(patient(), of_patient(ed("Patient", constraint=[broken])))
        assert [(one.id, one.severity.value) for one in outcome.issues] == [
            ("invariant-not-evaluated", severity)
        ]

    def test_of_best_practice_count_as_the_options_say(self):
        url = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice"
        rule = constraint() | {"extension": [{"url": url, "valueBoolean": True}]}
        given = of_patient(ed("Patient", constraint=[rule]))
        assert problems(patient(), given) == []
        found = check(patient(), given, best_practice=Severity.WARNING).issues
        assert [(one.id, one.severity) for one in found] == [("invariant", Severity.WARNING)]

    def test_of_types_are_not_told_twice(self):
        given = of_patient(ed("Patient", constraint=[constraint()]))
        again = of_patient(ed("Patient"), name="two", baseDefinition=given["url"])
        outcome = check(patient(meta={"profile": [again["url"]]}), given, again)
        assert [issue.id for issue in outcome.issues] == ["invariant"]


class TestTypeProfiles:
    named = profile(ed("HumanName.family", min=1), of="HumanName", name="named")
    worded = profile(ed("HumanName.text", min=1), of="HumanName", name="worded")

    def given(self, *names):
        urls = [PROFILES + name for name in names]
        element = ed("Patient.name")
        return of_patient({**element, "type": [{"code": "HumanName", "profile": urls}]})

    def test_of_data_types_are_met(self):
        given = self.given("named")
        assert problems(patient(name=[{"family": "x"}]), given, self.named) == []
        assert problems(patient(name=[{"text": "x"}]), given, self.named) == [
            ("profile-minimum", "Patient.name[0]")
        ]

    def test_one_of_several_is_enough(self):
        given = self.given("named", "worded")
        profiles = given, self.named, self.worded
        assert problems(patient(name=[{"text": "x"}]), *profiles) == []
        none = problems(patient(name=[{"use": "x"}]), *profiles)
        assert none == [
            ("profile-none-fits", "Patient.name[0]"),
            ("profile-minimum", "Patient.name[0]"),
            ("profile-minimum", "Patient.name[0]"),
        ]
        both = problems(patient(name=[{"text": "x", "family": "x"}]), *profiles)
        assert both == [("profile-several-fit", "Patient.name[0]")]

    def test_have_to_be_at_hand(self):
        assert problems(patient(name=[{"text": "x"}]), self.given("named")) == [
            ("profile-unknown-in-profile", "Patient.name[0]")
        ]
        assert problems(patient(), self.given("named")) == []

    def test_of_one_type_of_a_choice_leave_the_others_alone(self):
        exact = profile(ed("Quantity.code", min=1), of="Quantity", name="exact")
        types = [{"code": "Quantity", "profile": [exact["url"]]}, {"code": "string"}]
        given = profile({**ed("Observation.value[x]"), "type": types})
        assert problems(observation(valueString="x"), given, exact) == []
        assert problems(observation(valueQuantity={"value": 1}), given, exact) == [
            ("profile-minimum", "Observation.value.ofType(Quantity)")
        ]

    @pytest.mark.parametrize("code", ["Resource", "Patient"])
    def test_of_entries_are_met(self, code):
        active = of_patient(ed("Patient.active", min=1), name="active")
        types = [{"code": code, "profile": [active["url"]]}]
        given = profile({**ed("Bundle.entry.resource"), "type": types}, of="Bundle")
        found = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": patient()}]}
        assert problems(found, given, active) == [("profile-minimum", "Bundle.entry[0].resource")]
        found["entry"][0]["resource"] = observation()
        ((name, place),) = problems(found, given, active)
        assert name in ("profile-other-type", "profile-type")
        assert place == "Bundle.entry[0].resource"

    def test_of_contained_resources_are_met(self):
        active = of_patient(ed("Patient.active", min=1), name="active")
        types = [{"code": "Patient", "profile": [active["url"]]}]
        given = profile({**ed("Observation.contained"), "type": types})
        found = observation(contained=[patient(id="p")], subject={"reference": "#p"})
        assert problems(found, given, active) == [("profile-minimum", "Observation.contained[0]")]

    def test_may_be_meant_for_one_element_of_a_profile(self):
        parts = profile(ed("Observation.component.value[x]", min=1), name="parts")
        url = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element"
        note = {"extension": [{"url": url, "valueString": "Observation.component"}]}
        types = [{"code": "BackboneElement", "profile": [parts["url"]], "_profile": [note]}]
        given = profile({**ed("Observation.component"), "type": types})
        found = observation(component=[{"code": {"text": "x"}}])
        assert problems(found, given, parts) == [("profile-minimum", "Observation.component[0]")]
        found["component"][0]["valueString"] = "x"
        assert problems(found, given, parts) == []

    def test_of_extensions_derived_from_others_are_met_too(self):
        fixed = ed("Extension.url", fixedUri=PROFILES + "colour")
        value = ed("Extension.value[x]", type="string")
        contexts = [{"type": "element", "expression": "Patient"}]
        colour = profile(fixed, value, of="Extension", name="colour", context=contexts)
        red = ed("Extension.value[x]", fixedString="red", type="string", min=1)
        reddish = profile(
            red, of="Extension", name="reddish", baseDefinition=colour["url"], context=contexts
        )
        types = [{"code": "Extension", "profile": [reddish["url"]]}]
        given = of_patient({**ed("Patient.extension"), "type": types})
        found = patient(extension=[{"url": colour["url"], "valueString": "blue"}])
        assert problems(found, given, colour, reddish) == [
            ("value-fixed", "Patient.extension[0].value.ofType(string)")
        ]


class TestTargets:
    def test_of_references_are_narrowed(self):
        given = profile(ed("Observation.subject", type="Reference(Patient)"))
        inside = {"resourceType": "Organization", "id": "o"}
        found = observation(contained=[inside], subject={"reference": "#o"})
        assert problems(found, given) == [("reference-target-type", "Observation.subject")]

    def test_of_references_may_have_to_be_in_certain_places(self):
        types = [{"code": "Reference", "aggregation": ["contained"]}]
        given = profile({**ed("Observation.focus"), "type": types})
        found = observation(contained=[patient(id="p")], focus=[{"reference": "#p"}])
        assert problems(found, given) == []
        found = observation(focus=[{"reference": "Patient/1"}])
        assert problems(found, given) == [("reference-not-inside", "Observation.focus[0]")]

    def test_of_references_may_have_to_be_of_a_version(self):
        types = [{"code": "Reference", "versioning": "specific"}]
        given = profile({**ed("Observation.focus"), "type": types})
        assert problems(observation(focus=[{"reference": "Patient/1/_history/2"}]), given) == []
        assert problems(observation(focus=[{"reference": "Patient/1"}]), given) == [
            ("reference-versioning", "Observation.focus[0]")
        ]

    def test_of_canonicals_are_narrowed(self):
        given = profile(ed("Observation.definition", type="canonical(Questionnaire)"))
        found = observation(definition=CORE + "Patient")
        assert problems(found, given) == [("canonical-type", "Observation.definition")]

    def test_conform_to_one_of_the_profiles(self):
        active = of_patient(ed("Patient.active", min=1), name="active")
        types = [{"code": "Reference", "targetProfile": [active["url"], CORE + "Organization"]}]
        given = profile({**ed("Observation.subject"), "type": types})
        found = observation(contained=[patient(id="p")], subject={"reference": "#p"})
        assert problems(found, given, active) == [
            ("reference-no-profile-fits", "Observation.subject")
        ]
        found["contained"][0]["active"] = True
        assert problems(found, given, active) == []


class TestMustSupport:
    def test_is_counted_and_not_demanded(self):
        given = of_patient(
            ed("Patient.name", mustSupport=True),
            ed("Patient.active", mustSupport=True),
            ed("Patient.contact.name", mustSupport=True),
        )
        outcome = check(patient(name=[{"text": "x"}], contact=[REASON] * 2), given)
        assert outcome.is_valid
        counts = {one.element: (one.present, one.absent) for one in outcome.must_support}
        assert counts == {
            "Patient.name": (1, 0),
            "Patient.active": (0, 1),
            "Patient.contact.name": (0, 2),
        }
        assert {one.profile for one in outcome.must_support} == {given["url"]}

    def test_is_counted_for_each_slice(self):
        given = profile(
            ed("Observation.identifier", slicing=by("value", "system")),
            ed("Observation.identifier:a", mustSupport=True),
            ed("Observation.identifier:a.system", min=1, fixedUri="urn:a"),
            ed("Observation.identifier:b", mustSupport=True),
            ed("Observation.identifier:b.system", min=1, fixedUri="urn:b"),
        )
        outcome = check(observation(identifier=[{"system": "urn:a", "value": "1"}]), given)
        counts = {one.element: (one.present, one.absent) for one in outcome.must_support}
        assert counts == {
            "Observation.identifier:a": (1, 0),
            "Observation.identifier:b": (0, 1),
        }


class TestCircles:
    def test_of_references_come_to_an_end(self):
        refers = [{"code": "Reference", "targetProfile": [PROFILES + "one"]}]
        given = profile({**ed("Observation.focus"), "type": refers})
        base = "https://a.example/fhir/"
        entries = [
            {
                "fullUrl": f"{base}Observation/{i}",
                "resource": observation(id=str(i), focus=[{"reference": f"Observation/{1 - i}"}]),
            }
            for i in range(2)
        ]
        for one in entries:
            one["resource"]["meta"] = {"profile": [given["url"]]}
        found = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        assert problems(found, given, by=None) == []
