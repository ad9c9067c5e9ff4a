"""Lint: beyond what loading refuses, what proves nothing and what nobody uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_cli.load.catalogue import Catalogue, PackEntry, ProfileEntry
from conformance_cli.load.lint import Finding, Severity, lint_pack, lint_profile
from conformance_cli.load.resources import data_root
from conformance_cli.model.diagnostics import Location
from tests.load.helpers import PACK, PROFILE, TESTS, catalogue_folder, line, line_of

CLEAN_PROFILE = PROFILE.replace("level: SHOULD", "level: MAY")
OBSERVED = """\
values: {a: 1}
observe:
  - {name: o, when: values.a, expect: [{status: 2xx, verifies: ACME-1}]}
"""
CLEAN_PACK = PACK.partition("  create:")[0]


def lint(root: Path, pack: str = CLEAN_PACK, tests: str = TESTS, **files: str) -> list[Finding]:
    folder = "test_packs/acme/1.0.0"
    catalogue_folder(
        root,
        {
            f"{folder}/pack.yaml": pack,
            f"{folder}/tests/all.yaml": tests,
            **{f"{folder}/{name}": text for name, text in files.items()},
        },
    )
    if "body: patient" not in pack:
        (root / folder / "bodies" / "patient.yaml").unlink()
    return lint_pack(root / folder, Catalogue([]))


def told(findings: list[Finding]) -> list[tuple[str, str, str, int]]:
    """Severity, code, file and line of each finding."""
    return [(f.severity.value, f.diagnostic.code, *_place(f)) for f in findings]


def _place(finding: Finding) -> tuple[str, int]:
    place = finding.diagnostic.place
    return (
        line_of(finding.diagnostic) if isinstance(place, Location) else (Path(str(place)).name, 0)
    )


class TestPack:
    def test_a_clean_pack_has_nothing_to_say(self, tmp_path: Path) -> None:
        assert lint(tmp_path) == []

    def test_what_does_not_load_is_an_error(self, tmp_path: Path) -> None:
        found = lint(tmp_path, tests=TESTS.replace("call: read", "call: raed"))
        assert told(found) == [("error", "unknown-interaction", "all.yaml", 6)]

    @pytest.mark.parametrize(
        ("assertion", "code"),
        [
            ("{fhirpath: 'a.where('}", "bad-argument"),
            ("{each: {in: 'a.(', satisfies: b}}", "bad-argument"),
            ("{none: {in: a, satisfies: ')'}}", "bad-argument"),
            ("{value: {of: '${now}', matches: '['}}", "bad-argument"),
            ("{no-match: {in: whole, patterns: ['(']}}", "bad-argument"),
            ("{header: {A: {ignore-case: true}}}", "bad-argument"),
        ],
    )
    def test_an_argument_that_cannot_work_is_an_error(
        self, tmp_path: Path, assertion: str, code: str
    ) -> None:
        text = TESTS.replace("{status: 200}", assertion)
        assert told(lint(tmp_path, tests=text)) == [
            ("error", code, "all.yaml", line(text, "expect"))
        ]

    def test_templates_inside_fhirpath_are_no_error(self, tmp_path: Path) -> None:
        text = TESTS.replace("{status: 200}", "{fhirpath: 'id = ${fixture.patient}'}")
        assert lint(tmp_path, tests=text) == []

    def test_a_capture_that_is_no_fhirpath_is_an_error(self, tmp_path: Path) -> None:
        text = TESTS + "      capture:\n        slot: a.where(\n"
        assert told(lint(tmp_path, tests=text)) == [("error", "bad-fhirpath", "all.yaml", 9)]

    def test_an_unknown_requirement_is_an_error_and_has_the_nearest(self, tmp_path: Path) -> None:
        (error, *_) = lint(tmp_path, tests=TESTS.replace("ACME-1", "ACME-11"))
        assert error.severity is Severity.ERROR
        assert error.diagnostic.code == "unknown-requirement"
        assert line_of(error.diagnostic) == ("all.yaml", 3)

    @pytest.mark.parametrize(
        ("certifies", "code"), [("acme@~~1", "bad-range"), ("acme@^3", "profile-not-found"),
                                ("acne@^1", "profile-not-found")]
    )  # fmt: skip
    def test_a_range_must_be_one_and_fit_a_profile(
        self, tmp_path: Path, certifies: str, code: str
    ) -> None:
        pack = CLEAN_PACK.replace("[acme@^1]", f"[acme@^1, {certifies}]")
        assert told(lint(tmp_path, pack))[:1] == [("error", code, "pack.yaml", 4)]

    @pytest.mark.parametrize(
        ("expression", "vacuous"),
        [
            ("entry.all(id.exists())", True),
            ("entry . all ( true )", True),
            ("entry.exists() and entry.all(id.exists())", False),
            ("entry.allTrue()", False),
            ("entry.exists()", False),
        ],
    )
    def test_all_may_pass_over_nothing(
        self, tmp_path: Path, expression: str, vacuous: bool
    ) -> None:
        text = TESTS.replace("{status: 200}", f"{{fhirpath: '{expression}'}}")
        expected = [("warning", "vacuous", "all.yaml", 7)] if vacuous else []
        assert told(lint(tmp_path, tests=text)) == expected

    def test_a_test_that_verifies_nothing_is_told(self, tmp_path: Path) -> None:
        more = TESTS + TESTS.replace("reads", "idle").replace("  verifies: ACME-1\n", "")
        assert told(lint(tmp_path, tests=more)) == [("warning", "verifies-nothing", "all.yaml", 8)]

    def test_an_assertion_that_verifies_nothing_is_told(self, tmp_path: Path) -> None:
        text = TESTS.replace("  verifies: ACME-1\n", "").replace(
            "{status: 200}", "{status: 200}, {body: json, verifies: ACME-1}"
        )
        assert told(lint(tmp_path, tests=text)) == [("warning", "verifies-nothing", "all.yaml", 6)]

    def test_an_observation_has_no_test_that_could_verify_for_it(self, tmp_path: Path) -> None:
        pack = CLEAN_PACK + "observe: [{name: o, expect: [{status: 2xx}]}]\n"
        assert told(lint(tmp_path, pack)) == [("warning", "verifies-nothing", "pack.yaml", 9)]

    WRITES = TESTS + TESTS.replace("reads", "writes").replace("effect: read", "effect: write")

    def test_a_test_that_writes_cleans_up(self, tmp_path: Path) -> None:
        assert told(lint(tmp_path, tests=self.WRITES)) == [("warning", "no-cleanup", "all.yaml", 8)]

    @pytest.mark.parametrize("cleanup", ["[]", "[{call: read}]"])
    def test_or_says_that_there_is_nothing_to_clean(self, tmp_path: Path, cleanup: str) -> None:
        assert lint(tmp_path, tests=self.WRITES + f"  cleanup: {cleanup}\n") == []

    def test_or_uses_a_procedure_that_does(self, tmp_path: Path) -> None:
        pack = CLEAN_PACK + (
            "procedures: {outer: {steps: [{do: make}]},"
            " make: {steps: [{call: read}], cleanup: [{call: read}]}}\n"
        )
        assert lint(tmp_path, pack, self.WRITES.replace("steps:", "steps:\n    - do: outer")) == []

    @pytest.mark.parametrize(
        ("addition", "code"),
        [
            ("fixtures: {patient: {title: P}, other: {title: O}}\n", "unused-fixture"),
            ("values: {a: 1}\n", "unused-value"),
            ("procedures: {p: {steps: [{call: read}]}}\n", "unused-procedure"),
        ],
    )
    def test_what_nothing_uses_is_told(self, tmp_path: Path, addition: str, code: str) -> None:
        pack = CLEAN_PACK
        if "fixtures" in addition:
            pack = pack.replace("fixtures:\n  patient: {title: A patient}\n", "")
        found = told(lint(tmp_path, pack + addition))
        assert found == [("warning", code, "pack.yaml", len((pack + addition).splitlines()))]

    def test_an_interaction_that_nothing_uses_is_told(self, tmp_path: Path) -> None:
        pack = CLEAN_PACK + "  other: {method: GET, path: /x}\n"
        assert told(lint(tmp_path, pack)) == [("warning", "unused-interaction", "pack.yaml", 9)]

    @pytest.mark.parametrize(
        "use",
        [
            'headers: {A: "${values.a}"}\nvalues: {a: 1}\n',
            'headers: {A: "${values.b}"}\nvalues: {a: 1, b: "${values.a}"}\n',
            OBSERVED,
        ],
    )
    def test_a_value_is_used_wherever_it_is_named(self, tmp_path: Path, use: str) -> None:
        assert lint(tmp_path, CLEAN_PACK + use) == []

    def test_files_that_nothing_uses_are_told(self, tmp_path: Path) -> None:
        found = lint(tmp_path, **{"bodies/a/b.yaml": "x", "schemas/s.json": "{}"})
        assert told(found) == [
            ("warning", "unused-body", "b.yaml", 0),
            ("warning", "unused-schema", "s.json", 0),
        ]
        text = TESTS.replace("{status: 200}", "{json-schema: s.json}")
        assert lint(tmp_path / "2", tests=text, **{"schemas/s.json": "{}"}) == []

    def test_a_shall_that_no_test_verifies_is_told_at_the_profile(self, tmp_path: Path) -> None:
        found = lint(tmp_path, tests=TESTS.replace("ACME-1", "ACME-2"))
        assert told(found) == [("warning", "untested", "profile.yaml", line(PROFILE, "ACME-1"))]

    @pytest.mark.parametrize(
        "reason", ["not-testable: Because.", "method: attested", "level: SHOULD"]
    )
    def test_unless_there_is_a_reason(self, tmp_path: Path, reason: str) -> None:
        profile = PROFILE.replace("level: SHALL,", f"{reason}, ")
        if "level" not in reason:
            profile = profile.replace(f"{reason}, ", f"level: SHALL, {reason},")
        root = catalogue_folder(tmp_path, {"profiles/acme/1.0.0/profile.yaml": profile})
        folder = root / "test_packs/acme/1.0.0"
        (folder / "tests/all.yaml").write_text(TESTS.replace("ACME-1", "ACME-2"))
        codes = [f.diagnostic.code for f in lint_pack(folder, Catalogue([]))]
        assert "untested" not in codes

    def test_an_observation_verifies_too(self, tmp_path: Path) -> None:
        pack = CLEAN_PACK + "observe: [{name: o, expect: [{status: 2xx, verifies: ACME-1}]}]\n"
        assert lint(tmp_path, pack, TESTS.replace("ACME-1", "ACME-2")) == []

    def test_a_pack_is_where_people_look_for_it(self, tmp_path: Path) -> None:
        found = lint(tmp_path, CLEAN_PACK.replace("version: 1.0.0", "version: 1.0.1"))
        assert told(found) == [("warning", "folder-name", "1.0.0", 0)]

    def test_a_pack_has_a_changelog(self, tmp_path: Path) -> None:
        lint(tmp_path)
        (tmp_path / "test_packs/acme/1.0.0/CHANGELOG.md").unlink()
        found = lint_pack(tmp_path / "test_packs/acme/1.0.0", Catalogue([]))
        assert told(found) == [("warning", "no-changelog", "1.0.0", 0)]


class TestProfile:
    def lint(self, root: Path, text: str) -> list[Finding]:
        path = root / "profiles/acme/1.0.0/profile.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return lint_profile(path, Catalogue([]))

    def test_a_clean_profile_has_nothing_to_say(self, tmp_path: Path) -> None:
        assert self.lint(tmp_path, PROFILE) == []

    def test_what_does_not_load_is_an_error(self, tmp_path: Path) -> None:
        found = self.lint(tmp_path, PROFILE.replace("SHALL", "MUST"))
        assert told(found) == [("error", "bad-value", "profile.yaml", 9)]

    def test_a_requirement_has_a_source(self, tmp_path: Path) -> None:
        found = self.lint(tmp_path, PROFILE.replace("    source: {ref: G, at: page 2}\n", ""))
        assert told(found) == [("warning", "no-source", "profile.yaml", 10)]

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("sources: {G: {title: Guide}}", "sources: {G: {title: Guide}, H: {title: H}}",
             "unused-source"),
            ("sections: {A: Part A}", "sections: {A: Part A, B: B}", "unused-section"),
            ("options: {", "options: {x: {title: X, default: true}, ", "unused-option"),
        ],
    )  # fmt: skip
    def test_what_no_requirement_uses_is_told(
        self, tmp_path: Path, old: str, new: str, code: str
    ) -> None:
        text = PROFILE.replace(old, new)
        assert told(self.lint(tmp_path, text)) == [
            ("warning", code, "profile.yaml", line(text, new[:9]))
        ]

    def test_a_profile_is_where_people_look_for_it(self, tmp_path: Path) -> None:
        found = self.lint(tmp_path, PROFILE.replace("version: 1.0.0", "version: 1.0.1"))
        assert told(found) == [("warning", "folder-name", "1.0.0", 0)]


BUNDLED = Catalogue([data_root()])


@pytest.mark.parametrize("entry", BUNDLED.profiles(), ids=lambda e: f"{e.name}@{e.version}")
def test_the_bundled_profiles_are_clean(entry: ProfileEntry) -> None:
    assert lint_profile(entry.path, BUNDLED) == []


@pytest.mark.parametrize("entry", BUNDLED.packs(), ids=lambda e: f"{e.name}@{e.version}")
def test_the_bundled_packs_are_clean(entry: PackEntry) -> None:
    assert lint_pack(entry.path, BUNDLED) == []
