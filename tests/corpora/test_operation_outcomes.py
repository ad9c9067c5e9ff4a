"""The OperationOutcomes that we write are valid against HL7's own definitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance_cli.fhir import Validator, open_packages
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.operation_outcome import operation_outcome, outcomes
from conformance_cli.fhir.outcome.report import Origin
from tests.fhir.outcome.samples import BROKEN, MISSING, UNKNOWN, hostile_issue, patient, report

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
NAMES = ("hl7.fhir.r4.core-4.0.1.tgz", "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((PACKAGES / name).is_file() for name in NAMES),
        reason="the packages of HL7 are not at hand",
    ),
]


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(open_packages([str(PACKAGES / name) for name in NAMES]))


@pytest.mark.parametrize(
    "made",
    [
        operation_outcome([]),
        operation_outcome([MISSING, BROKEN, UNKNOWN], Origin("all.ndjson", 3)),
        operation_outcome([hostile_issue(severity) for severity in Severity]),
        outcomes(report(patient(MISSING), patient(hostile_issue()))),
    ],
    ids=["no issues", "issues", "hostile issues", "a bundle"],
)
def test_what_we_write_is_valid(made: object, validator: Validator) -> None:
    outcome = validator.validate(json.dumps(made))
    assert [(i.expression, i.text) for i in outcome.issues if i.is_error] == []
    assert not [i for i in outcome.issues if i.id.startswith("extension-")]
