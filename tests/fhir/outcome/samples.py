"""Reports to be written in every format."""

from __future__ import annotations

from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.report import About, Checked, Origin, Report
from conformance_cli.fhir.validation.validator import Support

ABOUT = About("1.2.3", "4.0.1", ("hl7.fhir.r4.core@4.0.1",))

MISSING = Issue(
    Severity.ERROR, "structure", "element-minimum", "there is no name", "Patient", 3, 5,
    "https://example.org/StructureDefinition/named",
)  # fmt: skip
NARRATIVE = Issue(Severity.WARNING, "invariant", "constraint", "no narrative", "Patient", 1, 1)
BROKEN = Issue(Severity.FATAL, "invalid", "json-syntax", "no value after the comma", "", 7, 2)
UNKNOWN = Issue(Severity.INFORMATION, "not-found", "code-unknown", "not loaded", "Patient.gender")

#: Text that would colour a terminal, hide itself, or end a line of any format.
HOSTILE = "\x1b[31mred\x07 \u202egnp.exe\u200b\r\n::error::x\t%0A, ]]> --> \ud800\x00"


def patient(*issues: Issue, name: str = "patient.json", line: int | None = None) -> Checked:
    return Checked(Origin(name, line), issues, "Patient")


def supporting() -> Checked:
    url = "https://example.org/p"
    support = (Support(url, "Patient.name", 2, 1), Support(url, "Patient.gender", 0, 1))
    return Checked(Origin("p.json"), (), "Patient", (url,), ("x",), support, 3)


def report(*checked: Checked, interrupted: bool = False) -> Report:
    return Report(ABOUT, checked, interrupted)


def hostile_issue(severity: Severity = Severity.ERROR) -> Issue:
    return Issue(severity, "value", "value-bad", HOSTILE, f"Patient.name['{HOSTILE}']", 2, 1)
