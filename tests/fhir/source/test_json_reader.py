"""JSON: sound texts are read as they are, mistakes are told where they are, nothing raises."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.source.json_reader import read_json
from conformance_cli.fhir.source.reading import MAX_DEPTH, Reading
from conformance_cli.fhir.validation.options import Options


def read(text: str | bytes, **options: bool) -> Reading:
    data = text.encode() if isinstance(text, str) else text
    return read_json(data, Options(**options))


def told(text: str | bytes, **options: bool) -> list[tuple[str, str]]:
    """Message and place of every problem."""
    issues = [problem.issue() for problem in read(text, **options).problems]
    return [(issue.id, issue.expression) for issue in issues]


class TestSoundTexts:
    def test_are_read_without_problems(self):
        reading = read('{"resourceType": "Patient", "active": true, "name": [{"family": "Ó"}]}')
        assert reading.resource == {
            "resourceType": "Patient",
            "active": True,
            "name": [{"family": "Ó"}],
        }
        assert reading.problems == ()

    def test_decimals_keep_their_digits(self):
        resource = read('{"a": 1.00, "b": 1, "c": 1.50e3, "d": 12345678901234567890}').resource
        assert [str(resource[key]) for key in "abc"] == ["1.00", "1", "1.50E+3"]
        assert isinstance(resource["a"], Decimal)
        assert resource["b"] == 1
        assert type(resource["b"]) is int
        assert resource["d"] == 12345678901234567890

    def test_colons_in_strings_are_not_taken_for_properties(self):
        text = r'{"url": "http://a:1/b", "x": "\u003a", "y\u003a": "a\":b", "z": ":::"}'
        reading = read(text)
        assert reading.problems == ()
        assert reading.resource["y:"] == 'a":b'

    def test_may_be_as_deep_as_the_bound(self):
        assert read('{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH).resource is not None


class TestPositions:
    TEXT = """{
  "resourceType": "Patient",
  "name": [
    {"family": "A"}, {"given": ["B", "C"]}
  ]
}"""

    @pytest.mark.parametrize(
        ("pointer", "position"),
        [
            ((), (1, 1)),
            (("resourceType",), (2, 3)),
            (("name",), (3, 3)),
            (("name", 0), (4, 5)),
            (("name", 1), (4, 22)),
            (("name", 1, "given", 1), (4, 38)),
            (("name", 0, "family"), (4, 6)),
        ],
    )
    def test_a_property_begins_with_its_key_and_an_item_with_its_value(self, pointer, position):
        assert read(self.TEXT).position(pointer) == position

    def test_what_is_not_there_is_where_its_parent_is(self):
        reading = read(self.TEXT)
        assert reading.position(("name", 1, "family")) == reading.position(("name", 1))
        assert reading.position(("name", 7)) == reading.position(("name",))

    def test_are_the_same_in_whatever_order_they_are_asked_for(self):
        pointers = [("name", 1, "given", 1), ("resourceType",), ("name", 0), ("name", 1)]
        reading = read(self.TEXT)
        forward = [reading.position(pointer) for pointer in pointers]
        backward = [read(self.TEXT).position(pointer) for pointer in reversed(pointers)]
        assert forward == backward[::-1]

    def test_are_known_in_mended_texts_too(self):
        reading = read('{"resourceType": "Patient",\n "name": [{"family": "A",}],\n active: true}')
        assert reading.position(("name", 0, "family")) == (2, 12)
        assert reading.position(("active",)) == (3, 2)


class TestDuplicates:
    def test_are_told_at_their_object_and_the_first_one_counts(self):
        text = '{"resourceType": "Patient", "name": [{"family": "A", "family": "B"}]}'
        assert told(text) == [("json-duplicate-property", "Patient.name[0]")]
        assert read(text).resource["name"] == [{"family": "A"}]

    @pytest.mark.parametrize("value", ["true", "null", "1", '"x"', "{}", "[]", '":"'])
    def test_are_found_even_where_the_values_are_equal(self, value):
        assert told(f'{{"a": {value}, "a": {value}}}') == [("json-duplicate-property", "")]

    def test_cannot_hide_behind_escapes(self):
        assert told(r'{"a": 1, "\u0061": 2}') == [("json-duplicate-property", "")]
        assert told(r'{"a": 1, "a": "\u003a"}') == [("json-duplicate-property", "")]

    @given(st.lists(st.tuples(st.text(':"\\ a', max_size=2), st.integers(0, 1)), max_size=6))
    def test_are_found_whatever_the_names_are(self, pairs):
        text = "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in pairs) + "}"
        names = [key for key, _ in pairs]
        doubled = sum(names.count(name) > 1 for name in set(names))
        assert len(read(text).problems) == doubled


class TestMistakesThatCanBeReadThrough:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('{"resourceType": "P", "a": [1, 2,]}', [("json-comma-extra", "P.a")]),
            ('{"resourceType": "P", "a": {"b": 1,}}', [("json-comma-extra", "P.a")]),
            ('{"resourceType": "P", "a": 1,, "b": 2}', [("json-comma-extra", "P")]),
            ('{"resourceType": "P", "a": [{"b": 1 "c": 2}]}', [("json-comma-missing", "P.a[0]")]),
            ('{"resourceType": "P", "a": [1 2]}', [("json-comma-missing", "P.a")]),
            ('{"resourceType": "P", "a": [{b: 1}]}', [("json-name-unquoted", "P.a[0]")]),
            ('{"resourceType": "P", "a": {"b": x}}', [("json-value-unquoted", "P.a")]),
            ('{"resourceType": "P", "a": [x]}', [("json-value-unquoted", "P.a[0]")]),
            ('{"resourceType": "P", "a": NaN}', [("json-value-unquoted", "P")]),
            ('{"resourceType": "P", "a": 01}', [("json-number", "P.a")]),
            ('{"resourceType": "P", "a": [1.]}', [("json-number", "P.a[0]")]),
            ('{"resourceType": "P", "a": "x\ty"}', [("json-control-character", "P.a")]),
            (r'{"resourceType": "P", "a": "\ud83d!"}', [("json-surrogate", "P.a")]),
        ],
    )
    def test_are_told_at_the_element_around_them(self, text, expected):
        assert told(text) == expected
        assert read(text).resource["resourceType"] == "P"

    def test_leave_the_rest_as_it_was_meant(self):
        text = '{resourceType: Patient, "name": [{"given": ["A" "B",],} /* me */], // end\n}'
        assert read(text).resource == {
            "resourceType": "Patient",
            "name": [{"given": ["A", "B"]}],
        }

    def test_come_with_their_own_line_and_column(self):
        problems = read('{"a": [\n1,\n],\n"b": 1\n"c": 2}').problems
        assert [problem.position for problem in problems] == [(3, 1), (5, 1)]

    def test_halves_of_characters_that_belong_together_are_fine(self):
        text = r'{"a": "😀", }'
        assert read(text).resource == {"a": "\U0001f600"}
        assert told(text) == [("json-comma-extra", "")]


class TestComments:
    TEXT = '// one\n{"resourceType": "Patient", // two\n"name": [ /* three */ {"family": "A"}]}'

    def test_are_mistakes_at_what_they_stand_before(self):
        assert told(self.TEXT) == [
            ("json-comment", "Patient"),
            ("json-comment", "Patient"),
            ("json-comment", "Patient.name[0]"),
        ]

    def test_may_be_allowed(self):
        reading = read(self.TEXT, allow_comments=True)
        assert reading.problems == ()
        assert reading.resource["name"] == [{"family": "A"}]

    def test_are_not_looked_for_in_strings(self):
        assert told('{"a": "http://b/c", "d": 1,}') == [("json-comma-extra", "")]


class TestTextsThatCannotBeRead:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "   ",
            "{",
            '{"a": [1}',
            '{"a": {"b": 1]}',
            '{"a" 1}',
            '{"a": }',
            '{"a": "b}',
            '{"a": 1} {"b": 2}',
            '{"a": "\\q"}',
            '{"a": -Infinity}',
            "{'a': 1}",
            '{"a": 1,, /* }',
        ],
    )
    def test_have_one_fatal_problem_and_no_place(self, text):
        reading = read(text)
        assert reading.resource is None
        assert [problem.message.id for problem in reading.problems] == ["json-broken"]
        assert reading.problems[0].message.severity is Severity.FATAL
        assert reading.problems[0].issue().expression == ""

    def test_say_where_it_ends(self):
        reading = read('{"a": [\n  1\n}')
        assert reading.problems[0].position == (3, 1)
        assert reading.position(("anything",)) == (3, 1)

    @pytest.mark.parametrize("text", ["[]", '"a"', "1", "1.5", "null", "true"])
    def test_or_that_are_no_object(self, text):
        assert told(text) == [("json-no-object", "")]


class TestBounds:
    @pytest.mark.parametrize(
        "text",
        [
            '{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1),
            '{"a":' * 100_000,
            "[" * 100_000,
            '{"a":,' + '{"a":' * 5_000,
        ],
    )
    def test_depth_is_bounded(self, text):
        reading = read(text)
        assert reading.resource is None
        assert {problem.message.severity for problem in reading.problems} == {Severity.FATAL}

    def test_many_brackets_side_by_side_are_fine(self):
        assert read('{"a": [' + ",".join(["[[]]"] * 500) + "]}").problems == ()

    @pytest.mark.parametrize(
        "number", ["1e999999999", "1E-99999999", "9" * 100_000, "0." + "1" * 9999]
    )
    def test_monstrous_numbers_stay_text(self, number):
        assert told(f'{{"resourceType": "P", "a": {number}}}') == [("json-number", "P.a")]
        assert read(f'{{"a": {number}}}').resource == {"a": number}


class TestEncodings:
    def test_a_byte_order_mark_is_a_warning(self):
        reading = read(b'\xef\xbb\xbf{"resourceType": "Patient"}')
        assert reading.resource == {"resourceType": "Patient"}
        assert [problem.issue().severity for problem in reading.problems] == [Severity.WARNING]

    @pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
    def test_wide_texts_are_refused_by_name(self, name):
        reading = read('{"resourceType": "Patient"}'.encode(name))
        assert reading.resource is None
        assert name[:6].upper() in reading.problems[0].issue().text

    def test_broken_utf8_is_an_error_and_reading_goes_on(self):
        reading = read(b'{"resourceType": "Patient",\n"id": "\xe9"}')
        assert reading.resource == {"resourceType": "Patient", "id": "\ufffd"}
        (problem,) = reading.problems
        assert problem.message.id == "encoding-utf-8"
        assert problem.position == (2, 8)


class TestHostileTexts:
    @given(st.binary(max_size=200))
    def test_bytes_never_raise(self, data):
        reading = read(data)
        reading.position(("a", 0))
        for problem in reading.problems:
            assert problem.issue().text

    @given(st.text('{}[]:,"\\/*ab1.-+e \n', max_size=60))
    def test_nearly_json_never_raises(self, text):
        reading = read("{" + text)
        reading.position(("a", 0))
        for problem in reading.problems:
            assert problem.issue().text
