"""Published value sets, where they are at hand, against lists of codes that others made."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from conformance_cli.fhir.packages.loading import open_packages
from conformance_cli.fhir.terminology.local import LocalTerminology
from conformance_cli.fhir.terminology.protocol import Coded, Standing

FHIR = Path(__file__).parents[3] / "shared" / "fhir"
PACKAGES, DERIVED = FHIR / "packages", FHIR / "derived"
CORE = ("hl7.fhir.r4.core-*", "hl7.fhir.uv.extensions.r4-*", "hl7.terminology.r4-*")

pytestmark = pytest.mark.skipif(not DERIVED.is_dir(), reason=f"{DERIVED} is not at hand")


@lru_cache(maxsize=4)
def terminology(folder: Path, *names: str) -> LocalTerminology:
    found = [str(path) for name in names for path in sorted(PACKAGES.glob(f"{name}.tgz"))]
    return LocalTerminology(open_packages(found, folder))


def derived(name: str) -> Any:
    return json.loads((DERIVED / name).read_bytes())


def test_required_codes_of_r4_are_all_listed(tmp_path: Path) -> None:
    held, expected = terminology(tmp_path, *CORE), derived("r4-required-code-bindings.json")
    listed = {url: one["codes"] for url, one in expected["valuesets"].items() if one["complete"]}
    compared = 0
    for element, value_set in expected["bindings"].items():
        codes, wanted = held.codes_of(value_set), listed.get(value_set)
        if codes is None:
            # media types have a grammar instead of a list
            assert value_set.startswith("http://hl7.org/fhir/ValueSet/mimetypes"), element
        elif wanted is not None:
            assert codes == {pair.rpartition("|")[2] for pair in wanted}, element
            compared += 1
    assert compared > 50


@pytest.mark.parametrize("sequence", ["stu1", "stu2", "stu3"])
def test_uk_core_value_sets_have_the_codes_that_they_should(sequence: str, tmp_path: Path) -> None:
    # HL7's terminology has moved on since these lists were made; R4's own copy has not
    held = terminology(tmp_path, CORE[0], f"fhir.r4.ukcore.{sequence}-*")
    wrong = []
    for url, expected in derived("ukcore-valueset-expansions.json")[sequence].items():
        for pair in expected["codes"]:
            system, _, code = pair.rpartition("|")
            answer = held.in_value_set(Coded(system, code), url)
            if answer.standing is not Standing.VALID:
                wrong.append((url, pair, answer.reason))
        codes = held.codes_of(url)
        if expected["complete"] and codes is not None:
            listed = {pair.rpartition("|")[2] for pair in expected["codes"]}
            wrong += [(url, code, "too many") for code in sorted(codes - listed)]
    assert wrong == []


def test_most_published_value_sets_can_be_decided(tmp_path: Path) -> None:
    held = terminology(tmp_path, *CORE)
    library = open_packages(
        [str(path) for n in CORE for path in PACKAGES.glob(f"{n}.tgz")], tmp_path
    )
    standings: Counter[Standing] = Counter()
    for value_set in library.resources("ValueSet"):
        standings[held.in_value_set(Coded(None, "no such code"), value_set["url"]).standing] += 1
    assert standings[Standing.VALID] == 0
    assert standings[Standing.INVALID] > 2 * standings[Standing.UNKNOWN]
