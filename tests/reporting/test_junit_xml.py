"""JUnit as build servers read it: the common shape, and what each verdict becomes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from conformance_cli.model.verdict import Outcome
from conformance_cli.reporting import junit_xml
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run
from tests.reporting.views import views


@cache
def _xsd() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))


def _cases(view: ReportView) -> dict[str, ET.Element]:
    root = ET.fromstring(junit_xml.render(view))
    return {str(case.get("name")).split(" ")[0]: case for case in root.iter("testcase")}


def _state(case: ET.Element) -> str:
    parts = [part for part in case if part.tag in ("failure", "error", "skipped")]
    return " ".join([*(part.tag for part in parts), *(part.get("type", "") for part in parts)])


@given(view=views())
def test_every_run_fits_the_xsd(view: ReportView):
    _xsd().validate(junit_xml.render(view))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(("testcase", "testitem"), id="an element of another name"),
        pytest.param(('tests="25"', 'tests="many"'), id="a count that is no number"),
        pytest.param((' classname="', ' class="'), id="a missing attribute"),
        pytest.param((' type="fail"', ""), id="a failure without a type"),
    ],
)
def test_the_xsd_refuses(broken: tuple[str, str]):
    text = junit_xml.render(fixed_run.view())
    assert broken[0] in text
    assert not _xsd().is_valid(text.replace(*broken))


@pytest.mark.parametrize(
    ("requirement", "state"),
    [
        pytest.param("BKR-COM-001", "", id="pass"),
        pytest.param("BKR-SLT-006", "failure fail", id="fail"),
        pytest.param("BKR-SLT-011", "error error", id="error"),
        pytest.param("BKR-BKG-001", "skipped ", id="not tested"),
        pytest.param("BKR-OPS-002", "skipped ", id="to be attested"),
        pytest.param("BKR-REF-001", "skipped ", id="not applicable"),
        pytest.param("BKR-COM-007", "skipped ", id="waived"),
        pytest.param("BKR-CAP-005", "", id="warning"),
    ],
)
def test_under_the_gate_run(requirement: str, state: str):
    assert _state(_cases(fixed_run.view())[requirement]) == state


@pytest.mark.parametrize(
    ("requirement", "state"),
    [
        pytest.param("BKR-BKG-001", "failure not-tested", id="a SHALL that was not tested"),
        pytest.param("BKR-OPS-002", "failure not-tested", id="a SHALL that must be attested"),
        pytest.param("BKR-TI-006", "skipped ", id="a MAY that was not tested"),
        pytest.param("BKR-COM-007", "skipped ", id="a waived failure"),
        pytest.param("BKR-REF-001", "skipped ", id="not applicable"),
    ],
)
def test_under_the_gate_certify(requirement: str, state: str):
    assert _state(_cases(fixed_run.view(gate="certify"))[requirement]) == state


@pytest.mark.parametrize("fail_on", ["should", "warning"])
def test_a_warning_that_the_gate_refuses_is_a_failure(fail_on: str):
    case = _cases(fixed_run.view(fail_on=fail_on))["BKR-CAP-005"]
    assert _state(case) == "failure warning"


def test_a_warning_that_the_gate_accepts_is_told_in_system_out():
    text = _cases(fixed_run.view())["BKR-CAP-005"].findtext("system-out")
    assert text is not None
    assert "expected: rest.security.service.exists() is true" in text


def test_a_skipped_case_says_why_and_what_would_decide_it():
    skipped = _cases(fixed_run.view())["BKR-BKG-001"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == (
        "not tested: the run was not allowed to write: its effect is write; "
        "to decide it: run again with --allow writes"
    )


def test_a_failure_holds_the_five_facts():
    text = _cases(fixed_run.view())["BKR-SLT-006"].findtext("failure")
    assert text is not None
    for fact in (
        "BKR-SLT-006 SHALL: Refuse a slot search without a status",
        "expected: status 400",
        "actual:   status 200 (Bundle)",
        "where:    slot-status-missing.1/1  (seen 3 times)",
        "curl --request GET",
        "explain:  conformance explain BKR-SLT-006",
    ):
        assert fact in text


def test_properties_carry_evidence_and_digests():
    root = ET.fromstring(junit_xml.render(fixed_run.view()))
    suite = {p.get("name"): p.get("value") for p in root.findall("testsuite/properties/property")}
    assert suite["profile_digest"] == fixed_run.profile().digest
    assert suite["pack_digest"] == "sha256:" + "9b02d1c4" * 8
    evidence = [
        p.get("value")
        for p in _cases(fixed_run.view())["BKR-SLT-006"].iter("property")
        if p.get("name") == "evidence"
    ]
    assert evidence == [f"slot-status-missing.{n}/1" for n in (1, 2, 3)]


@given(view=views())
def test_the_attributes_of_a_suite_are_what_it_holds(view: ReportView):
    root = ET.fromstring(junit_xml.render(view))
    for element in (root, *root.iter("testsuite")):
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        for attribute, part in (("failures", "failure"), ("errors", "error")):
            held = sum(case.find(part) is not None for case in cases)
            assert element.get(attribute) == str(held)


@given(view=views())
def test_a_run_that_the_gate_accepts_has_no_failure(view: ReportView):
    root = ET.fromstring(junit_xml.render(view))
    if view.judgement.gate_outcome is Outcome.CONFORMANT:
        assert list(_problems(root)) == []


@given(view=views())
def test_a_requirement_that_the_gate_refuses_is_a_failure(view: ReportView):
    fail_on = view.run.header.settings.fail_on
    failed = any(r.verdict.value == "fail" and not r.waived for r in view.judgement.requirements)
    if failed:
        root = ET.fromstring(junit_xml.render(view))
        assert root.get("failures") != "0", fail_on


def _problems(root: ET.Element) -> Iterator[Any]:
    for part in ("failure", "error"):
        yield from root.iter(part)
