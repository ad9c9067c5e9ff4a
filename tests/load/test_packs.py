"""Packs: what an author's files mean, as the engine gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_cli.load.packs import load_pack, schema_reader
from conformance_cli.model.diagnostics import Location
from conformance_cli.model.pack import (
    AssertionSpec,
    BodyTemplate,
    Capture,
    Effect,
    FaultExpectation,
    Fixture,
    Grade,
    Interaction,
    TestCase,
    TestPack,
)
from tests.load.helpers import PACK, PATIENT, TESTS, no_base, pack_folder, problem

CONTENT = {"resourceType": "Patient", "id": "${fixture.patient}", "active": True}


def load(root: Path, tests: str = TESTS, pack: str = PACK, **files: str) -> TestPack:
    return load_pack(pack_folder(root, pack, tests, files), no_base)  # type: ignore[arg-type]


def one(root: Path, body: str, pack: str = PACK) -> TestCase:
    """The only test of a pack, given what follows its title."""
    head = "- test: it\n  title: It\n  verifies: ACME-1\n"
    (test,) = load(root, head + body, pack).tests
    return test


class TestPackFile:
    def test_what_it_says_is_in_the_pack(self, tmp_path: Path) -> None:
        pack = load(
            tmp_path,
            pack=PACK
            + """\
description: About it.
reference: acme
values: {a: 1, b: "${values.a}"}
headers: {Accept: x}
preflight: [{call: read, title: It answers}]
observe: [{name: seen, when: response, expect: [{status: 2xx, verifies: ACME-2}]}]
faults: {broken: [ACME-1, ACME-2]}
""",
        )
        assert (pack.ref, pack.title, pack.description) == ("acme@1.0.0", "Acme", "About it.")
        assert (pack.certifies, pack.reference) == (("acme@^1",), "acme")
        assert pack.fixtures == (Fixture("patient", "A patient"),)
        assert pack.values == {"a": 1, "b": "${values.a}"}
        assert pack.headers == {"Accept": "x"}
        assert pack.preflight[0].title == "It answers"
        assert pack.observations[0].name == "seen"
        assert pack.observations[0].expect[0].verifies == ("ACME-2",)
        assert pack.faults == (FaultExpectation("broken", ("ACME-1", "ACME-2")),)
        assert pack.path == str(tmp_path)

    def test_an_interaction_without_a_title_is_called_by_its_name(self, tmp_path: Path) -> None:
        found = load(tmp_path).interactions["read"]
        assert found == Interaction("read", "read", "GET", "/Patient/${fixture.patient}")

    def test_a_fixture_says_what_it_must_be(self, tmp_path: Path) -> None:
        pack = PACK.replace(
            "{title: A patient}",
            '{title: A, why: B, properties: [C], pattern: "[0-9]+", example: "1", default: "2",'
            " personal: true, verify: [{call: read, require: [{status: 200}]}]}",
        )
        (fixture,) = load(tmp_path, pack=pack).fixtures
        assert (fixture.properties, fixture.personal) == (("C",), True)
        assert (fixture.pattern, fixture.example, fixture.default) == ("[0-9]+", "1", "2")
        assert fixture.verify[0].require[0].kind == "status"


class TestTests:
    def test_come_in_the_order_of_files_and_lines(self, tmp_path: Path) -> None:
        more = TESTS.replace("reads", "later") + TESTS.replace("reads", "last")
        pack = load(tmp_path, TESTS, **{"tests/b.yaml": more})
        assert [t.id for t in pack.tests] == ["reads", "later", "last"]

    def test_everything_written_is_in_the_test(self, tmp_path: Path) -> None:
        test = one(
            tmp_path,
            """\
  description: Longer.
  effect: write
  when: option.booking
  tags: [negative]
  steps:
    - call: read
      title: A step
      method: HEAD
      path: /x
      query: {a: null, b: [1, 2]}
      headers: {Accept: null}
      when: now
      verifies: [ACME-2]
      repeat: 3
      require: [{status: 200}]
      expect:
        - {status: 404, verifies: ACME-3, grade: warning, when: response, title: Gone}
      capture:
        a: Patient.id
        b: {header: Location, optional: true}
        c: {fhirpath: Patient.name, every: true}
        d: {value: "${request}"}
  cleanup:
    - {call: read, leaves: it}
""",
        )
        (step,) = test.steps
        assert (test.effect, test.when, test.tags) == (
            Effect.WRITE,
            "option.booking",
            ("negative",),
        )
        assert (step.call, step.title, step.method, step.path) == ("read", "A step", "HEAD", "/x")
        assert step.query == {"a": None, "b": [1, 2]}
        assert step.headers == {"Accept": None}
        assert (step.when, step.verifies, step.repeat) == ("now", ("ACME-2",), 3)
        assert step.require[0].kind == "status"
        assert step.expect == (
            AssertionSpec(
                "status",
                404,
                ("ACME-3",),
                Grade.WARNING,
                "response",
                "Gone",
                Location("acme/1.0.0/tests/all.yaml", 20, 11),
            ),
        )
        assert step.capture == (
            Capture("a", fhirpath="Patient.id"),
            Capture("b", header="Location", optional=True),
            Capture("c", fhirpath="Patient.name", every=True),
            Capture("d", value="${request}"),
        )
        assert test.cleanup[0].leaves == "it"

    def test_places_in_results_are_the_same_wherever_the_pack_is(self, tmp_path: Path) -> None:
        a, b = load(tmp_path / "a").tests[0], load(tmp_path / "b").tests[0]
        assert a == b
        assert str(a.location) == "acme/1.0.0/tests/all.yaml:1"

    def test_requirements_are_those_its_assertions_speak_about(self, tmp_path: Path) -> None:
        test = one(
            tmp_path,
            """\
  effect: read
  steps:
    - {call: read, verifies: ACME-5, expect: [{status: 200}, {status: 201, verifies: ACME-4}]}
    - {call: read, expect: [{status: 200}, {status: 200}]}
    - {call: read, require: [{status: 200}]}
""",
        )
        assert test.requirements == ("ACME-5", "ACME-4", "ACME-1")

    def test_an_id_that_no_assertion_speaks_about_is_not_verified(self, tmp_path: Path) -> None:
        test = one(tmp_path, "  effect: read\n  steps: [{call: read, verifies: ACME-9}]\n")
        assert test.requirements == ()

    def test_assertions_of_a_procedure_count_for_the_test(self, tmp_path: Path) -> None:
        pack = PACK + "procedures: {see: {steps: [{call: read, expect: [{status: 200}]}]}}\n"
        assert one(tmp_path, "  effect: read\n  steps: [{do: see}]\n", pack).requirements == (
            "ACME-1",
        )


class TestForEach:
    ROWS = (
        "  effect: read\n  for-each: {}\n  steps: [{{call: read, query: {{a: '${{each.x}}'}}}}]\n"
    )

    @pytest.mark.parametrize(
        "rows", ["[{x: 1, y: a}, {x: null, y: b}]", "{x: [1, null], y: [a, b]}"]
    )
    def test_rows_and_columns_mean_the_same(self, tmp_path: Path, rows: str) -> None:
        text = "- test: it\n  title: With ${each.x} and ${each.y}\n" + self.ROWS.format(rows)
        first, second = load(tmp_path, text).tests
        assert (first.id, first.each, first.title) == ("it.1", {"x": 1, "y": "a"}, "With 1 and a")
        assert (second.id, second.each) == ("it.2", {"x": None, "y": "b"})
        assert second.title == "With null and b"

    def test_one_row_is_numbered_too(self, tmp_path: Path) -> None:
        assert one(tmp_path, self.ROWS.format("{x: [1]}")).id == "it.1"


class TestFixtures:
    """A test that needs a fixture nobody gave must not be sent, wherever the need is."""

    VALUES = PACK + ('values: {direct: "${fixture.second}", by-way: "${values.direct}"}\n')
    TWO = VALUES.replace(
        "  patient: {title: A patient}", "  patient: {title: P}\n  second: {title: S}"
    )

    @pytest.mark.parametrize(
        ("step", "needed"),
        [
            ("call: read", ("patient",)),
            ("call: read\n      path: /x", ()),
            ('call: read\n      path: /x\n      query: {a: "${values.by-way}"}', ("second",)),
            ('call: read\n      path: /x\n      headers: {"A": "${fixture.second}"}', ("second",)),
            ("call: read\n      path: /x\n      body: patient", ("patient",)),
            ("call: create", ("patient",)),
            ("call: create\n      body: null", ()),
            ("call: create\n      body: {set: {Patient.id: '${fixture.second}'}}",
             ("patient", "second")),
            ("call: read\n      path: /x\n      expect: [{fhirpath: 'id = ${fixture.second}'}]",
             ("second",)),
            ("call: read\n      path: /x\n      expect: [{status: 1xx, when: fixture.second}]",
             ("second",)),
            ("call: read\n      path: /x\n      capture: {a: \"b = ${fixture.second}\"}",
             ("second",)),
            ("call: read\n      path: /x\n      when: fixture.second == 'a'", ("second",)),
            ("call: read\n      path: /x\n      query: {a: \"${default(fixture.second, 'x')}\"}",
             ()),
            ("call: read\n      path: '/${values.by-way}'\n      with: {direct: 1}", ()),
            ("do: make", ("patient",)),
            ("do: make\n      with: {p: 1}", ()),
        ],
    )  # fmt: skip
    def test_are_found_wherever_they_are_named(
        self, tmp_path: Path, step: str, needed: tuple[str, ...]
    ) -> None:
        pack = self.TWO + (
            'procedures: {make: {parameters: {p: "${fixture.patient}"}, '
            "steps: [{call: read, path: '/${param.p}'}]}}\n"
        )
        test = one(tmp_path, f"  effect: destructive\n  steps:\n    - {step}\n", pack)
        assert test.fixtures == needed

    def test_of_headers_that_every_request_has(self, tmp_path: Path) -> None:
        pack = self.TWO + 'headers: {X-Target: "${values.by-way}"}\n'
        steps = "  effect: read\n  steps: [{call: read, path: /x}]\n"
        assert one(tmp_path, steps, pack).fixtures == ("second",)
        steps = "  effect: read\n  steps: [{call: read, path: /x, headers: {x-target: null}}]\n"
        assert one(tmp_path, steps, pack).fixtures == ()

    def test_of_cleanup_count_too(self, tmp_path: Path) -> None:
        body = "  effect: read\n  steps: [{call: read, path: /x}]\n  cleanup: [{call: read}]\n"
        assert one(tmp_path, body).fixtures == ("patient",)


class TestBodies:
    def body(self, root: Path, body: str, pack: str = PACK) -> BodyTemplate | None:
        text = f"  effect: write\n  steps:\n    - call: create\n{body}"
        return one(root, text, pack).steps[0].body

    def test_of_an_interaction_is_its_file(self, tmp_path: Path) -> None:
        assert load(tmp_path).interactions["create"].body == BodyTemplate(CONTENT)

    def test_a_step_that_says_nothing_leaves_it_to_the_interaction(self, tmp_path: Path) -> None:
        assert self.body(tmp_path, "") is None

    def test_null_sends_none(self, tmp_path: Path) -> None:
        assert self.body(tmp_path, "      body: null\n") == BodyTemplate(content=None, raw=None)

    def test_raw_is_sent_as_it_is(self, tmp_path: Path) -> None:
        assert self.body(tmp_path, "      body: {raw: '{'}\n") == BodyTemplate(raw="{")

    def test_changes_alone_apply_to_the_template_of_the_interaction(self, tmp_path: Path) -> None:
        body = self.body(tmp_path, "      body: {set: {Patient.id: 1}, remove: [Patient.active]}\n")
        assert body == BodyTemplate(CONTENT, None, {"Patient.id": 1}, ("Patient.active",))

    def test_changes_of_the_step_count_more_than_those_of_the_interaction(
        self, tmp_path: Path
    ) -> None:
        pack = PACK.replace(
            "body: patient}",
            "body: {template: patient, set: {P.a: 1, P.b: 2}, remove: [P.c, P.d]}}",
        )
        body = self.body(tmp_path, "      body: {set: {P.c: 3, P.a: 9}, remove: [P.b]}\n", pack)
        assert body is not None
        assert body.set == {"P.a": 9, "P.c": 3}
        assert body.remove == ("P.d", "P.b")

    def test_another_template_forgets_the_changes_of_the_interaction(self, tmp_path: Path) -> None:
        pack = PACK.replace("body: patient}", "body: {template: patient, set: {P.a: 1}}}")
        assert self.body(tmp_path, "      body: patient\n", pack) == BodyTemplate(CONTENT)

    def test_what_was_captured_can_be_sent_again(self, tmp_path: Path) -> None:
        text = """\
  effect: write
  steps:
    - {call: read, capture: {found: $this}}
    - {call: create, body: {template: "${found}", set: {Patient.active: false}}}
"""
        body = one(tmp_path, text).steps[1].body
        assert body == BodyTemplate("${found}", None, {"Patient.active": False})

    def test_files_include_others(self, tmp_path: Path) -> None:
        pack = load(
            tmp_path,
            **{
                "bodies/patient.yaml": "a: {$include: parts/name.json}\nb: [{$include: parts/x}]\n",
                "bodies/parts/name.json": '{"family": "${fixture.patient}"}',
                "bodies/parts/x.yaml": "text\n",
            },
        )
        body = pack.interactions["create"].body
        assert body is not None
        assert body.content == {"a": {"family": "${fixture.patient}"}, "b": ["text"]}


class TestExtends:
    BASE = PACK + "values: {v: 1}\nheaders: {A: a}\nfaults: {f: [ACME-1]}\n"
    NEXT = """\
pack: acme
version: 1.1.0
title: Next
certifies: [acme@~1.1]
extends: acme@1.0.0
removes: [gone]
interactions:
  read: {method: GET, path: /Other}
headers: {a: null, B: b}
"""

    def load(self, root: Path, next_pack: str, tests: str, **files: str) -> TestPack:
        base = load(root / "base", TESTS + TESTS.replace("reads", "gone"), self.BASE)
        folder = pack_folder(root / "next", next_pack, tests, files)
        (folder / "bodies" / "patient.yaml").unlink(missing_ok="bodies/patient.yaml" not in files)
        if "bodies/patient.yaml" in files:
            (folder / "bodies" / "patient.yaml").write_text(files["bodies/patient.yaml"])
        return load_pack(folder, {"acme@1.0.0": base}.__getitem__)

    def test_keeps_what_is_not_replaced(self, tmp_path: Path) -> None:
        pack = self.load(tmp_path, self.NEXT, TESTS.replace("reads", "more"))
        assert [t.id for t in pack.tests] == ["reads", "more"]
        assert pack.interactions["read"].path == "/Other"
        assert pack.interactions["create"].path == "/Patient"
        assert (pack.values, pack.headers) == ({"v": 1}, {"a": None, "B": "b"})
        assert pack.faults == (FaultExpectation("f", ("ACME-1",)),)
        assert (pack.title, pack.extends) == ("Next", "acme@1.0.0")
        assert pack.bases == (str(tmp_path / "base"),)

    def test_a_test_of_the_base_uses_the_interactions_of_the_extending_pack(
        self, tmp_path: Path
    ) -> None:
        pack = self.load(tmp_path, self.NEXT, "[]\n")
        assert pack.tests[0].fixtures == ()  # /Other needs none

    def test_a_test_of_the_same_id_replaces(self, tmp_path: Path) -> None:
        rows = TESTS.replace("effect: read\n", "effect: read\n  for-each: {x: [1, 2]}\n")
        pack = self.load(tmp_path, self.NEXT, rows)
        assert [t.id for t in pack.tests] == ["reads.1", "reads.2"]

    def test_a_body_of_the_same_name_replaces_and_others_are_found_in_the_base(
        self, tmp_path: Path
    ) -> None:
        pack = self.load(tmp_path, self.NEXT, "[]\n")
        assert pack.interactions["create"].body == BodyTemplate(CONTENT)
        other = self.load(tmp_path / "2", self.NEXT, "[]\n", **{"bodies/patient.yaml": "a: 1\n"})
        assert other.interactions["create"].body == BodyTemplate({"a": 1})

    def test_the_digest_covers_the_base(self, tmp_path: Path) -> None:
        first = self.load(tmp_path, self.NEXT, "[]\n").digest
        (tmp_path / "base" / "CHANGELOG.md").write_text("other")
        base = load_pack(tmp_path / "base", no_base)  # type: ignore[arg-type]
        again = load_pack(tmp_path / "next", {"acme@1.0.0": base}.__getitem__)
        assert again.digest != first

    def test_schemas_are_found_in_the_base_too(self, tmp_path: Path) -> None:
        pack = self.load(tmp_path, self.NEXT, "[]\n", **{"schemas/own.json": '{"a": 1}'})
        (tmp_path / "base" / "schemas").mkdir()
        (tmp_path / "base" / "schemas" / "old.json").write_text('{"b": 2}')
        read = schema_reader([pack])
        assert read(pack.path, "own.json") == {"a": 1}
        assert read(pack.path, "old.json") == {"b": 2}
        assert problem(lambda: read(pack.path, "../pack.yaml")).code == "unknown-schema"


class TestDigest:
    def test_is_the_same_for_the_same_files(self, tmp_path: Path) -> None:
        assert load(tmp_path / "a").digest == load(tmp_path / "b").digest

    @pytest.mark.parametrize("name", ["CHANGELOG.md", "bodies/patient.yaml", "tests/all.yaml"])
    def test_changes_with_any_byte_of_any_file(self, tmp_path: Path, name: str) -> None:
        first = load(tmp_path).digest
        path = tmp_path / name
        path.write_bytes(path.read_bytes() + b"\n")
        again = load_pack(tmp_path, no_base)  # type: ignore[arg-type]
        assert again.digest != first

    def test_changes_when_a_file_is_renamed(self, tmp_path: Path) -> None:
        first = load(tmp_path).digest
        (tmp_path / "tests" / "all.yaml").rename(tmp_path / "tests" / "some.yaml")
        again = load_pack(tmp_path, no_base)  # type: ignore[arg-type]
        assert again.digest != first

    def test_hidden_files_and_caches_are_no_part_of_it(self, tmp_path: Path) -> None:
        first = load(tmp_path).digest
        assert load(tmp_path, **{".DS_Store": "x", "__pycache__/x": "y"}).digest == first

    def test_a_link_out_of_the_pack_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text(PATIENT)
        folder = pack_folder(tmp_path / "pack")
        (folder / "linked.txt").symlink_to(tmp_path / "secret")
        found = problem(lambda: load_pack(folder, no_base))  # type: ignore[arg-type]
        assert found.code == "path-escape"
