"""The ``value`` check: a captured or computed value matches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.checks.arguments import mapping_problems
from conformance_cli.checks.finding import Claim, Finding
from conformance_cli.checks.matchers import MATCHER_KEYS, Matcher, described, matcher_problems
from conformance_cli.checks.subject import Subject

Json = Any


def value(argument: Json, subject: Subject) -> Finding:  # noqa: ARG001 - every check has it
    """``value: {of: "${slot.id}", ...matcher}``: the value matches; ``null`` is not there."""
    matcher = Matcher.of({key: rule for key, rule in argument.items() if key != "of"})
    claim = Claim(f"The value is {matcher.expectation()}", matcher.expectation())
    return claim.judged(matcher.accepts(argument["of"]), described(argument["of"]))


def value_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``value``."""
    problems = mapping_problems(argument, MATCHER_KEYS | {"of"}, required=("of",))
    if isinstance(argument, Mapping):
        rules = {key: rule for key, rule in argument.items() if key in MATCHER_KEYS}
        problems += matcher_problems("value", rules)
    return problems
