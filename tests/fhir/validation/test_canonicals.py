"""Canonical URLs: their form, and the type and version of what they name."""

import pytest

from conformance_cli.fhir.definitions.schema import Element, TypeRef
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.validation.canonicals import check_canonical, check_defining_url
from conformance_cli.fhir.validation.options import ReferencePolicy
from tests.fhir.validation.fakes import BASE, contained, errors, lone, session, told

URL = "https://a.example/ValueSet/colours"
VALUE_SET = {"resourceType": "ValueSet", "url": URL, "version": "2.0", "id": "v"}


def check(value, *, target="ValueSet", scope=None, **how):
    scope = scope or lone({"resourceType": "Questionnaire"})
    targets = (BASE + target,) if target else ()
    element = Element("A.b", "A.b", "b", types=(TypeRef("canonical", targets=targets),))
    found = session(resources=(VALUE_SET,), **how)
    check_canonical(found, value, scope.place.child("derivedFrom", 0), scope, element)
    return found


class TestUse:
    @pytest.mark.parametrize("value", [URL, f"{URL}|2.0", f"{URL}#part", "https://b.example/x"])
    def test_says_nothing_where_all_is_well_or_unknown(self, value):
        assert told(check(value)) == []

    @pytest.mark.parametrize("value", ["ValueSet/colours", "colours", "a b:c"])
    def test_must_be_absolute(self, value):
        assert errors(check(value)) == [("canonical-absolute", "Questionnaire.derivedFrom[0]")]

    def test_names_a_resource_of_an_allowed_type(self):
        assert errors(check(URL, target="Questionnaire")) == [
            ("canonical-type", "Questionnaire.derivedFrom[0]")
        ]
        assert told(check(URL, target="Resource")) == []
        assert told(check(URL, target=None)) == []

    def test_may_name_a_contained_resource(self):
        scope = lone({"resourceType": "Questionnaire", "contained": [VALUE_SET]})
        assert told(check("#v", scope=scope)) == []
        assert [name for name, _ in errors(check("#w", scope=scope))] == ["canonical-not-contained"]
        wrong = check("#v", scope=scope, target="Questionnaire")
        assert [name for name, _ in errors(wrong)] == ["canonical-type"]

    def test_tells_of_another_version(self):
        found = check(f"{URL}|1.0")
        assert told(found) == [("canonical-version-unknown", "Questionnaire.derivedFrom[0]")]
        assert "2.0" in found.found[0].text

    @pytest.mark.parametrize(
        ("url", "severity"),
        [
            ("https://b.example/x", Severity.WARNING),
            ("http://hl7.org/fhir/ValueSet/none", Severity.ERROR),
        ],
    )
    def test_what_does_not_exist_is_told_where_it_must(self, url, severity):
        found = check(url, references=ReferencePolicy.EXISTS)
        assert [(one.message.id, one.severity) for one in found.found] == [
            ("canonical-not-found", severity)
        ]


class TestDefinition:
    @pytest.mark.parametrize(
        ("url", "is_right"), [(URL, True), ("urn:oid:1.2", True), ("x", False)]
    )
    def test_its_own_url_is_absolute(self, url, is_right):
        scope = contained(lone({"resourceType": "ValueSet", "contained": [VALUE_SET]}))
        found = session()
        check_defining_url(found, url, scope.place.child("url"), scope)
        expected = [] if is_right else [("canonical-own-url", "ValueSet.contained[0].url")]
        assert errors(found) == expected
