"""Where there are more issues than are kept, the gravest stay: a verdict never gets better."""

from __future__ import annotations

import pytest

from conformance_cli.fhir import Options, Validator
from conformance_cli.fhir.definitions.shapes import shape_library
from conformance_cli.fhir.outcome.issue import Severity

CLAIMS = [f"https://example.org/{n}" for n in range(5)]
PATIENT = {"resourceType": "Patient", "meta": {"profile": CLAIMS}, "active": "yes"}


@pytest.mark.parametrize("most", [1, 3, 100])
def test_an_error_never_goes_for_a_warning_to_stay(most: int) -> None:
    outcome = Validator(shape_library(), Options(max_issues=most)).validate(PATIENT)
    assert not outcome.is_valid
    assert len(outcome.issues) + outcome.dropped == 6
    assert [i.severity for i in outcome.issues].count(Severity.ERROR) == 1
