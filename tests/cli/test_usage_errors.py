"""Exit code 2: what is wrong is named with its place, and nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.endpoint import BASE, CATALOGUE, Endpoint, endpoint, run_of
from tests.cli.program import Finished


def refused(cli: Cli, tmp_path: Path, arguments: Callable[[Endpoint], tuple[str, ...]]) -> Finished:
    """Run against an endpoint that must hear nothing of it."""
    with endpoint() as served:
        ended = cli(*arguments(served), cwd=tmp_path)
    assert served.asked == []
    assert ended.code == 2
    assert ended.out == ""
    return ended


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        ((), "profile-missing", "bars@1.0.0 (active)"),
        (("mni",), "profile-not-found", 'did you mean "mini"?'),
        (("mini@9",), "profile-not-found", "versions of mini: 1.0.0"),
        (("mini", "--pack", "bars"), "pack-does-not-certify", "it certifies bars@"),
        (("mini", "--fixture", "patent=x"), "unknown-fixture-name", 'did you mean "patient"?'),
        (("mini", "--option", "craete=true"), "unknown-option-name", 'did you mean "create"?'),
        (("mini", "--option", "create=maybe"), "bad-value", "true or false"),
        (("mini", "--timeout", "soon"), "bad-value", "30s"),
        (("mini", "--rate-limit", "fast"), "bad-value", "5/s"),
        (("mini", "--waivers", "none.yaml"), "file-not-found", ""),
        (("mini", "--ca-bundle", "none.pem", "-e", "https://x.invalid"), "ca-bundle-missing", ""),
        (("mini", "--auth", "nobody"), "unknown-auth", ""),
        (("mini", "--token-env", "NO_SUCH_VARIABLE"), "secret-not-found", ""),
        (("mini", "--rerun", "a", "--resume", "b"), "contradiction", "leave out"),
        (("mini", "--failed"), "missing-argument", "--rerun latest"),
        (("mini", "--rerun", "nothing-like-it"), "run-not-found", "latest"),
        (("mini", "--resume", "latest"), "run-not-found", ""),
    ],
)
def test_a_run_that_cannot_be_meant_is_refused(arguments, code, hint, tmp_path, cli) -> None:
    def command(served: Endpoint) -> tuple[str, ...]:
        return ("run", "-e", served.base_url, *BASE, *arguments)

    ended = refused(cli, tmp_path, command)
    assert f"error[{code}]: " in ended.err
    assert hint in ended.err


def test_without_an_endpoint_the_hint_says_how_to_give_one(tmp_path, cli) -> None:
    ended = cli("run", "mini", *BASE, cwd=tmp_path)
    assert ended.code == 2
    assert "error[endpoint-missing]" in ended.err
    assert "--endpoint URL" in ended.err


@pytest.mark.parametrize("url", ["provider.example", "ftp://x/", "http://", "http://x/?a=b"])
def test_a_base_url_that_is_none_is_refused(url, tmp_path, cli) -> None:
    ended = cli("run", "mini", "-e", url, *BASE, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "error[bad-value]: endpoint" in ended.err


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('profile = "mini\n', "bad-toml", 1),
        ('profile = "mini"\nendpont = "x"\n', "unknown-key", 2),
        ('profile = "mini"\n[run]\nallow = "all"\n', "bad-value", 3),
        ('profile = "mini"\n[auth]\nscheme = "bearer"\ntoken = "abc"\n', "secret-in-clear", 4),
        ('profile = "${NOT_SET_ANYWHERE}"\n', "unset-variable", 1),
    ],
)
def test_a_broken_configuration_is_named_by_file_and_line(text, code, line, tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text(text)
    ended = refused(cli, tmp_path, lambda served: ("run", "-e", served.base_url, *BASE))
    assert f"error[{code}]: " in ended.err
    assert f"conformance.toml:{line}\n" in ended.err


def test_no_config_passes_a_broken_file_over(tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text("this is not TOML")
    with endpoint() as served:
        ended = cli(*run_of(served, "--no-config"), cwd=tmp_path)
    assert ended.code == 0


def test_a_configuration_file_that_is_named_must_be_there(tmp_path, cli) -> None:
    ended = cli("-c", "other.toml", "run", cwd=tmp_path)
    assert ended.code == 2
    assert "error[file-not-found]" in ended.err
    assert "other.toml" in ended.err


MINI = "mini/1.0.0"
UNKNOWN = "unknown-requirement"


def broken_catalogue(tmp_path: Path, file: str, change: Callable[[str], str]) -> str:
    """A copy of the catalogue with one file changed."""
    import shutil

    copy = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, copy)
    path = copy / file
    path.write_text(change(path.read_text()))
    return str(copy)


@pytest.mark.parametrize(
    ("file", "change", "code"),
    [
        (f"profiles/{MINI}/profile.yaml", lambda t: t + "more: [", "bad-yaml"),
        (f"profiles/{MINI}/profile.yaml", lambda t: t.replace("SHOULD", "OUGHT"), "bad-value"),
        (f"test_packs/{MINI}/pack.yaml", lambda t: t.replace("observe", "obsrve"), "unknown-key"),
        (f"test_packs/{MINI}/tests/patients.yaml", lambda t: t.replace("-002", "-099"), UNKNOWN),
        (f"test_packs/{MINI}/bodies/patient.yaml", lambda t: t + "name: x\n", "duplicate-key"),
    ],
)
def test_a_broken_definition_is_named_by_file_and_line(file, change, code, tmp_path, cli) -> None:
    copy = broken_catalogue(tmp_path, file, change)
    ended = refused(
        cli, tmp_path, lambda served: ("run", "mini", "-e", served.base_url, "--catalogue", copy)
    )
    assert f"error[{code}]: " in ended.err
    assert f"{file}:" in ended.err


def unwritable_folder(tmp_path: Path) -> Path:
    """A folder that nobody may write, not even the superuser."""
    if os.geteuid() == 0:
        return Path("/sys")
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    return folder


def test_a_read_only_results_folder_is_found_out_before_anything_is_sent(tmp_path, cli) -> None:
    folder = unwritable_folder(tmp_path)
    ended = refused(cli, tmp_path, lambda served: run_of(served, "--output-dir", str(folder)))
    assert "error[run-unwritable]" in ended.err
    assert "--output-dir" in ended.err


def test_a_file_in_the_way_of_the_results_folder_is_named(tmp_path, cli) -> None:
    (tmp_path / "taken").write_text("")
    ended = refused(cli, tmp_path, lambda served: run_of(served, "--output-dir", "taken"))
    assert "error[run-unwritable]" in ended.err
    assert "taken" in ended.err


def test_a_report_that_cannot_be_written_is_found_out_before_anything_is_sent(
    tmp_path, cli
) -> None:
    (tmp_path / "taken").write_text("")
    ended = refused(
        cli, tmp_path, lambda served: run_of(served, "--report", "junit=taken/junit.xml")
    )
    assert "error[cannot-write]" in ended.err
    assert "taken" in ended.err


def test_every_wrong_value_is_named_at_once(tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text('[network]\ntimeout = "1"\nrate-limit = "x"\n')
    ended = cli("run", "mini", *BASE, cwd=tmp_path)
    assert ended.err.count("error[bad-value]") == 2
