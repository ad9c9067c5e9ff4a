"""The ``tls`` check: what the handshake with the endpoint showed."""

from __future__ import annotations

import re
from typing import Any

from conformance_cli.checks.arguments import (
    ArgumentError,
    flag_problems,
    is_template,
    mapping_problems,
    shown,
)
from conformance_cli.checks.finding import Claim, Finding, both
from conformance_cli.checks.subject import Subject
from conformance_cli.model.exchange import TlsFacts

Json = Any

_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
_VERSION = re.compile(r"TLSv?\s*(1(?:\.[0-9])?)")


def tls(argument: Json, subject: Subject) -> Finding:
    """``tls: {minimum: "1.2", verified: true}``: no older version is accepted; chain and name hold.

    An endpoint that is not https breaks it.
    """
    minimum, verified = argument.get("minimum"), argument.get("verified")
    if minimum is not None and str(minimum) not in _VERSIONS:
        raise ArgumentError(f"{shown(minimum)} is not a version of TLS")
    wishes = [f"TLS {minimum} or later"] if minimum is not None else []
    wishes += ["a verified certificate"] if verified is True else []
    claim = Claim(f"The connection has {both(wishes)}", both(wishes))
    facts = subject.tls()
    if facts is None:
        return claim.broken("no TLS: the endpoint is plain http", "TLS handshake")
    faults = _faults(facts, str(minimum or _VERSIONS[0]))
    if verified is True and not facts.verified:
        faults.append(f"a certificate that cannot be verified: {facts.problem or 'unknown why'}")
    return claim.judged(not faults, both(faults) or f"{facts.version}, verified", "TLS handshake")


def tls_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``tls``."""
    problems = mapping_problems(argument, {"minimum", "verified"})
    if problems:
        return problems
    if argument.get("minimum") is None and argument.get("verified") is not True:
        return ["asks for nothing: give minimum, or verified: true"]
    if "verified" in argument:
        problems += flag_problems("verified", argument["verified"])
    version = argument.get("minimum")
    if version is not None and not is_template(version) and version not in _VERSIONS:
        problems.append(f'minimum must be one of "{", ".join(_VERSIONS)}" in quotes')
    return problems


def _faults(facts: TlsFacts, minimum: str) -> list[str]:
    older = [v for v in (facts.version, *facts.legacy_versions) if _rank(v) < _rank(minimum)]
    if not older:
        return []
    if _rank(facts.version) >= _rank(minimum):
        return [f"{facts.version}, but {both(older)} accepted too"]
    return [both(list(dict.fromkeys(older)))]


def _rank(version: str) -> tuple[int, ...]:
    """Orders ``TLSv1.2``, ``TLSv1`` and ``1.2``; SSL comes before all."""
    found = _VERSION.search(version)
    number = found[1] if found else version
    if not re.fullmatch(r"[0-9.]+", number):
        return (0,)
    return tuple(int(part) for part in (number if "." in number else f"{number}.0").split("."))
