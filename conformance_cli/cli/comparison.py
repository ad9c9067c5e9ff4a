"""What ``conformance diff`` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from conformance_cli.cli.output import wrapped

if TYPE_CHECKING:
    from conformance_cli.model.judgement import Change, Comparison
    from conformance_cli.model.run import Run
    from conformance_cli.model.verdict import Verdict

_BLAME = {
    "target": "the endpoint",
    "product": "the product",
    "profile": "the profile",
    "pack": "the test pack",
    "tool": "this tool",
    "settings": "the settings",
}


def groups(comparison: Comparison) -> tuple[tuple[str, Sequence[Change]], ...]:
    """Changes by kind, the worst first."""
    return (
        ("Regressions", comparison.regressions),
        ("Fixes", comparison.fixes),
        ("Other changes", comparison.other),
        ("New requirements", comparison.new),
        ("Gone requirements", comparison.gone),
    )


def also_changed(comparison: Comparison) -> str:
    """What else differs between the two runs, in words."""
    return ", ".join(_BLAME.get(name, name) for name in comparison.changed)


def as_text(comparison: Comparison, old: Run, new: Run) -> str:
    """The comparison for people."""
    lines = [
        f"Old  {_named(old)}  {comparison.outcome_before.value}",
        f"New  {_named(new)}  {comparison.outcome_after.value}",
    ]
    if comparison.changed:
        lines.append(wrapped(f"Also changed: {also_changed(comparison)}", indent="     "))
    for title, changes in groups(comparison):
        if changes:
            lines += ["", f"{title} ({len(changes)})"]
            lines += [
                wrapped(c.text, indent="      ", first=f"  {c.requirement}  {_moved(c)}  ")
                for c in changes
            ]
    lines += ["", totals(comparison)]
    return "\n".join(lines)


def as_markdown(comparison: Comparison, old: Run, new: Run) -> str:
    """The comparison for a pull request."""
    from conformance_cli.reporting.text import markdown_text

    lines = [
        f"**{totals(comparison)}**",
        "",
        "| | run | outcome |",
        "|---|---|---|",
        f"| old | {markdown_text(_named(old))} | {comparison.outcome_before.value} |",
        f"| new | {markdown_text(_named(new))} | {comparison.outcome_after.value} |",
    ]
    if comparison.changed:
        lines += ["", f"Also changed: {also_changed(comparison)}"]
    for title, changes in groups(comparison):
        if changes:
            lines += ["", f"### {title} ({len(changes)})", ""]
            lines += ["| requirement | before | after | text |", "|---|---|---|---|"]
            lines += [
                f"| {c.requirement} | {_word(c.before)} | {_word(c.after)} "
                f"| {markdown_text(c.text)} |"
                for c in changes
            ]
    return "\n".join(lines)


def as_json(comparison: Comparison, old: Run, new: Run) -> str:
    """The comparison for other programs."""

    def listed(changes: Sequence[Change]) -> list[dict[str, str]]:
        return [
            {
                "requirement": c.requirement,
                "text": c.text,
                "before": _word(c.before),
                "after": _word(c.after),
            }
            for c in changes
        ]

    value = {
        "old": {"run": old.header.id, "outcome": comparison.outcome_before.value},
        "new": {"run": new.header.id, "outcome": comparison.outcome_after.value},
        "also_changed": list(comparison.changed),
        "regressions": listed(comparison.regressions),
        "fixes": listed(comparison.fixes),
        "other": listed(comparison.other),
        "new_requirements": listed(comparison.new),
        "gone_requirements": listed(comparison.gone),
    }
    return json.dumps(value, indent=2)


def totals(comparison: Comparison) -> str:
    """``2 regressions, 1 fixed, 0 other``."""
    worse, better = len(comparison.regressions), len(comparison.fixes)
    return f"{worse} regressed, {better} fixed, {len(comparison.other)} other"


def _named(run: Run) -> str:
    header = run.header
    return f"{header.id}  {header.profile.ref}  {header.endpoint}"


def _moved(change: Change) -> str:
    return f"{_word(change.before)} -> {_word(change.after)}"


def _word(verdict: Verdict | None) -> str:
    return verdict.value if verdict is not None else "-"
