"""Checks by the FHIR validator: ``base-fhir`` and ``conforms-to``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance_cli.checks.arguments import (
    as_list,
    fhirpath_problems,
    is_template,
    mapping_problems,
    shown,
    text_problems,
    texts,
)
from conformance_cli.checks.elements import place
from conformance_cli.checks.finding import Claim, Finding, both, first_few
from conformance_cli.checks.subject import Subject, judge_responses
from conformance_cli.checks.validation import Validation, exact, plain
from conformance_cli.fhir import FhirPathError
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import Exchange, Response
from conformance_cli.model.result import Cause

if TYPE_CHECKING:
    from conformance_cli.fhir import Issue, Outcome

Json = Any

_DECLARED = "declared"
_REMEDY = "install its package, and name it with --package or in [packages] of conformance.toml"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a body is judged by; ``path`` picks parts of it, each a resource of its own."""

    claim: Claim
    profiles: tuple[str, ...] = ()
    claims: bool = False
    path: str = ""


def base_fhir(argument: Json, subject: Subject) -> Finding:
    """``base-fhir: true`` or ``{profiles: declared, in: PATH}``: a valid FHIR resource."""
    settings = argument if isinstance(argument, Mapping) else {}
    claims = settings.get("profiles") == _DECLARED
    path = settings.get("in", "")
    what = f"Every {path}" if path else "The body"
    by = " and of the profiles that it declares" if claims else ""
    claim = Claim(f"{what} is a valid FHIR resource", f"valid by the rules of FHIR{by}")
    return _judged(_Wanted(claim, (), claims, path), subject)


def base_fhir_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``base-fhir``."""
    if argument is True or is_template(argument):
        return []
    if not isinstance(argument, Mapping):
        return [f"must be true, or a mapping of in and profiles, not {shown(argument)}"]
    problems = mapping_problems(argument, {"profiles", "in"})
    profiles = argument.get("profiles", _DECLARED)
    if profiles != _DECLARED and not is_template(profiles):
        problems.append(
            f'profiles must be "{_DECLARED}", not {shown(profiles)}; '
            "for a profile by its URL there is conforms-to"
        )
    return problems + _path_problems(argument)


def conforms_to(argument: Json, subject: Subject) -> Finding:
    """``conforms-to: URL``, a list, or ``{profile: URL, in: PATH}``: all profiles are met."""
    settings = argument if isinstance(argument, Mapping) else {"profile": argument}
    profiles, path = texts(settings.get("profile")), settings.get("in", "")
    what = f"Every {path}" if path else "The body"
    claim = Claim(f"{what} conforms to {both(profiles)}", f"conforms to {both(profiles)}")
    return _judged(_Wanted(claim, profiles, path=path), subject)


def conforms_to_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``conforms-to``."""
    if not isinstance(argument, Mapping):
        return text_problems("conforms-to", argument) or _url_problems(argument)
    problems = mapping_problems(argument, {"profile", "in"}, required=("profile",))
    if "profile" in argument:
        profile = argument["profile"]
        problems += text_problems("profile", profile) or _url_problems(profile)
    return problems + _path_problems(argument)


def _url_problems(urls: Json) -> list[str]:
    wrong = [url for url in as_list(urls) if not is_template(url) and ":" not in url]
    return [f"{shown(url)} is not the URL of a profile" for url in wrong]


def _path_problems(argument: Mapping[str, Json]) -> list[str]:
    return fhirpath_problems("in", argument["in"]) if "in" in argument else []


def _judged(wanted: _Wanted, subject: Subject) -> Finding:
    """The finding of every response; what stands in the way is no failure of the endpoint."""
    claim, validation = wanted.claim, subject.validation
    if validation is None:
        return claim.error(Cause.TOOL, "there is nothing here that validates FHIR resources")
    try:
        lost = [url for url in wanted.profiles if not validation.knows(url)]
        if lost:
            text = f"it cannot be told: no package that is loaded has the profile {both(lost)}"
            return claim.error(Cause.PACKAGE, text, _REMEDY)
        judge = _parts if wanted.path else _whole
        return judge_responses(subject, claim, judge(wanted, validation, subject))
    except ConformanceError as error:
        hint = next((d.hint for d in error.diagnostics if d.hint), "") or _REMEDY
        return claim.error(Cause.PACKAGE, f"it cannot be told: {plain(str(error))}", hint)
    except PackageError as error:
        text = f"it cannot be told: {plain(error.problem)}"
        return claim.error(Cause.PACKAGE, text, error.remedy)


def _whole(
    wanted: _Wanted, validation: Validation, subject: Subject
) -> Callable[[Exchange, Response], Finding]:
    """Judge the bytes as they came: then JSON and XML are read as strictly as FHIR does."""

    def judge(exchange: Exchange, response: Response) -> Finding:
        body = subject.body(exchange)
        if body.beyond_bounds:
            return wanted.claim.error(
                Cause.TOOL, f"the body {body.problem}; this tool reads no more"
            )
        if not response.body.strip():
            return wanted.claim.broken("the body is empty", "body")
        outcome = validation.validate(response.body, wanted.profiles, claims=wanted.claims)
        return _finding(wanted.claim, [("", outcome)], validation.by)

    return judge


def _parts(
    wanted: _Wanted, validation: Validation, subject: Subject
) -> Callable[[Exchange, Response], Finding]:
    """Judge each part that the path picks, as a resource of its own."""
    claim, path = wanted.claim, wanted.path

    def judge(exchange: Exchange, _: Response) -> Finding:
        body = subject.body(exchange)
        if not body.ok:
            if body.beyond_bounds:
                return claim.error(Cause.TOOL, f"the body {body.problem}; this tool reads no more")
            return claim.broken(body.problem, "body")
        try:
            items = subject.fhirpath.evaluate(path, body.value)
        except FhirPathError as error:
            return claim.error(Cause.TOOL, str(error), "write the expression so that it fits")
        if not items:
            return claim.nothing_to_judge(path, f"there is no {path}")
        outcomes = []
        for index, item in enumerate(items):
            if not isinstance(item, Mapping):
                return claim.broken("no resource stands there", place(path, index, item))
            outcome = validation.validate(exact(item), wanted.profiles, claims=wanted.claims)
            outcomes.append((place(path, index, item), outcome))
        return _finding(claim, outcomes, validation.by)

    return judge


def _finding(claim: Claim, outcomes: Sequence[tuple[str, Outcome]], by: str) -> Finding:
    """The first errors with their places, or what was valid and how it was judged."""
    issues = [(at, issue) for at, outcome in outcomes for issue in outcome.issues]
    wrong = [(at, issue) for at, issue in issues if issue.is_error]
    if wrong:
        told = first_few([_told(at, issue) for at, issue in wrong])
        return claim.broken(f"{_counted(len(wrong), 'error')}: {told}", _where(*wrong[0]))
    if dropped := sum(outcome.dropped for _, outcome in outcomes):
        return claim.error(Cause.TOOL, f"{dropped} more issues than this tool keeps of one body")
    warnings = sum(issue.severity == "warning" for _, issue in issues)
    noted = f", with {_counted(warnings, 'warning')}" if warnings else ""
    what = f"all {len(outcomes)} are valid" if outcomes[0][0] else "valid"
    return claim.met(f"{what} by {by}{noted}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _told(at: str, issue: Issue) -> str:
    """The text first: redaction would take what follows ``family:`` for somebody's name."""
    return f"{issue.text} ({issue.id} at {_where(at, issue)})"


def _where(at: str, issue: Issue) -> str:
    if at:
        return f"{at}: {issue.expression}" if issue.expression else at
    return issue.expression or (f"line {issue.line}" if issue.line else "body")
