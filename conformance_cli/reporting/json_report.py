"""The canonical report: everything that a program may want to know of a judged run.

The shape is published as ``reports/schemas/report.schema.json``.  Within a major
``format_version`` it only grows: keys are added, never renamed, removed or given another
type, so a reader must pass over keys and enumeration words that it does not know.
Lists are in the order of the profile or of the plan, so that two reports can be compared
line by line.  The text is pure ASCII: what an endpoint sent is there to the letter, and
does nothing on a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance_cli.model.exchange import Evidence
from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.profile import Profile
from conformance_cli.model.result import AssertionResult, Reason, TestResult
from conformance_cli.model.run import RunSettings
from conformance_cli.model.verdict import Verdict
from conformance_cli.model.waiver import Waiver
from conformance_cli.reporting.blocks import blocks, source_links
from conformance_cli.reporting.facts import instant, run_milliseconds
from conformance_cli.reporting.gaps import Gap, gaps
from conformance_cli.reporting.shell import curl, next_command
from conformance_cli.reporting.view import Count, ReportView, counts, evidence_ids

#: Names the shape; also the ``$id`` of the published JSON Schema.
SCHEMA = "urn:conformance-cli:schema:report:1"
FORMAT_VERSION = "1.0"

Object = dict[str, Any]


def render(view: ReportView) -> str:
    """The report as indented JSON, ending with a line break."""
    return json.dumps(document(view), indent=2, allow_nan=False) + "\n"


def document(view: ReportView) -> Object:
    """The report as plain values."""
    header = view.run.header
    judgement = view.judgement
    return {
        "schema": SCHEMA,
        "format_version": FORMAT_VERSION,
        "tool": {"name": "conformance", "version": header.tool_version},
        "run": _run(view),
        "profile": _profile(header.profile),
        "packs": [
            {"name": p.name, "version": p.version, "title": p.title, "digest": p.digest}
            for p in header.packs
        ],
        "endpoint": header.endpoint,
        "environment": header.environment,
        "product": {
            "name": header.product.name,
            "version": header.product.version,
            "supplier": header.product.supplier,
            "ods_code": header.product.ods_code,
        },
        "settings": _settings(header.settings),
        "outcome": judgement.outcome.value,
        "gate_outcome": judgement.gate_outcome.value,
        "gate_met": judgement.gate_met,
        "decided_by": list(judgement.decided_by),
        "counts": [_count(count) for count in counts(view)],
        "undecided": [_gap(gap) for gap in gaps(view)],
        "requirements": [_requirement(view, result) for result in judgement.requirements],
        "tests": [_test(test) for test in view.run.tests],
        "preflight": [
            {"name": c.name, "status": c.status.value, "message": c.message, "hint": c.hint}
            for c in view.run.preflight
        ],
        "waiver_problems": [
            {"problem": found.problem, "waiver": _waiver(found.waiver)}
            for found in judgement.waiver_problems
        ],
        "evidence": [_evidence(evidence) for evidence in _shown(view)],
        "next_command": next_command(view),
    }


def _run(view: ReportView) -> Object:
    run = view.run
    return {
        "id": run.header.id,
        "state": run.state.value,
        "started": instant(run.header.started),
        "finished": instant(run.finished) or None,
        "elapsed_ms": round(run_milliseconds(view), 3),
        "resumed": run.resumed,
        "planned_tests": len(run.header.planned),
    }


def _profile(profile: Profile) -> Object:
    return {
        "name": profile.name,
        "version": profile.version,
        "title": profile.title,
        "status": profile.status.value,
        "publisher": profile.publisher,
        "fhir_version": profile.fhir_version,
        "digest": profile.digest,
        "sections": [{"id": key, "title": title} for key, title in profile.sections.items()],
        "sources": [
            {"id": key, "title": found.title, "url": found.url, "revision": found.revision}
            for key, found in profile.sources.items()
        ],
    }


def _settings(chosen: RunSettings) -> Object:
    return {
        "requested_profile": chosen.requested_profile,
        "allow": chosen.allow,
        "include": list(chosen.include),
        "exclude": list(chosen.exclude),
        "level": chosen.level,
        "basis": chosen.basis,
        "gate": chosen.gate,
        "fail_on": chosen.fail_on,
        "keep_bodies": chosen.keep_bodies,
        "jobs": chosen.jobs,
        "insecure": chosen.insecure,
        "options": dict(sorted(chosen.options.items())),
        "fixtures": list(chosen.fixtures),
    }


def _count(count: Count) -> Object:
    return {
        "level": count.level,
        "total": count.total,
        "pass": count.passed,
        "fail": count.failed,
        "warning": count.warned,
        "error": count.errors,
        "not_tested": count.not_tested,
        "not_applicable": count.not_applicable,
        "waived": count.waived,
        "attested": count.attested,
    }


def _gap(gap: Gap) -> Object:
    return {
        "verdict": gap.verdict.value,
        "cause": gap.cause.value,
        "remedy": gap.remedy,
        "texts": list(gap.texts),
        "requirements": [result.requirement.id for result in gap.results],
    }


def _requirement(view: ReportView, result: RequirementResult) -> Object:
    requirement = result.requirement
    links = source_links(view, result)
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "section": requirement.section,
        "text": requirement.text,
        "sources": [
            {"ref": source.ref, "at": source.at, "text": link.text, "url": link.url}
            for source, link in zip(requirement.sources, links, strict=True)
        ],
        "basis": requirement.basis.value,
        "method": requirement.method.value,
        "note": requirement.note,
        "verdict": result.verdict.value,
        "waived": result.waived,
        "waiver": _waiver(result.waiver) if result.waiver else None,
        "attested": result.attested,
        "reasons": [_reason(reason) for reason in result.reasons],
        "assertions": [assertion.id for assertion in result.assertions],
        "evidence": list(evidence_ids(result)),
    }


def _test(test: TestResult) -> Object:
    return {
        "id": test.id,
        "title": test.title,
        "pack": test.pack,
        "effect": test.effect.value,
        "verdict": test.verdict.value,
        "requirements": list(test.requirements),
        "reason": _reason(test.reason) if test.reason else None,
        "assertions": [_assertion(assertion) for assertion in test.assertions],
        "exchanges": list(test.exchanges),
        "left_behind": list(test.left_behind),
        "started": instant(test.started) or None,
        "elapsed_ms": round(test.elapsed_ms, 3),
    }


def _assertion(assertion: AssertionResult) -> Object:
    return {
        "id": assertion.id,
        "kind": assertion.kind,
        "title": assertion.title,
        "requirements": list(assertion.requirements),
        "verdict": assertion.verdict.value,
        "expected": assertion.expected,
        "actual": assertion.actual,
        "where": assertion.where,
        "exchange": assertion.exchange,
        "reason": _reason(assertion.reason) if assertion.reason else None,
        "source": assertion.source,
    }


def _reason(reason: Reason) -> Object:
    return {"cause": reason.cause.value, "text": reason.text, "remedy": reason.remedy}


def _waiver(waiver: Waiver) -> Object:
    return {
        "requirement": waiver.requirement,
        "reason": waiver.reason,
        "approver": waiver.approver,
        "role": waiver.role,
        "reference": waiver.reference,
        "expires": waiver.expires.isoformat(),
    }


def _shown(view: ReportView) -> Iterator[Evidence]:
    """The exchanges that failures and warnings stand on, where they were kept."""
    found = (*blocks(view, Verdict.FAIL), *blocks(view, Verdict.WARNING))
    for evidence_id in dict.fromkeys(e for block in found for e in block.exchanges):
        evidence = view.evidence(evidence_id)
        if evidence is not None:
            yield evidence


def _evidence(evidence: Evidence) -> Object:
    response, failure = evidence.response, evidence.failure
    return {
        "id": evidence.id,
        "test": evidence.test,
        "method": evidence.request.method,
        "url": evidence.request.url,
        "status": response.status if response else None,
        "failure": {"kind": failure.kind.value, "message": failure.message} if failure else None,
        "started": instant(evidence.started),
        "elapsed_ms": round(evidence.elapsed_ms, 3),
        "attempts": evidence.attempts,
        "redactions": list(evidence.redactions),
        "curl": curl(evidence),
    }
