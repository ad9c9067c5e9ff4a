"""What the bundled BaRS profiles and packs promise their readers, and the systems they touch."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from conformance_cli.checks.nhs_number import nhs_numbers
from conformance_cli.expressions import truth
from conformance_cli.judge import coverage
from conformance_cli.load.catalogue import Catalogue
from conformance_cli.load.lint import lint_pack, lint_profile
from conformance_cli.load.resources import data_root
from conformance_cli.model.pack import TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Method, Requirement

VERSIONS = ("1.0.0", "1.1.0")
#: Numbers that Ofcom keeps for drama: of no area, and mobile.
_DRAMA = re.compile(r"01632 960\d{3}|07700 900\d{3}")
_PHONE = re.compile(r"\b0\d{3,4} \d{6}\b")
#: Ids as catalogued; decision rows have the names of the published table.
_ID = re.compile(r"BARS-(COM|TI|CAP|MD|SLT|MSG|BKG|RD|REF|DOC|ERR)-\d{3}|BARS-WF-C\d{1,2}")


@cache
def _profile(version: str) -> Profile:
    return Catalogue.default().profile(f"bars@{version}")


@cache
def _pack(version: str) -> TestPack:
    (pack,) = Catalogue.default().packs_for(_profile(version))
    return pack


def _folder(version: str) -> Path:
    return data_root() / "test_packs" / "bars" / version


def _texts(version: str) -> str:
    return "\n".join(path.read_text() for path in sorted(_folder(version).rglob("*.yaml")))


@pytest.mark.parametrize("version", VERSIONS)
def test_lint_has_nothing_to_say(version: str) -> None:
    profile = data_root() / "profiles" / "bars" / version / "profile.yaml"

    assert lint_profile(profile) == []
    assert lint_pack(_folder(version), Catalogue.default()) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_requirement_is_verified_or_says_why_not(version: str) -> None:
    covered = coverage(_profile(version), (_pack(version),))

    assert [c.requirement.id for c in covered if c.status == "untested"] == []
    assert all(
        c.reason or c.requirement.not_testable for c in covered if c.status == "not-testable"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_mandatory_requirement_that_http_can_show_is_proven_by_a_fault(version: str) -> None:
    covered = coverage(_profile(version), (_pack(version),))

    assert [
        c.requirement.id for c in covered if _mandatory(c.requirement) and c.status == "tested"
    ] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_requirement_has_a_catalogued_id_a_source_and_an_actor(version: str) -> None:
    for requirement in _profile(version).requirements:
        assert _ID.fullmatch(requirement.id), requirement.id
        assert requirement.sources, requirement.id
        assert requirement.actor in ("receiver", "sender", "proxy"), requirement.id


def test_duties_of_senders_do_not_apply_to_a_receiver_by_default() -> None:
    profile = _profile("1.0.0")
    options = {option.name: option.default for option in profile.options}
    senders = [r for r in profile.requirements if r.actor == "sender"]

    assert senders
    assert not any(truth(r.applies_if, {"option": options}) for r in senders)
    assert all(r.method is Method.ATTESTED for r in senders)


def test_a_receiver_gives_one_fixture_and_has_defaults_for_all_that_its_options_need() -> None:
    pack = _pack("1.0.0")
    options = {option.name: option.default for option in _profile("1.0.0").options}
    without_default = {f.name for f in pack.fixtures if f.default is None}
    applicable = [t for t in pack.tests if truth(t.when, {"option": options, "each": t.each})]
    needed = {name for test in applicable for name in test.fixtures}

    assert needed & without_default == {"service"}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_nhs_number_is_valid_and_of_the_range_for_tests(version: str) -> None:
    # a number that is mistaken for one is as bad: it would be masked, or blamed as a leak
    numbers = set(nhs_numbers(_texts(version)))

    assert all(number.startswith("999") for number in numbers)


def test_default_patients_are_different_people_with_valid_numbers() -> None:
    patients = [f.default or "" for f in _pack("1.0.0").fixtures if f.name.startswith("patient")]

    assert len(set(patients)) == len(patients) == 3
    assert all(list(nhs_numbers(number)) for number in patients)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_phone_number_is_one_that_nobody_has(version: str) -> None:
    phones = _PHONE.findall(_texts(version))

    assert all(_DRAMA.fullmatch(phone) for phone in phones)
    assert phones or version != "1.0.0"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_test_is_destructive(version: str) -> None:
    assert {test.effect.value for test in _pack(version).tests} == {"read", "write"}


def test_version_1_1_takes_over_everything_of_1_0() -> None:
    before, after = _profile("1.0.0"), _profile("1.1.0")

    assert {r.id for r in before.requirements} < {r.id for r in after.requirements}
    assert {t.id for t in _pack("1.0.0").tests} < {t.id for t in _pack("1.1.0").tests}


def test_the_page_for_readers_counts_what_the_profile_holds() -> None:
    page = (Path(__file__).parents[2] / "docs" / "bars.md").read_text()
    profile = _profile("1.0.0")
    apart = [r for r in profile.requirements if r.not_testable or r.method is Method.ATTESTED]
    untestable = [r for r in apart if r.not_testable]
    counts = (
        len(profile.requirements),
        len(profile.requirements) - len(apart),
        len(apart) - len(untestable),
        len(untestable),
    )
    row = " ".join(f"| **{count}**" for count in counts) + " |"

    assert row in page
    assert f"{sum(map(_mandatory, profile.requirements))} are SHALL or SHALL NOT" in page


def _mandatory(requirement: Requirement) -> bool:
    return requirement.level.mandatory
