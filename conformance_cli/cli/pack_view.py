"""What ``conformance pack show`` and ``pack fixtures`` print."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from conformance_cli.cli.output import counted, fields, table
from conformance_cli.judge import coverage
from conformance_cli.model.judgement import RequirementCoverage
from conformance_cli.model.pack import TestPack
from conformance_cli.model.profile import Profile

#: Strongest first; every requirement has exactly one.
STATUSES = ("proven", "tested", "attested", "not-testable", "untested")

_FIXTURE_COLUMNS = ("fixture", "title", "needed for", "properties", "pattern", "default", "value")


def as_text(pack: TestPack, profiles: Sequence[Profile]) -> str:
    """The pack, and its coverage of each profile."""
    parts = [
        f"{pack.ref}  {pack.title}",
        fields(
            (
                ("Certifies", ", ".join(pack.certifies)),
                ("Extends", pack.extends),
                ("Tests", _effects(pack)),
                ("Fixtures", ", ".join(f.name for f in pack.fixtures)),
                ("Faults", str(len(pack.faults))),
                ("Reference", pack.reference),
                ("About", " ".join(pack.description.split())),
                ("Digest", pack.digest),
                ("Folder", pack.path),
            )
        ),
    ]
    for profile in profiles:
        covered = coverage(profile, (pack,))
        rows = [(c.requirement.id, c.requirement.level.value, c.status, _by(c)) for c in covered]
        parts += ["", f"Coverage of {profile.ref}"]
        parts += [table(("REQUIREMENT", "LEVEL", "STATUS", "BY"), rows, indent="  ")]
        parts += ["", *(f"  {line}" for line in totals(covered))]
    return "\n".join(parts)


def as_markdown(pack: TestPack, profiles: Sequence[Profile]) -> str:
    """The coverage tables in Markdown."""
    parts = [f"# {pack.title} ({pack.ref})"]
    for profile in profiles:
        covered = coverage(profile, (pack,))
        parts += ["", f"## Coverage of {profile.ref}", ""]
        parts += [f"- {line}" for line in totals(covered)]
        parts += ["", "| requirement | level | status | by |", "|---|---|---|---|"]
        for c in covered:
            cells = (c.requirement.id, c.requirement.level.value, c.status, _by(c))
            parts.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(parts)


def as_json(pack: TestPack, profiles: Sequence[Profile]) -> str:
    """The coverage for other programs."""
    value = {
        "pack": pack.ref,
        "title": pack.title,
        "certifies": list(pack.certifies),
        "digest": pack.digest,
        "tests": len(pack.tests),
        "faults": len(pack.faults),
        "profiles": [
            {
                "profile": profile.ref,
                "requirements": [
                    {
                        "id": c.requirement.id,
                        "level": c.requirement.level.value,
                        "status": c.status,
                        "tests": list(c.tests),
                        "faults": list(c.faults),
                        "reason": c.reason,
                    }
                    for c in coverage(profile, (pack,))
                ],
            }
            for profile in profiles
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def totals(covered: Sequence[RequirementCoverage]) -> list[str]:
    """One line per level: how many requirements have each status, of how many."""
    lines = []
    for level in ("SHALL", "SHOULD", "MAY"):
        mine = [c for c in covered if c.requirement.level.value.split()[0] == level]
        counts = {s: sum(c.status == s for c in mine) for s in STATUSES}
        shown = ", ".join(f"{n} {s.replace('-', ' ')}" for s, n in counts.items() if n)
        if mine:
            lines.append(f"{level:<6} {len(mine):>4}: {shown}")
    return lines


def tests_text(pack: TestPack) -> str:
    """Every test, its effect and what it verifies."""
    rows = [(t.id, t.effect.value, f"{t.title} [{', '.join(t.requirements)}]") for t in pack.tests]
    return table(("TEST", "EFFECT", "TITLE AND REQUIREMENTS"), rows)


def tests_markdown(pack: TestPack) -> str:
    """Every test as a Markdown table."""
    lines = ["| test | effect | title | verifies |", "|---|---|---|---|"]
    for t in pack.tests:
        cells = (t.id, t.effect.value, t.title, ", ".join(t.requirements))
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def tests_json(pack: TestPack) -> str:
    """Every test for other programs."""
    value = [
        {
            "id": t.id,
            "title": t.title,
            "effect": t.effect.value,
            "requirements": list(t.requirements),
            "fixtures": list(t.fixtures),
            "tags": list(t.tags),
        }
        for t in pack.tests
    ]
    return json.dumps(value, indent=2, ensure_ascii=False)


def fixtures_markdown(pack: TestPack) -> str:
    """The fixture sheet as a Markdown table."""
    head = "| " + " | ".join(_FIXTURE_COLUMNS) + " |"
    lines = [head, "|" + "---|" * len(_FIXTURE_COLUMNS)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in _sheet(pack)]
    return "\n".join(lines)


def fixtures_csv(pack: TestPack) -> str:
    """The fixture sheet as CSV (RFC 4180), with an empty column to fill in."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_FIXTURE_COLUMNS)
    writer.writerows(_sheet(pack))
    return out.getvalue().replace("\r\n", "\n")


def fixtures_json(pack: TestPack) -> str:
    """The fixture sheet for other programs."""
    rows = [dict(zip(_FIXTURE_COLUMNS, row, strict=True)) for row in _sheet(pack)]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _sheet(pack: TestPack) -> list[tuple[str, ...]]:
    return [
        (
            f.name,
            f.title,
            f.why or counted(sum(f.name in t.fixtures for t in pack.tests), "test"),
            "; ".join(f.properties),
            f.pattern,
            f.default or "",
            "",
        )
        for f in pack.fixtures
    ]


def _effects(pack: TestPack) -> str:
    counts: dict[str, int] = {}
    for test in pack.tests:
        counts[test.effect.value] = counts.get(test.effect.value, 0) + 1
    return f"{len(pack.tests)} ({', '.join(f'{n} {e}' for e, n in counts.items())})"


def _by(covered: RequirementCoverage) -> str:
    if covered.status not in ("proven", "tested"):
        return covered.reason
    tests = ", ".join(dict.fromkeys(t.split(".")[0] for t in covered.tests))
    return f"{tests}; faults: {', '.join(covered.faults)}" if covered.faults else tests


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
