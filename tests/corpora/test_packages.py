"""Published FHIR packages, where they are at hand: all of them open, and quickly."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from time import perf_counter

import pytest

from conformance_cli.fhir.packages.cache import Cache
from conformance_cli.fhir.packages.loading import open_packages
from conformance_cli.fhir.packages.opening import open_package

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
ARCHIVES = sorted(PACKAGES.glob("*.tgz"))
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"
#: The largest one serves another test.
FEW = [path for path in ARCHIVES if "examples" not in path.name]

pytestmark = pytest.mark.skipif(not ARCHIVES, reason="no published packages at hand")


def resources(path: Path) -> dict[str, dict[str, object]]:
    """The resources of an archive, read with the standard library alone."""
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            folder, _, name = member.name.rpartition("/")
            if folder == "package" and name.endswith(".json") and not name.startswith("."):
                file = archive.extractfile(member)
                assert file is not None
                value = json.load(file)
                if isinstance(value, dict) and "resourceType" in value:
                    found[name] = value
    return found


@pytest.mark.parametrize("path", FEW, ids=lambda path: path.name)
def test_every_resource_of_a_package_is_found(path: Path, tmp_path: Path) -> None:
    package = open_package(path, Cache(tmp_path))
    expected = resources(path)
    assert not package.problems
    assert len(package) == len(expected)
    for resource in expected.values():
        if isinstance(url := resource.get("url"), str):
            entries = package.find(url)
            assert resource["resourceType"] in [e.facts.resource_type for e in entries], url
            assert resource.get("version", "") in [e.facts.version for e in entries], url


def test_resources_are_read_as_they_were_written(tmp_path: Path) -> None:
    package = open_package(CORE, Cache(tmp_path))
    written = json.dumps(resources(CORE)["StructureDefinition-Patient.json"], sort_keys=True)
    (entry,) = package.find("http://hl7.org/fhir/StructureDefinition/Patient")
    assert json.dumps(package.read(entry.number), sort_keys=True, default=float) == written


def test_the_core_package_defines_the_types_of_r4(tmp_path: Path) -> None:
    library = open_packages([str(CORE)], tmp_path)
    assert library.fhir_version == "4.0.1"
    assert len(library.resource_types()) == 146
    assert {"Patient", "Bundle", "Parameters", "Binary"} <= library.resource_types()
    for name, ancestor in (
        ("Patient", "DomainResource"), ("Bundle", "Resource"), ("code", "string"),
        ("Age", "Quantity"), ("SimpleQuantity", "Quantity"), ("Timing", "BackboneElement"),
        ("markdown", "string"), ("oid", "uri"), ("Extension", "Element"),
    ):  # fmt: skip
        assert library.is_a(name, ancestor), name
    assert not library.is_a("Bundle", "DomainResource")


def test_every_structure_of_the_core_package_is_kept_unchanged(tmp_path: Path) -> None:
    cache, store = tmp_path / "cache", tmp_path / "none"
    first = open_packages([str(CORE)], cache, store)
    names = [*sorted(first.resource_types()), "HumanName", "Quantity", "code", "Extension"]
    made = {name: first.type(name) for name in names}
    again = open_packages([str(CORE)], cache, store)
    assert all(structure and not structure.problems for structure in made.values())
    assert [name for name in names if again.type(name) != made[name]] == []


def test_profiles_build_on_the_packages_before_them(tmp_path: Path) -> None:
    (uk_core,) = PACKAGES.glob("fhir.r4.ukcore.stu2-*.tgz")
    library = open_packages([str(CORE), str(uk_core)], tmp_path / "cache", tmp_path / "none")
    url = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"
    patient = library.structure(url)
    assert patient is not None
    assert patient.is_profile
    assert patient.type == "Patient"
    assert len(patient.root.children) > 10


def test_loose_xml_is_read_by_the_definitions_beside_it(tmp_path: Path) -> None:
    profile = tmp_path / "profile.xml"
    profile.write_text(
        """<StructureDefinition xmlns="http://hl7.org/fhir">
          <url value="http://example.org/P"/><name value="P"/><status value="draft"/>
          <kind value="resource"/><abstract value="false"/><type value="Patient"/>
          <baseDefinition value="http://hl7.org/fhir/StructureDefinition/Patient"/>
          <derivation value="constraint"/>
          <differential>
            <element id="Patient.birthDate">
              <path value="Patient.birthDate"/><min value="1"/>
            </element>
          </differential>
        </StructureDefinition>"""
    )
    specs = [str(profile), str(CORE)]
    library = open_packages(specs, tmp_path / "cache", tmp_path / "none")
    found = library.structure("http://example.org/P")
    assert found is not None
    assert [child.min for child in found.root.children if child.name == "birthDate"] == [1]


def test_a_warm_start_costs_next_to_nothing(tmp_path: Path) -> None:
    """Bounds are several times what a quiet machine takes: 0.2 s and 0.002 s."""
    cache, store = tmp_path / "cache", tmp_path / "none"
    started = perf_counter()
    assert open_packages([str(CORE)], cache, store).type("Patient") is not None
    cold = perf_counter()
    assert open_packages([str(CORE)], cache, store).type("Patient") is not None
    warm = perf_counter()
    assert cold - started < 2
    assert warm - cold < 0.1
