"""Plans: what will be sent, in what order, and why not the rest."""

import pytest

from conformance_cli.engine import Choices, Plan, make_plan
from conformance_cli.model.pack import Effect, Fixture, TestCase
from conformance_cli.model.profile import Option
from conformance_cli.model.requirement import Level, Requirement
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from tests.engine.kit import case, pack, profile, status, step

WANTS = step(expect=(status(200),))


def planned(*tests: TestCase, choices: Choices | None = None, **more: object) -> Plan:
    fixtures = more.pop("fixtures", ())
    over = more.pop("over", None) or profile()
    return make_plan(over, [pack(*tests, fixtures=fixtures)], choices or Choices())  # type: ignore[arg-type]


def cause(plan: Plan, n: int = 0) -> Cause | None:
    skip = plan.tests[n].skip
    return None if skip is None else skip.cause


def test_reads_come_before_writes_and_writes_before_what_destroys() -> None:
    plan = planned(
        case(WANTS, id_="d", effect=Effect.DESTRUCTIVE),
        case(WANTS, id_="w", effect=Effect.WRITE),
        case(WANTS, id_="r"),
    )
    assert [p.test.id for p in plan.tests] == ["r", "w", "d"]


@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.DESTRUCTIVE])
def test_nothing_is_written_unless_it_is_allowed(effect: Effect) -> None:
    plan = planned(case(WANTS, effect=effect))
    assert cause(plan) is Cause.EFFECT
    assert plan.runnable == ()


def test_allowing_writes_does_not_allow_destruction() -> None:
    choices = Choices(allow=Effect.WRITE)
    plan = planned(case(WANTS, effect=Effect.DESTRUCTIVE), choices=choices)
    assert cause(plan) is Cause.EFFECT


def test_the_reason_names_the_flag_that_would_decide_it() -> None:
    skip = planned(case(WANTS, effect=Effect.WRITE)).tests[0].skip
    assert skip is not None
    assert "--allow writes" in skip.remedy


def test_a_test_whose_option_is_off_is_not_applicable() -> None:
    over = profile(options=(Option("booking", "Books", default=False),))
    plan = planned(case(WANTS, when="option.booking"), over=over)
    assert plan.tests[0].verdict is Verdict.NOT_APPLICABLE


def test_a_test_none_of_whose_requirements_applies_is_not_applicable() -> None:
    over = profile(applies_if="option.booking", options=(Option("booking", "B", default=False),))
    assert planned(case(WANTS), over=over).tests[0].verdict is Verdict.NOT_APPLICABLE


def test_a_missing_fixture_is_named() -> None:
    fixture = Fixture("patient", "A patient")
    plan = planned(case(WANTS, fixtures=("patient",)), fixtures=(fixture,))
    skip = plan.tests[0].skip
    assert skip is not None
    assert skip.cause is Cause.FIXTURE
    assert "--fixture patient=VALUE" in skip.remedy


def test_a_default_stands_in_for_a_fixture_and_a_given_value_wins() -> None:
    fixture = Fixture("patient", "A patient", default="1")
    plan = planned(case(WANTS, fixtures=("patient",)), fixtures=(fixture,))
    assert plan.fixtures == {"patient": "1"}
    plan = planned(
        case(WANTS, fixtures=("patient",)),
        fixtures=(fixture,),
        choices=Choices(fixtures={"patient": "2"}),
    )
    assert plan.fixtures == {"patient": "2"}


@pytest.mark.parametrize("pattern", ["slot-*", "R-1", "negative"])
def test_tests_are_included_by_id_requirement_and_tag(pattern: str) -> None:
    plan = planned(
        case(WANTS, id_="slot-search", tags=("negative",)),
        case(step(expect=(status(200, verifies="R-2"),)), id_="other"),
        choices=Choices(include=(pattern,)),
    )
    assert [p.test.id for p in plan.runnable] == ["slot-search"]


def test_exclusion_wins_over_inclusion() -> None:
    choices = Choices(include=("*",), exclude=("t",))
    assert cause(planned(case(WANTS), choices=choices)) is Cause.EXCLUDED


def test_every_row_of_a_for_each_test_is_reached_by_its_name() -> None:
    plan = planned(case(WANTS, id_="slot.2"), choices=Choices(include=("slot",)))
    assert len(plan.runnable) == 1


def test_a_level_leaves_out_tests_of_weaker_requirements_only() -> None:
    from dataclasses import replace

    over = profile()
    weak = Requirement("R-2", Level.SHOULD, "R-2 holds")
    over = replace(over, requirements=(over.requirements[0], weak))
    plan = planned(
        case(WANTS, id_="strong"),
        case(step(expect=(status(200, verifies="R-2"),)), id_="weak"),
        over=over,
        choices=Choices(level="shall"),
    )
    assert [p.test.id for p in plan.runnable] == ["strong"]
