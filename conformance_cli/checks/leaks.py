"""The ``no-match`` check: text that must not be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.checks.arguments import (
    ArgumentError,
    fhirpath_problems,
    flag_problems,
    mapping_problems,
    pattern_problems,
    shown,
    texts,
)
from conformance_cli.checks.elements import place
from conformance_cli.checks.finding import Claim, Finding, either
from conformance_cli.checks.nhs_number import nhs_numbers
from conformance_cli.checks.subject import Subject, judge_bodies, judge_responses
from conformance_cli.fhir.path.patterns import MAX_SEARCHED, compile_pattern
from conformance_cli.model.exchange import Response

Json = Any

_WHOLE = "whole"


def no_match(argument: Json, subject: Subject) -> Finding:
    """``no-match: {in: PATH or whole, patterns: [regex], nhs-numbers: true}``.

    Findings say where and which pattern, never the text itself: it may be personal.
    """
    where = argument.get("in", _WHOLE)
    patterns = texts(argument.get("patterns"))
    numbers = argument.get("nhs-numbers") is True
    if not isinstance(where, str) or not (patterns or numbers):
        raise ArgumentError("needs in, and patterns or nhs-numbers")
    sought = [f"text matching {shown(p)}" for p in patterns] + ["valid NHS number"] * numbers
    what = "the body" if where == _WHOLE else where
    claim = Claim(f"In {what} there is no {either(sought)}", f"no {either(sought)}")

    def judge(items: Iterator[tuple[str, str]]) -> Finding:
        for at, text in items:
            fault = _fault(text, patterns, numbers)
            if fault:
                return claim.broken(fault, at)
        return claim.met("none")

    if where == _WHOLE:
        return judge_responses(subject, claim, lambda _, response: judge(_whole(response)))
    return judge_bodies(
        subject, claim, lambda body: judge(_texts_at(where, subject.fhirpath.evaluate(where, body)))
    )


def no_match_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``no-match``."""
    problems = mapping_problems(argument, {"in", "patterns", "nhs-numbers"})
    if not isinstance(argument, Mapping):
        return problems
    if "in" in argument and argument["in"] != _WHOLE:
        problems += fhirpath_problems("in", argument["in"])
    if "patterns" in argument:
        problems += pattern_problems("patterns", argument["patterns"])
    if "nhs-numbers" in argument:
        problems += flag_problems("nhs-numbers", argument["nhs-numbers"])
    if "patterns" not in argument and argument.get("nhs-numbers") in (None, False):
        problems.append("looks for nothing: give patterns, or nhs-numbers: true")
    return problems


def _fault(text: str, patterns: tuple[str, ...], numbers: bool) -> str:  # noqa: FBT001
    for pattern in patterns:
        if compile_pattern(pattern).occurs(text):
            return f"text matching {shown(pattern)}"
    if numbers and next(nhs_numbers(text[:MAX_SEARCHED]), None):
        return "a valid NHS number"
    return ""


def _whole(response: Response) -> Iterator[tuple[str, str]]:
    yield "body", response.body.decode("utf-8", errors="replace")


def _texts_at(path: str, items: list[Json]) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(items):
        for text in _strings(item):
            yield place(path, index), text


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
