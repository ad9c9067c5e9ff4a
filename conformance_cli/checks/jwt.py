"""The ``jwt`` check: what a token says.  Signatures are not checked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from conformance_cli.checks.arguments import mapping_problems
from conformance_cli.checks.finding import Claim, Finding, both
from conformance_cli.checks.matchers import Matcher, described, matcher_problems
from conformance_cli.checks.parsing import parse_body
from conformance_cli.checks.subject import Subject

Json = Any

_PARTS = ("header", "claims")
#: Characters of the longest token that is looked at.
_MAX_TOKEN = 64 * 1024


def jwt(argument: Json, subject: Subject) -> Finding:  # noqa: ARG001 - every check has it
    """``jwt: {of: TOKEN, header: {alg: RS512}, claims: {...}}``: the parts match.

    The token is read as RFC 7519 with the compact form of RFC 7515; ``Bearer`` before it is
    passed over.
    """
    matchers = {
        f"{part}.{name}": Matcher.of(rule)
        for part in _PARTS
        for name, rule in (argument.get(part) or {}).items()
    }
    expected = both([f"{name} {m.expectation()}" for name, m in matchers.items()]) or "a JWT"
    claim = Claim(f"The token has {expected}" if matchers else "The value is a JWT", expected)
    decoded = _decoded(argument["of"])
    if isinstance(decoded, str):
        return claim.broken(f"no JWT: {decoded}", "token")
    values = {name: _at(decoded, name) for name in matchers}
    wrong = [name for name, m in matchers.items() if not m.accepts(values[name])]
    told = [f"{name} {described(values[name])}" for name in wrong or values]
    return claim.judged(not wrong, both(told) or "a JWT", ", ".join(wrong))


def jwt_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``jwt``."""
    problems = mapping_problems(argument, {"of", *_PARTS}, required=("of",))
    for part in _PARTS if isinstance(argument, Mapping) else ():
        rules = argument.get(part)
        if rules is not None and not isinstance(rules, Mapping):
            problems.append(f"{part} must be a mapping of names to matchers")
        for name, rule in rules.items() if isinstance(rules, Mapping) else ():
            problems += matcher_problems(f"{part}.{name}", rule)
    return problems


def _at(decoded: Mapping[str, Json], name: str) -> Json:
    part, _, claim = name.partition(".")
    return decoded[part].get(claim)


def _decoded(token: Json) -> dict[str, Json] | str:
    """Header and claims of a token, or why it is none."""
    if not isinstance(token, str):
        return f"{described(token)} is no text"
    pieces = token.removeprefix("Bearer ").strip().split(".")
    if len(token) > _MAX_TOKEN:
        return f"longer than {_MAX_TOKEN} characters"
    if len(pieces) != 3:
        return f"{len(pieces)} parts instead of 3"
    decoded: dict[str, Json] = {}
    for part, piece in zip(_PARTS, pieces, strict=False):
        try:
            raw = base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return f"the {part} is not base64url"
        parsed = parse_body(raw)
        if not parsed.ok or not isinstance(parsed.value, dict):
            return f"the {part} is {parsed.problem or 'no JSON object'}"
        decoded[part] = parsed.value
    return decoded
