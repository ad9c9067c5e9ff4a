"""What can be wrong with a pack: each with its file, its line and a way to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_cli.load.packs import load_pack
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic
from conformance_cli.model.pack import TestPack
from tests.load.helpers import (
    PACK,
    PATIENT,
    TESTS,
    codes,
    line,
    line_of,
    no_base,
    pack_folder,
    problem,
    problems,
)


def found_in(
    root: Path, pack: str = PACK, tests: str = TESTS, **files: str
) -> tuple[Diagnostic, ...]:
    folder = pack_folder(root, pack, tests, files)
    return problems(lambda: load_pack(folder, no_base))  # type: ignore[arg-type]


def wrong(root: Path, pack: str = PACK, tests: str = TESTS, **files: str) -> Diagnostic:
    found = found_in(root, pack, tests, **files)
    assert len(found) == 1, found
    return found[0]


STEPS = """\
- test: it
  title: It
  verifies: ACME-1
  effect: write
  steps:
"""


def step(text: str) -> str:
    """A test whose steps are these lines."""
    return STEPS + "".join(f"    {one}\n" for one in text.splitlines())


@pytest.mark.parametrize(
    ("steps", "code", "words", "hint"),
    [
        ("- call: raed", "unknown-interaction", 'interaction "raed"', 'did you mean "read"?'),
        ("- do: book", "unknown-procedure", 'procedure "book"', "there are no procedures"),
        ("- call: read\n  path: /${fixture.patent}", "unknown-name", "fixture.patent",
         'did you mean "patient"?'),
        ("- call: read\n  path: /${fixture}", "unknown-name", "name one, as fixture.NAME",
         "the plan must know which one is used"),
        ("- call: read\n  path: /${fixture[now]}", "unknown-name", "name one",
         "the plan must know which one is used"),
        ("- call: read\n  path: /${values.x}", "unknown-name", "values.x",
         "there are no values names"),
        ("- call: read\n  path: /${each.x}", "unknown-name", "only in tests with for-each",
         "pass the value on by with:"),
        ("- call: read\n  path: /${param.x}", "unknown-name", "only in procedures",
         "pass the value on by with:"),
        ("- call: read\n  path: /${slot.id}", "unknown-name", "captured before",
         "known here: fixture, values, option, each, param, now, today"),
        ("- call: read\n  path: /${response.status}", "unknown-name", "see the exchange",
         "move it to expect or capture"),
        ("- call: read\n  when: slto.id", "unknown-name", "slto.id",
         "known here: fixture, values, option, each, param, now, today"),
        ("- call: read\n  path: /${uid()}", "bad-expression", 'function "uid"',
         'did you mean "uuid"?'),
        ("- call: read\n  path: '/${fixture.patient'", "bad-expression", "not closed", None),
        ("- call: read\n  when: ${now}", "bad-expression", "", "write it without ${}"),
        ("- call: read\n  expect: [{statsu: 200}]", "unknown-assertion", "statsu",
         'did you mean "status"?'),
        ("- call: read\n  expect: [{status: 200, body: json}]", "bad-assertion",
         "status and body", "begin each assertion with its own dash"),
        ("- call: read\n  expect: [{verifies: ACME-1}]", "bad-assertion", "here: none",
         "begin each assertion with its own dash"),
        ("- call: read\n  expect: [{json-schema: x.json}]", "unknown-schema", "schemas/x.json",
         "there are no schemas"),
        ("- call: read\n  require: [{status: 200, verifies: ACME-1}]", "idle-key", "verifies",
         "move the assertion to expect, or drop the key"),
        ("- call: read\n  require: [{status: 200, grade: warning}]", "idle-key", "grade",
         "move the assertion to expect, or drop the key"),
        ("- call: read\n  capture: {now: a}", "reserved-name", '"now"', "choose another name"),
        ("- call: read\n  capture: {a: {every: true}}", "bad-capture", "one of", None),
        ("- call: read\n  capture: {a: {header: A, value: 1}}", "bad-capture", "one of", None),
        ("- call: read\n  repeat: 2\n  together: 2", "bad-value", "either repeats", None),
        ("- call: read\n  with: {x: 1}", "unknown-value", 'no value "x"', "there are no values"),
        ("- call: create\n  body: patent", "unknown-body", "patent", 'did you mean "patient"?'),
        ("- call: create\n  body: {template: patent}", "unknown-body", "patent",
         'did you mean "patient"?'),
        ("- call: create\n  body: ../pack", "path-escape", "out of bodies/",
         "name a file inside bodies/, without .."),
        ("- call: create\n  body: /etc/passwd", "path-escape", "out of bodies/",
         "name a file inside bodies/, without .."),
        ("- call: create\n  body: {raw: x, set: {P.a: 1}}", "bad-body", "raw",
         "give raw alone, or a template"),
        ("- call: read\n  body: {set: {P.a: 1}}", "bad-body", "none here",
         "add template: NAME with a file of bodies/"),
        ("- call: create\n  body: {set: {'P..a': 1}}", "body-path", '"P..a"',
         "write it as Appointment.participant[0].status"),
        ("- call: create\n  body: {remove: ['P.a[x]']}", "body-path", '"P.a[x]"',
         "write it as Appointment.participant[0].status"),
    ],
)  # fmt: skip
def test_a_step_that_is_wrong_says_so_at_its_line(
    tmp_path: Path, steps: str, code: str, words: str, hint: str | None
) -> None:
    text = step(steps)
    found = wrong(tmp_path, tests=text)
    assert (found.code, words in found.message) == (code, True), found
    assert found.hint == hint or hint is None
    # the fault is on the last line of each
    assert line_of(found) == ("all.yaml", len(text.splitlines()))


class TestScopes:
    def test_a_capture_is_known_after_its_step_and_not_in_it(self, tmp_path: Path) -> None:
        text = step(
            "- call: read\n"
            "  capture: {slot: id}\n"
            "  expect: [{fhirpath: 'id = ${slot.id}'}]\n"
            "- call: read\n"
            "  path: /${slot.id}"
        )
        found = wrong(tmp_path, tests=text)
        assert line_of(found) == ("all.yaml", line(text, "expect"))

    def test_a_capture_sees_those_before_it_in_its_step(self, tmp_path: Path) -> None:
        good = step("- {call: read, capture: {a: id, b: 'x = ${a}'}}")
        load_pack(pack_folder(tmp_path, tests=good), no_base)  # type: ignore[arg-type]
        bad = step("- {call: read, capture: {b: 'x = ${a}', a: id}}")
        assert wrong(tmp_path, tests=bad).code == "unknown-name"

    def test_the_nearest_capture_is_offered(self, tmp_path: Path) -> None:
        text = step("- {call: read, capture: {slot: id}}\n- {call: read, path: '/${slto.id}'}")
        assert wrong(tmp_path, tests=text).hint == 'did you mean "slot"?'

    def test_cleanup_knows_every_capture_of_the_steps(self, tmp_path: Path) -> None:
        text = step("- {call: read, capture: {slot: id}}")
        good = text + "  cleanup: [{call: read, path: '/${slot.id}'}]\n"
        folder = pack_folder(tmp_path, tests=good)
        load_pack(folder, no_base)  # type: ignore[arg-type]
        bad = text + "  cleanup: [{call: read, path: '/${other.id}'}]\n"
        assert wrong(tmp_path, tests=bad).code == "unknown-name"

    def test_columns_of_for_each_are_known_by_name(self, tmp_path: Path) -> None:
        text = step("- {call: read, path: '/${each.valeu}'}")
        text = text.replace("  steps:", "  for-each: {value: [1]}\n  steps:")
        assert wrong(tmp_path, tests=text).hint == 'did you mean "value"?'

    def test_what_is_in_default_may_be_missing_but_must_be_captured_somewhere(
        self, tmp_path: Path
    ) -> None:
        text = step("- {call: read, path: \"/${default(slot.id, 'x')}\"}")
        assert wrong(tmp_path, tests=text).code == "unknown-name"
        other = step("- {call: read, capture: {slot: id}}").replace("test: it", "test: other")
        load_pack(pack_folder(tmp_path, tests=text + other), no_base)  # type: ignore[arg-type]

    def test_the_second_argument_of_default_must_be_known(self, tmp_path: Path) -> None:
        text = step("- {call: read, path: '/${default(now, slot.id)}'}")
        assert wrong(tmp_path, tests=text).message.startswith('"slot.id"')

    def test_the_when_of_a_test_is_decided_before_it_runs(self, tmp_path: Path) -> None:
        text = TESTS.replace("  effect:", "  when: fixture.patient == 'x'\n  effect:")
        found = wrong(tmp_path, tests=text)
        assert found.hint == "the when of a test asks only for option.x and each.x"
        assert line_of(found) == ("all.yaml", line(text, "when"))

    def test_a_title_may_use_only_rows(self, tmp_path: Path) -> None:
        text = TESTS.replace("title: A patient", "title: ${fixture.patient}")
        found = wrong(tmp_path, tests=text)
        assert (found.hint, line_of(found)) == ("a title may use only each.x", ("all.yaml", 2))

    def test_what_an_interaction_uses_must_be_known_to_each_step_that_sends_it(
        self, tmp_path: Path
    ) -> None:
        pack = PACK + '  again: {method: GET, path: "/${slot.id}"}\n'
        text = step("- call: again")
        found = wrong(tmp_path, pack, text)
        assert found.message == 'again uses "slot.id": nothing of that name is captured before'
        assert line_of(found) == ("all.yaml", 6)
        good = step("- {call: read, capture: {slot: id}}\n- call: again\n")
        load_pack(pack_folder(tmp_path, pack, good), no_base)  # type: ignore[arg-type]

    def test_what_a_step_overrides_need_not_be_known(self, tmp_path: Path) -> None:
        pack = PACK + '  again: {method: GET, path: "/${a.id}", query: {q: "${b.id}"}}\n'
        text = step("- {call: again, path: /x, query: {q: null}}")
        load_pack(pack_folder(tmp_path, pack, text), no_base)  # type: ignore[arg-type]

    def test_an_observation_sees_the_exchange_and_no_captures(self, tmp_path: Path) -> None:
        pack = PACK + (
            "observe:\n"
            "  - name: o\n"
            "    when: response.status == 1 and slot\n"
            "    expect: [{status: 200, verifies: ACME-1}]\n"
        )
        assert wrong(tmp_path, pack).message.startswith('"slot"')

    def test_values_do_not_go_in_circles(self, tmp_path: Path) -> None:
        pack = PACK + 'values:\n  a: "${values.b}"\n  b: ["${values.a}"]\n  c: "${values.a}"\n'
        found = found_in(tmp_path, pack)
        assert codes(found) == ["value-cycle", "value-cycle"]
        assert line_of(found[0]) == ("pack.yaml", line(pack, "a: "))


class TestRows:
    @pytest.mark.parametrize(
        ("rows", "code", "words"),
        [
            ("{a: [1, 2], b: [1]}", "uneven-rows", "a 2, b 1"),
            ("[{a: 1}, {b: 1}]", "uneven-rows", "row 2"),
            ('[{a: "${uuid()}"}]', "idle-template", "not rendered"),
            ("[]", "bad-value", "must not be empty"),
            ("[{}]", "bad-value", "says too little"),
            ("{a: []}", "bad-value", "must not be empty"),
            ("{a: 1}", "wrong-type", "must be a list"),
            ("[1]", "wrong-type", "must be a mapping"),
        ],
    )
    def test_that_are_no_table_are_refused_at_their_line(
        self, tmp_path: Path, rows: str, code: str, words: str
    ) -> None:
        text = TESTS.replace("  steps:", f"  for-each: {rows}\n  steps:")
        found = found_in(tmp_path, tests=text)
        assert {d.code for d in found} == {code}
        assert words in found[0].message
        assert line_of(found[0]) == ("all.yaml", line(text, "for-each"))


class TestProcedures:
    PACK = (
        PACK
        + """\
procedures:
  make:
    parameters: {patient: null, kind: x}
    steps:
      - {call: read, path: "/${param.patient}", capture: {made: id}}
    cleanup:
      - {call: read, path: "/${made}"}
"""
    )

    def test_bring_their_captures_to_the_caller(self, tmp_path: Path) -> None:
        text = step("- {do: make, with: {patient: 1}}\n- {call: read, path: '/${made}'}")
        pack: TestPack = load_pack(pack_folder(tmp_path, self.PACK, text), no_base)  # type: ignore[arg-type]
        assert pack.procedures["make"].parameters == {"patient": None, "kind": "x"}

    @pytest.mark.parametrize(
        ("steps", "code", "hint"),
        [
            ("- do: make", "missing-parameter", "add with: {patient: ...}"),
            (
                "- {do: make, with: {patient: 1, knd: 2}}",
                "unknown-parameter",
                'did you mean "kind"?',
            ),
            ("- {do: mke, with: {}}", "unknown-procedure", 'did you mean "make"?'),
        ],
    )
    def test_are_called_with_their_parameters(
        self, tmp_path: Path, steps: str, code: str, hint: str
    ) -> None:
        found = wrong(tmp_path, self.PACK, step(steps))
        assert (found.code, found.hint, line_of(found)) == (code, hint, ("all.yaml", 6))

    def test_may_use_what_every_caller_has_captured(self, tmp_path: Path) -> None:
        pack = PACK + "procedures: {undo: {steps: [{call: read, path: '/${made.id}'}]}}\n"
        good = step("- {call: read, capture: {made: id}}\n- do: undo")
        load_pack(pack_folder(tmp_path, pack, good), no_base)  # type: ignore[arg-type]
        found = wrong(tmp_path, pack, step("- do: undo"))
        assert found.message == 'undo uses "made.id": nothing of that name is captured before'
        assert line_of(found) == ("all.yaml", 6)

    def test_pass_on_what_they_need_to_who_calls_their_caller(self, tmp_path: Path) -> None:
        pack = PACK + (
            "procedures: {outer: {steps: [{do: undo}]},"
            " undo: {steps: [{call: read, path: '/${made.id}'}]}}\n"
        )
        found = wrong(tmp_path, pack, step("- do: outer"))
        assert found.message.startswith('outer uses "made.id"')

    def test_a_wrong_parameter_name_is_an_error_inside(self, tmp_path: Path) -> None:
        pack = self.PACK.replace("${param.patient}", "${param.patent}")
        found = wrong(tmp_path, pack)
        assert (found.hint, line_of(found)[0]) == ('did you mean "patient"?', "pack.yaml")

    def test_that_call_each_other_are_refused(self, tmp_path: Path) -> None:
        pack = PACK + "procedures: {a: {steps: [{do: b}]}, b: {steps: [{do: a}]}}\n"
        found = wrong(tmp_path, pack)
        assert (found.code, found.message) == (
            "procedure-cycle",
            "procedures call each other: a → b → a",
        )


class TestEffects:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_a_read_test_sends_nothing_but_get_and_head(self, tmp_path: Path, method: str) -> None:
        text = TESTS.replace("call: read", f"call: read\n      method: {method}")
        found = wrong(tmp_path, tests=text)
        assert (found.code, found.message) == (
            "effect",
            f"reads has effect read, but sends {method}",
        )
        assert line_of(found) == ("all.yaml", line(text, "method"))

    @pytest.mark.parametrize(
        "steps",
        ["steps: [{call: create}]", "steps: [{do: make}]",
         "steps: [{call: read}]\n  cleanup: [{call: create}]"],
    )  # fmt: skip
    def test_wherever_it_would_be_sent_from(self, tmp_path: Path, steps: str) -> None:
        pack = PACK + "procedures: {make: {steps: [{call: create}]}}\n"
        text = TESTS.partition("  steps:")[0] + f"  {steps}\n"
        found = wrong(tmp_path, pack, text)
        assert (found.code, line_of(found)) == ("effect", ("all.yaml", line(text, "effect")))

    def test_a_method_by_row_is_judged_for_each_row(self, tmp_path: Path) -> None:
        rows = "  for-each: {method: [GET, HEAD]}\n  steps:"
        text = TESTS.replace("call: read", 'call: read\n      method: "${each.method}"')
        text = text.replace("  steps:", rows)
        load_pack(pack_folder(tmp_path, tests=text), no_base)  # type: ignore[arg-type]
        bad = text.replace("[GET, HEAD]", "[GET, DELETE]")
        assert wrong(tmp_path, tests=bad).message.endswith("sends DELETE")

    @pytest.mark.parametrize(
        "addition",
        ["preflight: [{call: create}]\n", "fixtures: {f: {title: F, verify: [{call: create}]}}\n"],
    )
    def test_preflight_only_looks(self, tmp_path: Path, addition: str) -> None:
        pack = (
            PACK.replace("fixtures:\n  patient: {title: A patient}\n", "")
            if ("fixtures" in addition)
            else PACK
        )
        pack = pack.replace("${fixture.patient}", "x") + addition
        found = wrong(tmp_path, pack, **{"bodies/patient.yaml": "a: 1\n"})
        assert (found.code, found.message) == ("effect", "preflight must not send POST")


class TestBodies:
    def wrong(self, root: Path, **files: str) -> Diagnostic:
        return wrong(root, **{f"bodies/{name}": text for name, text in files.items()})

    def test_that_include_each_other_are_refused(self, tmp_path: Path) -> None:
        found = self.wrong(
            tmp_path, **{"patient.yaml": "a: {$include: b.yaml}", "b.yaml": "\n$include: patient"}
        )
        assert (found.code, line_of(found)) == ("include-cycle", ("b.yaml", 2))
        assert found.message.endswith("patient.yaml → b.yaml → patient.yaml")

    @pytest.mark.parametrize(
        ("include", "code", "hint"),
        [
            ("../pack.yaml", "path-escape", "name a file inside bodies/, without .."),
            ("nme.yaml", "unknown-body", 'did you mean "name"?'),
            ("[a]", "bad-include", None),
        ],
    )
    def test_an_include_stays_inside(
        self, tmp_path: Path, include: str, code: str, hint: str | None
    ) -> None:
        found = self.wrong(
            tmp_path, **{"patient.yaml": f"a: 1\nb:\n  $include: {include}\n", "name.yaml": "x"}
        )
        assert (found.code, found.hint) == (code, hint)
        assert line_of(found) == ("patient.yaml", 3)

    def test_an_include_stands_alone(self, tmp_path: Path) -> None:
        found = self.wrong(tmp_path, **{"patient.yaml": "{$include: n, b: 1}", "n.yaml": "x"})
        assert found.code == "bad-include"

    def test_a_link_out_of_the_pack_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "secret.yaml").write_text(PATIENT)
        folder = pack_folder(tmp_path / "pack")
        (folder / "bodies" / "patient.yaml").unlink()
        (folder / "bodies" / "patient.yaml").symlink_to(tmp_path / "secret.yaml")
        found = problems(lambda: load_pack(folder, no_base))  # type: ignore[arg-type]
        assert codes(found) == ["path-escape"]

    def test_an_include_bomb_is_refused(self, tmp_path: Path) -> None:
        files = {"patient.yaml": "$include: b0.yaml", "b20.yaml": "x"}
        for n in range(20):
            files[f"b{n}.yaml"] = f"[{', '.join([f'{{$include: b{n + 1}.yaml}}'] * 4)}]"
        assert "too-many-values" in {d.code for d in found_in(
            tmp_path, **{f"bodies/{name}": text for name, text in files.items()}
        )}  # fmt: skip

    def test_a_wrong_name_in_a_body_is_told_at_its_own_line(self, tmp_path: Path) -> None:
        found = self.wrong(tmp_path, **{"patient.yaml": "a: 1\nb: ${fixture.patent}\n"})
        assert (found.hint, line_of(found)) == ('did you mean "patient"?', ("patient.yaml", 2))

    def test_a_broken_body_is_told_at_its_own_line(self, tmp_path: Path) -> None:
        found = self.wrong(tmp_path, **{"patient.yaml": "a: 1\na: 2\n"})
        assert (found.code, line_of(found)) == ("duplicate-key", ("patient.yaml", 2))


class TestFixtures:
    @pytest.mark.parametrize(
        ("fixture", "code", "words"),
        [
            ('pattern: "[", example: a', "bad-pattern", "regular expression"),
            ('pattern: "[0-9]", example: a', "bad-value", "example"),
            ('pattern: "[0-9]", default: "11"', "bad-value", "default"),
        ],
    )
    def test_keep_to_their_pattern(
        self, tmp_path: Path, fixture: str, code: str, words: str
    ) -> None:
        pack = PACK.replace("{title: A patient}", f"{{title: A patient, {fixture}}}")
        found = wrong(tmp_path, pack)
        assert (found.code, words in found.message) == (code, True)
        assert line_of(found) == ("pack.yaml", line(pack, "A patient"))


class TestFiles:
    def test_two_tests_of_one_id_are_refused_and_the_first_is_named(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, **{"tests/b.yaml": TESTS})
        assert found.code == "duplicate-test"
        assert "all.yaml:1" in found.message
        assert line_of(found) == ("b.yaml", 1)

    def test_broken_files_are_all_told_at_once(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, "pack: [\n", "- a: b: c\n", **{"tests/b.yaml": "- {test: x}\n"})
        assert [line_of(d)[0] for d in found] == ["pack.yaml", "all.yaml"] + ["b.yaml"] * 3

    def test_problems_come_in_reading_order(self, tmp_path: Path) -> None:
        text = step("- call: raed\n- call: read\n  path: /${x}\n- call: reda")
        found = found_in(tmp_path, tests=text)
        assert [line_of(d)[1] for d in found] == [6, 8, 9]

    @pytest.mark.parametrize("name", ["tests/b.yml", "tests/more/b.yaml", "tests/b.json"])
    def test_a_test_file_that_would_be_passed_over_is_refused(
        self, tmp_path: Path, name: str
    ) -> None:
        found = wrong(tmp_path, **{name: TESTS})
        assert (found.code, found.place) == ("stray-file", str(tmp_path / name))

    def test_a_folder_without_a_pack_says_so(self, tmp_path: Path) -> None:
        found = problem(lambda: load_pack(tmp_path, no_base))  # type: ignore[arg-type]
        assert (found.code, found.place) == ("file-not-found", str(tmp_path / "pack.yaml"))


class TestExtends:
    def test_an_unknown_base_is_told_at_its_line(self, tmp_path: Path) -> None:
        def base(ref: str) -> TestPack:
            raise ConformanceError.of("pack-not-found", f"no {ref}", hint="look")

        folder = pack_folder(tmp_path, PACK + "extends: acme@0.9.0\n")
        with pytest.raises(ConformanceError) as caught:
            load_pack(folder, base)
        (found,) = caught.value.diagnostics
        assert (found.code, found.hint) == ("unknown-base", "look")
        assert line_of(found) == ("pack.yaml", len(PACK.splitlines()) + 1)

    def test_a_circle_is_refused(self, tmp_path: Path) -> None:
        folder = pack_folder(tmp_path, PACK + "extends: acme@1.0.0\n")
        base = TestPack("acme", "1.0.0", "A", (), (), path=str(folder))
        found = problem(lambda: load_pack(folder, lambda _: base))
        assert found.code == "extends-cycle"

    def test_only_tests_that_are_there_can_be_removed(self, tmp_path: Path) -> None:
        base = load_pack(pack_folder(tmp_path / "base"), no_base)  # type: ignore[arg-type]
        text = PACK.replace("1.0.0", "1.1.0") + "extends: acme@1.0.0\nremoves: [raeds]\n"
        folder = pack_folder(tmp_path / "next", text, "[]\n")
        found = problem(lambda: load_pack(folder, lambda _: base))
        assert (found.code, found.hint) == ("unknown-test", 'did you mean "reads"?')
        assert line_of(found) == ("pack.yaml", line(text, "removes"))

    def test_removes_without_extends_is_refused(self, tmp_path: Path) -> None:
        assert wrong(tmp_path, PACK + "removes: [reads]\n").code == "unknown-test"
