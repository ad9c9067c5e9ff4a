"""The validator as its users see it: what it takes, and what it answers."""

import json

import pytest

from conformance_cli.fhir import Validator
from conformance_cli.fhir.definitions.shapes import shape_library
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.validation.options import ReferencePolicy
from tests.fhir.definitions.kit import CORE, ed
from tests.fhir.validation.world import (
    PROFILES,
    check,
    observation,
    patient,
    problems,
    profile,
    validator,
)

NAMED = profile(ed("Patient.name", min=1), of="Patient")
URL = NAMED["url"]


def ids(outcome):
    return [issue.id for issue in outcome.issues]


class TestInput:
    @pytest.mark.parametrize("how", [json.dumps, lambda found: json.dumps(found).encode()])
    def test_may_be_json(self, how):
        outcome = validator().validate(how(patient(nmae=1)))
        (issue,) = outcome.issues
        assert (issue.id, issue.line) == ("element-unknown", 1)
        assert outcome.resource_type == "Patient"

    @pytest.mark.parametrize("how", [str, str.encode])
    def test_may_be_xml(self, how):
        text = '<Patient xmlns="http://hl7.org/fhir">\n<active value="perhaps"/></Patient>'
        (issue,) = validator().validate(how(text)).issues
        assert (issue.id, issue.expression, issue.line) == (
            "primitive-boolean",
            "Patient.active",
            2,
        )

    @pytest.mark.parametrize("data", [None, 3, ["x"], object()])
    def test_what_cannot_be_a_resource_is_a_mistake_of_the_program(self, data):
        with pytest.raises(TypeError, match="a resource is bytes, text or a mapping"):
            validator().validate(data)

    def test_may_be_read_before(self):
        (issue,) = validator().validate(patient(nmae=1)).issues
        assert (issue.id, issue.line, issue.column) == ("element-unknown", None, None)

    def test_may_be_said_to_be_of_a_format(self):
        assert not validator().validate("<Patient/>", format="json").is_valid
        assert not validator().validate("{}", format="xml").is_valid

    @pytest.mark.parametrize("text", ["", "[]", "1", "nonsense", "<a", b"\xff\xfe\x00", "null"])
    def test_that_is_no_resource_is_told_and_never_raises(self, text):
        outcome = validator().validate(text)
        assert not outcome.is_valid
        assert outcome.resource_type is None

    def test_is_left_as_it_was(self):
        given = patient(name=[{"family": 1}], meta={"profile": [URL]})
        before = json.dumps(given)
        validator(NAMED).validate(given)
        assert json.dumps(given) == before


class TestProfiles:
    def test_that_are_asked_for_are_checked_and_named(self):
        outcome = check(patient(), NAMED)
        assert ids(outcome) == ["profile-minimum"]
        assert outcome.issues[0].profile == URL
        assert outcome.profiles == (URL,)

    def test_may_be_asked_for_in_a_version(self):
        versioned = validator(NAMED)
        for version in ("1.0.0", "1.0"):
            outcome = versioned.validate(patient(), profiles=[f"{URL}|{version}"])
            assert ids(outcome) == ["profile-minimum"]
        assert ids(versioned.validate(patient(), profiles=[f"{URL}|2.0.0"])) == ["profile-unknown"]

    def test_that_nobody_knows_are_an_error_where_they_are_asked_for(self):
        outcome = validator().validate(patient(), profiles=["urn:x"])
        assert [(one.id, one.expression) for one in outcome.issues] == [
            ("profile-unknown", "Patient")
        ]
        assert outcome.profiles == ()

    def test_that_are_asked_for_and_not_for_bundles_are_for_their_first_entry(self):
        entries = [{"resource": patient()}, {"resource": patient()}, {"resource": observation()}]
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
        outcome = check(bundle, NAMED)
        assert [(one.id, one.expression) for one in outcome.issues] == [
            ("profile-minimum", "Bundle.entry[0].resource")
        ]
        assert outcome.profiles == (URL,)
        entries.reverse()
        assert ids(check(bundle, NAMED)) == ["profile-other-type"]

    def test_that_are_imposed_are_checked_too(self):
        url = CORE + "structuredefinition-imposeProfile"
        other = profile(ed("Patient.active", min=1), of="Patient", name="other")
        imposing = {
            **NAMED,
            "extension": [
                {"url": url, "valueCanonical": other["url"]},
                {"url": url, "valueCanonical": "urn:unknown"},
            ],
        }
        outcome = check(patient(), imposing, other)
        assert ids(outcome) == ["profile-minimum", "profile-minimum", "profile-unknown-imposed"]
        assert outcome.profiles == (URL, other["url"])


class TestGuides:
    def guide(self, **entry):
        return {"resourceType": "ImplementationGuide", "url": "urn:guide", "global": [entry]}

    def test_may_have_profiles_for_all_resources_of_a_type(self):
        guide = self.guide(type="Patient", profile=URL)
        outcome = check(patient(), NAMED, guide, by=None)
        assert ids(outcome) == ["profile-minimum"]
        assert outcome.profiles == (URL,)
        found = observation(contained=[patient(id="p")], subject={"reference": "#p"})
        assert problems(found, NAMED, guide, by=None) == [
            ("profile-minimum", "Observation.contained[0]")
        ]

    def test_have_their_say_about_resources_that_are_fine_by_themselves(self):
        one = validator(NAMED, self.guide(type="Patient", profile=URL))
        for _ in range(10):
            assert ids(one.validate(patient(active=True))) == ["profile-minimum"]

    def test_may_name_profiles_that_nobody_knows(self):
        guide = self.guide(type="Patient", profile="urn:unknown")
        assert ids(check(patient(), guide, by=None)) == ["profile-unknown-global"]

    @pytest.mark.parametrize("entry", [{}, {"type": 1}, {"type": "Patient", "profile": {}}])
    def test_may_be_malformed(self, entry):
        assert ids(check(patient(), self.guide(**entry), by=None)) == []


class TestClaims:
    def claiming(self, url, **content):
        return patient(meta={"profile": [url]}, **content)

    def test_are_checked(self):
        outcome = check(self.claiming(URL), NAMED, by=None)
        assert ids(outcome) == ["profile-minimum"]
        assert outcome.profiles == (URL,)

    def test_are_left_alone_if_the_options_say_so(self):
        outcome = check(self.claiming(URL), NAMED, by=None, honour_claims=False)
        assert outcome.issues == ()
        assert outcome.profiles == ()

    def test_are_checked_once_even_if_they_are_asked_for(self):
        assert ids(check(self.claiming(URL), NAMED)) == ["profile-minimum"]

    def test_that_nobody_knows_are_worth_a_warning(self):
        assert problems(self.claiming("urn:x")) == [
            ("profile-unknown-claim", "Patient.meta.profile[0]")
        ]
        assert check(self.claiming("urn:x")).is_valid

    def test_of_resources_inside_are_checked_there(self):
        entries = [{"resource": self.claiming(URL)}]
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
        assert problems(bundle, NAMED, by=None) == [("profile-minimum", "Bundle.entry[0].resource")]
        inner = self.claiming(URL, id="p")
        found = observation(contained=[inner], subject={"reference": "#p"})
        assert problems(found, NAMED, by=None) == [("profile-minimum", "Observation.contained[0]")]

    def test_may_name_a_type_in_a_release(self):
        releases = "http://hl7.org/fhir/{}/StructureDefinition/{}"
        for release, name, expected in [
            ("4.0", "Patient", []),
            ("4.0", "Observation", ["profile-other-type"]),
            ("5.0", "Patient", ["profile-other-release"]),
        ]:
            assert ids(check(self.claiming(releases.format(release, name)))) == expected

    @pytest.mark.parametrize("claims", [None, "x", {}, [None, 1, {}]])
    def test_may_be_malformed(self, claims):
        check(patient(meta={"profile": claims}))
        check(patient(meta=claims))


class TestSupporting:
    def test_resources_are_what_references_lead_to(self):
        found = observation(subject={"reference": "Patient/1"})
        strict = validator(references=ReferencePolicy.EXISTS)
        assert ids(strict.validate(found)) == ["reference-not-found"]
        handed = {"Patient/1": patient(id="1")}
        assert ids(strict.validate(found, supporting=handed)) == []


class TestOutcomes:
    def test_say_the_same_once(self):
        given = profile(ed("Patient.name", min=1), of="Patient", name="two")
        outcome = validator(NAMED, given).validate(patient(), profiles=[URL, given["url"]])
        assert ids(outcome) == ["profile-minimum"]

    def test_are_as_long_as_the_options_allow(self):
        outcome = check(patient(contact=[{}] * 5), max_issues=2)
        assert len(outcome.issues) == 2
        assert outcome.dropped == 3

    def test_are_valid_without_errors(self):
        outcome = check(patient(meta={"profile": ["urn:x"]}))
        assert [issue.severity for issue in outcome.issues] == [Severity.WARNING]
        assert outcome.is_valid

    def test_have_no_notes_where_definitions_are_loaded(self):
        assert check(patient()).notes == ()

    def test_say_what_cannot_be_told_from_shapes_alone(self):
        shapes = Validator(shape_library("4.0.1"))
        outcome = shapes.validate({"resourceType": "Patient", "nmae": 1, "active": "yes"})
        assert sorted(ids(outcome)) == ["element-unknown", "primitive-boolean"]
        (note,) = outcome.notes
        assert "invariants" in note

    def test_are_the_same_again_and_again(self):
        one = validator(NAMED)
        for _ in range(3):
            assert ids(one.validate(patient(), profiles=[PROFILES + "one"])) == ["profile-minimum"]
            assert ids(one.validate(patient(name=[{"text": "x"}]), profiles=[URL])) == []
