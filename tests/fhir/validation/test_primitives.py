"""Primitive values: their kind in JSON, the form of their type, the limits of their element."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.definitions.schema import Binding, Pinned
from conformance_cli.fhir.validation.primitives import QUICK, check_absence, check_primitive
from tests.fhir.source.fakes import element, scope, session, shown


def found(type_name, value, version="4.0.1", options=None, **facts):
    """Severity and message of everything that is wrong with a value."""
    at = scope()
    made = session(version, **(options or {}))
    limits = element("Patient.x", type_name, **facts)
    check_primitive(made, value, type_name, limits, at.place.child("x"), at)
    for one in made.found:
        assert one.text
    return [(severity, message) for severity, message, _ in shown(made.found)]


def errors(type_name, value, **more):
    return [message for severity, message in found(type_name, value, **more) if severity == "error"]


EXAMPLE_OF_STU3 = (
    "http://www.acme.com/identifiers/patient or "
    "urn:ietf:rfc:3986 if the Identifier.value itself is a full uri"
)
SOUND = [
    ("boolean", True),
    ("boolean", False),
    ("integer", 0),
    ("integer", -(2**31)),
    ("integer", 2**31 - 1),
    ("unsignedInt", 0),
    ("positiveInt", 1),
    ("integer64", "-9223372036854775808"),
    ("decimal", 1),
    ("decimal", Decimal("-1.50E+3")),
    ("string", "Grüße"),
    ("string", "two\r\nlines\tand a tab"),
    ("markdown", "# Title\n\n* a < b"),
    ("code", "a"),
    ("code", "a b c"),
    ("id", "A-z.9"),
    ("id", "a" * 64),
    ("uri", "relative/path"),
    ("uri", EXAMPLE_OF_STU3),
    ("uri", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
    ("uri", "urn:oid:2.16.840.1.113883"),
    ("uri", "urn:oid:1.2.3"),
    ("url", "mailto:a@b"),
    ("canonical", "http://a.b/c|1.0#d"),
    ("canonical", "#a"),
    ("canonical", "urn:oid:1.2.840|2"),
    ("canonical", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520|1"),
    ("oid", "urn:oid:1.2.840"),
    ("uuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
    ("base64Binary", "aGVsbG8="),
    ("date", "1974"),
    ("date", "1974-12"),
    ("date", "2024-02-29"),
    ("date", "1974-12-31"),
    ("dateTime", "2015"),
    ("dateTime", "2015-02-07"),
    ("dateTime", "2015-02-07T13:28:17-05:00"),
    ("dateTime", "2016-12-31T23:59:60Z"),
    ("dateTime", "2015-02-07T13:28:17.239+14:00"),
    ("instant", "2015-02-07T13:28:17.239+02:00"),
    ("time", "23:59:59"),
    ("time", "00:00:00.123"),
    ("xhtml", "<div/>"),
    ("somethingNew", "as it is"),
]


@pytest.mark.parametrize(("type_name", "value"), SOUND)
def test_sound_values_pass(type_name, value):
    assert found(type_name, value) == []


@pytest.mark.parametrize(
    ("type_name", "value", "message"),
    [
        ("boolean", "true", "primitive-kind"),
        ("boolean", "yes", "primitive-boolean"),
        ("boolean", 1, "primitive-kind"),
        ("integer", "1", "primitive-kind"),
        ("integer", True, "primitive-kind"),
        ("integer", Decimal("1.0"), "primitive-integer"),
        ("integer", "+1", "primitive-integer"),
        ("integer", "01", "primitive-integer"),
        ("integer", 2**31, "primitive-range"),
        ("unsignedInt", -1, "primitive-range"),
        ("positiveInt", 0, "primitive-range"),
        ("integer64", 1, "primitive-kind"),
        ("integer64", "9223372036854775808", "primitive-range"),
        ("integer64", "1.0", "primitive-integer"),
        ("decimal", "1.0", "primitive-kind"),
        ("decimal", "1,0", "primitive-decimal"),
        ("decimal", ".5", "primitive-decimal"),
        ("decimal", False, "primitive-kind"),
        ("string", 5, "primitive-kind"),
        ("string", True, "primitive-kind"),
        ("string", Decimal("0.5"), "primitive-kind"),
        ("string", {"a": 1}, "primitive-not-simple"),
        ("string", ["a"], "primitive-not-simple"),
        ("string", "", "primitive-empty"),
        ("string", "a" * 1_048_577, "primitive-string-length"),
        ("code", "", "primitive-empty"),
        ("code", " a", "primitive-code"),
        ("code", "a ", "primitive-code"),
        ("code", "a  b", "primitive-code"),
        ("code", "a\tb", "primitive-code"),
        ("code", " ", "primitive-code"),
        ("id", "a_b", "primitive-id"),
        ("id", "a" * 65, "primitive-id-length"),
        ("uri", "http://a b", "primitive-uri-space"),
        ("uri", "oid:1.2.3", "primitive-uri-prefix"),
        ("uri", "uuid:1", "primitive-uri-prefix"),
        ("uri", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "primitive-uuid"),
        ("uri", "urn:uuid:1", "primitive-uuid"),
        ("uri", "urn:oid:1.02.3", "primitive-oid"),
        ("uri", "urn:oid:3.1", "primitive-oid"),
        ("oid", "1.2.3", "primitive-oid"),
        ("uuid", "c757873d-ec9a-4326-a141-556f43239520", "primitive-uuid"),
        ("base64Binary", "a", "primitive-base64"),
        ("base64Binary", "####", "primitive-base64"),
        ("base64Binary", "YQ==YQ==", "primitive-base64"),
        ("date", "1974-13", "primitive-date"),
        ("date", "1974-12-32", "primitive-date"),
        ("date", "0000", "primitive-date"),
        ("date", "74-12-25", "primitive-date"),
        ("date", "1974-12-25T10:00:00Z", "primitive-date"),
        ("date", "2023-02-29", "primitive-date-day"),
        ("date", "1900-02-29", "primitive-date-day"),
        ("date", "2023-04-31", "primitive-date-day"),
        ("date", "\u0661974", "primitive-date"),
        ("dateTime", "2015-02-07T13:28:17", "primitive-date-zone"),
        ("dateTime", "2015-02-07T13:28Z", "primitive-date"),
        ("dateTime", "2015-02-07T24:00:00Z", "primitive-date"),
        ("dateTime", "2015-02-07T13:28:17+15:00", "primitive-date"),
        ("dateTime", "2015-02-30T13:28:17Z", "primitive-date-day"),
        ("dateTime", "2015-02-07 13:28:17Z", "primitive-date"),
        ("instant", "2015-02-07", "primitive-date"),
        ("instant", "2015-02-07T13:28:17", "primitive-date"),
        ("time", "24:00:00", "primitive-date"),
        ("time", "12:00", "primitive-date"),
        ("time", "12:00:00Z", "primitive-date"),
    ],
)
def test_each_fault_has_one_error(type_name, value, message):
    assert errors(type_name, value) == [message]


@pytest.mark.parametrize(
    ("type_name", "value", "message"),
    [
        ("string", "  ", "primitive-string-blank"),
        ("string", " a", "primitive-string-edges"),
        ("string", "a\n", "primitive-string-edges"),
        ("string", "a\x01b", "primitive-string-control"),
        ("date", "1066-10-14", "primitive-date-year"),
        ("dateTime", "2999", "primitive-date-year"),
        ("base64Binary", "aGVs\nbG8=", "primitive-base64-space"),
    ],
)
def test_what_is_only_advised_against_is_a_warning(type_name, value, message):
    assert found(type_name, value) == [("warning", message)]


class TestVersions:
    def test_r5_forbids_what_r4_advises_against(self):
        assert errors("base64Binary", "aGVs bG8=", version="5.0.0") == ["primitive-base64-space"]
        assert errors("string", "a\x01b", version="5.0.0") == ["primitive-string-control"]
        assert errors("string", "a\x01b", version="3.0.2") == []


class TestOptions:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.org/a",
            "http://example.com",
            "https://www.acme.com/x",
            "urn:oid:2.999.1",
            "urn:oid:1.3.6.1.4.1.32473.5",
        ],
    )
    def test_addresses_for_examples_can_be_refused(self, url):
        assert found("uri", url) == []
        assert errors("uri", url, options={"allow_examples": False}) == ["primitive-uri-example"]
        assert not QUICK["uri"](url)

    def test_html_in_strings_can_be_refused(self):
        text = 'Standard <b class="x">text</b>'
        assert found("string", text) == []
        assert errors("string", text, options={"refuse_html": True}) == ["primitive-string-html"]
        assert errors("string", "a < b and c > d", options={"refuse_html": True}) == []


class TestLimits:
    @pytest.mark.parametrize(
        ("type_name", "value", "facts", "message"),
        [
            ("string", "abc", {"max_length": 2}, "value-too-long"),
            ("string", "abc", {"min_length": 4}, "value-too-short"),
            ("uri", "http://a/b", {"max_length": 2}, "value-too-long"),
            ("string", "abc", {"regex": "[0-9]+"}, "value-pattern-mismatch"),
            ("integer", 5, {"max_value": Pinned("integer", 4)}, "value-above-maximum"),
            ("integer", 5, {"min_value": Pinned("integer", 6)}, "value-below-minimum"),
            ("decimal", Decimal("1.5"), {"max_value": Pinned("integer", 1)}, "value-above-maximum"),
            ("decimal", Decimal("1.234"), {"max_decimal_places": 2}, "value-decimal-places"),
            (
                "date",
                "1999-12-31",
                {"min_value": Pinned("date", "2000-01-01")},
                "value-below-minimum",
            ),
            ("date", "1999", {"min_value": Pinned("date", "2000-01-01")}, "value-below-minimum"),
            (
                "dateTime",
                "2000-01-01T01:00:00+02:00",
                {"min_value": Pinned("dateTime", "2000-01-01T00:00:00Z")},
                "value-below-minimum",
            ),
            ("time", "12:00:01", {"max_value": Pinned("time", "12:00:00")}, "value-above-maximum"),
        ],
    )
    def test_of_an_element_are_kept(self, type_name, value, facts, message):
        assert errors(type_name, value, **facts) == [message]

    @pytest.mark.parametrize(
        ("type_name", "value", "facts"),
        [
            ("string", "abc", {"max_length": 3, "min_length": 3, "regex": "[a-c]+"}),
            ("integer", 5, {"max_value": Pinned("integer", 5), "min_value": Pinned("integer", 5)}),
            ("decimal", Decimal("1.00"), {"max_value": Pinned("decimal", 1)}),
            ("decimal", Decimal("1.25"), {"max_decimal_places": 2}),
            ("decimal", Decimal("1E+2"), {"max_decimal_places": 0}),
            ("date", "2000", {"min_value": Pinned("date", "2000-06-01")}),
            ("date", "2000", {"min_value": Pinned("Quantity", {"value": 1})}),
            ("date", "2000", {"min_value": Pinned("time", "10:00:00")}),
        ],
    )
    def test_are_met_at_the_limit_and_where_it_cannot_be_told(self, type_name, value, facts):
        assert found(type_name, value, **facts) == []

    def test_a_malformed_value_is_not_measured(self):
        assert errors("date", "x", min_value=Pinned("date", "2000")) == ["primitive-date"]

    def test_a_pattern_that_cannot_be_used_is_told(self):
        assert found("string", "a" * 40, regex="(a+)+b") == [("warning", "value-pattern-unusable")]


class TestAbsence:
    URL = "http://example.org/reason"

    def absent(self, companion, **facts):
        made, at = session(), scope()
        of = element("Patient.active", "boolean", **facts)
        check_absence(made, companion, of, at.place.child("active"))
        return shown(made.found)

    def test_is_fine_unless_a_value_is_demanded(self):
        assert self.absent({"extension": [{"url": self.URL}]}) == []
        assert self.absent({}, must_have_value=True) == [
            ("error", "primitive-value-needed", "Patient.active")
        ]

    def test_is_not_fine_for_codes_that_have_to_be_of_a_value_set(self):
        binding = Binding("required", "urn:vs")
        reason = {"extension": [{"url": self.URL}]}
        assert self.absent(reason, binding=binding) == [
            ("error", "primitive-code-needed", "Patient.active")
        ]
        assert self.absent(reason, binding=Binding("extensible", "urn:vs")) == []
        other = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.active"
        assert self.absent({"extension": [{"url": other}]}, binding=binding) == []

    def test_may_demand_certain_extensions(self):
        wanted = {"value_alternatives": (self.URL,)}
        assert self.absent({"extension": [{"url": self.URL}]}, **wanted) == []
        missing = [("error", "primitive-value-alternative", "Patient.active")]
        assert self.absent({"extension": [{"url": "http://other"}]}, **wanted) == missing
        assert self.absent({"extension": "x"}, **wanted) == missing
        assert self.absent(None, **wanted) == missing


class TestQuickChecks:
    ANY = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.decimals(allow_nan=False, allow_infinity=False)
        | st.text(max_size=20)
        | st.from_regex(r"[0-9:TZ+\-]{0,25}")
        | st.lists(st.none(), max_size=1)
        | st.dictionaries(st.text(max_size=1), st.none(), max_size=1)
        | st.sampled_from([value for _, value in SOUND])
    )

    @given(st.sampled_from(sorted(QUICK)), ANY)
    def test_never_pass_what_the_exact_check_finds_fault_with(self, type_name, value):
        if QUICK[type_name](value):
            strict = {"allow_examples": False, "refuse_html": True}
            assert found(type_name, value, version="5.0.0", options=strict) == []

    @pytest.mark.parametrize(
        ("type_name", "value"),
        [
            ("string", "Chalmers"),
            ("code", "official"),
            ("uri", "http://loinc.org"),
            ("date", "1974-12-25"),
            ("dateTime", "2015-02-07T13:28:17-05:00"),
            ("boolean", True),
            ("decimal", Decimal("1.0")),
        ],
    )
    def test_pass_what_is_usual(self, type_name, value):
        assert QUICK[type_name](value)

    @given(st.sampled_from(sorted(QUICK)), ANY)
    def test_exact_checks_never_raise(self, type_name, value):
        found(type_name, value, regex="a+", max_length=3, min_value=Pinned("date", "2000"))
