"""The published schemas: valid for editors, and enforced as they are written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from conformance_cli.load.documents import Document, read_document
from conformance_cli.load.resources import data_root, schema
from conformance_cli.load.schemas import schema_problems
from conformance_cli.load.shape import Compiler, UnknownKeywordError
from conformance_cli.model.diagnostics import Location
from tests.load.helpers import PACK, PROFILE, TESTS, line, line_of

NAMES = ("profile", "pack", "tests", "waivers", "config")

RICH_PACK = (
    PACK
    + """\
headers: {Accept: a, X-None: null}
values: {a: 1, b: {c: [x]}}
reference: acme
procedures:
  make:
    parameters: {p: null}
    steps: [{call: create, with: {a: 2}, capture: {id: {header: Location, optional: true}}}]
    cleanup: [{call: read, leaves: one}]
observe:
  - {name: one, when: response, expect: [{header: {A: present}, verifies: ACME-1}]}
preflight: [{call: read, require: [{status: 200}]}]
faults: {broken: [ACME-1]}
"""
)
RICH_TESTS = (
    TESTS
    + """\
- test: rows
  title: Rows
  effect: write
  tags: [negative]
  when: option.booking
  for-each: {x: [1, 2]}
  steps:
    - do: make
      with: {p: 1}
    - call: read
      method: PUT
      query: {a: [1, "x"], b: null}
      headers: {A: null}
      body: {template: patient, set: {Patient.id: 1}, remove: [Patient.name]}
      repeat: 2
      expect:
        - {status: [400, 4xx], verifies: [ACME-1], grade: warning, title: t, when: "true"}
        - {each: {in: a, satisfies: b}}
        - {value: {of: "${x}", one-of: [1, 2]}}
        - {operation-outcome: {code: [A, B], issue: x}}
        - {duration: {under: 100}}
        - {tls: {minimum: "1.2"}}
        - {jwt: {of: "${x}", header: {alg: RS512}}}
        - {statuses: [[200, 409]]}
  cleanup:
    - {call: read, body: null}
    - {do: make}
"""
)
WAIVERS = """\
waivers:
  - {requirement: ACME-1, reason: r, approver: a, expires: 2026-12-31, profile-versions: ^1}
"""
CONFIG = {
    "profile": "acme",
    "endpoint": "https://x",
    "product": {"name": "n"},
    "auth": {"scheme": "bearer", "token": "env:T", "other": {"scheme": "none"}},
    "network": {"timeout": "30s", "retries": 2, "insecure": False},
    "fixtures": {"patient": "1"},
    "options": {"booking": True},
    "run": {"level": "shall", "jobs": 2, "include": ["a"]},
    "environments": {"int": {"endpoint": "https://y", "auth": "other"}},
}
VALID = {
    "profile": yaml.load(PROFILE, yaml.BaseLoader),
    "pack": yaml.safe_load(RICH_PACK),
    "tests": yaml.safe_load(RICH_TESTS),
    "waivers": yaml.load(WAIVERS, yaml.BaseLoader),
    "config": CONFIG,
}
VALID["profile"]["options"]["booking"]["default"] = True


def oracle(name: str) -> jsonschema.Draft202012Validator:
    resources = [
        (f"{n}.schema.json", Resource.from_contents(schema(n), DRAFT202012)) for n in NAMES
    ]
    return jsonschema.Draft202012Validator(
        schema(name),
        registry=Registry().with_resources(resources),
        format_checker=jsonschema.FormatChecker(["date"]),
    )


def parts(value: Any) -> Iterator[Any]:
    """Every mapping and list of a value."""
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from parts(item)


@pytest.mark.parametrize("name", NAMES)
class TestPublished:
    def test_is_a_valid_schema(self, name: str) -> None:
        jsonschema.Draft202012Validator.check_schema(schema(name))

    def test_says_what_it_is(self, name: str) -> None:
        found = schema(name)
        assert found["$id"] == f"{name}.schema.json"
        assert found["$schema"].endswith("2020-12/schema")
        assert found["title"]
        assert found["description"]

    def test_lets_no_mapping_with_known_keys_have_others(self, name: str) -> None:
        open_ones = [
            part.get("title")
            for part in parts(schema(name))
            if isinstance(part, dict)
            and isinstance(part.get("properties"), dict)
            and part.get("type") in ("object", ["object", "null"])
            and part.get("additionalProperties") is not False
        ]
        # assertions may be Python checks, and auth may hold blocks of its own
        assert open_ones == {"tests": ["Assertion"], "config": ["Auth"]}.get(name, [])

    def test_allows_what_the_documentation_shows(self, name: str) -> None:
        assert not list(oracle(name).iter_errors(VALID[name]))
        assert schema_problems(Document(Path("file"), VALID[name]), name) == ()

    def test_every_file_is_named_by_its_id(self, name: str) -> None:
        path = data_root() / "reports" / "schemas" / f"{name}.schema.json"
        assert json.loads(path.read_text()) == schema(name)


SCALARS = st.sampled_from(
    [None, True, False, 0, 1, 2.5, 700, "", "x", "Two Words", "1.0.0", "GET", "read", "2026-13-01"]
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.just("x"), SCALARS)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_allows_exactly_what_json_schema_allows(name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(VALID[name])
    for _ in range(data.draw(st.integers(1, 2))):
        part = data.draw(st.sampled_from([p for p in parts(document) if p] or [document]))
        if isinstance(part, list):
            part[data.draw(st.integers(0, len(part) - 1))] = data.draw(VALUES)
            continue
        key = data.draw(st.sampled_from([*part, "zzz"]))
        if data.draw(st.booleans()) and key in part:
            del part[key]
        else:
            part[key] = data.draw(VALUES)
    expected = oracle(name).is_valid(document)
    assert (schema_problems(Document(Path("file"), document), name) == ()) == expected


@pytest.mark.parametrize("name", ["profile", "pack", "tests", "waivers"])
@given(data=st.data())
def test_a_key_that_is_not_allowed_is_reported_at_its_own_line(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    document = copy.deepcopy(VALID[name])
    part = data.draw(st.sampled_from([p for p in parts(document) if isinstance(p, dict)]))
    items = list(part.items())
    items.insert(data.draw(st.integers(0, len(items))), ("zzzzzz", 1))
    part.clear()
    part.update(items)
    path = tmp_path_factory.getbasetemp() / f"{name}.yaml"
    text = yaml.safe_dump(document, sort_keys=False)
    path.write_text(text)
    found = schema_problems(read_document(path), name)
    if oracle(name).is_valid(document):
        assert found == ()
    else:
        assert {line_of(d) for d in found} == {(path.name, line(text, "zzzzzz"))}
        assert all('"zzzzzz"' in d.message for d in found)


class TestMessages:
    def problems(self, tmp_path: Path, name: str, text: str) -> list[tuple[str, str, str | None]]:
        path = tmp_path / "file.yaml"
        path.write_text(text)
        return [(d.code, d.message, d.hint) for d in schema_problems(read_document(path), name)]

    @pytest.mark.parametrize(
        ("old", "new", "code", "message", "hint"),
        [
            ("title: Acme", "titel: Acme", "unknown-key", 'unknown key "titel" in test pack',
             'did you mean "title"?'),
            ("version: 1.0.0", "version: 1.0", "wrong-type",
             '"version" must be text, not a number',
             "quote it: without quotes it is a number, or true or false"),
            ("version: 1.0.0", 'version: "1.0"', "bad-value", '"version" is "1.0"',
             "use a semantic version of three numbers, e.g. 1.0.0 (https://semver.org)"),
            ("certifies: [acme@^1]", "certifies: acme", "wrong-type",
             '"certifies" must be a list, not text', "write a list, such as [a, b]"),
            ("method: GET", "method: get", "bad-value", '"method" is "get"',
             "write the method in capitals, e.g. GET"),
            ("path: /Patient", "path: Patient", "bad-value", '"path" is "Patient"',
             "begin with /; it is appended to the base URL"),
            ("fixtures:\n  patient:", "fixtures:\n  Big One:", "bad-name",
             '"Big One" cannot be a name',
             "use lower-case letters, digits and single hyphens, e.g. slot-status-missing"),
            ("title: A patient", "title: no", "", "", ""),
            ("title: A patient", "title: false", "wrong-type",
             '"title" must be text, not false',
             "quote it: without quotes it is a number, or true or false"),
        ],
    )  # fmt: skip
    def test_of_packs_help(
        self, tmp_path: Path, old: str, new: str, code: str, message: str, hint: str
    ) -> None:
        text = PACK.replace(old, new)
        assert text != PACK
        found = self.problems(tmp_path, "pack", text)
        assert (code, message, hint) in found if code else not found

    @pytest.mark.parametrize(
        ("old", "new", "message", "hint"),
        [
            ("effect: read", "effect: reed",
             '"effect" is "reed"; it must be read, write or destructive', 'did you mean "read"?'),
            ("status: 200", "status: 99", '"status" must be at least 100', None),
            ("status: 200", "status: 20x", '"status" is "20x"',
             "write a status such as 400, or a class such as 4xx"),
            ("expect:", "expct:", 'unknown key "expct" in step', 'did you mean "expect"?'),
            ("- call: read", "- cal: read", 'unknown key "cal" in step', 'did you mean "call"?'),
            ("verifies: ACME-1", "verifies: acme", '"verifies" is "acme"',
             "use capitals and parts joined by hyphens, e.g. BARS-COM-001"),
            ("  title: A patient can be read\n", "", '"title" is missing in test', None),
            ("expect: [{status: 200}]", "repeat: many", '"repeat" must be a whole number, not text',
             None),
            ("expect: [{status: 200}]", "capture: {a: {every: yes}}",
             '"every" must be true or false, not text', "write true or false, without quotes"),
            ("expect: [{status: 200}]", "expect: [{each: {inn: a, satisfies: b}}]",
             'unknown key "inn" in assertion each', 'did you mean "in"?'),
            ("expect: [{status: 200}]", "body: {set: {a: 1}, rmove: [b]}",
             'unknown key "rmove" in body', 'did you mean "remove"?'),
        ],
    )  # fmt: skip
    def test_of_tests_help(
        self, tmp_path: Path, old: str, new: str, message: str, hint: str | None
    ) -> None:
        assert old in TESTS
        found = self.problems(tmp_path, "tests", TESTS.replace(old, new))
        assert (message, hint) in [(m, h) for _, m, h in found]

    def test_all_problems_are_said_at_once(self, tmp_path: Path) -> None:
        text = "pack: A\nversion: 1\ntitle: ''\nextra: 1\n"
        found = self.problems(tmp_path, "pack", text)
        assert sorted(code for code, _, _ in found) == [
            "bad-value", "bad-value", "missing-key", "unknown-key", "wrong-type",
        ]  # fmt: skip

    def test_a_step_that_neither_calls_nor_does_says_what_is_missing(self, tmp_path: Path) -> None:
        found = self.problems(tmp_path, "tests", TESTS.replace("call: read", "query: {a: b}"))
        assert ("missing-key", '"call" is missing in step', None) in found

    def test_a_cleanup_step_judges_nothing(self, tmp_path: Path) -> None:
        text = TESTS + "  cleanup: [{call: read, expect: [{status: 200}]}]\n"
        ((code, message, _),) = self.problems(tmp_path, "tests", text)
        assert (code, message) == ("unknown-key", 'unknown key "expect" in cleanup step')

    def test_the_whole_file_can_be_of_the_wrong_type(self, tmp_path: Path) -> None:
        (found,) = self.problems(tmp_path, "tests", "test: a\n")
        assert found[1] == "the file must be a list, not a mapping"

    def test_a_date_is_a_date(self, tmp_path: Path) -> None:
        ((code, message, hint),) = self.problems(
            tmp_path, "waivers", WAIVERS.replace("2026-12-31", "2026-02-30")
        )
        assert (code, hint) == ("bad-value", "write it as 2026-11-23")
        assert message == '"expires" is "2026-02-30", which is no date'

    def test_values_that_are_no_json_are_said_to_be_so(self) -> None:
        document = Document(Path("file.toml"), {"profile": date(2026, 1, 1)})
        (found,) = schema_problems(document, "config")
        assert found.message == '"profile" must be text, not a date'


def test_a_value_is_reported_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(PACK.replace("version: 1.0.0", "version:    7"))
    (found,) = schema_problems(read_document(path), "pack")
    assert found.place == Location(str(path), 2, 13)


def test_a_keyword_that_is_not_enforced_cannot_be_written() -> None:
    with pytest.raises(UnknownKeywordError, match="oneOf"):
        Compiler(dict).compile({"type": "string", "oneOf": []}, "x.schema.json")


def test_a_schema_may_contain_itself() -> None:
    tree = {
        "$ref": "#/$defs/node",
        "$defs": {"node": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    }
    check = Compiler(lambda _: tree).compile(tree, "tree.schema.json")
    good: list[Any] = []
    check([[], [[]]], good, None, "")
    bad: list[Any] = []
    check([[], [[1]]], bad, None, "")
    assert (len(good), len(bad)) == (0, 1)
