"""Checks of the HTTP response itself: ``status``, ``statuses``, ``header``, ``media-type``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance_cli.checks.arguments import (
    ArgumentError,
    as_list,
    is_template,
    shown,
    text_problems,
    texts,
)
from conformance_cli.checks.finding import Claim, Finding, both, either
from conformance_cli.checks.matchers import Matcher, matcher_problems
from conformance_cli.checks.subject import Subject, judge_responses, transport_error
from conformance_cli.model.exchange import Exchange, Response

Json = Any

_FAMILY = re.compile(r"[1-5][xX][xX]")
_CODE = re.compile(r"[1-5][0-9][0-9]")
#: Responses that ``statuses`` compares in any order; more would take too long.
_MAX_UNORDERED = 200


def status(argument: Json, subject: Subject) -> Finding:
    """``status: 400``, ``[400, 422]``, ``2xx``: the status is one of them."""
    wanted = [_status(item) for item in as_list(argument)]
    if not wanted:
        raise ArgumentError("needs a status")
    words = either(wanted)
    claim = Claim(f"The status is {words}", f"HTTP {words}")

    def judge(exchange: Exchange, response: Response) -> Finding:
        met = any(_is(response.status, one) for one in wanted)
        return claim.judged(met, f"HTTP {response.status}{_content(subject, exchange)}", "status")

    return judge_responses(subject, claim, judge)


def status_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``status``."""
    if as_list(argument):
        return [problem for item in as_list(argument) for problem in _status_problems(item)]
    return ["needs a status such as 200, a list of them, or 2xx"]


def statuses(argument: Json, subject: Subject) -> Finding:
    """``statuses: [[200, 409]]``: the statuses of a repeated step, in any order."""
    accepted = [[_status(item) for item in as_list(one)] for one in as_list(argument)]
    words = either([both(one) for one in accepted])
    claim = Claim(
        f"The statuses of {len(subject.exchanges)} requests are {words}, in any order",
        f"HTTP {words}, in any order",
    )
    for index, exchange in enumerate(subject.exchanges):
        broken = transport_error(exchange, claim)
        if broken is not None:
            return replace(broken, exchange=index)
    found = sorted(e.response.status for e in subject.exchanges if e.response)
    met = any(_pairs_up(found, one) for one in accepted)
    return claim.judged(met, f"HTTP {both([str(code) for code in found])}", "status")


def statuses_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``statuses``."""
    if is_template(argument):
        return []
    if not isinstance(argument, list) or not argument:
        return ["must be a list of lists such as [[200, 409]]"]
    problems: list[str] = []
    for one in argument:
        if is_template(one):
            continue
        if not isinstance(one, list) or not one:
            problems.append(f"must be a list of lists of statuses; {shown(one)} is none")
        else:
            problems += [problem for item in one for problem in _status_problems(item)]
    return problems


def header(argument: Json, subject: Subject) -> Finding:
    """``header: {Allow: present}``: each header matches, several of a name joined by commas."""
    matchers = {name: Matcher.of(value).as_text() for name, value in argument.items()}
    expected = {name: f"{name}: {m.expectation()}" for name, m in matchers.items()}
    claim = Claim(
        f"The response has the header {both(list(expected.values()))}",
        both(list(expected.values())),
    )

    def judge(_: Exchange, response: Response) -> Finding:
        wrong = [n for n, m in matchers.items() if not m.accepts(_header(response, n))]
        shown_headers = [_header_line(response, name) for name in wrong or matchers]
        return claim.judged(not wrong, both(shown_headers), ", ".join(wrong))

    return judge_responses(subject, claim, judge)


def header_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``header``."""
    if not isinstance(argument, Mapping) or not argument:
        return [f"must be a mapping of header names to matchers, not {shown(argument)}"]
    return [problem for n, m in argument.items() for problem in matcher_problems(str(n), m)]


def media_type(argument: Json, subject: Subject) -> Finding:
    """``media-type: application/fhir+json``: Content-Type, without parameters, is one of them."""
    wanted = [one.lower() for one in texts(argument)]
    claim = Claim(f"The media type is {either(wanted)}", f"Content-Type {either(wanted)}")

    def judge(_: Exchange, response: Response) -> Finding:
        value = response.header("Content-Type")
        essence = (value or "").partition(";")[0].strip().lower()
        return claim.judged(
            essence in wanted, _header_line(response, "Content-Type"), "Content-Type"
        )

    return judge_responses(subject, claim, judge)


def media_type_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``media-type``."""
    problems = text_problems("media-type", argument)
    for one in () if problems else as_list(argument):
        if not is_template(one) and (one.count("/") != 1 or ";" in one):
            problems.append(f"{shown(one)} is not a media type without parameters")
    return problems


def _header(response: Response, name: str) -> str | None:
    values = [value for key, value in response.headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def _header_line(response: Response, name: str) -> str:
    value = _header(response, name)
    return f"no {name} header" if value is None else f"{name}: {value[:200]}"


def _status(item: Json) -> str:
    if _status_problems(item) or is_template(item):
        raise ArgumentError(f"{shown(item)} is not a status")
    return str(item).lower()


def _status_problems(item: Json) -> list[str]:
    if is_template(item):
        return []
    text = "" if isinstance(item, bool) else str(item)
    if _CODE.fullmatch(text) or _FAMILY.fullmatch(text):
        return []
    return [f"{shown(item)} is not a status; write a code such as 404, or 4xx"]


def _is(code: int, wanted: str) -> bool:
    text = str(code)
    return text == wanted or (wanted.endswith("xx") and len(text) == 3 and text[0] == wanted[0])


def _pairs_up(found: list[int], wanted: list[str]) -> bool:
    """Whether every status can be given one of the wanted ones, exact ones first."""
    if len(found) != len(wanted) or len(found) > _MAX_UNORDERED:
        return False
    left = list(found)
    for one in sorted(wanted, key=lambda w: w.endswith("x")):
        match = next((code for code in left if _is(code, one)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _content(subject: Subject, exchange: Exchange) -> str:
    """What the body is, where that can be told: `` (OperationOutcome)``."""
    value = subject.body(exchange).value
    kind = value.get("resourceType") if isinstance(value, dict) else None
    return f" ({kind[:40]})" if isinstance(kind, str) else ""
