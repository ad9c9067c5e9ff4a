"""``conformance validate``: inputs, formats, exit codes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import jsonschema
import pytest

from conformance_cli.cli.validating.inputs import MAX_BYTES, Input
from conformance_cli.cli.validating.pool import _batches
from conformance_cli.fhir.outcome.inputs import TOO_LARGE, issue_of
from conformance_cli.fhir.outcome.report import Origin
from tests.cli.conftest import Cli
from tests.cli.lightness import heavy_imports
from tests.cli.mini_core import NAMED, write_core, write_profile
from tests.cli.program import command, conformance, environment
from tests.miniatures import Answer, miniature

ROOT = Path(__file__).parents[2]
GOOD = '{"resourceType": "Patient", "active": true}'
BAD = '{"resourceType": "Patient", "active": "yes"}'


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    write_core(folder)
    return folder


@pytest.fixture
def env(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The package cache of these tests; compiled forms go to a folder of their own."""
    return {
        "FHIR_PACKAGE_CACHE": str(packages),
        "XDG_CACHE_HOME": str(packages / ".compiled"),
    }


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "good.json").write_text(GOOD)
    (tmp_path / "bad.json").write_text(BAD)
    (tmp_path / "good.xml").write_text(
        '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>'
    )
    (tmp_path / "all.ndjson").write_text(f"{GOOD}\n\n{BAD}\n{GOOD}\n")
    return tmp_path


class TestVerdicts:
    def test_a_valid_resource_exits_with_0(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", "good.json", cwd=here, env=env)
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines() == [
            "good.json: valid Patient",
            "1 resource: 1 valid, 0 invalid; no issues",
        ]

    def test_an_invalid_one_exits_with_1_and_names_file_line_and_element(
        self, cli: Cli, here: Path, env
    ) -> None:
        done = cli("validate", "bad.json", cwd=here, env=env)
        assert done.code == 1
        first = done.out.splitlines()[0]
        assert first.startswith("bad.json:1:")
        assert " error " in first
        assert first.endswith("— at Patient.active")

    @pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00", "[" * 50_000, "<a", "\xff"])
    def test_what_is_no_resource_is_an_issue_of_its_file_and_no_crash(
        self, cli: Cli, here: Path, env, content: str
    ) -> None:
        (here / "broken.json").write_text(content, encoding="latin-1")
        done = cli("validate", "broken.json", "good.json", cwd=here, env=env)
        assert done.code == 1
        assert "broken.json: invalid" in done.out
        assert "good.json: valid Patient" in done.out

    def test_a_file_that_may_not_be_read_is_one_too(self, cli: Cli, here: Path, env) -> None:
        (here / "folder.json").mkdir()
        (here / "folder.json" / "inner.json").symlink_to(here / "nowhere")
        done = cli("validate", "folder.json", "good.json", cwd=here, env=env)
        assert done.code == 1
        assert "fatal input-unreadable" in done.out

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_neither_the_permissions_of_a_file_nor_those_of_a_folder_end_it(
        self, cli: Cli, here: Path, env
    ) -> None:
        (here / "bad.json").chmod(0)
        (here / "closed").mkdir(mode=0)
        done = cli("validate", "bad.json", "closed", "good.json", cwd=here, env=env)
        assert done.code == 1
        assert done.out.count("fatal input-unreadable The input cannot be read: Permission") == 2
        assert "good.json: valid" in done.out

    def test_a_folder_that_cannot_be_listed_is_not_passed_over(
        self, cli: Cli, here: Path, env, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (here / "data" / "closed").mkdir(parents=True)
        (here / "data" / "good.json").write_text(GOOD)
        listed = os.scandir

        def scandir(path: str) -> object:
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied", path)
            return listed(path)

        monkeypatch.setattr(os, "scandir", scandir)
        done = cli("validate", "data", cwd=here, env=env)
        assert done.code == 1
        assert "data/closed: fatal input-unreadable" in done.out
        assert "data/good.json: valid Patient" in done.out

    def test_fail_on_says_what_leads_to_1(self, cli: Cli, here: Path, env) -> None:
        (here / "claims.json").write_text(
            '{"resourceType": "Patient", "meta": {"profile": ["https://example.org/unknown"]}}'
        )
        assert cli("validate", "claims.json", cwd=here, env=env).code == 0
        warned = cli("validate", "claims.json", "--fail-on", "warning", cwd=here, env=env)
        assert warned.code == 1
        assert cli("validate", "bad.json", "--fail-on", "fatal", cwd=here, env=env).code == 0

    def test_a_profile_can_be_asked_for(self, cli: Cli, here: Path, env) -> None:
        write_profile(here / "profile.json")
        (here / "none.json").write_text('{"resourceType": "Patient"}')
        given = ("--package", "hl7.fhir.r4.core@4.0.1", "--package", "profile.json")
        plain = cli("validate", "none.json", *given, cwd=here, env=env)
        judged = cli("validate", "none.json", *given, "--profile", NAMED, cwd=here, env=env)
        assert (plain.code, judged.code) == (0, 1)
        assert "profile-minimum" in judged.out

    def test_a_profile_that_is_not_loaded_is_never_passed_over(
        self, cli: Cli, here: Path, env
    ) -> None:
        done = cli("validate", "good.json", "--profile", NAMED, cwd=here, env=env)
        assert done.code == 1
        assert "profile-unknown" in done.out

    def test_a_mistyped_profile_is_answered_with_the_nearest(
        self, cli: Cli, here: Path, env
    ) -> None:
        write_profile(here / "profile.json")
        given = ("--package", "profile.json", "--profile", NAMED.replace("patient", "pateint"))
        done = cli("validate", "good.json", *given, cwd=here, env=env)
        assert done.code == 1
        assert f"did you mean {NAMED}?" in done.err

    def test_a_profile_is_named_by_its_url(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", "good.json", "--profile", "active-patient", cwd=here, env=env)
        assert (done.code, done.out) == (2, "")
        assert 'error[bad-value]: --profile: "active-patient" is no URL' in done.err


class TestInputs:
    def files(self, cli: Cli, *names: str, cwd: Path, env) -> list[str]:
        done = cli("validate", *names, "--format", "json", cwd=cwd, env=env)
        return [result["file"] for result in done.json()["results"]]

    def test_a_folder_is_searched_in_order_and_hidden_files_are_left(
        self, cli: Cli, here: Path, env
    ) -> None:
        inner = here / "data" / "inner"
        inner.mkdir(parents=True)
        for name in ("b.json", "a.xml", ".hidden.json", "notes.txt", "package.json"):
            (inner / name).write_text(GOOD)
        (here / "data" / ".git").mkdir()
        (here / "data" / ".git" / "x.json").write_text(GOOD)
        assert self.files(cli, "data", cwd=here, env=env) == [
            "data/inner/a.xml", "data/inner/b.json",
        ]  # fmt: skip

    def test_a_quoted_pattern_is_expanded(self, cli: Cli, here: Path, env) -> None:
        (here / "deep" / "er").mkdir(parents=True)
        (here / "deep" / "er" / "x.json").write_text(GOOD)
        found = self.files(cli, "**/*.json", cwd=here, env=env)
        assert found == ["bad.json", "deep/er/x.json", "good.json"]

    def test_a_file_that_is_named_twice_is_validated_once(self, cli: Cli, here: Path, env) -> None:
        assert self.files(cli, "good.json", "*.json", cwd=here, env=env) == [
            "good.json", "bad.json",
        ]  # fmt: skip

    def test_each_line_of_ndjson_is_a_resource(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", "all.ndjson", cwd=here, env=env)
        assert done.code == 1
        assert done.out.splitlines()[0] == "all.ndjson:1: valid Patient"
        assert done.out.splitlines()[1].startswith("all.ndjson:3:")
        assert "3 resources: 2 valid, 1 invalid" in done.out

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            (GOOD, ["-: valid Patient"]),
            (json.dumps(json.loads(GOOD), indent=2), ["-: valid Patient"]),
            (f"{GOOD}\n{GOOD}\n", ["-:1: valid Patient", "-:2: valid Patient"]),
            ('<Patient xmlns="http://hl7.org/fhir"/>', ["-: valid Patient"]),
        ],
    )
    def test_stdin_is_json_xml_or_ndjson(self, here: Path, env, text: str, names) -> None:
        done = conformance("validate", "-", cwd=here, env=env, stdin=text)
        assert done.out.splitlines()[:-1] == names

    def test_nothing_is_validated_where_something_is_missing(
        self, cli: Cli, here: Path, env
    ) -> None:
        (here / "empty").mkdir()
        done = cli("validate", "good.json", "nope.json", "*.zip", "empty", cwd=here, env=env)
        assert (done.code, done.out) == (2, "")
        assert done.err.count("error[input-not-found]") == 3

    def test_only_so_much_is_read(
        self, cli: Cli, here: Path, env, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("conformance_cli.cli.validating.inputs.MAX_BYTES", 20)
        done = cli("validate", "good.json", "all.ndjson", cwd=here, env=env)
        assert done.code == 1
        assert done.out.count("fatal input-too-large") == 2

    def test_sizes_are_told_in_units_that_people_use(self) -> None:
        told = issue_of(TOO_LARGE, what="file", limit=MAX_BYTES // 2**20).text
        assert told == "The file has more than 256 MiB, and no more is read"


class TestDefinitions:
    def test_a_package_that_is_not_installed_is_named_with_the_remedy(
        self, cli: Cli, here: Path, env
    ) -> None:
        done = cli("validate", "good.json", "--package", "nope@1.0.0", cwd=here, env=env)
        assert done.code == 2
        assert "error[package-missing]" in done.err
        assert "conformance package install nope@1.0.0" in done.err

    def test_a_package_that_is_none_is_refused(self, cli: Cli, here: Path, env) -> None:
        (here / "broken.tgz").write_bytes(b"no archive")
        done = cli("validate", "good.json", "--package", "broken.tgz", cwd=here, env=env)
        assert done.code == 2
        assert "error[package-unusable]" in done.err

    @pytest.mark.parametrize("name", ["patient.json", "broken.json", "none.xml", "examples"])
    def test_what_was_named_for_definitions_and_has_none_is_refused(
        self, cli: Cli, here: Path, env, name: str
    ) -> None:
        (here / "patient.json").write_text(GOOD)
        (here / "broken.json").write_text("{")
        (here / "none.xml").write_text("<html/>")
        (here / "examples").mkdir()
        (here / "examples" / "good.json").write_text(GOOD)
        done = cli("validate", "good.json", "--package", name, cwd=here, env=env)
        assert (done.code, done.out) == (2, "")
        assert "error[package-unusable]: there is no definition in it" in done.err

    def test_files_of_a_package_that_cannot_be_read_are_told(
        self, cli: Cli, here: Path, env
    ) -> None:
        (here / "ours").mkdir()
        write_profile(here / "ours" / "profile.json")
        (here / "ours" / "broken.json").write_text("{")
        given = ("--package", "ours", "--profile", NAMED)
        done = cli("validate", "good.json", *given, cwd=here, env=env)
        assert done.code == 0
        assert "not evaluated: a file of ours, which cannot be read: broken.json" in done.out

    def test_a_package_for_another_version_of_fhir_is_told(self, cli: Cli, here: Path, env) -> None:
        folder = here / "old" / "package"
        folder.mkdir(parents=True)
        write_profile(folder / "profile.json", "3.0.1")
        manifest = {"name": "acme.old", "version": "1.0.0", "fhirVersions": ["3.0.1"]}
        (folder / "package.json").write_text(json.dumps(manifest))
        given = ("--package", "hl7.fhir.r4.core@4.0.1", "--package", "old")
        done = cli("validate", "good.json", *given, cwd=here, env=env)
        assert "whether acme.old@1.0.0 fits: it is for FHIR 3.0.1" in done.out
        assert "judged as FHIR 4.0.1" in done.out

    @pytest.mark.parametrize("version", ["4.0.1", "4.0", "R4", "r4"])
    def test_a_version_may_be_called_by_its_name(
        self, cli: Cli, here: Path, env, version: str
    ) -> None:
        done = cli("validate", "good.json", "--fhir-version", version, cwd=here, env=env)
        assert (done.code, done.err) == (0, "")
        refused = cli("validate", "good.json", "--fhir-version", "R9", cwd=here, env=env)
        assert refused.code == 2

    def test_the_configuration_names_packages(self, cli: Cli, here: Path, env) -> None:
        (here / "conformance.toml").write_text('[packages]\nuse = ["nope@1.0.0"]\n')
        assert cli("validate", "good.json", cwd=here, env=env).code == 2
        assert cli("--no-config", "validate", "good.json", cwd=here, env=env).code == 0
        named = cli(
            "validate", "good.json", "--package", "hl7.fhir.r4.core@4.0.1", cwd=here, env=env
        )
        assert named.code == 0

    def test_a_variable_names_packages_as_it_does_for_a_run(
        self, cli: Cli, here: Path, env
    ) -> None:
        write_profile(here / "profile.json")
        named = env | {"CONFORMANCE_PACKAGE": "hl7.fhir.r4.core@4.0.1,profile.json"}
        given = ("--no-config", "validate", "good.json", "--profile", NAMED)
        assert cli(*given, cwd=here, env=named).code == 0
        assert cli(*given, cwd=here, env=env).code == 1

    def test_packages_for_another_version_are_refused(self, cli: Cli, here: Path, env) -> None:
        given = ("--package", "hl7.fhir.r4.core@4.0.1", "--fhir-version", "5.0.0")
        done = cli("validate", "good.json", *given, cwd=here, env=env)
        assert done.code == 2
        assert "error[fhir-version]" in done.err

    def test_the_report_names_what_was_loaded(self, cli: Cli, here: Path, env) -> None:
        made = cli("validate", "good.json", "--format", "json", cwd=here, env=env).json()
        assert made["fhir_version"] == "4.0.1"
        assert made["packages"] == ["hl7.fhir.r4.core@4.0.1"]

    def test_without_any_package_the_shapes_are_used_and_it_says_so(
        self, cli: Cli, here: Path, env
    ) -> None:
        bare = env | {"FHIR_PACKAGE_CACHE": str(here / "nothing")}
        done = cli("validate", "good.json", "bad.json", cwd=here, env=bare)
        assert done.code == 1
        assert "good.json: valid Patient" in done.out
        assert "not evaluated: No FHIR package is loaded" in done.out
        assert done.err == "Next    conformance package install hl7.fhir.r4.core@4.0.1\n"
        quiet = cli("-q", "validate", "good.json", cwd=here, env=bare)
        assert (quiet.code, quiet.err) == (0, "")


class TestFormats:
    def test_json_keeps_to_its_schema(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", ".", "--format", "json", cwd=here, env=env)
        schema = json.loads((ROOT / "reports/schemas/validation.schema.json").read_text("utf-8"))
        jsonschema.validate(done.json(), schema)
        assert done.code == 1

    def test_an_operation_outcome_is_one_for_one_input(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", "bad.json", "--format", "operation-outcome", cwd=here, env=env)
        assert done.json()["resourceType"] == "OperationOutcome"
        both = cli("validate", ".", "--format", "operation-outcome", cwd=here, env=env)
        assert both.json()["resourceType"] == "Bundle"

    def test_issues_come_as_the_text_has_them(self, cli: Cli, here: Path, env) -> None:
        (here / "many.json").write_text(
            '{\n"resourceType": "Patient",\n"nope": 1,\n"active": "yes",\n"also": 2\n}'
        )
        done = cli("validate", "many.json", "--format", "json", cwd=here, env=env)
        lines = [issue["line"] for issue in done.json()["results"][0]["issues"]]
        assert len(lines) > 2
        assert lines == sorted(lines)

    def test_the_profile_that_an_issue_is_of_is_shown(self, cli: Cli, here: Path, env) -> None:
        write_profile(here / "profile.json")
        (here / "none.json").write_text('{"resourceType": "Patient"}')
        given = ("none.json", "--package", "profile.json", "--profile", NAMED)
        plain = cli("validate", *given, cwd=here, env=env)
        pretty = cli("validate", *given, "--format", "pretty", cwd=here, env=env)
        assert f"— at Patient (profile {NAMED})" in plain.out
        assert f"               profile {NAMED}" in pretty.out.splitlines()

    def test_sarif_describes_the_rules(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", "bad.json", "--format", "sarif", cwd=here, env=env)
        (rule,) = done.json()["runs"][0]["tool"]["driver"]["rules"]
        assert rule["fullDescription"]["text"]

    def test_github_annotates_and_its_log_holds_no_other_command(
        self, cli: Cli, here: Path, env
    ) -> None:
        (here / "::error::x.json").write_text(BAD)
        done = cli("validate", "::error::x.json", cwd=here, env=env | {"GITHUB_ACTIONS": "true"})
        commands = [line for line in done.out.splitlines() if line.startswith("::")]
        assert len(commands) == 1
        assert commands[0].startswith("::error file=%3A%3Aerror%3A%3Ax.json,line=1,col=")

    def test_pretty_groups_by_file(self, cli: Cli, here: Path, env) -> None:
        done = cli("validate", "bad.json", "--format", "pretty", cwd=here, env=env)
        assert done.out.splitlines()[0] == "bad.json  invalid Patient, 1 error"
        assert "\x1b" not in done.out

    def test_pretty_leaves_out_what_is_sound_where_there_is_very_much(
        self, cli: Cli, here: Path, env
    ) -> None:
        given = ("validate", "all.ndjson", "--format", "pretty")
        done = cli(*given, cwd=here, env=env)
        assert done.out.splitlines()[0].startswith("all.ndjson:3  invalid")
        assert cli(*given, "-v", cwd=here, env=env).out.startswith("all.ndjson:1  valid")

    def test_a_hostile_file_cannot_colour_or_hide_anything(self, cli: Cli, here: Path, env) -> None:
        text = json.dumps({"resourceType": "Pat\x1b[2J\u202eient", "x\x07": "\n::error::"})
        (here / "evil.json").write_text(text)
        for form in ("plain", "pretty", "github"):
            done = cli("validate", "evil.json", "--format", form, cwd=here, env=env)
            assert done.code == 1
            assert all(line.isprintable() for line in done.out.splitlines())

    def test_output_goes_to_a_file(self, cli: Cli, here: Path, env) -> None:
        done = cli(
            "validate", "bad.json", "--format", "json", "--output", "out/r.json", cwd=here, env=env
        )
        assert (done.code, done.out) == (1, "")
        assert json.loads((here / "out" / "r.json").read_text())["counts"]["invalid"] == 1

    def test_quiet_leaves_the_numbers(self, cli: Cli, here: Path, env) -> None:
        done = cli("-q", "validate", ".", cwd=here, env=env)
        assert len(done.out.splitlines()) == 1

    def test_what_is_hidden_is_counted_and_decides_all_the_same(
        self, cli: Cli, here: Path, env
    ) -> None:
        many = {"resourceType": "Patient", **{f"x{n}": 1 for n in range(9)}}
        (here / "many.json").write_text(json.dumps(many))
        done = cli("validate", "many.json", "--max-issues", "2", cwd=here, env=env)
        assert done.code == 1
        assert len([line for line in done.out.splitlines() if " error " in line]) == 2
        assert "and 7 more, see --max-issues" in done.out
        assert "9 errors" in done.out
        fatal = cli(
            "validate", "many.json", "--severity", "fatal", "--format", "json", cwd=here, env=env
        )
        result = fatal.json()["results"][0]
        assert (fatal.code, result["valid"], result["issues"]) == (1, False, [])
        assert fatal.json()["counts"]["error"] == 9


class TestProcesses:
    def test_results_come_in_the_order_of_the_inputs(self, here: Path, env) -> None:
        lines = [BAD if n % 7 == 0 else GOOD for n in range(300)]
        (here / "big.ndjson").write_text("\n".join(lines))
        one = conformance("validate", "big.ndjson", "bad.json", cwd=here, env=env)
        two = conformance("validate", "big.ndjson", "bad.json", "--jobs", "2", cwd=here, env=env)
        assert (two.code, two.out) == (one.code, one.out)
        assert "301 resources" in two.out

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_an_interruption_shows_what_was_validated(self, here: Path, env, jobs: str) -> None:
        fifo = here / "later.ndjson"
        os.mkfifo(fifo)
        process = subprocess.Popen(
            command("validate", "good.json", str(fifo), "--jobs", jobs, "--format", "json"),
            cwd=here, env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        # opened for reading too, opening does not wait for the other end
        writer = os.open(fifo, os.O_RDWR)
        os.write(writer, f"{GOOD}\n".encode() * 200)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        os.close(writer)
        assert process.returncode == 130, err
        made = json.loads(out)
        assert made["interrupted"] is True
        assert made["counts"]["valid"] > 150
        assert "Traceback" not in err

    def test_an_interruption_waits_for_no_worker_and_shows_what_others_did(
        self, here: Path, env
    ) -> None:
        """The first file never ends, so it is an open pipe that keeps a worker busy."""
        os.mkfifo(here / "a-endless.json")
        for number in range(40):
            (here / f"b{number}.json").write_text(GOOD)
        process = subprocess.Popen(
            command("validate", ".", "--jobs", "2", "--format", "json"),
            cwd=here, env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        writer = os.open(here / "a-endless.json", os.O_RDWR)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        os.close(writer)
        assert (process.returncode, err) == (130, "")
        made = json.loads(out)
        assert made["interrupted"] is True
        assert 0 < made["counts"]["inputs"] < 40

    def test_large_files_travel_alone_so_that_results_come_as_they_are_made(
        self, here: Path
    ) -> None:
        (here / "large.json").write_bytes(b" " * 2_000_000)
        names = ["good.json", "large.json", "large.json", "good.json", "good.json"]
        batches = list(_batches(Input(Origin(str(here / name))) for name in names))
        assert [len(batch) for batch in batches] == [2, 1, 2]


OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "value", "expression": ["Patient.active"]}],
}


class TestNetwork:
    def test_a_second_opinion_stands_beside_ours_after_a_warning(
        self, cli: Cli, here: Path, env
    ) -> None:
        with miniature(lambda asked: Answer(200, OUTCOME)) as service:
            done = cli(
                "validate", "bad.json", "--second-opinion", service.base_url, cwd=here, env=env
            )
        assert done.code == 1
        assert "warning[data-leaves-machine]" in done.err
        assert "both: Patient.active" in done.out
        assert len(service.asked) == 1

    def test_their_opinion_never_decides(self, cli: Cli, here: Path, env) -> None:
        with miniature(lambda asked: Answer(200, OUTCOME)) as service:
            done = cli(
                "validate", "good.json", "--second-opinion", service.base_url, "--format", "json",
                cwd=here, env=env,
            )  # fmt: skip
        assert done.code == 0
        opinion = done.json()["results"][0]["second_opinion"]
        assert (opinion["same_verdict"], opinion["valid"]) == (False, False)

    def test_a_terminology_server_is_asked_only_where_one_is_named(
        self, cli: Cli, here: Path, env, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        env = env | {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
        coding = {"system": "https://example.org/codes", "code": "nope"}
        basic = {"resourceType": "Basic", "code": {"coding": [coding]}}
        (here / "basic.json").write_text(json.dumps(basic))
        refusal = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "result", "valueBoolean": False},
                {"name": "message", "valueString": "nope is no code of this system"},
            ],
        }
        with miniature(lambda asked: Answer(200, refusal)) as server:
            alone = cli("validate", "basic.json", cwd=here, env=env)
            assert (alone.code, server.asked) == (0, [])
            asked = cli("validate", "basic.json", "--tx", server.base_url, cwd=here, env=env)
        assert "was not checked" in alone.out
        assert asked.code == 1
        assert server.asked
        assert cli("validate", "basic.json", "--tx", "nope", cwd=here, env=env).code == 2

    @pytest.mark.parametrize("url", ["ftp://x.example/", "x.example", "https://me:pw@x.example/"])
    def test_what_is_no_plain_url_is_refused(self, cli: Cli, here: Path, env, url: str) -> None:
        done = cli("validate", "good.json", "--second-opinion", url, cwd=here, env=env)
        assert done.code == 2
        assert "error[service-url]" in done.err
        assert "pw" not in done.err


def test_one_resource_needs_nothing_heavy(here: Path, env) -> None:
    assert heavy_imports("good.json", cwd=here, env=env) == []
