"""Waivers: read as they are written, and refused where they say too little."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conformance_cli.load.waivers import load_waivers
from conformance_cli.model.diagnostics import Location
from conformance_cli.model.waiver import Waiver
from tests.load.helpers import codes, line, line_of, problem, problems

TEXT = """\
waivers:
  - requirement: ACME-1
    reason: The clinic has one slot.
    approver: A. Assessor
    role: assessor
    reference: TICKET-1
    expires: 2026-12-31
    product: Booker
    profile-versions: ">=1.0 <2"
  - requirement: ACME-2
    reason: r
    approver: a
    expires: "2027-01-01"
"""


def read(root: Path, text: str) -> tuple[Waiver, ...]:
    path = root / "waivers.yaml"
    path.write_text(text)
    return load_waivers(path)


def test_everything_that_a_waiver_says_is_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "waivers.yaml")
    assert read(tmp_path, TEXT) == (
        Waiver(
            "ACME-1",
            "The clinic has one slot.",
            "A. Assessor",
            date(2026, 12, 31),
            "assessor",
            "TICKET-1",
            "Booker",
            ">=1.0 <2",
            Location(path, 2, 5),
        ),
        Waiver("ACME-2", "r", "a", date(2027, 1, 1), location=Location(path, 10, 5)),
    )


def test_a_file_may_hold_none(tmp_path: Path) -> None:
    assert read(tmp_path, "waivers: []\n") == ()


@pytest.mark.parametrize("key", ["requirement", "reason", "approver", "expires"])
def test_what_a_waiver_must_say(tmp_path: Path, key: str) -> None:
    text = "\n".join(one for one in TEXT.splitlines()[9:] if f"{key}:" not in one)
    if key == "requirement":
        text = text.replace("    reason", "  - reason", 1)
    found = problem(lambda: read(tmp_path, f"waivers:\n{text}\n"))
    assert (found.code, found.message) == ("missing-key", f'"{key}" is missing in waiver')


@pytest.mark.parametrize(
    ("old", "new", "code", "hint"),
    [
        ("approver: a", "aprover: a", "unknown-key", 'did you mean "approver"?'),
        ("2026-12-31", "31.12.2026", "bad-value", "write it as 2026-11-23"),
        ("2026-12-31", "2026-13-01", "bad-value", "write it as 2026-11-23"),
        (">=1.0 <2", "newer", "bad-range", "write one as npm does: 1.0.0, ~1.0, ^1 or >=1.0 <2"),
        ("reason: r", "reason: ''", "bad-value", None),
    ],
)
def test_what_is_wrong_has_its_line(
    tmp_path: Path, old: str, new: str, code: str, hint: str | None
) -> None:
    text = TEXT.replace(old, new)
    found = next(d for d in problems(lambda: read(tmp_path, text)) if d.code == code)
    assert found.hint == hint
    assert line_of(found) == ("waivers.yaml", line(text, new))


def test_one_deviation_is_waived_once_for_the_same_scope(tmp_path: Path) -> None:
    again = "  - {requirement: ACME-2, reason: s, approver: b, expires: 2026-01-01}\n"
    found = problem(lambda: read(tmp_path, TEXT + again))
    assert (found.code, line_of(found)) == ("duplicate-waiver", ("waivers.yaml", 14))
    assert "first on line 10" in found.message
    other = again.replace("reason", "product: Other, reason")
    assert len(read(tmp_path, TEXT + other)) == 3


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = TEXT.replace(">=1.0 <2", "newer").replace("ACME-2", "ACME-1")
    text += "  - {requirement: ACME-1, reason: s, approver: b, expires: 2026-01-01}\n"
    assert codes(problems(lambda: read(tmp_path, text))) == ["bad-range", "duplicate-waiver"]
