"""Configuration: who has the say, where each value came from, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.load.config import (
    NO_FILE,
    AuthConfig,
    Config,
    GateConfig,
    NetworkConfig,
    PackagesConfig,
    ReportConfig,
    ReportTarget,
    RunConfig,
    Setting,
    load_config,
)
from conformance_cli.load.config_keys import DEFAULTS, KEYS
from conformance_cli.load.resources import schema
from conformance_cli.model.diagnostics import Diagnostic
from conformance_cli.model.pack import Effect
from conformance_cli.model.run import Product
from tests.load.helpers import codes, line, line_of, problem, problems

FULL = """\
profile = "bars@^1"
endpoint = "https://provider.example/fhir/"
packs = ["bars@1.0.0"]
catalogues = ["standards"]

[product]
name = "Booker"
version = "7"
supplier = "Acme"
ods-code = "A1"

[network]
ca-bundle = "ca.pem"
client-cert = "/etc/cert.pem"
client-key = "key.pem"
proxy = "http://proxy:8080"
timeout = "500ms"
rate-limit = "60/m"
retries = 0
insecure = true
max-body = "1 MiB"
max-ratio = 10
max-headers = 20
max-header-bytes = "8 KiB"

[fixtures]
patient = "9000000009"

[options]
booking = false

[run]
level = "shall"
allow = "writes"
basis = "suite"
jobs = 4
max-time = "1h"
include = ["slot-*"]
exclude = ["a", "b"]
keep-bodies = "all"

[reports]
formats = ["html", "junit=out/j.xml", "json=-"]
directory = "results"

[gate]
mode = "certify"
fail-on = "should"
waivers = "waivers.yaml"
"""


def load(
    root: Path,
    text: str | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    environment: str | None = None,
) -> Config:
    if text is not None:
        (root / "conformance.toml").write_text(text)
    return load_config(None, environment, flags or {}, environ or {}, root)


def wrong(root: Path, text: str, **extra: Any) -> Diagnostic:
    return problem(lambda: load(root, text, **extra))


class TestFile:
    def test_everything_that_it_says_counts(self, tmp_path: Path) -> None:
        config = load(tmp_path, FULL)
        assert (config.profile, config.endpoint) == ("bars@^1", "https://provider.example/fhir")
        assert config.packs == ("bars@1.0.0",)
        assert config.catalogues == (tmp_path / "standards",)
        assert config.product == Product("Booker", "7", "Acme", "A1")
        assert config.network == NetworkConfig(
            ca_bundle=tmp_path / "ca.pem",
            client_cert=Path("/etc/cert.pem"),
            client_key=tmp_path / "key.pem",
            proxy="http://proxy:8080",
            timeout_s=0.5,
            rate_per_s=1.0,
            retries=0,
            insecure=True,
            max_body=1024 * 1024,
            max_ratio=10,
            max_headers=20,
            max_header_bytes=8192,
        )
        assert (config.fixtures, config.options) == ({"patient": "9000000009"}, {"booking": False})
        assert config.run == RunConfig(
            "shall", Effect.WRITE, "suite", 4, 3600.0, ("slot-*",), ("a", "b"), "all"
        )
        assert config.reports == ReportConfig(
            (
                ReportTarget("html"),
                ReportTarget("junit", str(tmp_path / "out/j.xml")),
                ReportTarget("json", "-"),
            ),
            tmp_path / "results",
        )
        assert config.gate == GateConfig("certify", "should", tmp_path / "waivers.yaml")
        assert (config.path, config.base_dir) == (tmp_path / "conformance.toml", tmp_path)

    def test_without_any_there_are_defaults(self, tmp_path: Path) -> None:
        config = load(tmp_path)
        assert (config.profile, config.endpoint, config.path) == (None, None, None)
        assert config.network == NetworkConfig()
        assert config.run == RunConfig()
        assert config.gate == GateConfig()
        assert config.auth == AuthConfig()
        assert config.reports == ReportConfig(directory=tmp_path / "conformance-results")

    def test_is_found_in_a_folder_above(self, tmp_path: Path) -> None:
        (tmp_path / "conformance.toml").write_text('profile = "a"\n[gate]\nwaivers = "w.yaml"\n')
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        config = load_config(None, None, {}, {}, inner)
        assert config.profile == "a"
        assert config.gate.waivers == tmp_path / "w.yaml"

    def test_the_nearest_one_counts(self, tmp_path: Path) -> None:
        (tmp_path / "conformance.toml").write_text('profile = "far"\n')
        inner = tmp_path / "a"
        inner.mkdir()
        (inner / "conformance.toml").write_text('profile = "near"\n')
        assert load_config(None, None, {}, {}, inner).profile == "near"

    def test_can_be_a_table_of_pyproject(self, tmp_path: Path) -> None:
        text = '[project]\nname = "x"\n\n[tool.conformance]\nprofile = "a"\n'
        (tmp_path / "pyproject.toml").write_text(text)
        config = load(tmp_path)
        assert (config.profile, config.origin("profile")) == ("a", "pyproject.toml:5")

    def test_a_pyproject_that_does_not_speak_of_us_is_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / "conformance.toml").write_text('profile = "a"\n')
        inner = tmp_path / "a"
        inner.mkdir()
        (inner / "pyproject.toml").write_text("# [tool.conformance]\n[project]\nname = 'x'\n")
        assert load_config(None, None, {}, {}, inner).profile == "a"

    def test_can_be_named(self, tmp_path: Path) -> None:
        path = tmp_path / "other.toml"
        path.write_text('profile = "a"\n')
        assert load_config(path, None, {}, {}, tmp_path).profile == "a"
        found = problem(lambda: load_config(tmp_path / "none.toml", None, {}, {}, tmp_path))
        assert found.code == "file-not-found"

    def test_can_be_left_out(self, tmp_path: Path) -> None:
        (tmp_path / "conformance.toml").write_text("broken")
        assert load_config(NO_FILE, None, {}, {}, tmp_path).path is None

    @pytest.mark.parametrize(
        ("text", "code", "words", "hint"),
        [
            ('endpont = "x"', "unknown-key", "endpont", 'did you mean "endpoint"?'),
            ("[netwrk]\nretries = 1", "unknown-key", "netwrk", 'did you mean "network"?'),
            ("[network]\nretires = 1", "unknown-key", "retires", 'did you mean "retries"?'),
            ("[environments.a]\nprofil = '1'", "unknown-key", "profil", 'did you mean "profile"?'),
            ("[environments.a.run]\njob = 1", "unknown-key", "job", 'did you mean "jobs"?'),
            ("[auth]\nscheme = 'bearer'\ntokn = 'env:T'", "unknown-key", "tokn",
             'did you mean "token"?'),
            ("profile = 1", "wrong-type", "text, not a number",
             "quote it: without quotes it is a number, or true or false"),
            ("profile = 2026-01-01", "wrong-type", "text, not a date", None),
            ("[fixtures]\np = 9000000009", "wrong-type", "text, not a number",
             "quote it: without quotes it is a number, or true or false"),
            ("[options]\nb = 'yes'", "wrong-type", "true or false",
             "write true or false, without quotes"),
            ("[run]\nlevel = 'must'", "bad-value", "shall, should or may",
             "known names: shall, should, may"),
            ("[run]\njobs = 0", "bad-value", "at least 1", None),
            ("[network]\ntimeout = '30'", "bad-value", "not a duration",
             "write it with its unit, e.g. 30s"),
            ("[network]\nrate-limit = '5'", "bad-value", "not a rate",
             "write it as 5/s or 100/m"),
            ("[network]\nmax-body = '5 MB!'", "bad-value", "not a size",
             "write it with its unit, e.g. 32 MiB"),
            ("endpoint = 'provider.example'", "bad-value", "no http or https URL",
             "write it as https://provider.example/fhir"),
            ("endpoint = 'https://x/?a=b'", "bad-value", "no query",
             "write it as https://provider.example/fhir"),
            ("profile = '${NOT_SET}'", "unset-variable", "NOT_SET",
             "export NOT_SET=..., or write the value itself"),
            ("[auth]\nscheme = 'bearer'", "missing-key", "token", None),
            ("[auth]\ntoken = 'env:T'", "missing-key", "scheme",
             "schemes: none, bearer, basic, api-key, client-credentials"),
            ("[auth]\nscheme = 'beerer'", "bad-value", "beerer", 'did you mean "bearer"?'),
            ("[auth]\nscheme = 'none'\nuser = 'x'", "idle-key", "user", "its keys: none"),
            ("a = \n", "bad-toml", "not TOML", "text needs quotes; see https://toml.io"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_has_its_line_and_a_remedy(
        self, tmp_path: Path, text: str, code: str, words: str, hint: str | None
    ) -> None:
        found = wrong(tmp_path, "# first\n" + text)
        assert (found.code, words in found.message, found.hint) == (code, True, hint), found
        # a table is wrong at its beginning, a key where it stands
        at_line = 2 if words == "netwrk" else len(text.splitlines()) + 1
        assert line_of(found) == ("conformance.toml", at_line)

    def test_all_that_is_wrong_is_said_at_once(self, tmp_path: Path) -> None:
        text = '[network]\ntimeout = "1"\nrate-limit = "x"\n[run]\nmax-time = "2"\n'
        found = problems(lambda: load(tmp_path, text))
        assert codes(found) == ["bad-value"] * 3
        assert [line_of(d)[1] for d in found] == [2, 3, 5]


class TestPrecedence:
    TEXT = """\
endpoint = "https://file"
[network]
retries = 1
timeout = "1s"
[fixtures]
a = "file"
b = "file"
c = "file"
[environments.int]
endpoint = "https://int"
network = {timeout = "2s"}
fixtures = {b = "int", c = "int"}
"""

    def test_flag_then_variable_then_environment_then_file_then_default(
        self, tmp_path: Path
    ) -> None:
        config = load(
            tmp_path,
            self.TEXT,
            {"timeout": "4s", "fixture": (("d", "flag"),), "retries": None, "pack": ()},
            {"CONFORMANCE_TIMEOUT": "3s", "CONFORMANCE_JOBS": "8", "CONFORMANCE_FIXTURE": "c=env"},
            "int",
        )
        assert config.network.timeout_s == 4
        assert config.run.jobs == 8
        assert config.endpoint == "https://int"
        assert config.network.retries == 1
        assert config.run.level == "may"
        assert config.fixtures == {"a": "file", "b": "int", "c": "env", "d": "flag"}
        origins = {key: config.origin(key) for key in config.settings}
        assert origins["network.timeout"] == "flag"
        assert origins["run.jobs"] == "env CONFORMANCE_JOBS"
        assert origins["endpoint"] == "conformance.toml:10"
        assert origins["network.retries"] == "conformance.toml:3"
        assert origins["run.level"] == "default"
        assert origins["fixtures.a"] == "conformance.toml:6"
        assert origins["fixtures.b"] == "conformance.toml:12"
        assert origins["fixtures.c"] == "env CONFORMANCE_FIXTURE"
        assert origins["fixtures.d"] == "flag"
        assert origins["environment"] == "flag"

    @given(st.sets(st.sampled_from(["flag", "env", "block", "file"])))
    def test_the_first_that_speaks_has_the_say(
        self, tmp_path_factory: pytest.TempPathFactory, speaking: set[str]
    ) -> None:
        root = tmp_path_factory.mktemp("config")
        text = 'profile = "file"\n' if "file" in speaking else ""
        text += "[environments.x]\n" + ('profile = "block"\n' if "block" in speaking else "")
        config = load(
            root,
            text,
            {"profile": "flag"} if "flag" in speaking else {},
            {"CONFORMANCE_PROFILE": "env"} if "env" in speaking else {},
            "x",
        )
        expected = [who for who in ("flag", "env", "block", "file") if who in speaking]
        assert config.profile == (expected[0] if expected else None)

    def test_relative_paths_start_where_they_are_written(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        (tmp_path / "conformance.toml").write_text('[network]\nca-bundle = "ca.pem"\n')
        flags = {"client_cert": "cert.pem"}
        environ = {"CONFORMANCE_CLIENT_KEY": "key.pem"}
        network = load_config(None, None, flags, environ, inner).network
        assert network.ca_bundle == tmp_path / "ca.pem"
        assert network.client_cert == inner / "cert.pem"
        assert network.client_key == inner / "key.pem"

    def test_a_wrong_flag_or_variable_says_which(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, "", flags={"timeout": "x"})
        assert (found.code, found.place) == ("bad-value", "flag")
        found = wrong(tmp_path, "", environ={"CONFORMANCE_RETRIES": "many"})
        assert found.place == "env CONFORMANCE_RETRIES"
        assert found.hint == "give a number from 0 to 10"

    def test_an_empty_variable_says_nothing(self, tmp_path: Path) -> None:
        assert load(tmp_path, 'profile = "a"', environ={"CONFORMANCE_PROFILE": ""}).profile == "a"

    @pytest.mark.parametrize(
        ("name", "value", "attribute", "expected"),
        [
            ("INCLUDE", "a,b c", "include", ("a", "b", "c")),
            ("ALLOW", "destructive", "allow", Effect.DESTRUCTIVE),
            ("MAX_TIME", "2m", "max_time_s", 120.0),
        ],
    )
    def test_variables_are_text(
        self, tmp_path: Path, name: str, value: str, attribute: str, expected: Any
    ) -> None:
        config = load(tmp_path, environ={f"CONFORMANCE_{name}": value})
        assert getattr(config.run, attribute) == expected

    @pytest.mark.parametrize(
        ("value", "expected"),
        [("1", True), ("true", True), ("Yes", True), ("0", False), ("no", False), ("off", False)],
    )
    def test_a_boolean_variable(self, tmp_path: Path, value: str, expected: bool) -> None:
        config = load(tmp_path, environ={"CONFORMANCE_INSECURE": value})
        assert config.network.insecure is expected

    def test_flags_come_as_the_command_line_has_them(self, tmp_path: Path) -> None:
        config = load(
            tmp_path,
            flags={
                "pack": (("a", "b"), ("c",)),
                "report": (("junit", "j.xml"), ("html", "")),
                "option": (("booking", "false"), ("referral", "yes")),
                "output_dir": "out",
                "form": "json",
                "insecure": True,
            },
        )
        assert config.packs == ("a", "b", "c")
        assert config.reports.formats == (
            ReportTarget("junit", str(tmp_path / "j.xml")),
            ReportTarget("html"),
        )
        assert config.options == {"booking": False, "referral": True}
        assert config.reports.directory == tmp_path / "out"
        assert config.network.insecure

    def test_an_option_is_true_or_false(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, "", flags={"option": (("booking", "maybe"),)})
        assert (found.code, found.hint) == ("bad-value", "write true or false")


class TestEnvironments:
    TEXT = """\
environment = "int"
[environments.int]
profile = "i"
[environments.prod]
profile = "p"
"""

    def test_the_file_names_the_usual_one(self, tmp_path: Path) -> None:
        config = load(tmp_path, self.TEXT)
        assert (config.environment, config.profile) == ("int", "i")
        assert config.origin("environment") == "conformance.toml:1"

    @pytest.mark.parametrize(
        ("named", "environ"), [("prod", {}), (None, {"CONFORMANCE_ENVIRONMENT": "prod"})]
    )
    def test_another_can_be_named(
        self, tmp_path: Path, named: str | None, environ: dict[str, str]
    ) -> None:
        assert load(tmp_path, self.TEXT, environ=environ, environment=named).profile == "p"

    def test_an_unknown_one_has_the_nearest_match(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, self.TEXT, environment="prd")
        assert (found.code, found.hint) == ("unknown-environment", 'did you mean "prod"?')
        found = wrong(tmp_path, self.TEXT.replace('= "int"', '= "itn"'))
        assert (found.hint, line_of(found)) == ('did you mean "int"?', ("conformance.toml", 1))

    def test_without_blocks_the_name_is_a_label(self, tmp_path: Path) -> None:
        assert load(tmp_path, 'profile = "a"', environment="anything").environment == "anything"

    def test_variables_of_another_environment_need_not_be_set(self, tmp_path: Path) -> None:
        text = '[environments.a]\nendpoint = "${A_URL}"\n[environments.b]\nprofile = "b"\n'
        assert load(tmp_path, text, environment="b").profile == "b"


class TestVariables:
    @pytest.mark.parametrize(
        ("text", "value"),
        [("${A}", "x"), ("a${A}b${B}", "axby"), ("$${A}", "${A}"), ("$A", "$A"), ("${}", "${}")],
    )
    def test_are_put_into_text(self, tmp_path: Path, text: str, value: str) -> None:
        config = load(tmp_path, f'[product]\nname = "{text}"\n', environ={"A": "x", "B": "y"})
        assert config.product.name == value

    def test_also_in_lists_and_fixtures(self, tmp_path: Path) -> None:
        text = '[run]\ninclude = ["${A}"]\n[fixtures]\np = "${A}"\n'
        config = load(tmp_path, text, environ={"A": "x"})
        assert (config.run.include, config.fixtures) == (("x",), {"p": "x"})

    def test_what_they_hold_is_not_read_again(self, tmp_path: Path) -> None:
        config = load(tmp_path, 'profile = "${A}"', environ={"A": "${B}"})
        assert config.profile == "${B}"


class TestAuth:
    SINGLE = '[auth]\nscheme = "bearer"\ntoken = "env:T"\n'
    NAMED = (
        '[auth.one]\nscheme = "basic"\nuser = "${U}"\npassword = "env:P"\n'
        '[auth.two]\nscheme = "api-key"\nvalue = "file:k"\nheader = "X-Key"\n'
    )

    def test_a_single_block_counts(self, tmp_path: Path) -> None:
        config = load(tmp_path, self.SINGLE)
        assert config.auth == AuthConfig("bearer", token="env:T")
        assert config.settings["auth.token"] == Setting("env:T", "conformance.toml:3")

    def test_a_named_block_can_be_chosen_beside_it(self, tmp_path: Path) -> None:
        text, environ = self.SINGLE + self.NAMED, {"U": "me"}
        assert load(tmp_path, text, environ=environ).auth.scheme == "bearer"
        one = load(tmp_path, text, {"auth": "one"}, environ).auth
        assert one == AuthConfig("basic", "one", user="me", password="env:P")
        two = load(tmp_path, text, environ=environ | {"CONFORMANCE_AUTH": "two"}).auth
        assert two == AuthConfig("api-key", "two", value="file:k", header="X-Key")

    def test_none_can_be_chosen(self, tmp_path: Path) -> None:
        assert load(tmp_path, self.SINGLE, {"auth": "none"}).auth == AuthConfig()

    def test_the_only_named_block_counts(self, tmp_path: Path) -> None:
        text = self.NAMED.partition("[auth.two]")[2]
        assert load(tmp_path, "[auth.two]" + text).auth.name == "two"

    def test_of_several_one_must_be_chosen(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, self.NAMED)
        assert (found.code, found.hint) == ("unknown-auth", "choose one with --auth: one, two")

    def test_an_unknown_one_has_the_nearest_match(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, self.NAMED, flags={"auth": "tow"})
        assert (found.code, found.hint) == ("unknown-auth", 'did you mean "two"?')

    def test_an_environment_names_a_block_or_has_its_own(self, tmp_path: Path) -> None:
        text = self.NAMED + (
            '[environments.a]\nauth = "two"\n'
            '[environments.b.auth]\nscheme = "bearer"\ntoken = "env:B"\n'
            '[environments.c]\nauth = "tree"\n'
        )
        assert load(tmp_path, text, environment="a").auth.name == "two"
        own = load(tmp_path, text, environment="b")
        assert own.auth == AuthConfig("bearer", "b", token="env:B")
        assert own.origin("auth.token") == f"conformance.toml:{line(text, 'env:B')}"
        found = problem(lambda: load(tmp_path, text, environment="c"))
        assert line_of(found)[1] == line(text, "tree")

    def test_client_credentials_take_what_the_token_endpoint_needs(self, tmp_path: Path) -> None:
        text = (
            '[auth]\nscheme = "client-credentials"\ntoken-url = "https://t"\nclient-id = "c"\n'
            'private-key = "file:k.pem"\nkey-id = "k"\nscope = "s"\n'
        )
        assert load(tmp_path, text).auth == AuthConfig(
            "client-credentials",
            token_url="https://t",
            client_id="c",
            private_key="file:k.pem",
            key_id="k",
            algorithm="RS512",
            scope="s",
        )

    @pytest.mark.parametrize(
        ("flags", "environ", "token", "origin"),
        [
            ({"token_env": "T"}, {}, "env:T", "flag"),
            ({"token_file": "t"}, {}, "file:t", "flag"),
            ({}, {"CONFORMANCE_TOKEN_ENV": "T"}, "env:T", "env CONFORMANCE_TOKEN_ENV"),
        ],
    )
    def test_a_token_named_on_the_command_line_comes_first(
        self,
        tmp_path: Path,
        flags: dict[str, str],
        environ: dict[str, str],
        token: str,
        origin: str,
    ) -> None:
        config = load(tmp_path, self.NAMED, flags, environ)
        assert config.auth == AuthConfig("bearer", token=token)
        assert config.origin("auth.token") == origin


class TestPackages:
    def test_a_name_stays_and_a_path_starts_where_it_is_written(self, tmp_path: Path) -> None:
        text = '[packages]\nuse = ["hl7.fhir.r4.core@4.0.1", "own/p.tgz", "folder"]\ncache = "c"'
        packages = load(tmp_path, text).packages
        assert packages.use == (
            "hl7.fhir.r4.core@4.0.1", str(tmp_path / "own/p.tgz"), str(tmp_path / "folder"),
        )  # fmt: skip
        assert packages.cache == tmp_path / "c"

    def test_registries_and_the_lock_file_can_be_named(self, tmp_path: Path) -> None:
        text = '[packages]\nregistries = ["https://packages.example/"]\nlock = "own.lock"'
        packages = load(tmp_path, text).packages
        assert packages.registries == ("https://packages.example",)
        assert packages.lock == tmp_path / "own.lock"

    def test_an_environment_may_use_others(self, tmp_path: Path) -> None:
        text = '[environments.next.packages]\nuse = ["a@2"]\n[packages]\nuse = ["a@1"]'
        assert load(tmp_path, text).packages.use == ("a@1",)
        assert load(tmp_path, text, environment="next").packages.use == ("a@2",)


class TestShown:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (None, "-"),
            (True, "true"),
            (("a", "b"), "a, b"),
            ((), "-"),
            ("http://me:secret@proxy:1", "http://me:***@proxy:1"),
            ("https://host/a@b", "https://host/a@b"),
            (3, "3"),
        ],
    )
    def test_a_setting_without_passwords(self, value: Any, shown: str) -> None:
        assert str(Setting(value, "flag")) == shown

    def test_an_origin_outside_of_where_we_are_is_a_full_path(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        (tmp_path / "conformance.toml").write_text('profile = "a"\n')
        config = load_config(None, None, {}, {}, inner)
        assert config.origin("profile") == f"{tmp_path / 'conformance.toml'}:1"


class TestOneNameEverywhere:
    def test_every_key_is_in_the_schema_and_the_other_way_round(self) -> None:
        known = schema("config")
        found = set()
        for name, part in known["properties"].items():
            target = known["$defs"].get(part.get("$ref", "").rpartition("/")[2], {})
            inner = target.get("properties", {})
            found |= {f"{name}.{key}" for key in inner} if inner else {name}
        others = {"environment", "environments", "fixtures", "options"}
        assert found - others - {k for k in found if k.startswith("auth.")} == {
            key.path for key in KEYS
        }

    def test_every_key_of_a_section_has_its_field(self) -> None:
        classes = {
            "product": Product,
            "network": NetworkConfig,
            "run": RunConfig,
            "reports": ReportConfig,
            "gate": GateConfig,
            "packages": PackagesConfig,
        }
        for section, owner in classes.items():
            mine = {key.attribute for key in KEYS if key.path.startswith(f"{section}.")}
            assert mine == {field.name for field in fields(owner)}

    def test_defaults_as_shown_are_those_of_the_code(self, tmp_path: Path) -> None:
        config = load(tmp_path)
        assert config.network == NetworkConfig()
        assert {key for key, s in config.settings.items() if s.origin == "default"} == set(DEFAULTS)

    def test_variables_are_named_after_flags(self) -> None:
        assert {key.flag: key.variable for key in KEYS}["rate-limit"] == "CONFORMANCE_RATE_LIMIT"
        assert len({key.flag for key in KEYS}) == len(KEYS)
