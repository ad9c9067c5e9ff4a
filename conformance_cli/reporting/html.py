"""The report as one HTML file that needs nothing else: no network, no fonts, no images.

Jinja2 escapes every value, and every string passes ``safe_text`` on its way.  Style and
script are our own two files and stand in the page with their hashes in its
Content-Security-Policy, so that nothing else could run or load even if a value slipped
through.  Without script everything is there; script adds the filter and copy buttons.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.reporting.blocks import source_links
from conformance_cli.reporting.exchanges import MAX_BODY
from conformance_cli.reporting.facts import elapsed, instant, notices, product, settings
from conformance_cli.reporting.gaps import CAUSE_WORDS, gaps, reason_of
from conformance_cli.reporting.html_blocks import Blocks
from conformance_cli.reporting.resources import template
from conformance_cli.reporting.shell import explain_command, next_command
from conformance_cli.reporting.summary import gate_reason, met, outcome_reason
from conformance_cli.reporting.text import plural, safe_block, safe_text
from conformance_cli.reporting.view import (
    OUTCOME_WORDS,
    VERDICT_WORDS,
    Count,
    ReportView,
    counts,
    duration,
    sections,
)

if TYPE_CHECKING:
    from jinja2 import Template

#: Shapes differ, so that colour is never needed.
_ICONS = {
    Verdict.PASS: "check",
    Verdict.FAIL: "cross",
    Verdict.WARNING: "warn",
    Verdict.ERROR: "bolt",
    Verdict.NOT_TESTED: "dash",
    Verdict.NOT_APPLICABLE: "ring",
}
_OUTCOME_ICONS = {
    Outcome.CONFORMANT: "check",
    Outcome.NOT_CONFORMANT: "cross",
    Outcome.UNDECIDED: "dash",
}
#: In sentences, where capitals would shout.
_SENTENCE_WORDS = {
    Verdict.PASS: "Pass",
    Verdict.FAIL: "Fail",
    Verdict.WARNING: "Warning",
    Verdict.ERROR: "Error",
    Verdict.NOT_TESTED: "Not tested",
    Verdict.NOT_APPLICABLE: "Not applicable",
}


def render(view: ReportView) -> str:
    """The HTML document, ending with a line break."""
    return _template().render(_context(view)).strip() + "\n"


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup, escape

    def inert(value: object) -> object:
        return safe_text(value) if isinstance(value, str) and not _is_markup(value) else value

    def lines(text: str) -> Markup:
        return escape(safe_block(text))

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=inert,
    )
    environment.filters["lines"] = lines
    return environment.from_string(template("report.html.jinja"))


def _is_markup(value: str) -> bool:
    return hasattr(value, "__html__")


def _context(view: ReportView) -> Mapping[str, Any]:
    from markupsafe import Markup

    style, script = template("report.css"), template("report.js")
    found = Blocks.of(view)
    outcome = view.judgement.outcome
    return {
        # Our own two files: the only values that are not escaped.
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "policy": _policy(style, script),
        "view": view,
        "header": view.run.header,
        "outcome": OUTCOME_WORDS[outcome].capitalize(),
        "outcome_kind": outcome.value,
        "outcome_icon": _OUTCOME_ICONS[outcome],
        "outcome_reason": outcome_reason(view),
        "gate_reason": gate_reason(view),
        "met": [met(count) for count in counts(view)],
        "counts": [(count, list(_bar(count))) for count in counts(view)],
        "notices": list(notices(view)),
        "failures": found.failures,
        "warnings": found.warnings,
        "gaps": gaps(view),
        "sections": sections(view),
        "verdicts": [verdict for verdict in _SENTENCE_WORDS if _number(view, verdict)],
        "words": VERDICT_WORDS,
        "sentence_words": _SENTENCE_WORDS,
        "icons": _ICONS,
        "number": lambda verdict: _number(view, verdict),
        "anchor": anchor,
        "links": lambda result: source_links(view, result),
        "reason_of": reason_of,
        "cause_words": CAUSE_WORDS,
        "explain": explain_command,
        "duration": duration,
        "instant": instant,
        "plural": plural,
        "facts": list(_facts(view)),
        "settings": settings(view),
        "next_command": next_command(view),
        "body_limit": f"{MAX_BODY:,}",
    }


def anchor(requirement_id: str) -> str:
    """A fragment for a requirement: its id, where that is made of plain characters."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", requirement_id)


def _policy(style: str, script: str) -> str:
    """Nothing may load or run but these two texts (CSP level 2, hash sources)."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _bar(count: Count) -> Iterator[tuple[str, str, str]]:
    """Verdict, start and width of each part of a bar that is 100 wide."""
    start = 0.0
    for verdict, number in count.verdicts.items():
        if number:
            width = 100 * number / count.total
            yield verdict.value, f"{start:.3f}", f"{width:.3f}"
            start += width


def _number(view: ReportView, verdict: Verdict) -> int:
    return sum(result.verdict is verdict for result in view.judgement.requirements)


def _facts(view: ReportView) -> Iterator[tuple[str, str]]:
    header = view.run.header
    profile = header.profile
    pairs = [
        ("Run", header.id),
        ("State", view.run.state.value),
        ("Started", instant(header.started)),
        ("Finished", instant(view.run.finished)),
        ("Duration", elapsed(view)),
        ("Target", header.endpoint),
        ("Environment", header.environment),
        ("Product", product(view)),
        ("ODS code", header.product.ods_code),
        ("Profile", f"{profile.ref} ({profile.status.value})"),
        ("Profile digest", profile.digest),
        *((f"Pack {pack.ref}", pack.digest) for pack in header.packs),
        ("Tool", f"conformance {header.tool_version}"),
        ("Run directory", view.directory),
    ]
    return ((label, value) for label, value in pairs if value)
