"""``operation-outcome``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import exchange, judge

SYSTEM = "https://fhir.nhs.uk/CodeSystem/http-error-codes"


def issue(code="REC_BAD_REQUEST", kind="invalid", severity="error", system=SYSTEM):
    coding = {"system": system, "code": code}
    return {"severity": severity, "code": kind, "details": {"coding": [coding]}}


def outcome(*issues):
    return exchange({"resourceType": "OperationOutcome", "issue": list(issues)}, status=400)


@pytest.mark.parametrize(
    "argument",
    [
        {"code": "REC_BAD_REQUEST"},
        {"code": ["REC_X", "REC_BAD_REQUEST"], "issue": ["required", "invalid"]},
        {"code": "REC_BAD_REQUEST", "issue": "invalid", "system": SYSTEM},
        {"system": [SYSTEM, "other"]},
        {"issue": "invalid"},
        {"code": None, "issue": "invalid"},
        {},
        None,
    ],
)
def test_an_issue_with_all_that_is_asked_for_passes(argument):
    finding = judge("operation-outcome", argument, outcome(issue("X", "value"), issue()))
    assert finding.verdict is Verdict.PASS


def test_a_wrong_outcome_lists_what_was_found():
    finding = judge(
        "operation-outcome",
        {"code": "REC_BAD_REQUEST", "issue": ["invalid", "required"]},
        outcome(
            issue("REC_NOT_FOUND", "not-found"), issue(severity="warning"), {"severity": "error"}
        ),
    )
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == "REC_BAD_REQUEST with issue code invalid or required"
    assert finding.actual == (
        "REC_NOT_FOUND/not-found, REC_BAD_REQUEST/invalid (warning), no code/no issue code"
    )
    assert finding.where == "OperationOutcome.issue"


def test_code_and_issue_must_stand_in_one_issue():
    finding = judge(
        "operation-outcome",
        {"code": "REC_BAD_REQUEST", "issue": "value"},
        outcome(issue(kind="invalid"), issue("REC_OTHER", "value")),
    )
    assert finding.verdict is Verdict.FAIL


def test_a_system_is_compared_as_it_is_and_shown():
    finding = judge(
        "operation-outcome",
        {"code": "REC_BAD_REQUEST", "system": SYSTEM},
        outcome(issue(system="https://fhir.nhs.uk/Codesystem/http-error-codes")),
    )
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == f"REC_BAD_REQUEST of system {SYSTEM}"
    assert "Codesystem/http-error-codes|REC_BAD_REQUEST/invalid" in finding.actual


@pytest.mark.parametrize("severity", ["warning", "information", None, "ERROR"])
def test_only_an_error_or_fatal_issue_counts(severity):
    assert judge("operation-outcome", {}, outcome(issue(severity="fatal"))).verdict is Verdict.PASS
    finding = judge("operation-outcome", {}, outcome(issue(severity=severity)))
    assert finding.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("body", "actual"),
    [
        ({"resourceType": "Bundle"}, "no OperationOutcome but Bundle"),
        ({"error": "x"}, "no OperationOutcome but an object"),
        (["x"], "no OperationOutcome but a list of 1"),
    ],
)
def test_another_body_fails_with_what_it_is(body, actual):
    finding = judge("operation-outcome", {"code": "X"}, exchange(body))
    assert (finding.verdict, finding.actual) == (Verdict.FAIL, actual)
    assert finding.where == "resourceType"


def test_an_outcome_without_issues_fails():
    assert judge("operation-outcome", {}, outcome()).actual == "no issue at all"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["issue", "code", "details", "coding", "severity", "system"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(_JSON)
def test_an_absurd_outcome_fails_and_breaks_nothing(issues):
    body = {"resourceType": "OperationOutcome", "issue": issues}
    finding = judge("operation-outcome", {"code": "NEVER_THERE"}, exchange(body))
    assert finding.verdict is Verdict.FAIL
