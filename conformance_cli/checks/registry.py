"""Which checks there are: those built in, and those of entry point ``conformance.checks``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from conformance_cli.checks import (
    body,
    elements,
    http,
    jwt,
    leaks,
    operation_outcome,
    references,
    timing,
    tls,
    validity,
    value,
)
from conformance_cli.checks.arguments import ArgumentError, nearest
from conformance_cli.checks.finding import Claim, Finding
from conformance_cli.checks.subject import Subject
from conformance_cli.fhir.path.patterns import PatternError
from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.result import Cause

Json = Any

#: A check judges the exchanges of a step by a rendered argument.
Check = Callable[[Json, Subject], Finding]
#: Keys of arguments whose texts are FHIRPath: values are rendered into them as literals.
FHIRPATH_KEYS = frozenset({"fhirpath", "in", "satisfies"})
#: Entry point group for checks of others: the name of the assertion to a ``Check``.
GROUP = "conformance.checks"


@dataclass(frozen=True, slots=True)
class _Definition:
    check: Check
    #: What is wrong with an argument, rendered or not.
    problems: Callable[[Json], list[str]]


_BUILT_IN: Mapping[str, _Definition] = {
    "status": _Definition(http.status, http.status_problems),
    "statuses": _Definition(http.statuses, http.statuses_problems),
    "header": _Definition(http.header, http.header_problems),
    "media-type": _Definition(http.media_type, http.media_type_problems),
    "body": _Definition(body.body, body.body_problems),
    "resource-type": _Definition(body.resource_type, body.resource_type_problems),
    "base-fhir": _Definition(validity.base_fhir, validity.base_fhir_problems),
    "conforms-to": _Definition(validity.conforms_to, validity.conforms_to_problems),
    "json-schema": _Definition(body.json_schema, body.json_schema_problems),
    "fhirpath": _Definition(elements.fhirpath, elements.fhirpath_argument_problems),
    "each": _Definition(elements.each, elements.each_problems),
    "none": _Definition(elements.none, elements.none_problems),
    "unique": _Definition(elements.unique, elements.unique_problems),
    "references-resolve": _Definition(
        references.references_resolve, references.references_resolve_problems
    ),
    "operation-outcome": _Definition(
        operation_outcome.operation_outcome, operation_outcome.operation_outcome_problems
    ),
    "value": _Definition(value.value, value.value_problems),
    "no-match": _Definition(leaks.no_match, leaks.no_match_problems),
    "duration": _Definition(timing.duration, timing.duration_problems),
    "tls": _Definition(tls.tls, tls.tls_problems),
    "jwt": _Definition(jwt.jwt, jwt.jwt_problems),
}


def names() -> tuple[str, ...]:
    """The names of all checks, built in first.

    Raises ``DefinitionError`` (``check-name-taken``) if an entry point hides a built-in.
    """
    return (*_BUILT_IN, *sorted(_registered()))


def find(kind: str) -> Check:
    """The check of this name.  ``DefinitionError`` (``check-not-found``) if there is none.

    It never raises: an argument that it cannot use makes the verdict ``error``.
    """
    if kind in _BUILT_IN:
        return partial(_run, kind, _BUILT_IN[kind])
    return partial(_run_registered, kind, _load(kind))


def argument_problems(kind: str, argument: Json) -> list[str]:
    """What is wrong with an argument, rendered or not; each text stands by itself."""
    if kind in _BUILT_IN:
        return _BUILT_IN[kind].problems(argument)
    if kind in _registered():
        return []
    return [_unknown(kind)]


def _run(kind: str, definition: _Definition, argument: Json, subject: Subject) -> Finding:
    problems = definition.problems(argument)
    remedy = "correct the pack"
    if not problems:
        try:
            return definition.check(argument, subject)
        except ArgumentError as err:
            problems = [str(err)]
        except PatternError as err:
            problems, remedy = [str(err)], "write a pattern with fewer repetitions"
    return Claim(kind, "").error(Cause.TOOL, f"{kind}: {problems[0]}", remedy)


def _run_registered(kind: str, check: Check, argument: Json, subject: Subject) -> Finding:
    try:
        finding = check(argument, subject)
    except Exception as err:  # noqa: BLE001 - code of others must not end the run
        text = f"the check {kind} broke: {type(err).__name__}: {err}"
        return Claim(kind, "").error(Cause.TOOL, text, "report it to the author of the check")
    if isinstance(finding, Finding):
        return finding
    return Claim(kind, "").error(Cause.TOOL, f"the check {kind} gave no finding")


@lru_cache(maxsize=1)
def _registered() -> Mapping[str, Any]:
    from importlib.metadata import entry_points

    found = {point.name: point for point in entry_points(group=GROUP)}
    taken = sorted(set(found) & set(_BUILT_IN))
    if taken:
        origin = getattr(found[taken[0]].dist, "name", "an installed package")
        raise DefinitionError.of(
            "check-name-taken",
            f'{origin} registers a check "{taken[0]}", which is built in',
            hint=f"uninstall {origin}, or have it choose another name",
        )
    return found


def _load(kind: str) -> Check:
    if kind not in _registered():
        raise DefinitionError.of("check-not-found", _unknown(kind))
    try:
        check: Check = _registered()[kind].load()
    except Exception as err:
        raise DefinitionError.of(
            "check-not-loadable", f'the check "{kind}" cannot be loaded: {err}'
        ) from err
    return check


def _unknown(kind: str) -> str:
    return f'there is no assertion "{kind}"{nearest(kind, names())}'
