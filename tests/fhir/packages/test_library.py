"""Which definition a reference finds, and that structures are made only once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Pinned, Structure
from conformance_cli.fhir.packages.cache import Cache
from conformance_cli.fhir.packages.library import PackageLibrary
from conformance_cli.fhir.packages.maker import Maker
from conformance_cli.fhir.packages.opening import open_package
from conformance_cli.fhir.packages.package import Package, ResourcePackage
from conformance_cli.fhir.packages.structures import StructureStore
from tests.fhir.packages.making import (
    CORE,
    core,
    core_manifest,
    manifest,
    structure,
    tgz,
    value_set,
)

URL = "http://example.org/ValueSet/one"


def loose(*resources: Mapping[str, Any]) -> Package:
    return ResourcePackage(resources)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def base(tmp_path: Path, cache: Cache) -> Package:
    return open_package(tgz(tmp_path / "core.tgz", core(), core_manifest()), cache)


def version(library: PackageLibrary, reference: str) -> str | None:
    found = library.resource(reference)
    return None if found is None else found["version"]


def test_it_is_a_library(base: Package) -> None:
    library: Library = PackageLibrary([base])
    assert library.fhir_version == "4.0.1"
    assert library.has_definitions


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (URL, "2.0.0"),
        (f"{URL}|1.0.1", "1.0.1"),
        (f"{URL}|1.0", "1.0.10"),
        (f"{URL}|3.1", "3.1"),
        (f"{URL}|1", None),
        (f"{URL}|1.0.", None),
        (f"{URL}|9.9", None),
        (f"{URL}|9.9.9", None),
        (f"{URL}#part", "2.0.0"),
        (f"{URL}|1.0.1#part", "1.0.1"),
        (f"{URL}|", "2.0.0"),
        (f"{URL}/", None),
        ("", None),
        ("|", None),
    ],
)
def test_a_version_finds_that_version_and_none_the_newest(reference: str, found: str) -> None:
    versions = ("1.0.1", "1.0.10", "1.0.9", "2.0.0-ballot", "2.0.0", "10.0.0-x", "3.1", "1.0.2")
    library = PackageLibrary([loose(*(value_set(URL, v) for v in versions if v != "10.0.0-x"))])
    if reference.startswith(URL) and found == "2.0.0":
        found = "3.1"
    assert version(library, reference) == found


def test_the_package_loaded_last_has_the_say_whatever_its_version() -> None:
    library = PackageLibrary([loose(value_set(URL, "2.0.0")), loose(value_set(URL, "1.0.0"))])
    assert version(library, URL) == "1.0.0"
    assert version(library, f"{URL}|2.0.0") == "2.0.0"


def test_an_exact_version_comes_before_one_that_is_only_within() -> None:
    library = PackageLibrary([loose(value_set(URL, "1.0")), loose(value_set(URL, "1.0.5"))])
    assert version(library, f"{URL}|1.0") == "1.0"


def test_only_the_types_asked_for_are_found() -> None:
    system = {"resourceType": "CodeSystem", "url": URL, "version": "5"}
    library = PackageLibrary([loose(value_set(URL)), loose(system)])
    assert library.resource(URL)["resourceType"] == "CodeSystem"
    assert library.resource(URL, "ValueSet")["resourceType"] == "ValueSet"
    assert library.resource(URL, "ConceptMap", "ValueSet")["resourceType"] == "ValueSet"
    assert library.resource(URL, "ConceptMap") is None
    assert [r["resourceType"] for r in library.resources("CodeSystem")] == ["CodeSystem"]


def test_types_are_found_by_name_and_profiles_are_not(base: Package) -> None:
    profile = structure(
        "Patient", url="http://example.org/P", derivation="constraint", base="Patient"
    )
    library = PackageLibrary([base, loose(profile)])
    assert library.type("Patient").url == CORE + "Patient"
    assert library.type("Age").url == CORE + "Age"
    assert library.type("P") is None
    assert library.type("http://hl7.org/fhirpath/System.String") is None
    assert library.structure("http://example.org/P").is_profile


@pytest.mark.parametrize(
    ("name", "ancestor", "answer"),
    [
        ("Patient", "Patient", True),
        ("Patient", "DomainResource", True),
        ("Patient", "Resource", True),
        ("Patient", "Element", False),
        ("code", "string", True),
        ("string", "code", False),
        ("Age", "Quantity", True),
        ("Nothing", "Resource", False),
    ],
)
def test_a_type_is_what_it_derives_from(name, ancestor, answer, base: Package) -> None:
    assert PackageLibrary([base]).is_a(name, ancestor) is answer


def test_types_that_derive_from_each_other_end() -> None:
    library = PackageLibrary([loose(structure("A", base="B"), structure("B", base="A"))])
    assert library.is_a("A", "B")
    assert not library.is_a("A", "Element")


def test_abstract_resources_are_no_types_of_resources(base: Package) -> None:
    assert PackageLibrary([base]).resource_types() == {"Patient"}


def test_without_a_core_package_there_are_no_definitions() -> None:
    library = PackageLibrary([loose(value_set(URL))])
    assert not library.has_definitions
    assert library.type("Patient") is None
    assert library.resource_types() == frozenset()


def test_the_version_of_fhir_is_that_of_the_core_package(tmp_path, base, cache) -> None:
    about = {"name": "acme", "version": "1", "fhirVersions": ["5.0.0"]}
    acme = open_package(tgz(tmp_path / "acme.tgz", {}, about), cache)
    assert PackageLibrary([base, acme]).fhir_version == "4.0.1"
    assert PackageLibrary([acme]).fhir_version == "5.0.0"


def test_one_structure_is_one_object_under_all_its_names(base: Package) -> None:
    library = PackageLibrary([base])
    patient = library.type("Patient")
    assert patient is library.structure(CORE + "Patient")
    assert patient is library.structure(CORE + "Patient|4.0.1")
    assert patient is library.structure(CORE + "Patient|4.0")


def test_structures_are_made_once_and_kept(base, cache, monkeypatch) -> None:
    made = PackageLibrary([base], cache).type("Patient")
    monkeypatch.setattr(Maker, "make", lambda *_: pytest.fail("made again"))
    again = PackageLibrary([base], cache).type("Patient")
    assert again == made
    assert again is not made


def test_other_packages_mean_other_structures(base, cache, tmp_path) -> None:
    PackageLibrary([base], cache).type("Patient")
    more = open_package(tgz(tmp_path / "b.tgz", {"a": value_set(URL)}), cache)
    PackageLibrary([base, more], cache).type("Patient")
    assert len(list(cache.structures.iterdir())) == 2


def test_resources_can_be_layered_on_top(base, cache) -> None:
    library = PackageLibrary([base, loose(value_set(URL, "1"))], cache)
    layered = library.with_resources([value_set(URL, "2"), {"no": "resource"}])
    assert version(layered, URL) == "2"
    assert version(layered, f"{URL}|1") == "1"
    assert version(library, URL) == "1"
    assert layered.type("Patient") is library.type("Patient")
    assert layered.fhir_version == "4.0.1"
    assert layered.with_resources([]) is layered


def test_a_layer_can_replace_a_definition(base, cache) -> None:
    library = PackageLibrary([base], cache)
    other = structure("Patient", kind="resource", base="DomainResource", version="99")
    layered = library.with_resources([other])
    assert layered.type("Patient").version == "99"
    assert library.type("Patient").version == "4.0.1"


def test_a_broken_definition_is_no_definition(tmp_path, cache) -> None:
    text = b'{"resourceType": "ValueSet", "url": "http://a", "x": 1e99999999999999999999}'
    package = open_package(tgz(tmp_path / "a.tgz", {"a": text, "b": value_set(URL)}), cache)
    library = PackageLibrary([package])
    assert library.resource("http://a") is None
    assert [found["url"] for found in library.resources("ValueSet")] == [URL]


def made(**more: Any) -> Structure:
    return Structure("http://a", "A", "A", "resource", Element("A", "A", "A", **more))


@pytest.mark.parametrize(
    "value", [Decimal("1.10"), "1.10", {"a": [Decimal("1E-3"), 2, None, True, "x"]}, [], 2**60]
)
def test_values_keep_their_type_on_disk(value: Any, tmp_path: Path) -> None:
    inner = Element("A.b", "A.b", "b", fixed=Pinned("decimal", value, {"id": "x"}))
    kept = made(children=(inner,), slices=(inner,))
    StructureStore(tmp_path / "s").put((0, 1), kept)
    found = StructureStore(tmp_path / "s").get((0, 1))
    assert found == kept
    assert type(found.root.children[0].fixed.value) is type(value)


def test_a_store_only_grows_and_forgets_what_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "s"
    for number in range(3):
        StructureStore(path).put((0, number), made(min=number))
    sound = path.read_bytes()
    path.write_bytes(sound + sound[12:54])
    store = StructureStore(path)
    assert [store.get((0, number)).root.min for number in range(3)] == [0, 1, 2]
    store.put((0, 3), made(min=3))
    assert path.read_bytes().startswith(sound)
    assert StructureStore(path).get((0, 3)).root.min == 3


def test_two_processes_may_add_to_one_store(tmp_path: Path) -> None:
    path = tmp_path / "s"
    one, other = StructureStore(path), StructureStore(path)
    assert one.get((9, 9)) is other.get((9, 9)) is None
    for number in range(4):
        one.put((0, number), made(min=number))
        other.put((1, number), made(min=number))
    found = StructureStore(path)
    assert all(found.get((side, n)).root.min == n for side in (0, 1) for n in range(4))


def test_no_damage_to_a_store_does_harm(tmp_path: Path) -> None:
    path = tmp_path / "s"
    store = StructureStore(path)
    store.put((0, 0), made(min=1))
    store.put((0, 1), made(min=2))
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.unlink()
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :])
        damaged = StructureStore(path)
        assert damaged.get((0, 0)) in (None, made(min=1))
        damaged.put((0, 0), made(min=1))
        assert StructureStore(path).get((0, 0)) == made(min=1), at


class TestGlobalProfiles:
    def guide(self, *listed: Any) -> dict[str, Any]:
        url = "http://example.org/guide"
        return {"resourceType": "ImplementationGuide", "url": url, "global": list(listed)}

    def test_are_those_of_guides_that_are_handed_over(self) -> None:
        one = {"type": "Patient", "profile": "urn:a"}
        guides = self.guide(one, {"type": "Group", "profile": "urn:g"}), self.guide(one)
        library = PackageLibrary([]).with_resources(guides)
        assert library.global_profiles("Patient") == ("urn:a",)
        assert library.global_profiles("Group") == ("urn:g",)
        assert library.global_profiles("Observation") == ()

    def test_are_those_of_single_files_too(self, tmp_path: Path, cache: Cache) -> None:
        file = tmp_path / "guide.json"
        file.write_text(json.dumps(self.guide({"type": "Patient", "profile": "urn:a"})))
        library = PackageLibrary([open_package(file, cache)])
        assert library.global_profiles("Patient") == ("urn:a",)

    def test_of_published_packages_do_not_count(self, tmp_path: Path, cache: Cache) -> None:
        content = {"guide": self.guide({"type": "Patient", "profile": "urn:a"})}
        package = open_package(tgz(tmp_path / "one.tgz", content, manifest()), cache)
        assert PackageLibrary([package]).global_profiles("Patient") == ()

    def test_may_be_malformed_and_may_be_those_of_stu3(self) -> None:
        stu3 = {"type": "Patient", "profile": {"reference": "urn:old"}}
        guide = self.guide(None, {}, {"type": 1, "profile": "urn:a"}, {"type": "Patient"}, stu3)
        library = PackageLibrary([]).with_resources([guide, {**guide, "global": 1}])
        assert library.global_profiles("Patient") == ("urn:old",)
