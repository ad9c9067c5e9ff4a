"""From what a user names to a library: paths, installed packages, what they depend on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from conformance_cli.fhir.packages.errors import PackageError, PackageMissingError
from conformance_cli.fhir.packages.library import PackageLibrary
from conformance_cli.fhir.packages.loading import open_packages
from conformance_cli.fhir.packages.store import PackageStore, default_store
from tests.fhir.packages.making import (
    CORE,
    core,
    core_manifest,
    folder,
    install,
    manifest,
    tgz,
    value_set,
)

URL = "http://example.org/ValueSet/one"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "packages"


@pytest.fixture
def opened(tmp_path: Path, home: Path):
    def run(*specs: object) -> PackageLibrary:
        return open_packages([str(spec) for spec in specs], tmp_path / "cache", home)

    return run


def names(library: PackageLibrary) -> list[str]:
    return [package.manifest.reference for package in library.packages]


def put(home: Path, name: str, version: str = "1.0.0", **more: Any) -> None:
    about = manifest(name, version, **more)
    install(home, {"a": value_set(URL, version, publisher=name)}, about)


def needing(**versions: str) -> dict[str, Any]:
    wanted = {name.replace("_", "."): version for name, version in versions.items()}
    return {"fhirVersions": ["4.0.1"], "dependencies": wanted}


def test_installed_packages_are_found_by_name(home, opened) -> None:
    put(home, "acme.one", "1.0.0")
    put(home, "acme.one", "1.1.0")
    assert names(opened("acme.one@1.0.0")) == ["acme.one@1.0.0"]
    assert names(opened("acme.one#1.0.0")) == ["acme.one@1.0.0"]
    assert names(opened("acme.one")) == ["acme.one@1.1.0"]
    assert names(opened("acme.one@1.0.x")) == ["acme.one@1.0.0"]


def test_a_package_that_is_not_installed_is_named_with_the_command(home, opened) -> None:
    put(home, "acme.one", "1.0.0")
    with pytest.raises(PackageMissingError, match="not installed") as error:
        opened("acme.one@2.0.0")
    assert error.value.remedy == "conformance package install acme.one@2.0.0"
    assert "installed: 1.0.0" in error.value.problem
    assert error.value.missing == ("acme.one@2.0.0",)


def test_what_packages_depend_on_is_loaded_before_them(home, opened) -> None:
    put(home, "acme.one", **needing(b_terms="1.0.0", c_more="1.x"))
    put(home, "b.terms", **needing(d_base="1.0.0"))
    put(home, "c.more", "1.5.0")
    put(home, "d.base")
    library = opened("acme.one@1.0.0")
    assert names(library) == ["d.base@1.0.0", "b.terms@1.0.0", "c.more@1.5.0", "acme.one@1.0.0"]
    assert library.resource(URL)["publisher"] == "acme.one"


def test_a_missing_dependency_of_a_named_package_is_an_error(home, opened) -> None:
    put(home, "acme.one", **needing(b_terms="2.0.0", c_more="1.0.0"))
    with pytest.raises(PackageMissingError) as error:
        opened("acme.one@1.0.0")
    assert error.value.missing == ("b.terms@2.0.0", "c.more@1.0.0")
    assert "acme.one@1.0.0 depends on" in error.value.problem
    assert error.value.remedy == "conformance package install b.terms@2.0.0 c.more@1.0.0"


def test_a_missing_dependency_of_a_file_is_told(tmp_path, opened) -> None:
    path = tgz(tmp_path / "a.tgz", {}, manifest(**needing(b_terms="2.0.0")))
    assert opened(path).missing == ("b.terms@2.0.0",)


def test_packages_that_depend_on_each_other_end(home, opened) -> None:
    put(home, "a.ext", "5.0.0", **needing(b_terms="4.0.0"))
    put(home, "b.terms", "4.0.0", **needing(a_ext="4.9.0"))
    assert names(opened("a.ext@5.0.0")) == ["b.terms@4.0.0", "a.ext@5.0.0"]


def test_of_two_versions_of_a_package_the_newer_has_the_say(home, opened) -> None:
    put(home, "acme.one", **needing(d_base="1.0.0", e_other="1.0.0"))
    put(home, "d.base", "1.0.0")
    put(home, "d.base", "2.0.0")
    put(home, "e.other", **needing(d_base="2.0.0"))
    assert names(opened("acme.one@1.0.0"))[:2] == ["d.base@1.0.0", "d.base@2.0.0"]


def test_a_newer_version_that_was_named_serves_for_an_older_one(home, opened) -> None:
    put(home, "acme.one", **needing(d_base="1.0.0"))
    put(home, "d.base", "1.2.0")
    assert names(opened("d.base@1.2.0", "acme.one@1.0.0")) == ["d.base@1.2.0", "acme.one@1.0.0"]


def test_only_the_core_of_the_right_version_of_fhir_is_loaded(home, opened) -> None:
    put(home, "acme.one", **needing(hl7_fhir_r4_core="4.0.1", x_tools="1.0.0"))
    put(home, "x.tools", dependencies={"hl7.fhir.r5.core": "5.0.0"}, fhirVersions=["5.0.0"])
    install(home, core(), core_manifest())
    library = opened("acme.one@1.0.0")
    assert names(library) == ["hl7.fhir.r4.core@4.0.1", "x.tools@1.0.0", "acme.one@1.0.0"]
    assert library.fhir_version == "4.0.1"
    assert library.is_a("Patient", "Resource")


def test_paths_and_names_may_be_mixed_and_the_last_has_the_say(tmp_path, home, opened) -> None:
    put(home, "acme.one")
    loose = folder(tmp_path / "loose", {"x": value_set(URL, "0.1", publisher="loose")})
    archive = tgz(tmp_path / "a.tgz", {"x": value_set(URL, "9", publisher="archive")})
    assert opened("acme.one", archive, loose).resource(URL)["publisher"] == "loose"
    assert opened(loose, archive, "acme.one").resource(URL)["publisher"] == "acme.one"
    assert opened(loose / "x.json").resource(URL)["publisher"] == "loose"


PROFILE = f"""<StructureDefinition xmlns="http://hl7.org/fhir">
  <id value="P"/><url value="http://example.org/P"/><name value="P"/>
  <kind value="resource"/><abstract value="false"/><type value="Patient"/>
  <baseDefinition value="{CORE}Patient"/><derivation value="constraint"/>
</StructureDefinition>"""


def test_loose_xml_needs_definitions_to_be_read_by(tmp_path, opened) -> None:
    path = tmp_path / "p.xml"
    path.write_text(PROFILE)
    library = opened(path)
    assert library.resource("http://example.org/P") is None
    assert "XML" in library.packages[0].problems[0]


@pytest.mark.parametrize("spec", ["no/such/file.tgz", "missing.tgz", "missing.json", "./acme@1"])
def test_a_path_that_leads_nowhere_is_said_so(spec: str, opened) -> None:
    with pytest.raises(PackageError, match="no such file") as error:
        opened(spec)
    assert "NAME@VERSION" in error.value.remedy


def test_a_folder_that_cannot_be_listed_is_said_so(tmp_path, opened, monkeypatch) -> None:
    loose = folder(tmp_path / "loose", {"x": value_set(URL)})
    listed = os.scandir

    def scandir(path: str) -> object:
        if str(path) == str(loose):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PackageError, match="Permission denied") as error:
        opened(loose)
    assert error.value.place == str(loose)


def test_the_urls_of_a_package_are_listed(tmp_path, opened) -> None:
    loose = folder(tmp_path / "loose", {"x": value_set(URL), "y": {"resourceType": "Patient"}})
    (package,) = opened(loose).packages
    assert list(package.urls()) == [URL]


def test_nothing_is_no_library(opened) -> None:
    with pytest.raises(PackageError, match="no package is named"):
        opened()


def test_what_is_neither_path_nor_name_is_said_so(opened) -> None:
    with pytest.raises(PackageError, match="names no package"):
        opened("what is this?")


def test_a_settled_package_is_not_looked_through_again(home, opened, monkeypatch) -> None:
    from conformance_cli.fhir.packages.sources import FolderSource

    put(home, "acme.one")
    opened("acme.one@1.0.0")
    monkeypatch.setattr(FolderSource, "_files", lambda _: pytest.fail("looked through"))
    assert opened("acme.one@1.0.0").resource(URL) is not None


@pytest.mark.parametrize("name", ["acme.one#current", "acme.one#dev"])
def test_what_is_built_from_sources_is_looked_through(name: str, home, opened) -> None:
    _, _, version = name.partition("#")
    put(home, "acme.one", version)
    opened(name)
    (home / name / "package" / "b.json").write_text(
        '{"resourceType": "ValueSet", "url": "http://b"}'
    )
    assert opened(name).resource("http://b") is not None


def test_the_package_cache_is_where_the_environment_says(tmp_path: Path) -> None:
    assert default_store({"FHIR_PACKAGE_CACHE": "/x", "HOME": "/h"}).root == Path("/x")
    assert default_store({"HOME": "/h"}).root == Path("/h/.fhir/packages")


def test_a_package_that_cannot_be_read_is_not_taken_for_none(home, monkeypatch) -> None:
    put(home, "acme.one")

    def is_file(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", is_file)
    found = PackageStore(home).get("acme.one@1.0.0")
    with pytest.raises(PackageError, match="cannot be read: Permission denied"):
        found.manifest()


def test_only_folders_with_packages_count_as_installed(home) -> None:
    put(home, "acme.one", "1.10.0")
    put(home, "acme.one", "1.9.0")
    (home / "broken#1.0.0").mkdir()
    (home / "other").mkdir()
    (home / "file#1").write_text("x")
    found = PackageStore(home).installed()
    assert [(p.name, p.version) for p in found] == [("acme.one", "1.9.0"), ("acme.one", "1.10.0")]
    assert PackageStore(home / "none").installed() == ()
