"""JUnit XML, for build servers.

A *test case* here is a requirement and not a test: what a build server shows, counts and
remembers over time should be the verdicts of the profile.  A *suite* is a section of the
profile.  ``classname`` is ``profile.section``; ``name`` is the requirement's id and text.

| verdict | in JUnit |
|---|---|
| pass, not-applicable | passed; skipped |
| fail | ``<failure type="fail">`` |
| warning | passed with ``<system-out>``; a failure where ``--fail-on`` does not accept it |
| error | ``<error>`` |
| not-tested | skipped; a failure where a SHALL must be decided (``--gate certify``) |
| waived | skipped, with the waiver as message |

The time of a case is that of the tests which speak about it.  Tests may speak about many
requirements, so cases do not add up to their suite, nor suites to the whole.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.requirement import Level
from conformance_cli.model.result import TestResult
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.blocks import Block, block, source_links
from conformance_cli.reporting.facts import instant, product, run_milliseconds
from conformance_cli.reporting.gaps import CAUSE_WORDS, reason_of
from conformance_cli.reporting.shell import curl, explain_command
from conformance_cli.reporting.text import plural, safe_text, shorten
from conformance_cli.reporting.view import ReportView, Section, evidence_ids, sections

_MAX_OBSERVED = 10
_MAX_VALUE = 600
_PARTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(view: ReportView) -> str:
    """The XML document, ending with a line break."""
    root = ET.Element("testsuites", name=_clean(view.run.header.profile.ref))
    for section in sections(view):
        root.append(_suite(view, section))
    cases = list(root.iter("testcase"))
    root.set("tests", str(len(cases)))
    root.set("failures", str(_having(cases, "failure")))
    root.set("errors", str(_having(cases, "error")))
    root.set("time", f"{run_milliseconds(view) / 1000:.3f}")
    ET.indent(root)
    text = io.StringIO()
    ET.ElementTree(root).write(text, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.getvalue()}\n'


def _suite(view: ReportView, section: Section) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(section.title))
    _properties(suite, _run_facts(view))
    cases = [_case(view, section, result) for result in section.results]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for attribute, part in _PARTS.items():
        suite.set(attribute, str(_having(cases, part)))
    suite.set("time", _seconds(_speaking(view, section.results)))
    suite.set("timestamp", instant(view.run.header.started).removesuffix("Z"))
    return suite


def _run_facts(view: ReportView) -> Iterator[tuple[str, str]]:
    header = view.run.header
    yield "outcome", view.judgement.outcome.value
    yield "gate_outcome", view.judgement.gate_outcome.value
    yield "run", header.id
    yield "run_state", view.run.state.value
    yield "endpoint", header.endpoint
    yield "environment", header.environment
    yield "product", product(view)
    yield "tool", f"conformance {header.tool_version}"
    yield "profile", header.profile.ref
    yield "profile_digest", header.profile.digest
    for pack in header.packs:
        yield "pack", pack.ref
        yield "pack_digest", pack.digest


def _case(view: ReportView, section: Section, result: RequirementResult) -> ET.Element:
    requirement = result.requirement
    case = ET.Element(
        "testcase",
        classname=_clean(f"{view.run.header.profile.name}.{section.id or 'general'}"),
        name=_clean(f"{requirement.id} {requirement.text}"),
        time=_seconds(_speaking(view, [result])),
    )
    _properties(case, _case_facts(view, result))
    for kind, kind_type, message in _verdict_parts(view, result):
        part = ET.SubElement(case, kind, message=_clean(message))
        if kind_type:
            part.set("type", kind_type)
            part.text = _details(view, block(result))
    if result.verdict is Verdict.WARNING and case.find("failure") is None:
        ET.SubElement(case, "system-out").text = _details(view, block(result))
    return case


def _case_facts(view: ReportView, result: RequirementResult) -> Iterator[tuple[str, str]]:
    requirement = result.requirement
    yield "requirement", requirement.id
    yield "level", requirement.level.value
    yield "verdict", result.verdict.value
    yield "waived", "true" if result.waived else ""
    yield "attested", "true" if result.attested else ""
    for link in source_links(view, result):
        yield "source", link.url or link.text
    for evidence_id in evidence_ids(result):
        yield "evidence", evidence_id


def _verdict_parts(view: ReportView, result: RequirementResult) -> Iterator[tuple[str, str, str]]:
    """Element name, ``type`` and message of what says that a case did not just pass."""
    if result.waiver is not None:
        waiver = result.waiver
        until = waiver.expires.isoformat()
        yield "skipped", "", f"waived until {until} by {waiver.approver}: {waiver.reason}"
    elif result.verdict is Verdict.FAIL or _refused(view, result):
        yield "failure", result.verdict.value, _first_seen(result)
    elif result.verdict is Verdict.ERROR:
        yield "error", "error", _why(result)
    elif result.verdict is Verdict.NOT_APPLICABLE:
        yield "skipped", "", f"not applicable: {_why(result)}"
    elif result.verdict is Verdict.NOT_TESTED:
        certifying = view.run.header.settings.gate == "certify"
        if certifying and result.requirement.level.mandatory:
            yield "failure", "not-tested", f"not tested: {_why(result)}"
        else:
            yield "skipped", "", f"not tested: {_why(result)}"


def _refused(view: ReportView, result: RequirementResult) -> bool:
    """Whether ``--fail-on`` names this warning."""
    if result.verdict is not Verdict.WARNING:
        return False
    fail_on = view.run.header.settings.fail_on
    if fail_on == "should":
        failed = any(a.verdict is Verdict.FAIL for a in result.assertions)
        level = result.requirement.level
        return level in (Level.SHOULD, Level.SHOULD_NOT) or (level.mandatory and failed)
    return fail_on == "warning"


def _first_seen(result: RequirementResult) -> str:
    observed = block(result).observed
    if not observed:
        return "not met"
    first = observed[0]
    more = f" (and {plural(len(observed) - 1, 'other difference')})" if observed[1:] else ""
    expected, actual = first.expected or first.title, first.actual or "it is not so"
    return f"expected {shorten(expected, 200)}; actual {shorten(actual, 200)}{more}"


def _why(result: RequirementResult) -> str:
    reason = reason_of(result)
    remedy = f"; to decide it: {reason.remedy}" if reason.remedy else ""
    return f"{CAUSE_WORDS[reason.cause]}: {reason.text}{remedy}"


def _details(view: ReportView, found: Block) -> str:
    requirement = found.result.requirement
    lines = [f"{requirement.id} {requirement.level.value}: {requirement.text}"]
    for seen in found.observed[:_MAX_OBSERVED]:
        place = "  ".join(part for part in (*seen.exchanges[:1], seen.where) if part)
        times = f"  (seen {seen.times} times)" if seen.times > 1 else ""
        lines += [
            f"expected: {shorten(seen.expected or seen.title, _MAX_VALUE)}",
            f"actual:   {shorten(seen.actual or 'it is not so', _MAX_VALUE)}",
            f"where:    {shorten(place or 'before any request', _MAX_VALUE)}{times}",
        ]
    if len(found.observed) > _MAX_OBSERVED:
        lines.append(f"and {len(found.observed) - _MAX_OBSERVED} more, see report.json")
    lines += [f"why:      {reason.text}" for reason in found.result.reasons]
    command = _curl(view, found)
    lines += [*command, f"explain:  {explain_command(requirement.id)}"]
    return "\n".join(["", *(_clean(line) for line in lines), ""])


def _curl(view: ReportView, found: Block) -> list[str]:
    evidence = view.evidence(found.exchanges[0]) if found.exchanges else None
    return [] if evidence is None else curl(evidence).split("\n")


def _speaking(view: ReportView, results: Iterable[RequirementResult]) -> list[TestResult]:
    """The tests of which an assertion speaks about one of the requirements."""
    ids = {result.requirement.id for result in results}
    return [
        test
        for test in view.run.tests
        if any(ids & set(assertion.requirements) for assertion in test.assertions)
    ]


def _seconds(tests: Iterable[TestResult]) -> str:
    return f"{sum(test.elapsed_ms for test in tests) / 1000:.3f}"


def _properties(parent: ET.Element, facts: Iterable[tuple[str, str]]) -> None:
    element = ET.SubElement(parent, "properties")
    for name, value in facts:
        if value:
            ET.SubElement(element, "property", name=name, value=_clean(value))


def _having(cases: Iterable[ET.Element], part: str) -> int:
    return sum(case.find(part) is not None for case in cases)


def _clean(text: str) -> str:
    """One line without characters that XML 1.0 forbids (section 2.2, ``Char``)."""
    return safe_text(text)
