"""Opening packages: what is found in them, and that nothing is compiled twice."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import pytest

from conformance_cli.fhir.packages import opening
from conformance_cli.fhir.packages.cache import Cache, default_cache
from conformance_cli.fhir.packages.errors import BrokenResourceError, PackageError
from conformance_cli.fhir.packages.opening import open_package
from tests.fhir.packages.making import core, core_manifest, folder, manifest, tgz, value_set

URL = "http://example.org/ValueSet/one"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def aged(path: Path) -> Path:
    """Let files be older than the tick of any clock."""
    for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
        os.utime(file, (1_000_000_000, 1_000_000_000))
    return path


def compiled_files(cache: Cache) -> list[Path]:
    assert cache.packages is not None
    return sorted(cache.packages.iterdir())


def test_a_package_says_what_it_is(tmp_path: Path, cache: Cache) -> None:
    about = manifest("acme.core", "1.2.0", fhirVersions=["4.0.1"], dependencies={"a.b": "1.x"})
    package = open_package(tgz(tmp_path / "a.tgz", {}, about), cache)
    assert package.manifest.reference == "acme.core@1.2.0"
    assert package.manifest.fhir_versions == ("4.0.1",)
    assert package.manifest.dependencies == {"a.b": "1.x"}
    assert len(package.digest) == 64


@pytest.mark.parametrize("kind", ["archive", "folder", "inner folder", "loose folder", "file"])
def test_resources_are_found_wherever_they_are(kind: str, tmp_path: Path, cache: Cache) -> None:
    resources = {"a": value_set(URL)}
    path = {
        "archive": lambda: tgz(tmp_path / "a.tgz", resources),
        "folder": lambda: folder(tmp_path / "a", resources, manifest()),
        "inner folder": lambda: folder(tmp_path / "a", resources, manifest()) / "package",
        "loose folder": lambda: folder(tmp_path / "a" / "below", resources).parent,
        "file": lambda: folder(tmp_path / "a", resources) / "a.json",
    }[kind]()
    package = open_package(path, cache)
    (entry,) = package.find(URL)
    assert (entry.facts.resource_type, entry.facts.version) == ("ValueSet", "1.0.0")
    assert package.read(entry.number) == value_set(URL)
    assert list(package.of_type("ValueSet")) == [entry.number]
    assert package.find(URL + "x") == []


def test_only_what_lies_directly_in_the_package_counts(tmp_path: Path, cache: Cache) -> None:
    extra = {"package/example/b.json": value_set("http://b"), "other/c.json": value_set("http://c")}
    package = open_package(tgz(tmp_path / "a.tgz", {"a": value_set(URL)}, extra=extra), cache)
    assert len(package) == 1


def test_decimals_keep_their_digits(tmp_path: Path, cache: Cache) -> None:
    text = b'{"resourceType": "ValueSet", "url": "u", "x": [1.10, 1e3, 12345678901234567890]}'
    package = open_package(tgz(tmp_path / "a.tgz", {"a": text}), cache)
    found = package.read(0)["x"]
    assert [str(value) for value in found] == ["1.10", "1E+3", "12345678901234567890"]
    assert isinstance(found[0], Decimal)


def test_files_that_are_no_resources_are_passed_over_and_broken_ones_named(
    tmp_path: Path, cache: Cache
) -> None:
    resources = {
        "list": [1, 2], "other": {"a": 1}, "number": {"resourceType": 7},
        "broken": b'{"resourceType": "ValueSet", ', "deep": b'{"a":' * 100_000,
        "bom": b"\xef\xbb\xbf" + json.dumps(value_set(URL)).encode(),
        "odd": {"resourceType": "ValueSet", "url": 5, "version": {}, "type": []},
    }  # fmt: skip
    package = open_package(tgz(tmp_path / "a.tgz", resources), cache)
    assert len(package.find(URL)) == 1
    named = [problem.partition(":")[0] for problem in package.problems]
    assert named == ["broken.json", "deep.json"]


@pytest.mark.parametrize(
    "part", [b'"\xe9"', b"1e99999999999999999999", b'"\\ud800"', b"[" * 500 + b"]" * 500]
)
def test_what_is_broken_where_nobody_looked_is_an_error_when_read(
    part: bytes, tmp_path: Path, cache: Cache
) -> None:
    text = b'{"resourceType": "ValueSet", "url": "http://a", "x": ' + part + b"}"
    package = open_package(tgz(tmp_path / "a.tgz", {"a": text}), cache)
    if package.find("http://a"):
        with suppress(BrokenResourceError):
            package.read(0)
    else:
        assert package.problems


def test_types_are_told_from_profiles(tmp_path: Path, cache: Cache) -> None:
    package = open_package(tgz(tmp_path / "a.tgz", core(), core_manifest()), cache)
    assert set(package.types()) == set(core())
    assert package.types()["Patient"].kind == "resource"
    assert package.types()["Element"].base == ""
    assert package.manifest.is_core


def test_a_package_is_compiled_once(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = aged(tgz(tmp_path / "a.tgz", {"a": value_set(URL)}))
    first = open_package(path, cache)
    monkeypatch.setattr(opening, "_compile", lambda *_: pytest.fail("compiled again"))
    monkeypatch.setattr(opening, "_digest", lambda *_: pytest.fail("read again"))
    again = open_package(path, cache)
    assert again.digest == first.digest
    assert again.read(0) == value_set(URL)


def test_a_copy_elsewhere_is_the_same_package(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tgz(tmp_path / "a.tgz", {"a": value_set(URL)})
    open_package(path, cache)
    copy = tmp_path / "b.tgz"
    copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(opening, "_compile", lambda *_: pytest.fail("compiled again"))
    assert open_package(copy, cache).find(URL)


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_change_is_noticed_even_within_a_tick_of_the_clock(
    as_folder: bool, tmp_path: Path, cache: Cache
) -> None:
    def write(version: str) -> Path:
        if as_folder:
            path = tmp_path / "a"
            path.mkdir(exist_ok=True)
            (path / "a.json").write_text(json.dumps(value_set(URL, version)))
            return path
        return tgz(tmp_path / "a.tgz", {"a": value_set(URL, version)})

    for version in ("1.0.0", "1.0.1", "1.0.2"):
        package = open_package(write(version), cache)
        assert package.find(URL)[0].facts.version == version
    assert len(compiled_files(cache)) == 1, "what was compiled of the past is removed"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"\0" * len(data),
        lambda data: b"garbage",
        lambda data: data[:-20] + b"12345678901234567890",
        lambda data: data.replace(b"FHIRPK1", b"FHIRPK0"),
    ],
)
def test_a_damaged_file_is_made_again(damage, tmp_path: Path, cache: Cache) -> None:
    path = tgz(tmp_path / "a.tgz", {"a": value_set(URL)})
    open_package(path, cache)
    (file,) = compiled_files(cache)
    file.write_bytes(damage(file.read_bytes()))
    package = open_package(path, cache)
    assert package.read(package.find(URL)[0].number) == value_set(URL)
    assert file.read_bytes().startswith(b"FHIRPK1")


def test_any_changed_byte_of_a_compiled_file_is_noticed(tmp_path: Path, cache: Cache) -> None:
    path = aged(tgz(tmp_path / "a.tgz", {"a": value_set(URL)}))
    open_package(path, cache)
    (file,) = compiled_files(cache)
    sound = file.read_bytes()
    for at in range(0, len(sound), 3):
        file.unlink()
        file.write_bytes(sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :])
        package = open_package(path, cache)
        assert package.read(package.find(URL)[0].number) == value_set(URL), at


def test_a_source_that_is_gone_is_said_so_when_it_is_needed_again(
    tmp_path: Path, cache: Cache
) -> None:
    path = aged(tgz(tmp_path / "a.tgz", {"a": value_set(URL)}))
    open_package(path, cache)
    (file,) = compiled_files(cache)
    data = file.read_bytes().replace(b"ValueSet", b"valueset", 1)
    file.unlink()
    file.write_bytes(data)
    package = open_package(path, cache)
    path.unlink()
    with pytest.raises(PackageError, match="cannot be read"):
        package.read(0)


def test_without_a_cache_packages_are_read_into_memory(tmp_path: Path) -> None:
    path = tgz(tmp_path / "a.tgz", {"a": value_set(URL)})
    assert open_package(path, Cache(None)).read(0) == value_set(URL)
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert open_package(path, Cache(blocked)).read(0) == value_set(URL)


def _opened(path: Path, root: Path) -> int:
    package = open_package(path, Cache(root))
    return sum(len(str(package.read(number))) for number in range(len(package)))


def test_several_processes_may_compile_at_the_same_time(tmp_path: Path, cache: Cache) -> None:
    resources = {str(i): value_set(f"{URL}/{i}", text="x" * 1000) for i in range(300)}
    path = tgz(tmp_path / "a.tgz", resources)
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        sizes = set(pool.map(_opened, [path] * 8, [cache.root] * 8))
    assert len(sizes) == 1
    assert len(compiled_files(cache)) == 1


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("missing.tgz", None, "no such file"),
        ("a.txt", b"hello", "neither a package nor a resource"),
        ("a.tgz", b"hello", "no gzip"),
    ],
)
def test_what_cannot_be_opened_is_named_with_a_remedy(
    name: str, data: bytes | None, why: str, tmp_path: Path, cache: Cache
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PackageError, match=why) as error:
        open_package(path, cache)
    assert name in error.value.place
    assert error.value.remedy


@pytest.mark.parametrize("about", [b"{", b"[]", b'{"version": "1"}', b'{"name": 5}'])
def test_a_broken_manifest_is_an_error(about: bytes, tmp_path: Path, cache: Cache) -> None:
    with pytest.raises(PackageError, match=r"package\.json"):
        open_package(tgz(tmp_path / "a.tgz", {}, about), cache)


@pytest.mark.parametrize(
    ("environ", "root"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, Path("/x/conformance")),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, Path("/h/.cache/conformance")),
        ({"HOME": "/h"}, Path("/h/.cache/conformance")),
        ({}, None),
    ],
)
def test_the_cache_is_where_the_environment_says(environ, root) -> None:
    assert default_cache(environ).root == root
