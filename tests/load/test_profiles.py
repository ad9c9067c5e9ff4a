"""Profiles: what a file means, and what is wrong with it, line by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conformance_cli.load.catalogue import Catalogue
from conformance_cli.load.profiles import load_profile
from conformance_cli.model.diagnostics import Diagnostic
from conformance_cli.model.profile import Option, Profile, ProfileStatus, SourceDocument
from conformance_cli.model.requirement import Basis, Level, Method, Requirement, Source
from tests.load.helpers import PROFILE, codes, line, line_of, problem, problems, write

FULL = """\
profile: acme
version: 2.0.0
title: Acme two
status: draft
description: The second one.
publisher: Somebody
fhir: 4.0.1
effective-from: 2026-01-01
effective-until: 2027-01-01
supersedes: acme@1.0.0
sources:
  G: {title: Guide, url: "https://x", revision: "7", links: {page: "https://x/{at}.html"}}
sections: {A: Part A}
options: {booking: {title: Books, default: false}}
requirements:
  - id: ACME-1
    level: SHOULD NOT
    section: A
    text: One.
    source: [{ref: G, at: page 1, url: "https://x/1"}, {ref: G}]
    basis: suite
    method: attested
    actor: receiver
    applies-if: option.booking and not option.booking
    not-testable: Because.
    note: A note.
    waivable: false
"""


def load(tmp_path: Path, text: str, version: str = "1.0.0") -> Profile:
    root = write(tmp_path, {f"profiles/acme/{version}/profile.yaml": text})
    path = root / f"profiles/acme/{version}/profile.yaml"
    return load_profile(path, Catalogue([root]).profile)


def wrong(tmp_path: Path, text: str) -> Diagnostic:
    return problem(lambda: load(tmp_path, text))


def test_everything_that_a_file_says_is_in_the_profile(tmp_path: Path) -> None:
    profile = load(tmp_path, FULL)
    assert profile == Profile(
        name="acme",
        version="2.0.0",
        title="Acme two",
        status=ProfileStatus.DRAFT,
        description="The second one.",
        publisher="Somebody",
        fhir_version="4.0.1",
        effective_from=date(2026, 1, 1),
        effective_until=date(2027, 1, 1),
        supersedes="acme@1.0.0",
        sources={"G": SourceDocument("Guide", "https://x", "7", {"page": "https://x/{at}.html"})},
        sections={"A": "Part A"},
        options=(Option("booking", "Books", default=False),),
        requirements=(
            Requirement(
                id="ACME-1",
                level=Level.SHOULD_NOT,
                text="One.",
                section="A",
                sources=(Source("G", "page 1", "https://x/1"), Source("G")),
                basis=Basis.SUITE,
                method=Method.ATTESTED,
                actor="receiver",
                applies_if="option.booking and not option.booking",
                not_testable="Because.",
                note="A note.",
                waivable=False,
            ),
        ),
        digest=profile.digest,
    )


class TestDigest:
    def test_is_the_same_whatever_way_it_is_written(self, tmp_path: Path) -> None:
        block = PROFILE.replace(
            "sections: {A: Part A}", "# a comment\nsections:\n    A: 'Part A'   "
        )
        assert load(tmp_path, PROFILE).digest == load(tmp_path, block).digest

    @pytest.mark.parametrize(
        ("old", "new"),
        [("text: One.", "text: One!"), ("SHOULD", "MAY"), ("default: true", "default: false")],
    )
    def test_is_another_when_anything_is(self, tmp_path: Path, old: str, new: str) -> None:
        first = load(tmp_path, PROFILE).digest
        assert load(tmp_path, PROFILE.replace(old, new)).digest != first
        assert first.startswith("sha256:")

    def test_covers_what_is_taken_over(self, tmp_path: Path) -> None:
        text = "profile: acme\nversion: 1.1.0\ntitle: T\nstatus: draft\nextends: acme@1.0.0\n"
        load(tmp_path, PROFILE)
        first = load(tmp_path, text, "1.1.0").digest
        load(tmp_path, PROFILE.replace("One.", "Another."))
        assert load(tmp_path, text, "1.1.0").digest != first


class TestExtends:
    EXTENDING = """\
profile: acme
version: 1.1.0
title: Acme
status: draft
extends: acme@1.0.0
removes: [ACME-2]
sections: {B: Part B}
options: {referral: {title: Refers, default: true}}
requirements:
  - {id: ACME-3, level: MAY, section: B, text: Three., applies-if: option.booking}
  - {id: ACME-1, level: MAY, section: A, text: Changed., source: {ref: G}}
"""

    def test_takes_over_replaces_adds_and_removes(self, tmp_path: Path) -> None:
        load(tmp_path, PROFILE)
        profile = load(tmp_path, self.EXTENDING, "1.1.0")
        assert [(r.id, r.text) for r in profile.requirements] == [
            ("ACME-1", "Changed."),
            ("ACME-3", "Three."),
        ]
        assert profile.requirements[0].section == "A"
        assert profile.requirements[0].applies_if == ""
        assert list(profile.sections) == ["A", "B"]
        assert [o.name for o in profile.options] == ["booking", "referral"]
        assert profile.sources == {"G": SourceDocument("Guide")}
        assert profile.extends == "acme@1.0.0"

    def test_an_unknown_base_is_an_error_with_its_line_and_the_nearest_match(
        self, tmp_path: Path
    ) -> None:
        load(tmp_path, PROFILE)
        text = self.EXTENDING.replace("acme@1.0.0", "acne@1.0.0")
        found = problem(lambda: load(tmp_path, text, "1.1.0"))
        assert (found.code, found.hint) == ("unknown-base", 'did you mean "acme"?')
        assert line_of(found) == ("profile.yaml", 5)

    def test_profiles_that_extend_each_other_are_refused(self, tmp_path: Path) -> None:
        other = PROFILE.replace("sources:", "extends: acme@1.1.0\nsources:")
        write(tmp_path, {"profiles/acme/1.0.0/profile.yaml": other})
        found = problem(lambda: load(tmp_path, self.EXTENDING, "1.1.0"))
        assert found.code == "extends-cycle"

    def test_an_error_of_the_base_is_told_at_the_base(self, tmp_path: Path) -> None:
        broken = PROFILE.replace("ref: G}}", "ref: H}}")
        write(tmp_path, {"profiles/acme/1.0.0/profile.yaml": broken})
        found = problem(lambda: load(tmp_path, self.EXTENDING, "1.1.0"))
        assert found.code == "unknown-source"
        assert "1.0.0/profile.yaml" in str(found.place)

    def test_only_what_is_there_can_be_removed(self, tmp_path: Path) -> None:
        load(tmp_path, PROFILE)
        text = self.EXTENDING.replace("[ACME-2]", "[ACME-22]")
        found = problem(lambda: load(tmp_path, text, "1.1.0"))
        assert (found.code, found.hint) == ("unknown-requirement", 'did you mean "ACME-2"?')
        assert line_of(found) == ("profile.yaml", 6)

    def test_removes_without_extends_is_refused(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, PROFILE + "removes: [ACME-1]\n")
        assert found.code == "idle-key"


class TestProblems:
    @pytest.mark.parametrize(
        ("old", "new", "code", "hint"),
        [
            ("section: A,", "section: AA,", "unknown-section", 'did you mean "A"?'),
            ("{ref: G}", "{ref: g1}", "unknown-source", 'did you mean "G"?'),
            ("option.booking\n", "option.boking\n", "unknown-option", 'did you mean "booking"?'),
            ("applies-if: option.booking", "applies-if: fixture.x", "unknown-name",
             "whether it applies depends on option.x alone"),
            ("applies-if: option.booking", "applies-if: booking", "unknown-name",
             "whether it applies depends on option.x alone"),
            ("applies-if: option.booking", "applies-if: not", "bad-expression", None),
            ("applies-if: option.booking", "applies-if: ${option.booking}", "bad-expression",
             "write it without ${}"),
            ("id: ACME-2", "id: ACME-1", "duplicate-requirement",
             "give it another id; ids are never reused"),
            ("level: SHALL", "level: MUST", "bad-value",
             "known names: SHALL, SHALL NOT, SHOULD, SHOULD NOT, MAY"),
            ("status: active", "status: aktive", "bad-value", 'did you mean "active"?'),
        ],
    )  # fmt: skip
    def test_a_wrong_reference_has_its_line_and_a_remedy(
        self, tmp_path: Path, old: str, new: str, code: str, hint: str | None
    ) -> None:
        text = PROFILE.replace(old, new, 1)
        found = wrong(tmp_path, text)
        assert (found.code, found.hint) == (code, hint)
        changed = [
            number
            for number, (a, b) in enumerate(
                zip(PROFILE.splitlines(), text.splitlines(), strict=True), 1
            )
            if a != b
        ]
        assert line_of(found) == ("profile.yaml", changed[0])

    def test_a_second_requirement_of_the_same_id_names_the_first(self, tmp_path: Path) -> None:
        found = wrong(tmp_path, PROFILE.replace("id: ACME-2", "id: ACME-1"))
        assert f"profile.yaml:{line(PROFILE, 'ACME-1')}" in found.message

    def test_a_profile_without_requirements_is_refused(self, tmp_path: Path) -> None:
        text = PROFILE.partition("requirements:")[0] + "requirements: []\n"
        assert wrong(tmp_path, text).code == "no-requirements"

    def test_it_cannot_end_before_it_takes_effect(self, tmp_path: Path) -> None:
        found = wrong(
            tmp_path, "effective-from: 2026-02-01\neffective-until: 2026-01-01\n" + PROFILE
        )
        assert (found.code, line_of(found)) == ("bad-value", ("profile.yaml", 2))

    def test_everything_wrong_is_said_at_once(self, tmp_path: Path) -> None:
        text = PROFILE.replace("section: A,", "section: Z,").replace("page 2}", "p, x: 1}")
        assert codes(problems(lambda: load(tmp_path, text))) == ["unknown-key"]
        text = PROFILE.replace("section: A,", "section: Z,").replace("booking\n", "b\n")
        found = problems(lambda: load(tmp_path, text))
        assert codes(found) == ["unknown-section", "unknown-option"]
