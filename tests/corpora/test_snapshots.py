"""Snapshots made from differentials, held against those that packages ship.

The published snapshots were made by several tools over several years.  Where they differ from
ours for a reason that is known, the reason is named here; what is left must be next to nothing.
National packages ship no snapshots: theirs must be made without finding anything wrong.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from conformance_cli.fhir.definitions.read import read_structure
from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.definitions.shapes import ModelLibrary
from conformance_cli.fhir.definitions.snapshot import Generator
from tests.corpora.agreement import Agreement, Reason, Tally, definitions

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
CORE = "http://hl7.org/fhir/StructureDefinition/"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PACKAGES.is_dir(), reason=f"{PACKAGES} is not at hand"),
]

Json = Any
Known = Mapping[str, Mapping[str, Json]]


@cache
def package(pattern: str) -> Known:
    """The StructureDefinitions of a package."""
    return definitions(_members(next(PACKAGES.glob(pattern))))


def _members(path: Path) -> Iterator[Mapping[str, Json]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(".json") and "/example/" not in member.name:
                file = archive.extractfile(member)
                data = file.read() if file else b""
                if b"StructureDefinition" in data:
                    yield json.loads(data, parse_float=Decimal)


# -- reasons to differ --


def _slices_add_up(fact: str, theirs: Element, mine: Element) -> bool:
    """Older tools left the minimum of an element that its required slices imply."""
    least = sum(slice_.min for slice_ in mine.slices)
    return fact == "min" and 0 < mine.min <= max(1, least) and theirs.min < mine.min


def _closed_anyway(fact: str, theirs: Element, mine: Element) -> bool:
    """A slicing by type that has a slice for each type is as good as closed."""
    return fact == "slicing" and mine.choice and len(mine.slices) >= len(mine.types)


def _lost_in_stu3(fact: str, theirs: Element, mine: Element) -> bool:
    """The tool of STU3 lost what was said of Extension.extension without naming a slice."""
    return fact == "max" and mine.name == "extension" and (theirs.max, mine.max) == (None, 0)


def _lost_slicing(fact: str, theirs: Element, mine: Element) -> bool:
    """What is sliced without saying how is a problem, whatever became of it."""
    return mine.slicing is not None and not mine.slicing.discriminators and bool(mine.slices)


def _extension_unknown(fact: str, theirs: Element, mine: Element) -> bool:
    """The extension's definition is not among the packages, so its facts are not known."""
    return mine.path.partition("extension")[1] == "extension"


R4_REASONS: Mapping[str, Reason] = {
    "minimum that slices add up to": _slices_add_up,
    "slicing by type closed": _closed_anyway,
    "slicing missing": _lost_slicing,
}
STU3_REASONS: Mapping[str, Reason] = {**R4_REASONS, "Extension.extension in STU3": _lost_in_stu3}
#: Definitions of HL7's that contradict themselves or their base.
BROKEN = (
    "codesystem-history",
    "valueset-history",
    "consentdirective",
    "familymemberhistory-genetic",
)


def agreement(known: Known, chosen: Known, reasons: Mapping[str, Reason]) -> Tally:
    """How snapshots made of definitions agree with those that they came with."""
    generator = Generator(known.get)
    comparing = Agreement(known.get, reasons)
    for url, published in chosen.items():
        has_both = "snapshot" in published and published.get("differential", {}).get("element")
        if has_both and published.get("derivation") == "constraint" and not url.endswith(BROKEN):
            bare = {key: value for key, value in published.items() if key != "snapshot"}
            comparing.compare(published, generator.generate(bare)[0])
    return comparing.tally


def test_profiles_and_extensions_of_r4() -> None:
    core = package("hl7.fhir.r4.core*")
    tally = agreement(core, core, R4_REASONS)

    assert tally.compared > 5000
    assert tally.rate > 0.99, tally
    assert len(tally.unexplained) <= 6, "\n".join(tally.unexplained)


def test_the_extension_pack() -> None:
    core, pack = package("hl7.fhir.r4.core*"), package("hl7.fhir.uv.extensions*")
    tally = agreement({**core, **pack}, pack, R4_REASONS)

    assert tally.compared > 5000
    assert tally.rate > 0.999, tally
    assert len(tally.unexplained) <= 2, "\n".join(tally.unexplained)


def test_profiles_and_extensions_of_stu3() -> None:
    core = package("hl7.fhir.r3.core*")
    tally = agreement(core, core, STU3_REASONS)

    assert tally.compared > 3500
    assert len(tally.unexplained) <= 5, "\n".join(tally.unexplained)


def test_gp_connect() -> None:
    core = package("hl7.fhir.r3.core*")
    older, newer = (package(f"local.nhs.gpconnect.stu3.{part}*") for part in ("core", "simplifier"))
    reasons = {**STU3_REASONS, "extensions that are not at hand": _extension_unknown}
    tally = agreement({**core, **older, **newer}, {**older, **newer}, reasons)

    assert tally.compared > 9000
    assert tally.rate > 0.99, tally
    assert len(tally.unexplained) <= 20, "\n".join(tally.unexplained)


@pytest.mark.parametrize("release", ["stu1", "stu2", "stu3"])
def test_uk_core_has_no_problems(release: str) -> None:
    own = package(f"fhir.r4.ukcore.{release}*")
    known = {**package("hl7.fhir.r4.core*"), **package("hl7.fhir.uv.extensions*"), **own}
    started = perf_counter()
    generator = Generator(known.get)
    problems = {}
    for url, sd in own.items():
        made, found = generator.generate(sd)
        assert read_structure(made).problems == ()
        if found:
            problems[url] = [problem.text for problem in found]

    assert problems == {}
    assert perf_counter() - started < 10


def test_bars_lacks_only_what_its_package_does_not_name() -> None:
    own = package("local.nhsbooking.bars*")
    known = {**package("hl7.fhir.r4.core*"), **package("fhir.r4.ukcore.stu2*"), **own}
    generator = Generator(known.get)
    found = {problem.id for sd in own.values() for problem in generator.generate(sd)[1]}

    assert found <= {"snapshot-base-unknown"}


def test_reading_what_a_patient_needs_is_quick() -> None:
    core = package("hl7.fhir.r4.core*")
    names = {"Patient", "Attachment", "CodeableConcept", "Coding", "Reference", "Period"}
    names |= {"Identifier", "HumanName", "ContactPoint", "Address", "Extension", "Element", "Meta"}
    names |= {"Narrative", "string", "code", "uri", "id", "boolean", "date", "dateTime", "instant"}
    wanted = [core[CORE + name] for name in names]
    times = []
    for _ in range(5):
        started = perf_counter()
        for sd in wanted:
            read_structure(sd)
        times.append(perf_counter() - started)

    assert min(times) < 0.05


def test_models_agree_with_the_definitions_of_r4() -> None:
    core, models = package("hl7.fhir.r4.core*"), ModelLibrary("4.0.1")
    names = {"Patient", "Observation", "Bundle", "Encounter", "MedicationRequest", "Task"}
    names |= {"Questionnaire", "Composition", "Appointment", "HumanName", "Timing", "Dosage"}
    differing = []
    for name in sorted(names):
        shape = models.type(name)
        assert shape is not None
        differing += list(_differing(read_structure(core[CORE + name]).root, shape.root))

    assert differing == []


def _differing(defined: Element, shape: Element) -> Iterator[str]:
    known = {child.name: child for child in shape.children}
    for child in defined.children:
        other = known[child.name]
        for fact in ("path", "min", "max", "repeats", "choice"):
            if getattr(child, fact) != getattr(other, fact):
                yield f"{child.path}: {fact}"
        if {ref.code for ref in child.types} != {ref.code for ref in other.types}:
            yield f"{child.path}: types"
        yield from _differing(child, other)


def test_codes_that_models_list_are_those_of_required_bindings() -> None:
    path = PACKAGES.parent / "derived" / "r4-required-code-bindings.json"
    listed = json.loads(path.read_text())
    models = ModelLibrary("4.0.1")
    checked = 0
    for element, url in listed["bindings"].items():
        known = listed["valuesets"].get(url, {})
        made = models.resource(f"urn:x-fhir-resources:ValueSet/{element}", "ValueSet")
        if made is not None and known.get("complete"):
            concepts = made["compose"]["include"][0]["concept"]
            assert {item["code"] for item in concepts} == set(known["codes"]), element
            checked += 1

    assert checked > 20
