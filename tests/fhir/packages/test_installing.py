"""Installing from a registry: what is fetched is what was promised, or nothing is installed."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from conformance_cli.fhir.packages.errors import (
    IntegrityError,
    OfflineError,
    PackageError,
    RegistryError,
)
from conformance_cli.fhir.packages.installing import Installer, Outcome
from conformance_cli.fhir.packages.limits import MIB
from conformance_cli.fhir.packages.lockfile import LockFile
from conformance_cli.fhir.packages.registry import Registries
from conformance_cli.fhir.packages.store import PackageStore
from conformance_cli.fhir.packages.transfer import Bounds, Transfer, checked_url
from tests.fhir.packages.making import add, core_manifest, manifest, tgz, value_set
from tests.fhir.packages.registry_server import (
    Registry,
    answers,
    cut_off,
    drips,
    hangs,
    serving,
)

BOUNDS = Bounds(connect_s=2, silence_s=1, total_s=5, pause_s=0.01, attempts=4, archive=4 * MIB)
NAME, VERSION = "acme.core", "1.0.0"
REFERENCE = f"{NAME}@{VERSION}"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as started:
        yield started


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


class Bench:
    """An installer with its folders, and what it told on the way."""

    def __init__(self, root: Path, *urls: str, bounds: Bounds = BOUNDS) -> None:
        self.store = PackageStore(root / "packages")
        self.lock = root / "conformance-packages.lock"
        self.told: list[tuple[str, int, int | None]] = []
        self._urls, self._bounds = urls, bounds

    def install(self, *wanted: str) -> list[Outcome]:
        transfer = Transfer(self._bounds)
        registries = Registries(self._urls, transfer)
        lock = LockFile.read(self.lock)
        tell = lambda *told: self.told.append(told)  # noqa: E731
        return list(Installer(self.store, registries, transfer, lock, tell).install(wanted))

    def leftovers(self) -> list[str]:
        """What lies in the package cache beside packages."""
        found = (path.name for path in self.store.root.iterdir() if "#" not in path.name)
        return sorted(set(found) - {".conformance-lock"})

    def names(self) -> list[str]:
        return [f"{p.name}@{p.version}" for p in self.store.installed()]


@pytest.fixture
def bench(tmp_path: Path, registry: Registry) -> Bench:
    return Bench(tmp_path, registry.url)


def package(tmp_path: Path, size: int = 0, **about: Any) -> bytes:
    resources = {"a": value_set("http://a", text="x" * size)}
    extra = {"package/example/b.json": {"resourceType": "Patient"}, "other/c.txt": b"hello"}
    path = tgz(tmp_path / "made.tgz", resources, manifest(NAME, VERSION, **about), extra=extra)
    return path.read_bytes()


def varied(size: int) -> str:
    """Text that does not compress to nothing."""
    return "".join(sha256(str(i).encode()).hexdigest() for i in range(size // 64))


def large(tmp_path: Path) -> bytes:
    resources = {"a": value_set("http://a", text=varied(400_000))}
    return tgz(tmp_path / "made.tgz", resources, manifest(NAME, VERSION)).read_bytes()


def test_a_package_is_installed_where_every_fhir_tool_finds_it(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    (outcome,) = bench.install(REFERENCE)
    folder = bench.store.root / "acme.core#1.0.0"
    assert outcome.package.folder == folder / "package"
    assert not outcome.present
    assert json.loads((folder / "package" / "a.json").read_text())["url"] == "http://a"
    assert (folder / "package" / "example" / "b.json").is_file()
    assert (folder / "other" / "c.txt").read_text() == "hello"
    assert bench.leftovers() == []


def test_the_lock_file_records_digest_and_registry(tmp_path, registry, bench) -> None:
    data = package(tmp_path)
    registry.publish(NAME, VERSION, data)
    bench.install(REFERENCE)
    expected = {"sha256": sha256(data).hexdigest(), "registry": registry.url}
    locked = json.loads(bench.lock.read_text())
    assert locked == {"lockfile": 1, "packages": {REFERENCE: expected}}


def test_the_lock_file_is_for_everybody_who_may_read_the_project(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    before = os.umask(0o022)
    try:
        bench.install(REFERENCE)
    finally:
        os.umask(before)
    assert bench.lock.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.glob(".new-*")] == []


def test_what_is_installed_is_not_fetched_again(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    bench.install(REFERENCE)
    asked = len(registry.requests)
    bench.lock.unlink()
    (outcome,) = bench.install(REFERENCE)
    assert outcome.present
    assert len(registry.requests) == asked
    assert REFERENCE in json.loads(bench.lock.read_text())["packages"]


def test_what_another_tool_installed_is_taken_as_it_is(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    bench.install(REFERENCE)
    (bench.store.root / "acme.core#1.0.0" / "conformance.json").unlink()
    bench.lock.unlink()
    (outcome,) = bench.install(REFERENCE)
    assert (outcome.present, outcome.sha256) == (True, "")
    assert not bench.lock.exists()


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("acme.core", "1.1.0"),
        ("acme.core@latest", "1.1.0"),
        ("acme.core@1.0.x", "1.0.2"),
        ("acme.core@1.x", "1.1.0"),
        ("acme.core#1.0.0", "1.0.0"),
        ("acme.core@2.0.0-ballot", "2.0.0-ballot"),
        ("acme.core@2.x", "2.0.0-ballot"),
    ],
)
def test_versions_are_chosen_as_they_are_asked_for(
    wanted, version, tmp_path, registry, bench
) -> None:
    for each in ("1.0.0", "1.0.2", "1.1.0", "2.0.0-ballot"):
        path = tgz(tmp_path / "made.tgz", {}, manifest(NAME, each))
        registry.publish(NAME, each, path.read_bytes())
    (outcome,) = bench.install(wanted)
    assert outcome.package.version == version


def test_latest_is_what_the_registry_says(tmp_path, registry, bench) -> None:
    for each in ("1.0.0", "1.1.0"):
        path = tgz(tmp_path / "made.tgz", {}, manifest(NAME, each))
        registry.publish(NAME, each, path.read_bytes())
    registry.packages[NAME]["dist-tags"] = {"latest": "1.0.0"}
    assert bench.install(NAME)[0].package.version == "1.0.0"


def test_dependencies_are_installed_too_but_only_one_core(tmp_path, registry, bench) -> None:
    def publish(name: str, version: str, **more: Any) -> None:
        path = tgz(tmp_path / "made.tgz", {}, manifest(name, version, **more))
        registry.publish(name, version, path.read_bytes())

    publish("acme.core", "1.0.0", fhirVersions=["4.0.1"], dependencies={
        "hl7.fhir.r4.core": "4.0.1", "b.terms": "2.0.0", "not a name": "1", "c.d": "file:../x",
    })  # fmt: skip
    publish("b.terms", "2.0.0", dependencies={"hl7.fhir.r5.core": "5.0.0", "a.ext": "1.0.x"})
    publish("a.ext", "1.0.7", dependencies={"b.terms": "1.9.0"})
    publish("hl7.fhir.r4.core", "4.0.1", type="fhir.core", fhirVersions=["4.0.1"])
    bench.install(REFERENCE)
    assert bench.names() == [
        "a.ext@1.0.7", "acme.core@1.0.0", "b.terms@2.0.0", "hl7.fhir.r4.core@4.0.1",
    ]  # fmt: skip


@pytest.mark.parametrize("promise", [{"integrity": "sha512-AAAA"}, {"shasum": "0" * 40}])
def test_another_digest_than_promised_is_refused(promise, tmp_path, registry, bench) -> None:
    promise = {"integrity": None, **promise}
    registry.publish(NAME, VERSION, package(tmp_path), **promise)
    with pytest.raises(IntegrityError, match="not what the registry promises"):
        bench.install(REFERENCE)
    assert bench.names() == bench.leftovers() == []
    assert not bench.lock.exists()


def test_a_registry_that_promises_nothing_is_believed_once(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path), integrity=None, shasum=None)
    bench.install(REFERENCE)
    other = Bench(tmp_path / "other", registry.url)
    other.lock = bench.lock
    registry.publish(NAME, VERSION, package(tmp_path, size=10), integrity=None, shasum=None)
    with pytest.raises(IntegrityError, match="not what the lock file says"):
        other.install(REFERENCE)
    assert other.names() == []


def test_a_package_that_says_it_is_another_is_refused(tmp_path, registry, bench) -> None:
    registry.publish("evil.core", "9.9.9", package(tmp_path))
    with pytest.raises(IntegrityError, match=r"says that it is acme\.core@1\.0\.0"):
        bench.install("evil.core@9.9.9")
    assert bench.names() == bench.leftovers() == []


def test_a_cut_connection_is_taken_up_where_it_broke(tmp_path, registry, bench) -> None:
    data = large(tmp_path)
    registry.publish(NAME, VERSION, data)
    path = registry.path_of(NAME, VERSION)
    registry.instead[path] = [cut_off(70_000), cut_off(50_000)]
    bench.install(REFERENCE)
    ranges = [headers.get("Range") for headers in registry.asked(path)]
    assert ranges == [None, "bytes=70000-", "bytes=120000-"]
    assert registry.asked(path)[1]["If-Range"].startswith('"')
    assert [total for _, _, total in bench.told] == [len(data)] * len(bench.told)
    assert bench.told[-1][1] == len(data)


def test_a_download_goes_on_in_the_next_run(tmp_path, registry, bench) -> None:
    data = large(tmp_path)
    registry.publish(NAME, VERSION, data)
    path = registry.path_of(NAME, VERSION)
    registry.instead[path] = [cut_off(20_000)] * BOUNDS.attempts
    with pytest.raises(OfflineError, match="broke off") as error:
        bench.install(REFERENCE)
    assert "goes on where it stopped" in error.value.remedy
    assert bench.names() == []
    bench.install(REFERENCE)
    assert registry.asked(path)[-1]["Range"] == "bytes=80000-"
    assert bench.leftovers() == []


def test_what_was_left_of_another_archive_is_thrown_away(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, large(tmp_path))
    path = registry.path_of(NAME, VERSION)
    registry.instead[path] = [cut_off(20_000)] * BOUNDS.attempts
    with pytest.raises(OfflineError):
        bench.install(REFERENCE)
    registry.publish(NAME, VERSION, package(tmp_path, size=5))
    bench.install(REFERENCE)
    assert bench.names() == [REFERENCE]


def test_a_server_that_knows_no_ranges_is_asked_for_all_of_it(tmp_path, registry, bench) -> None:
    data = large(tmp_path)
    registry.publish(NAME, VERSION, data)
    path = registry.path_of(NAME, VERSION)
    registry.instead[path] = [cut_off(20_000), answers(200, data)]
    bench.install(REFERENCE)
    assert bench.names() == [REFERENCE]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_registry_is_asked_again(status, tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    registry.instead[registry.path_of(NAME, VERSION)] = [answers(status)] * 2
    bench.install(REFERENCE)
    assert bench.names() == [REFERENCE]


def test_an_unknown_package_or_version_is_said_so(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    with pytest.raises(RegistryError, match=r'no registry has a package "no\.such"') as error:
        bench.install("no.such@1.0.0")
    assert registry.url in error.value.place
    with pytest.raises(RegistryError, match=r"has no version 3\.0\.0") as error:
        bench.install("acme.core@3.0.0")
    assert error.value.remedy == "it has 1.0.0"


def test_of_a_dependency_that_nobody_has_it_is_said_who_needs_it(tmp_path, registry, bench) -> None:
    needing = manifest(NAME, VERSION, dependencies={"b.terms": "2.0.0"})
    registry.publish(NAME, VERSION, tgz(tmp_path / "made.tgz", {}, needing).read_bytes())
    with pytest.raises(RegistryError, match=r'has a package "b\.terms"') as error:
        bench.install(REFERENCE)
    assert error.value.problem.endswith(f", and {REFERENCE}, which is installed, depends on it")


def test_registries_are_asked_in_order(tmp_path, registry) -> None:
    with serving() as second:
        second.publish(NAME, VERSION, package(tmp_path))
        bench = Bench(tmp_path, registry.url, second.url + "/")
        (outcome,) = bench.install(REFERENCE)
    assert outcome.registry == second.url
    assert registry.asked("/acme.core")


def test_without_a_network_the_message_says_what_to_do(tmp_path) -> None:
    bench = Bench(tmp_path, "http://127.0.0.1:1")
    with pytest.raises(OfflineError, match="cannot be reached") as error:
        bench.install(REFERENCE)
    assert "HTTPS_PROXY" in error.value.remedy
    assert ".tgz" in error.value.remedy


def test_a_silent_registry_is_not_waited_for(tmp_path, registry, bench) -> None:
    registry.instead["/acme.core"] = [hangs(3)]
    with pytest.raises(OfflineError, match="does not answer"):
        bench.install(REFERENCE)


def test_a_registry_that_sends_slowly_for_ever_is_not_waited_for(tmp_path, registry) -> None:
    registry.instead["/acme.core"] = [drips(0.05)]
    bounds = Bounds(connect_s=2, silence_s=1, total_s=0.3)
    with pytest.raises(RegistryError, match="takes too long"):
        Bench(tmp_path, registry.url, bounds=bounds).install(REFERENCE)


def test_an_archive_larger_than_any_package_is_not_fetched(tmp_path, registry) -> None:
    registry.publish(NAME, VERSION, b"\0" * 2 * MIB)
    bounds = Bounds(archive=MIB, pause_s=0.01)
    with pytest.raises(RegistryError, match="larger than any package"):
        Bench(tmp_path, registry.url, bounds=bounds).install(REFERENCE)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"versions": []}', b"[" * 100_000, b"\xff"]
)
def test_what_is_no_registry_is_said_so(body: bytes, tmp_path, registry, bench) -> None:
    registry.instead["/acme.core"] = [answers(200, body)]
    with pytest.raises(RegistryError) as error:
        bench.install(REFERENCE)
    assert registry.url in error.value.place


@pytest.mark.parametrize("about", [None, [], {"dist": 5}, {"dist": {"tarball": 5}}, {"url": "/x"}])
def test_a_version_that_says_nothing_is_looked_for_in_its_usual_place(
    about: Any, tmp_path, registry, bench
) -> None:
    registry.packages[NAME] = {"versions": {VERSION: about}}
    for path in ("/acme.core/1.0.0", "/x"):
        registry.archives[path] = package(tmp_path)
    bench.install(REFERENCE)
    assert bench.names() == [REFERENCE]


def test_a_redirect_to_another_host_is_followed_once_and_takes_nothing_along(
    tmp_path, registry, bench, monkeypatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("HOME", str(home))
    registry.publish(NAME, VERSION, package(tmp_path))
    path = registry.path_of(NAME, VERSION)
    with serving() as other:
        other.archives["/moved.tgz"] = registry.archives[path]
        cookie = {"Location": f"{other.url}/moved.tgz", "Set-Cookie": "session=secret"}
        registry.instead[path] = [answers(302, **cookie)]
        bench.install(REFERENCE)
        sent = [registry.asked(path)[0], other.asked("/moved.tgz")[0]]
    assert not [name for headers in sent for name in headers if name in ("Authorization", "Cookie")]


def test_a_redirect_from_host_to_host_to_host_is_refused(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    path = registry.path_of(NAME, VERSION)
    with serving() as second, serving() as third:
        registry.instead[path] = [answers(302, Location=f"{second.url}/a")]
        second.instead["/a"] = [answers(302, Location=f"{third.url}/b")]
        with pytest.raises(RegistryError, match="redirects again"):
            bench.install(REFERENCE)
        assert third.requests == []


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://packages.example/x.tgz", "plain http"),
        ("ftp://packages.example/x.tgz", "no URL"),
        ("file:///etc/passwd", "no URL"),
        ("https://user:secret@packages.example/x", "credentials"),
    ],
)
def test_a_redirect_to_where_no_package_comes_from_is_refused(
    target, why, tmp_path, registry, bench
) -> None:
    registry.publish(NAME, VERSION, package(tmp_path))
    registry.instead[registry.path_of(NAME, VERSION)] = [answers(302, Location=target)]
    with pytest.raises(RegistryError, match=why) as error:
        bench.install(REFERENCE)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["http://packages.example", "packages.fhir.org", "https://", "https://u:p@x", "http://["]
)
def test_registries_are_https_and_hold_no_credentials(url: str) -> None:
    with pytest.raises(RegistryError):
        checked_url(url)


@pytest.mark.parametrize(
    "name",
    ["package/a\\b.json", "package/c:d.json", "package//a.json", "package/\x01.json", "package/./a",
     "../a.json", "/etc/a.json", "package/../../a.json"],
)  # fmt: skip
def test_nothing_is_unpacked_outside_of_the_cache(name: str, tmp_path, registry, bench) -> None:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as file:
        add(file, "package/package.json", json.dumps(manifest(NAME, VERSION)).encode())
        add(file, name, b"{}")
    registry.publish(NAME, VERSION, made.getvalue())
    with pytest.raises(PackageError, match="refused"):
        bench.install(REFERENCE)
    assert bench.names() == bench.leftovers() == []
    assert not list(tmp_path.rglob("a.json"))


def test_an_archive_without_a_package_in_it_is_refused(tmp_path, registry, bench) -> None:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as file:
        add(file, "readme.txt", b"hello")
    registry.publish(NAME, VERSION, made.getvalue())
    with pytest.raises(PackageError, match=r"package\.json"):
        bench.install(REFERENCE)
    assert bench.names() == []


@pytest.mark.parametrize(
    "text", ["../evil@1", "a/b@1", "", "@1", "acme.core@../1", "a b@1", "a@x y"]
)
def test_a_name_that_could_lead_elsewhere_is_none(text: str, bench, registry) -> None:
    with pytest.raises(PackageError, match="names no package"):
        bench.install(text)
    assert registry.requests == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"lockfile": 2, "packages": {}}', '{"lockfile": 1, "packages": {"a": 1}}']
)
def test_a_lock_file_that_cannot_be_understood_is_an_error(text: str, bench) -> None:
    bench.lock.write_text(text)
    with pytest.raises(PackageError, match="lock file"):
        bench.install(REFERENCE)
    assert bench.lock.read_text() == text


def test_several_may_install_at_the_same_time(tmp_path, registry, bench) -> None:
    registry.publish(NAME, VERSION, large(tmp_path))
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(bench.install, [REFERENCE] * 4))
    assert [o.package.version for (o,) in outcomes] == [VERSION] * 4
    assert len(registry.asked(registry.path_of(NAME, VERSION))) == 1
    assert bench.leftovers() == []


def test_a_proxy_of_the_environment_is_used(tmp_path, registry, monkeypatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(RegistryError, match="no registry has"):
            Bench(tmp_path, "http://127.0.0.1:9").install(REFERENCE)
        assert proxy.requests[0][0] == "http://127.0.0.1:9/acme.core"


def test_a_core_package_can_be_opened_after_it_was_installed(tmp_path, registry, bench) -> None:
    from conformance_cli.fhir.packages.loading import open_packages

    data = tgz(tmp_path / "made.tgz", {"a": value_set("http://a")}, core_manifest()).read_bytes()
    registry.publish("hl7.fhir.r4.core", "4.0.1", data)
    bench.install("hl7.fhir.r4.core@4.0.x")
    library = open_packages(["hl7.fhir.r4.core@4.0.1"], tmp_path / "cache", bench.store.root)
    assert library.resource("http://a")["version"] == "1.0.0"
