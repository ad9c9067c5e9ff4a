"""How packages are asked for, and which versions are meant."""

from __future__ import annotations

import pytest

from conformance_cli.fhir.packages.canonical import by_version
from conformance_cli.fhir.packages.manifest import Manifest
from conformance_cli.fhir.packages.references import (
    chosen,
    core_family,
    dependency,
    family_of,
    reference,
)


@pytest.mark.parametrize(
    ("text", "name", "version", "exact"),
    [
        ("hl7.fhir.r4.core@4.0.1", "hl7.fhir.r4.core", "4.0.1", True),
        ("hl7.fhir.r4.core#4.0.1", "hl7.fhir.r4.core", "4.0.1", True),
        ("acme", "acme", "latest", False),
        ("acme@1.0.x", "acme", "1.0.x", False),
        ("acme@*", "acme", "*", False),
        ("acme@1.0.0-beta.x1", "acme", "1.0.0-beta.x1", True),
    ],
)
def test_a_reference_is_a_name_and_a_version(text, name, version, exact) -> None:
    found = reference(text)
    assert (found.name, found.version, found.is_exact) == (name, version, exact)


def test_versions_are_ordered_as_semver_has_it() -> None:
    rising = [
        "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2",
        "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.0.10", "1.2.0", "10.0.0", "20150331",
    ]  # fmt: skip
    assert sorted(sorted(rising), key=by_version) == rising


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("latest", "1.10.0"),
        ("1.2.x", "1.2.3"),
        ("1.x", "1.10.0"),
        ("*", "1.10.0"),
        ("2.x", "2.0.0-ballot"),
        ("1.2.0", "1.2.0"),
        ("1.2", None),
        ("9.x", None),
    ],
)
def test_wildcards_mean_the_highest_release(wanted, version) -> None:
    versions = ["1.2.0", "1.2.3", "1.10.0", "1.9.0", "2.0.0-ballot", "1.11.0-draft"]
    assert chosen(versions, wanted) == version


def test_core_packages_are_told_by_name_and_type() -> None:
    assert Manifest("hl7.fhir.r4.core").is_core
    assert Manifest("hl7.fhir.r4b.core").is_core
    assert Manifest("hl7.fhir.core").is_core
    assert Manifest("acme", type="fhir.core").is_core
    assert not Manifest("hl7.fhir.us.core").is_core
    assert not Manifest("hl7.fhir.r4.examples").is_core


def test_families_name_the_versions_of_fhir() -> None:
    assert [family_of(v) for v in ("3.0.2", "4.0.1", "4.3.0", "5.0.0", "9.9")] == [
        "r3", "r4", "r4b", "r5", "",
    ]  # fmt: skip
    assert core_family("hl7.fhir.r4b.core") == "r4b"
    assert core_family("hl7.fhir.us.core") == ""
    assert str(dependency("hl7.fhir.core", "4.0.1")) == "hl7.fhir.r4.core@4.0.1"
