"""Observations: good practice, and the profiles of vital signs."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.observation import check_observation
from conformance_cli.fhir.resources.vital_signs import implied_profile
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Found, Session
from tests.fhir.resources.definitions import CORE, structure
from tests.fhir.resources.fakes import FakeLibrary, FakeTools, a_scope, a_session, errors, found

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"


def coded(*codings: tuple[str, str], **more: Any) -> dict[str, Any]:
    found = [{"system": system, "code": code} for system, code in codings]
    return {"resourceType": "Observation", "code": {"coding": found}, **more}


@pytest.mark.parametrize(
    ("codings", "profile"),
    [
        ([(LOINC, "8867-4")], "heartrate"),
        ([(LOINC, "8331-1")], "bodytemp"),
        ([(SNOMED, "60621009")], "bmi"),
        ([(SNOMED, "60621009"), (LOINC, "8302-2")], "bodyheight"),
        ([("http://other", "8867-4")], None),
        ([], None),
    ],
)
def test_codes_tell_vital_signs(codings: list[tuple[str, str]], profile: str | None) -> None:
    assert implied_profile(coded(*codings)) == (CORE + profile if profile else None)


def observed(resource: dict[str, Any], version: str = "4.0.1") -> Session:
    broken = error("x", "structure", "x", "x")
    fault = Found(broken, Place(None, "Observation"), broken.severity, CORE + "bp")
    library = FakeLibrary(structures={CORE + "bp": structure("Observation")}, fhir_version=version)
    tools = FakeTools(faults={CORE + "bp": [fault], CORE + "bmi": [fault]})
    session = a_session(library=library, tools=tools, options=Options(best_practice=None))
    check_observation(session, a_scope(resource))
    return session


def test_a_vital_sign_conforms_to_its_profile_whether_it_says_so_or_not() -> None:
    pressure = coded((LOINC, "85354-9"))
    assert errors(observed(pressure)) == [("x", "Observation")]
    assert errors(observed({**pressure, "meta": {"profile": [CORE + "bp"]}})) == []
    assert errors(observed(pressure, version="3.0.2")) == []
    assert errors(observed(coded((LOINC, "39156-5")))) == []


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.ERROR, None])
def test_good_practice_counts_as_the_options_say(severity: Severity | None) -> None:
    session = a_session(options=Options(best_practice=severity))
    check_observation(session, a_scope(coded()))
    assert [one.severity for one in session.found] == ([severity] * 3 if severity else [])
    whole = coded(subject={}, performer=[], effectiveInstant="2024-01-01T00:00:00Z")
    session = a_session(options=Options(best_practice=severity))
    check_observation(session, a_scope(whole))
    assert found(session) == []
