"""Contained resources: dom-2 to dom-5, and their ids."""

import pytest

from conformance_cli.fhir.validation.contained import check_contained
from tests.fhir.validation.fakes import contained, errors, lone, session

GROUP = {"resourceType": "Group", "id": "g"}
PATIENT = {"resourceType": "Patient", "id": "p"}


def check(*resources, **more):
    scope = lone({"resourceType": "Observation", "contained": list(resources), **more})
    found = session()
    check_contained(found, scope)
    return errors(found)


class TestReferences:
    @pytest.mark.parametrize(
        "more",
        [
            {"subject": {"reference": "#p"}},
            {"extension": [{"url": "https://a.example", "valueUri": "#p"}]},
            {"text": {"div": '<div><a href="#p">Somebody</a></div>'}},
        ],
    )
    def test_something_refers_to_it(self, more):
        assert check(PATIENT, **more) == []

    def test_or_it_refers_to_its_container(self):
        assert check(PATIENT | {"link": [{"other": {"reference": "#"}}]}) == []

    def test_or_one_that_is_referred_to_does(self):
        holder = GROUP | {"member": [{"entity": {"reference": "#p"}}]}
        assert check(PATIENT, holder, subject={"reference": "#g"}) == []

    def test_a_circle_by_itself_is_not_enough(self):
        one = GROUP | {"managingEntity": {"reference": "#p"}}
        other = PATIENT | {"managingOrganization": {"reference": "#g"}}
        assert check(one, other) == [
            ("contained-orphan", "Observation.contained[0]"),
            ("contained-orphan", "Observation.contained[1]"),
        ]

    def test_else_it_is_an_orphan(self):
        assert check(GROUP, PATIENT, subject={"reference": "#p"}) == [
            ("contained-orphan", "Observation.contained[0]")
        ]


SUBJECT = {"reference": "#p"}


class TestContent:
    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"contained": [GROUP]}, "contained-nested"),
            ({"meta": {"versionId": "1"}}, "contained-versioned"),
            ({"meta": {"lastUpdated": "2020-01-01T00:00:00Z"}}, "contained-versioned"),
            ({"meta": {"security": [{"code": "R"}]}}, "contained-labelled"),
        ],
    )
    def test_what_only_the_container_may_have(self, more, message):
        assert check(PATIENT | more, subject=SUBJECT) == [(message, "Observation")]

    def test_profiles_and_tags_are_fine(self):
        meta = {"profile": ["https://a.example"], "tag": [{"code": "t"}]}
        assert check(PATIENT | {"meta": meta}, subject=SUBJECT) == []

    def test_ids_are_there_and_differ(self):
        nameless = {"resourceType": "Group", "managingEntity": {"reference": "#"}}
        assert check(PATIENT, PATIENT, nameless, subject=SUBJECT) == [
            ("contained-same-id", "Observation.contained[1]"),
            ("contained-without-id", "Observation.contained[2]"),
        ]


class TestHarmlessness:
    @pytest.mark.parametrize("value", [None, {}, "x", [None], [1, "x", []], [{"id": 1}]])
    def test_malformed_values_are_passed_over(self, value):
        scope = lone({"resourceType": "Observation", "contained": value})
        check_contained(session(), scope)

    def test_deep_values_are_passed_over(self):
        deep = {}
        for _ in range(5000):
            deep = {"extension": [deep]}
        assert check(PATIENT, extension=[deep]) == [
            ("contained-orphan", "Observation.contained[0]")
        ]

    def test_nested_ones_are_told_of_at_the_outer_one_only(self):
        scope = lone(
            {"resourceType": "Observation", "contained": [PATIENT | {"contained": [GROUP]}]}
        )
        found = session()
        check_contained(found, contained(scope))
        assert errors(found) == []

    def test_nothing_is_checked_where_the_options_say_so(self):
        found = session(check_contained=False)
        check_contained(found, lone({"resourceType": "Observation", "contained": [PATIENT]}))
        assert errors(found) == []
