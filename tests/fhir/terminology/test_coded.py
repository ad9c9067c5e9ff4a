"""Codings and quantities in themselves: systems, codes, displays and units."""

import pytest

from conformance_cli.fhir.definitions.schema import Binding, Element
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.validation.coded import (
    check_codeable_concept,
    check_coding,
    check_quantity,
)
from tests.fhir.terminology.definitions import COLOURS, SNOMED, code_system, colours, value_set
from tests.fhir.terminology.session import PLACE, SCOPE, found, session, texts

VS = "http://clinic.test/ValueSet/chosen"
UNITS = "http://unitsofmeasure.org"
BOUND = Element("Thing.code", "Thing.code", "code", binding=Binding("extensible", VS))


def check(value, *loaded, element=None, **options):
    asked = session(*(loaded or (colours(),)), **options)
    check_coding(asked, value, PLACE, SCOPE, element)
    return asked


def in_concept(value, *loaded):
    asked = session(*(loaded or (colours(),)))
    check_codeable_concept(asked, {"coding": [value]}, PLACE, SCOPE)
    return found(asked)


def coding(code, system=COLOURS, **more):
    return {"system": system, "code": code, **more}


class TestCodes:
    def test_a_code_that_its_system_defines_is_fine(self):
        assert found(check(coding("red", display="Red"))) == []

    def test_one_that_it_lacks_is_an_error_at_the_code(self):
        asked = check(coding("mauve"))
        assert found(asked) == [("error", "code.code", "code-unknown")]
        assert texts(asked) == [f"The code 'mauve' does not exist: {COLOURS} has no code 'mauve'"]

    def test_one_that_nobody_can_tell_of_is_said_to_be_unchecked(self):
        assert found(check(coding("22298006", SNOMED))) == [
            ("information", "code.system", "code-not-checked")
        ]

    def test_a_check_digit_that_does_not_fit_is_a_warning(self):
        assert found(check(coding("22298007", SNOMED)))[0] == (
            "warning",
            "code.code",
            "code-check-digit",
        )

    def test_one_that_ought_not_to_be_used_is_a_warning(self):
        old = {"code": "puce", "property": [{"code": "inactive", "valueBoolean": True}]}
        asked = check(coding("puce"), code_system(COLOURS, old))
        assert found(asked) == [("warning", "code.code", "code-outdated")]
        assert texts(asked) == [f"{COLOURS}#puce is inactive"]

    def test_one_without_a_system_means_nothing(self):
        assert found(check({"code": "red"})) == [("warning", "code", "code-system-missing")]
        assert found(check({"display": "Red"})) == []


class TestDisplays:
    def test_a_wrong_one_is_an_error_at_the_display(self):
        asked = check(coding("red", display="Crimson"))
        assert found(asked) == [("error", "code.display", "code-display")]
        assert texts(asked) == [f"The display of {COLOURS}#red is 'Red'; found 'Crimson'"]

    def test_it_counts_as_the_options_say(self):
        asked = check(coding("red", display="Crimson"), wrong_display=Severity.WARNING)
        assert found(asked) == [("warning", "code.display", "code-display")]


class TestSystems:
    @pytest.mark.parametrize(
        ("system", "message"),
        [
            ("colours", "code-system-relative"),
            (VS, "code-system-is-value-set"),
            ("http://build.fhir.org/codesystem-colours.html", "code-system-of-build"),
            ("http://hl7.org/fhir/colours", "code-system-not-published"),
            ("http://snomed.info/sct/83821000000107", "code-system-misspelt"),
            ("https://clinic.test/CodeSystem/colours", "code-system-misspelt"),
        ],
    )
    def test_some_urls_are_never_those_of_code_systems(self, system, message):
        loaded = (colours(), value_set(VS, {"system": COLOURS}))
        assert found(check(coding("red", system), *loaded)) == [("error", "code", message)]

    @pytest.mark.parametrize(
        ("system", "severity"),
        [("colours", "error"), (VS, "error"), ("http://hl7.org/fhir/colours", "warning")],
    )
    def test_in_concepts_and_where_a_value_set_is_bound_it_is_told_of_the_system(
        self, system, severity
    ):
        loaded = (colours(), value_set(VS, {"system": COLOURS}))
        asked = check(coding("red", system), *loaded, element=BOUND)
        assert [one[:2] for one in found(asked)] == [(severity, "code.system")]
        held = in_concept(coding("red", system), *loaded)
        assert [one[:2] for one in held] == [(severity, "code.coding[0].system")]

    def test_a_supplement_defines_no_codes(self):
        extra = code_system("http://x.test/extra", content="supplement", supplements=COLOURS)
        asked = check(coding("red", "http://x.test/extra"), extra)
        assert found(asked) == [("error", "code.system", "code-system-is-supplement")]
        assert texts(asked)[0].endswith(f"; {COLOURS} is meant")

    @pytest.mark.parametrize(
        "system", ["http://clinic.test/unheard-of", "urn:oid:1.2.3", "http://hl7.org/fhir/sid/x"]
    )
    def test_others_may_just_not_be_loaded(self, system):
        assert found(check(coding("x", system))) == [
            ("information", "code.system", "code-system-unknown")
        ]


class TestConcepts:
    def test_every_coding_is_checked_once(self):
        value = {"coding": [coding("red"), coding("mauve"), coding("green", display="Green")]}
        asked = session(colours())
        check_codeable_concept(asked, value, PLACE, SCOPE)
        for index, one in enumerate(value["coding"]):
            check_coding(asked, one, PLACE.child("coding", index), SCOPE)
        assert found(asked) == [("error", "code.coding[1].code", "code-unknown")]


class TestQuantities:
    def quantity(self, **value):
        asked = session(colours())
        check_quantity(asked, value, PLACE, SCOPE)
        return found(asked)

    def test_units_are_checked_against_ucum(self):
        assert self.quantity(value=1, unit="mmHg", system=UNITS, code="mm[Hg]") == []
        assert self.quantity(value=1, unit="mmHg", system=UNITS, code="mmHg") == [
            ("error", "code.code", "code-unknown")
        ]

    def test_other_systems_like_those_of_codings(self):
        assert self.quantity(system=COLOURS, code="mauve", unit="x") == [
            ("error", "code.code", "code-unknown")
        ]
        assert self.quantity(value=1, unit="x") == []

    @pytest.mark.parametrize(("unit", "hint"), [("{score}", False), (None, True)])
    def test_what_an_annotation_says_is_for_people(self, unit, hint):
        asked = session()
        value = {"value": 1, "system": UNITS, "code": "{score}", "unit": unit}
        check_quantity(asked, value, PLACE, SCOPE)
        assert found(asked) == [("warning", "code", "code-unit-annotation")]
        assert ("does not say" in texts(asked)[0]) is hint


@pytest.mark.parametrize(
    "value", [{}, {"system": 1, "code": []}, {"coding": 7}, {"coding": [None, {"system": {}}]}]
)
def test_malformed_values_raise_nothing(value):
    asked = session()
    for rule in (check_coding, check_codeable_concept, check_quantity):
        rule(asked, value, PLACE, SCOPE)
    assert asked.found == []
