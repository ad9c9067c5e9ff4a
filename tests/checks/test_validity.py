"""``base-fhir`` and ``conforms-to``: what bodies are judged by, and what stands in the way."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

import pytest

from conformance_cli.checks.validation import Validation, exact
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import REFUSED, exchange, judge

PROFILE = "https://example.org/StructureDefinition/slot"
SLOT = {"resourceType": "Slot", "id": "a", "status": "free"}
BUNDLE = {
    "resourceType": "Bundle",
    "entry": [{"resource": SLOT}, {"resource": {"resourceType": "Slot", "id": "b"}}],
}


def issue(severity: Severity = Severity.ERROR, expression: str = "Slot.status") -> Issue:
    return Issue(severity, "required", "element-minimum", "status is missing", expression, 1, 2)


@dataclass
class Fake:
    """Stands for definitions: says what it is told to, and remembers what it was asked."""

    issues: tuple[Issue, ...] = ()
    known: tuple[str, ...] = (PROFILE,)
    by: str = "hl7.fhir.r4.core@4.0.1"
    dropped: int = 0
    asked: list = field(default_factory=list)
    error: Exception | None = None

    def knows(self, url: str) -> bool:
        if self.error:
            raise self.error
        return url in self.known

    def validate(self, data, profiles=(), *, claims):
        if self.error:
            raise self.error
        self.asked.append((data, tuple(profiles), claims))
        bad = not isinstance(data, Mapping) or data.get("id") != "a"
        return SimpleNamespace(issues=self.issues if bad else (), dropped=self.dropped)


def test_a_valid_body_passes_and_says_by_what_it_was_judged():
    fake = Fake()
    finding = judge("base-fhir", True, exchange(SLOT), validation=fake)
    assert finding.verdict is Verdict.PASS
    assert finding.actual == "valid by hl7.fhir.r4.core@4.0.1"


def test_the_body_is_judged_as_it_came_and_without_its_claims():
    fake = Fake()
    judge("base-fhir", True, exchange(b"<Slot/>"), validation=fake)
    assert fake.asked == [(b"<Slot/>", (), False)]


def test_declared_profiles_count_where_they_are_wanted():
    fake = Fake()
    judge("base-fhir", {"profiles": "declared"}, exchange(SLOT), validation=fake)
    assert fake.asked[0][2] is True


def test_an_error_fails_with_its_place_text_and_rule():
    finding = judge("base-fhir", True, exchange({}), validation=Fake((issue(),)))
    assert finding.verdict is Verdict.FAIL
    assert finding.actual == "1 error: status is missing (element-minimum at Slot.status)"
    assert finding.where == "Slot.status"


def test_an_issue_without_a_place_is_at_its_line():
    finding = judge("base-fhir", True, exchange({}), validation=Fake((issue(expression=""),)))
    assert finding.where == "line 1"


def test_what_is_no_resource_is_named_by_where_the_path_found_it():
    body = {"resourceType": "Bundle", "entry": [{"resource": {}}]}
    found = judge(
        "base-fhir", {"in": "Bundle.entry.resource"}, exchange(body),
        validation=Fake((issue(expression=""),)),
    )  # fmt: skip
    assert found.where == "Bundle.entry.resource[0]"


def test_warnings_do_not_fail_and_are_counted():
    fake = Fake((issue(Severity.WARNING), issue(Severity.INFORMATION)))
    finding = judge("conforms-to", PROFILE, exchange({}), validation=fake)
    assert finding.verdict is Verdict.PASS
    assert finding.actual.endswith("with 1 warning")


def test_a_profile_is_handed_to_the_validator():
    fake = Fake()
    judge("conforms-to", [PROFILE], exchange({}), validation=fake)
    assert fake.asked == [(b"{}", (PROFILE,), False)]


def test_a_profile_that_is_not_loaded_is_an_error_and_never_a_pass():
    fake = Fake(known=())
    finding = judge("conforms-to", PROFILE, exchange(SLOT), validation=fake)
    assert finding.verdict is Verdict.ERROR
    assert finding.reason.cause is Cause.PACKAGE
    assert PROFILE in finding.reason.text
    assert "--package" in finding.reason.remedy
    assert fake.asked == []


@pytest.mark.parametrize(
    "error",
    [
        ConformanceError.of("package-missing", "x is not installed", hint="install it"),
        PackageError("x is broken", "/x", "install it"),
    ],
)
@pytest.mark.parametrize(("kind", "argument"), [("base-fhir", True), ("conforms-to", PROFILE)])
def test_definitions_that_cannot_be_opened_are_an_error(kind, argument, error):
    finding = judge(kind, argument, exchange(SLOT), validation=Fake(error=error))
    assert (finding.verdict, finding.reason.cause) == (Verdict.ERROR, Cause.PACKAGE)
    assert finding.reason.remedy == "install it"


def test_without_a_validator_nothing_can_be_told():
    assert judge("base-fhir", True, exchange(SLOT)).verdict is Verdict.ERROR


def test_an_empty_body_is_no_resource():
    finding = judge("base-fhir", True, exchange(b" "), validation=Fake())
    assert (finding.verdict, finding.actual) == (Verdict.FAIL, "the body is empty")


def test_no_response_is_an_error_of_transport():
    finding = judge("base-fhir", True, exchange(failure=REFUSED), validation=Fake())
    assert finding.reason.cause is Cause.TRANSPORT


def test_issues_that_were_not_kept_leave_it_open():
    finding = judge("base-fhir", True, exchange({}), validation=Fake(dropped=3))
    assert (finding.verdict, finding.reason.cause) == (Verdict.ERROR, Cause.TOOL)


ENTRIES = {"in": "Bundle.entry.resource"}


class TestParts:
    def test_each_is_judged_as_a_resource_of_its_own(self):
        fake = Fake()
        finding = judge("base-fhir", ENTRIES, exchange(BUNDLE), validation=fake)
        assert finding.verdict is Verdict.PASS
        assert finding.actual.startswith("all 2 are valid by ")
        assert [data["id"] for data, _, _ in fake.asked] == ["a", "b"]

    def test_the_one_at_fault_is_named(self):
        argument = {"profile": PROFILE, **ENTRIES}
        finding = judge("conforms-to", argument, exchange(BUNDLE), validation=Fake((issue(),)))
        assert finding.verdict is Verdict.FAIL
        assert finding.where == "Bundle.entry.resource[1] (Slot/b): Slot.status"

    def test_none_at_all_is_nothing_to_judge(self):
        finding = judge(
            "base-fhir", ENTRIES, exchange({"resourceType": "Bundle"}), validation=Fake()
        )
        assert (finding.verdict, finding.reason.cause) == (
            Verdict.NOT_TESTED,
            Cause.NOTHING_TO_JUDGE,
        )

    def test_what_is_no_resource_fails(self):
        body = exchange({"resourceType": "Bundle", "type": "batch"})
        finding = judge("base-fhir", {"in": "Bundle.type"}, body, validation=Fake())
        assert finding.verdict is Verdict.FAIL

    def test_a_body_that_is_no_json_fails(self):
        finding = judge("base-fhir", ENTRIES, exchange(b"<a/>"), validation=Fake())
        assert finding.verdict is Verdict.FAIL

    def test_fractions_are_decimals(self):
        assert exact({"a": [1.5, 1, {"b": 0.1}]}) == {
            "a": [Decimal("1.5"), 1, {"b": Decimal("0.1")}]
        }


class Definitions:
    """A library that has no package."""

    has_definitions = False

    def structure(self, url: str) -> None:
        return None


class TestOpening:
    def test_nothing_is_opened_before_it_is_needed(self):
        opened = []
        validation = Validation(lambda: opened.append(1) or Definitions())
        assert opened == []
        assert not validation.knows(PROFILE)
        assert not validation.knows(PROFILE)
        assert opened == [1]

    def test_threads_open_it_once(self):
        opened, start = [], threading.Barrier(8)
        validation = Validation(lambda: opened.append(1) or Definitions())

        def ask() -> None:
            start.wait(10)
            validation.knows(PROFILE)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert opened == [1]

    def test_without_packages_it_says_that_only_shapes_are_known(self):
        assert "no FHIR package" in Validation(Definitions).by
