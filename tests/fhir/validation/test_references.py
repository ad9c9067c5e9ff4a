"""References: their form, whether they lead somewhere, and whether that may stand there."""

import pytest

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.validation.options import ReferencePolicy
from conformance_cli.fhir.validation.references import check_reference
from tests.fhir.validation.fakes import (
    FakeTools,
    bundle,
    contained,
    entry,
    errors,
    lone,
    parameter,
    profile,
    reference_element,
    session,
    told,
)

URN = "urn:uuid:8f1e-"
ANY = reference_element()
OBSERVATION = {"resourceType": "Observation"}
PATIENT = {"resourceType": "Patient", "id": "1"}
ORGANIZATION = {"resourceType": "Organization", "id": "o"}


def check(value, scope=None, element=ANY, **how):
    """A session in which a Reference was checked."""
    scope = scope or lone(OBSERVATION)
    if isinstance(value, str):
        value = {"reference": value}
    found = session(**how)
    check_reference(found, value, scope.place.child("subject"), scope, element)
    return found


def held(full_url, *others, kind="collection"):
    """An Observation in a Bundle with other resources."""
    entries = [{"resource": OBSERVATION}, *({"fullUrl": u, "resource": r} for u, r in others)]
    if full_url:
        entries[0]["fullUrl"] = full_url
    return entry(bundle(kind, *entries), 0)


class TestForm:
    @pytest.mark.parametrize(
        "reference",
        [
            "Patient/1",
            "Patient/8f1e-3",
            "Patient/1/_history/2",
            "https://a.example/fhir/Patient/1",
            "urn:uuid:8f1e",
            "Patient?identifier=a|b",
        ],
    )
    def test_sound_references_say_nothing(self, reference):
        assert told(check(reference)) == []

    def test_spaces_are_refused(self):
        assert errors(check("Patient/1 ")) == [("reference-spaces", "Observation.subject")]

    @pytest.mark.parametrize("query", ["Patient?", "Patient?a", "Patient?=b", "Patient?a b=c"])
    def test_queries_have_parameters(self, query):
        assert ("reference-query", "Observation.subject") in errors(check(query))

    def test_without_anything_a_display_is_asked_for(self):
        assert told(check({"type": "Patient"})) == [("reference-empty", "Observation.subject")]
        assert told(check({"display": "Somebody"})) == []
        assert told(check({"identifier": {"value": "1"}})) == []

    @pytest.mark.parametrize(
        "value", [{"reference": 1}, {"reference": None}, {"identifier": []}, {}]
    )
    def test_malformed_values_do_no_harm(self, value):
        assert errors(check(value)) == []


class TestContained:
    def test_must_be_there(self):
        assert errors(check("#p")) == [("reference-not-contained", "Observation.subject")]

    def test_is_checked_against_the_allowed_types(self):
        scope = lone(OBSERVATION | {"contained": [PATIENT | {"id": "p"}]})
        assert told(check("#p", scope, reference_element("Patient"))) == []
        found = check("#p", scope, reference_element("Group", "Device"))
        assert errors(found) == [("reference-target-type", "Observation.subject")]
        assert "Device, Group" in found.found[0].text

    def test_the_container_is_a_lone_hash(self):
        scope = lone({"resourceType": "Patient", "contained": [OBSERVATION | {"id": "o"}]})
        assert told(check("#", contained(scope), reference_element("Patient"))) == []
        assert errors(check("#", scope)) == [("reference-not-contained", "Patient.subject")]


class TestInBundles:
    def test_a_relative_one_needs_the_address_of_its_entry(self):
        found = check("Patient/1", held(None, (URN + "1", PATIENT)))
        assert errors(found) == [
            ("reference-unaddressed", "Bundle.entry[0].resource.subject"),
            ("bundle-entry-without-address", "Bundle.entry[0]"),
        ]

    @pytest.mark.parametrize("kind", ["transaction", "batch-response"])
    def test_the_server_gives_addresses_in_transactions(self, kind):
        assert told(check("Patient/1", held(None, kind=kind))) == []

    def test_a_relative_one_is_type_and_id(self):
        found = check("8f1e", held(URN + "1"))
        assert errors(found) == [("reference-malformed", "Bundle.entry[0].resource.subject")]

    def test_a_query_is_for_transactions_only(self):
        query = "Patient?identifier=1"
        assert told(check(query, held(URN + "1", kind="transaction"))) == []
        assert [name for name, _ in errors(check(query, held(URN + "1")))] == [
            "reference-malformed"
        ]

    def test_the_type_in_it_is_that_of_the_target(self):
        scope = held(URN + "1", ("urn:uuid:o", ORGANIZATION))
        found = check("Practitioner/o", scope)
        assert errors(found) == [("reference-other-resource", "Bundle.entry[0].resource.subject")]

    def test_several_matches_are_one_too_many_except_for_versions_in_a_history(self):
        others = (("https://a.example/Patient/1", PATIENT),) * 2
        url = "https://a.example/Observation/2"
        assert errors(check("Patient/1", held(url, *others))) == [
            ("reference-ambiguous", "Bundle.entry[0].resource.subject")
        ]
        assert told(check("Patient/1", held(url, *others, kind="history"))) == []

    def test_a_urn_that_is_not_there_is_worth_a_warning(self):
        assert told(check(URN + "9", held(URN + "1"))) == [
            ("reference-urn-not-found", "Bundle.entry[0].resource.subject")
        ]

    def test_an_entry_that_only_looks_right_is_named(self):
        found = check("Patient/1", held(URN + "2", ("https://a.example/Patient/1", PATIENT)))
        assert told(found) == [("reference-nearly-found", "Bundle.entry[0].resource.subject")]
        assert "https://a.example/Patient/1" in found.found[0].text

    def test_a_version_can_only_be_found_where_versions_are_told(self):
        scope = held("https://a.example/Observation/2", ("https://a.example/Patient/1", PATIENT))
        assert told(check("Patient/1/_history/1", scope)) == [
            ("reference-version-unknown", "Bundle.entry[0].resource.subject")
        ]


class TestPolicy:
    def test_targets_elsewhere_need_not_be_there_unless_asked(self):
        assert told(check("Patient/1")) == []
        found = check("Patient/1", references=ReferencePolicy.EXISTS)
        assert errors(found) == [("reference-not-found", "Observation.subject")]

    def test_what_was_handed_over_exists(self):
        tools = FakeTools({"Patient/1": PATIENT})
        assert told(check("Patient/1", tools=tools, references=ReferencePolicy.EXISTS)) == []

    def test_examples_need_not_exist(self):
        url = "http://example.org/Patient/1"
        assert told(check(url, references=ReferencePolicy.EXISTS)) == []
        strict = {"references": ReferencePolicy.EXISTS, "allow_examples": False}
        assert errors(check(url, **strict)) == [("reference-not-found", "Observation.subject")]

    def test_parameters_hold_their_targets(self):
        holder = lone(
            {
                "resourceType": "Parameters",
                "parameter": [{"resource": OBSERVATION}, {"resource": PATIENT}],
            }
        )
        strict = {"references": ReferencePolicy.EXISTS}
        assert told(check("Patient/1", parameter(holder, 0), **strict)) == []
        assert [name for name, _ in errors(check("Patient/2", parameter(holder, 0), **strict))] == [
            "reference-not-found"
        ]


class TestTypes:
    def test_reference_type_must_be_allowed(self):
        value = {"reference": "https://a.example/x", "type": "Patient"}
        assert told(check(value, element=reference_element("Patient"))) == []
        assert errors(check(value, element=reference_element("Group"))) == [
            ("reference-type-not-allowed", "Observation.subject")
        ]

    def test_reference_type_is_that_of_the_target(self):
        value = {"reference": "Patient/1", "type": "Group"}
        assert errors(check(value)) == [("reference-type-differs", "Observation.subject")]

    def test_an_implied_type_that_is_not_allowed_counts_as_the_options_have_it(self):
        element = reference_element("Group")
        found = check("Patient/1", element=element)
        assert told(found) == [("reference-target-implied", "Observation.subject")]
        assert errors(found) == []
        assert errors(check("Patient/1", element=element, implied_type=Severity.ERROR)) == [
            ("reference-target-implied", "Observation.subject")
        ]

    def test_any_resource_will_do_where_nothing_is_said(self):
        assert told(check("Patient/1", element=reference_element("Resource"))) == []


class TestProfiles:
    ours = profile("https://a.example/our-patient", "Patient")
    theirs = profile("https://a.example/their-patient", "Patient")
    scope = held(URN + "1", (URN + "2", PATIENT))
    here = "Bundle.entry[0].resource.subject"

    def check(self, *targets, misfits=(), loaded=(ours, theirs)):
        tools = FakeTools(misfits=lambda value, url: url in misfits)
        element = reference_element(*targets)
        return check(URN + "2", self.scope, element, structures=loaded, tools=tools)

    def test_one_of_them_must_be_met(self):
        both = (self.ours.url, self.theirs.url)
        assert told(self.check(*both, misfits={self.ours.url})) == []
        found = self.check(*both, misfits=set(both))
        assert errors(found) == [("reference-no-profile-fits", self.here)]
        assert "It does not fit" in found.found[0].text

    def test_a_base_type_is_enough(self):
        assert told(self.check("Patient", self.ours.url, misfits={self.ours.url})) == []

    def test_only_those_for_the_type_of_the_target_are_tried(self):
        other = profile("https://a.example/our-group", "Group")
        found = self.check(other.url, self.ours.url, loaded=(other, self.ours))
        assert told(found) == []
        assert found.tools.validated == [self.ours.url]

    def test_an_unknown_one_is_missed_only_where_no_other_fits(self):
        assert told(self.check(self.ours.url, self.theirs.url, loaded=(self.ours,))) == []
        assert errors(self.check("Group", self.ours.url, loaded=())) == [
            ("reference-profile-unknown", self.here)
        ]


class TestAggregation:
    def test_says_where_the_target_must_be(self):
        element = reference_element("Patient", aggregation=("contained",))
        scope = held(URN + "1", (URN + "2", PATIENT))
        assert [name for name, _ in errors(check(URN + "2", scope, element))] == [
            "reference-aggregation"
        ]
        assert [name for name, _ in errors(check("Patient/1", element=element))] == [
            "reference-not-inside"
        ]
        bundled = reference_element("Patient", aggregation=("bundled",))
        assert told(check(URN + "2", scope, bundled)) == []
        referenced = reference_element("Patient", aggregation=("referenced",))
        assert told(check("Patient/1", element=referenced)) == []

    @pytest.mark.parametrize(
        ("versioning", "reference", "is_wrong"),
        [
            ("specific", "Patient/1", True),
            ("specific", "Patient/1/_history/1", False),
            ("independent", "Patient/1/_history/1", True),
            ("either", "Patient/1/_history/1", False),
        ],
    )
    def test_says_whether_to_name_a_version(self, versioning, reference, is_wrong):
        found = check(reference, element=reference_element("Patient", versioning=versioning))
        assert bool(errors(found)) is is_wrong
