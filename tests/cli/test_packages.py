"""``conformance package``: from a registry on loopback to a package that can be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.program import conformance
from tests.fhir.packages.making import core, core_manifest, install, manifest, tgz, value_set
from tests.fhir.packages.registry_server import Registry, answers, serving

CORE = "hl7.fhir.r4.core@4.0.1"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as started:
        yield started


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "FHIR_PACKAGE_CACHE": str(tmp_path / "packages"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def published(tmp_path: Path, registry: Registry) -> Registry:
    path = tgz(tmp_path / "core.tgz", core(), {**core_manifest(), "title": "FHIR R4"})
    registry.publish("hl7.fhir.r4.core", "4.0.1", path.read_bytes())
    needing = {"dependencies": {"hl7.fhir.r4.core": "4.0.1"}, "fhirVersions": ["4.0.1"]}
    path = tgz(tmp_path / "acme.tgz", {"a": value_set("http://a")}, manifest("acme", **needing))
    registry.publish("acme", "1.0.0", path.read_bytes())
    return registry


def test_packages_are_installed_listed_and_locked(tmp_path, published, env) -> None:
    done = conformance(
        "package", "install", "acme@1.0.x", "--registry", published.url, cwd=tmp_path, env=env
    )
    assert (done.code, done.out.splitlines()) == (
        0,
        [
            f"acme@1.0.0  installed from {published.url}",
            f"{CORE}  installed from {published.url}",
        ],
    )
    assert "fetching acme@1.0.0" in done.err
    locked = json.loads((tmp_path / "conformance-packages.lock").read_text())
    assert sorted(locked["packages"]) == ["acme@1.0.0", CORE]
    listed = conformance("package", "list", cwd=tmp_path, env=env)
    assert [line.split() for line in listed.out.splitlines()] == [
        ["PACKAGE", "FHIR", "TITLE"],
        ["acme@1.0.0", "4.0.1"],
        [CORE, "4.0.1", "FHIR", "R4"],
    ]


def test_what_is_there_is_left_as_it_is(tmp_path, published, env, cli: Cli) -> None:
    line = ("package", "install", CORE, "--registry", published.url)
    cli(*line, cwd=tmp_path, env=env)
    asked = len(published.requests)
    again = cli(*line, cwd=tmp_path, env=env)
    assert (again.code, again.out) == (0, f"{CORE}  is there already\n")
    assert len(published.requests) == asked


def test_registry_cache_and_lock_are_keys_of_the_configuration(
    tmp_path, published, env, cli: Cli
) -> None:
    (tmp_path / "conformance.toml").write_text(
        f'[packages]\nregistries = ["{published.url}/"]\ncache = "own"\nlock = "own.lock"\n'
    )
    done = cli("package", "install", CORE, cwd=tmp_path, env=env)
    assert done.code == 0
    assert (tmp_path / "own" / CORE.replace("@", "#") / "package").is_dir()
    assert (tmp_path / "own.lock").is_file()
    listed = cli("package", "list", "--format", "json", cwd=tmp_path, env=env).json()
    assert [(p["name"], p["version"], p["broken"]) for p in listed] == [
        ("hl7.fhir.r4.core", "4.0.1", False)
    ]


def test_the_variable_of_an_option_is_read(tmp_path, published, env, cli: Cli) -> None:
    env |= {"CONFORMANCE_REGISTRY": published.url, "CONFORMANCE_PACKAGE_CACHE": "elsewhere"}
    assert cli("package", "install", CORE, cwd=tmp_path, env=env).code == 0
    assert (tmp_path / "elsewhere" / CORE.replace("@", "#")).is_dir()


def test_nothing_installed_is_an_answer_with_a_next_step(tmp_path, env, cli: Cli) -> None:
    done = cli("package", "list", cwd=tmp_path, env=env)
    assert done.code == 0
    assert "conformance package install" in done.err


def test_a_broken_package_is_listed_as_such(tmp_path, env, cli: Cli) -> None:
    install(tmp_path / "packages", {}, {"name": "acme", "version": "1.0.0"})
    (tmp_path / "packages" / "acme#1.0.0" / "package" / "package.json").write_text("{")
    assert "broken" in cli("package", "list", cwd=tmp_path, env=env).out


def test_files_that_were_passed_over_are_told(tmp_path, registry, env, cli: Cli) -> None:
    path = tgz(tmp_path / "a.tgz", {"odd": b'{"resourceType": '}, manifest("acme"))
    registry.publish("acme", "1.0.0", path.read_bytes())
    done = cli("package", "install", "acme", "--registry", registry.url, cwd=tmp_path, env=env)
    assert "passed over: odd.json" in done.err


@pytest.mark.parametrize(
    ("wanted", "code", "exit_code"),
    [
        ("no.such@1.0.0", "package-not-found", 2),
        ("acme@7.0.0", "package-not-found", 2),
        ("../evil@1", "package-unusable", 2),
    ],
)
def test_what_cannot_be_installed_is_said_with_its_code(
    wanted, code, exit_code, tmp_path, published, env, cli: Cli
) -> None:
    line = ("package", "install", wanted, "--registry", published.url)
    done = cli(*line, cwd=tmp_path, env=env)
    assert done.code == exit_code
    assert f"error[{code}]" in done.err
    assert "hint" in done.err


def test_a_package_that_changed_is_refused(tmp_path, published, env, cli: Cli) -> None:
    line = ("package", "install", "acme", "--registry", published.url)
    cli(*line, cwd=tmp_path, env=env)
    path = tgz(tmp_path / "acme.tgz", {"a": value_set("http://b")}, manifest("acme"))
    published.publish("acme", "1.0.0", path.read_bytes())
    env["FHIR_PACKAGE_CACHE"] = str(tmp_path / "other")
    done = cli(*line, cwd=tmp_path, env=env)
    assert done.code == 1
    assert "error[package-changed]" in done.err


def test_without_a_network_it_is_undecided(tmp_path, env, cli: Cli) -> None:
    line = ("package", "install", CORE, "--registry", "http://127.0.0.1:1")
    done = cli(*line, cwd=tmp_path, env=env)
    assert done.code == 3
    assert "error[registry-unreachable]" in done.err


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://packages.example", "registry-unusable"),
        ("https://me:secret@packages.example", "registry-unusable"),
        ("packages.example", "bad-value"),
    ],
)
def test_a_registry_has_to_be_https(url, code, tmp_path, env, cli: Cli) -> None:
    done = cli("package", "install", CORE, "--registry", url, cwd=tmp_path, env=env)
    assert done.code == 2
    assert f"error[{code}]" in done.err
    assert "secret" not in done.err


def test_a_page_that_is_no_registry_is_said_so(tmp_path, registry, env, cli: Cli) -> None:
    registry.instead["/acme"] = [answers(200, b"<html>")]
    done = cli("package", "install", "acme", "--registry", registry.url, cwd=tmp_path, env=env)
    assert (done.code, "error[registry-unusable]" in done.err) == (2, True)
