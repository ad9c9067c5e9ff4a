"""What one version of a profile asks for that another does not."""

from __future__ import annotations

from dataclasses import replace

from conformance_cli.load.profile_diff import diff_profiles
from conformance_cli.model.profile import Option, Profile, ProfileStatus
from conformance_cli.model.requirement import Level, Requirement, Source

ONE = Requirement("A-1", Level.SHALL, "One.")
TWO = Requirement("A-2", Level.SHOULD, "Two.")
THREE = Requirement("A-3", Level.MAY, "Three.")
OLD = Profile("acme", "1.0.0", "Acme", ProfileStatus.ACTIVE, (ONE, TWO))


def test_a_profile_does_not_differ_from_itself() -> None:
    diff = diff_profiles(OLD, OLD)
    assert diff.empty
    assert (diff.old, diff.new) == ("acme@1.0.0", "acme@1.0.0")


def test_what_is_new_and_what_is_gone_is_told_by_id() -> None:
    diff = diff_profiles(OLD, replace(OLD, version="2.0.0", requirements=(THREE, ONE)))
    assert (diff.added, diff.removed, diff.changed) == ((THREE,), (TWO,), ())
    assert not diff.empty


def test_what_changed_is_told_as_the_file_spells_it() -> None:
    changed = replace(
        ONE, applies_if="option.x", sources=(Source("G"),), not_testable="n", text="Uno."
    )
    (change,) = diff_profiles(OLD, replace(OLD, requirements=(changed, TWO))).changed
    assert (change.id, change.before, change.after) == ("A-1", ONE, changed)
    assert change.fields == ("text", "source", "applies-if", "not-testable")
    assert not change.stricter


def test_a_should_that_becomes_a_shall_is_stricter() -> None:
    stricter = replace(TWO, level=Level.SHALL_NOT)
    (change,) = diff_profiles(OLD, replace(OLD, requirements=(ONE, stricter))).changed
    assert (change.fields, change.stricter) == (("level",), True)


def test_the_order_of_requirements_says_nothing() -> None:
    assert diff_profiles(OLD, replace(OLD, requirements=(TWO, ONE))).empty


def test_options_that_come_go_or_change_their_default_are_told() -> None:
    old = replace(OLD, options=(Option("a", "A", True), Option("b", "B", True)))
    new = replace(OLD, options=(Option("b", "B", False), Option("c", "C", True)))
    assert diff_profiles(old, new).options == ("a", "b", "c")
    assert diff_profiles(old, replace(old, options=(*reversed(old.options),))).empty
