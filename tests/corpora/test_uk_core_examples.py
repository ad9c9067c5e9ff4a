"""The examples of UK Core, against its profiles: only those with defects are refused.

UK Core ships no snapshots, so that all of them are made here.  Its examples hardly ever claim
a profile; their ids begin with the name of the one that they are of.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance_cli.fhir import Library, Validator, open_packages
from conformance_cli.fhir.definitions.schema import Problem
from tests.corpora.defects import R4, SHARED, archives, differences, errors, table

EXAMPLES = SHARED / "fhir" / "examples" / "uk-core"
#: How many examples each sequence has.
SEQUENCES = {"stu1": 67, "stu2": 140, "stu3": 215}
HOME = "https://fhir.hl7.org.uk/StructureDefinition/"
#: Of these resources, UK Core has no profile in the sequence.
UNPROFILED = {
    "stu2": {
        "BodyStructure-UKCore-BodyStructure-MedianCubitalVein-Example",
        "Bundle-UKCore-Bundle-AllergyList-Example",
        "Bundle-UKCore-Bundle-Sn-NoAllergyData-Example",
    }
}

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"{EXAMPLES} is not at hand")

DEFECTS = {
    "stu1": table("""
binding-maximum: a language in codes of UK Core's own, where R4 admits those of BCP 47 only
    Patient-UKCore-Patient-RichardSmith-Example
"""),
    "stu2": table("""
code-display: a display that its code system does not have, such as a definition
    Appointment-UKCore-Appointment-Extension-DeliveryChannel-Example
    Appointment-UKCore-Appointment-OrthopaedicSurgery-Example
    HealthcareService-UKCore-HealthcareService-OrthopaedicService-Example
"""),
    "stu3": table("""
code-display: a display that its code system does not have, such as a definition
    Appointment-Extension-UKCore-DeliveryChannel-Example
    Appointment-UKCore-Appointment-OrthopaedicSurgery-Example
    HealthcareService-UKCore-HealthcareService-OrthopaedicService-Example
    DiagnosticReport-UKCore-DiagnosticReport-ECG-Example
slice-ambiguous: the profile is at fault: it tells slices apart by type, but all have the same
    Observation-UKCore-Observation-Lab-Albumin-Example
    Observation-UKCore-Observation-Lab-RedCellCount-Example
    Observation-UKCore-Observation-Lab-Sn-AbsentData-Example
    Observation-UKCore-Observation-Lab-WhiteCellCount-Example
binding-required: a body height in metres, where R4 admits centimetres and inches
    Observation-UKCore-Observation-VitalSigns-BodyHeight-Example
value-fixed: a respiratory rate in breaths a minute, where R4 says how often a minute
    Bundle-UKCore-Bundle-NEWS2Observations-Example
bundle-address-absolute: relative addresses in a Bundle
    Bundle-UKCore-Bundle-NEWS2Observations-Example
element-choice extension-type: an extension with two values, of which one is of another type
    Condition-Extension-UKCore-ConditionEpisode-Example
"""),
}


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compiled")


@cache
def library(cache_dir: Path, sequence: str) -> Library:
    packages = archives(*R4, f"fhir.r4.ukcore.{sequence}-*")
    return open_packages(packages, cache_dir, cache_dir / "none")


@cache
def profiles(cache_dir: Path, sequence: str) -> dict[str, dict[str, str]]:
    """The URLs of the profiles of UK Core, by type and name."""
    found: dict[str, dict[str, str]] = {}
    for definition in library(cache_dir, sequence).resources("StructureDefinition"):
        url = str(definition["url"])
        if url.startswith(HOME):
            of_type = found.setdefault(str(definition["type"]), {})
            of_type[url.removeprefix(HOME)] = url
    return found


def profile_of(resource: Any, known: dict[str, dict[str, str]]) -> str | None:
    """The profile that an example is of: the longest name that its id begins with."""
    name = resource["resourceType"]
    of_type = known.get(name, {})
    fitting = [one for one in of_type if resource["id"].lower().startswith(f"{one}-".lower())]
    return of_type.get(max(fitting, key=len, default=f"UKCore-{name}"))


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_those_with_defects_are_refused_and_no_others(sequence: str, cache_dir: Path) -> None:
    validator = Validator(library(cache_dir, sequence))
    known = profiles(cache_dir, sequence)
    found, unprofiled = {}, set()
    for path in EXAMPLES.joinpath(sequence).glob("*.json"):
        data = path.read_bytes()
        profile = profile_of(json.loads(data), known)
        found[path.stem] = errors(validator, data, [profile] if profile else [])
        unprofiled |= set() if profile else {path.stem}

    assert len(found) == SEQUENCES[sequence]
    assert unprofiled == UNPROFILED.get(sequence, set())
    assert differences(found, DEFECTS[sequence]) == []
    assert {name for defect in DEFECTS[sequence] for name in defect.examples} <= found.keys()


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_nothing_is_wrong_with_the_snapshots_that_are_made(sequence: str, cache_dir: Path) -> None:
    problems: dict[str, tuple[Problem, ...]] = {}
    for of_type in profiles(cache_dir, sequence).values():
        for url in of_type.values():
            structure = library(cache_dir, sequence).structure(url)
            assert structure is not None, url
            problems |= {url: structure.problems} if structure.problems else {}

    assert problems == {}
