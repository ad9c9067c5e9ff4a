"""Limits that profiles set on quantities, attachments and narratives."""

import base64
from decimal import Decimal

import pytest

from conformance_cli.fhir.definitions.schema import Pinned
from conformance_cli.fhir.validation.type_limits import check_type_limits, is_limited
from tests.fhir.source.fakes import element, scope, session, shown

UCUM = "http://unitsofmeasure.org"


def found(type_name, value, resource=None, **facts):
    made, at = session(), scope(resource)
    limited = element("Patient.x", type_name, **facts)
    check_type_limits(made, value, type_name, limited, at.place.child("x"), at, "http://p")
    for one in made.found:
        assert one.text
        assert one.profile == "http://p"
    return [(severity, message) for severity, message, _ in shown(made.found)]


def amount(value, code="kg", system=UCUM):
    return {"value": value, "code": code, "system": system}


class TestQuantities:
    @pytest.mark.parametrize(
        ("value", "limit", "expected"),
        [
            (amount(11), amount(10), [("error", "value-above-maximum")]),
            (amount(10), amount(Decimal("10.0")), []),
            (amount(11000, "g"), amount(10), [("error", "value-above-maximum")]),
            (amount(9000, "g"), amount(10), []),
            (amount(11, "m"), amount(10), [("error", "quantity-limit-not-convertible")]),
            (amount(11, "nonsense"), amount(10), [("error", "quantity-limit-not-convertible")]),
            (amount(11, system="http://other"), amount(10), [("warning", "quantity-limit-unit")]),
            (
                amount(11, "a", "http://other"),
                amount(10, "b", "http://other"),
                [("warning", "quantity-limit-unit")],
            ),
            ({"value": 11}, {"value": 10}, [("error", "value-above-maximum")]),
            ({"code": "kg"}, amount(10), [("warning", "quantity-limit-without-value")]),
            (amount("11"), amount(10), [("warning", "quantity-limit-without-value")]),
            (amount(11), {"code": "kg"}, []),
        ],
    )
    def test_have_a_largest_value(self, value, limit, expected):
        assert found("Quantity", value, max_value=Pinned("Quantity", limit)) == expected

    def test_have_a_smallest_value(self):
        limit = Pinned("Quantity", amount(10))
        assert found("Age", amount(9), min_value=limit) == [("error", "value-below-minimum")]
        assert found("Age", amount(10), min_value=limit) == []

    def test_have_so_many_digits(self):
        value = amount(Decimal("1.234"))
        expected = [("error", "value-decimal-places")]
        assert found("Quantity", value, max_decimal_places=2) == expected
        assert found("Quantity", value, max_decimal_places=3) == []


def test_primitives_and_attachments_have_theirs():
    assert found("string", "abc", max_length=2) == [("error", "value-too-long")]
    data = {"data": base64.b64encode(b"hello").decode()}
    assert found("Attachment", data, max_size=4) == [("error", "attachment-too-large")]
    assert found("Coding", {"code": "a"}, max_length=1, max_size=1) == []


def narrative(content):
    return {"div": f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'}


class TestNarratives:
    @pytest.mark.parametrize(
        ("content", "count"),
        [
            ('<p class="generated">a</p> <p class="x original">b</p>', 0),
            ("text", 1),
            ("<p>a</p><p class='other'>b</p><p class='boilerplate'>c</p>", 2),
            ("<p> </p><br/>", 0),
            ("<img src='a'/>", 1),
            ("<p>broken", 0),
        ],
    )
    def test_say_where_each_part_comes_from(self, content, count):
        expected = [("error", "narrative-source")] * count
        assert found("Narrative", narrative(content), narrative_source="error") == expected

    def test_count_as_gravely_as_the_profile_says(self):
        for level in ("warning", "information"):
            expected = [(level, "narrative-source")]
            assert found("Narrative", narrative("a"), narrative_source=level) == expected
        assert found("Narrative", narrative("a"), narrative_source="success") == []

    GERMAN = '<div xml:lang="de">a</div>'

    @pytest.mark.parametrize(
        ("rule", "content", "language", "expected"),
        [
            ("_no", "a", None, []),
            ("_no", GERMAN, None, [("error", "narrative-language-sections-forbidden")]),
            ("_yes", GERMAN, None, []),
            ("_yes", "a", None, [("error", "narrative-language-sections")]),
            ("de", GERMAN, None, []),
            ("en", GERMAN, None, [("error", "narrative-language-section-missing")]),
            ("en", "a", None, [("warning", "narrative-language-section-missing")]),
            ("_resource", GERMAN, "de", []),
            ("_resource", GERMAN, "en", [("error", "narrative-language-section-missing")]),
            ("_resource", GERMAN, None, [("warning", "narrative-language-section-missing")]),
        ],
    )
    def test_have_sections_for_languages(self, rule, content, language, expected):
        resource = {"resourceType": "Patient", "language": language}
        told = found("Narrative", narrative(content), resource, narrative_languages=(rule,))
        assert told == expected


def test_an_element_that_limits_nothing_is_known():
    assert not is_limited(element("Patient.x", "string", max=3, min=1))
    for facts in ({"max_length": 1}, {"max_size": 1}, {"narrative_languages": ("_no",)}):
        assert is_limited(element("Patient.x", "string", **facts))
