"""From the options of ``conformance validate`` to a job and what shows it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance_cli.cli.diagnostics import wants_color
from conformance_cli.cli.session import Session, current
from conformance_cli.cli.validating.checking import Rules
from conformance_cli.cli.validating.definitions import Definitions, about, core_name, library
from conformance_cli.cli.validating.inputs import are_many, find_files
from conformance_cli.cli.validating.job import Job, Writer, run, writer
from conformance_cli.cli.validating.presenters import (
    DocumentPresenter,
    GithubPresenter,
    PlainPresenter,
    Presenter,
    View,
    document_form,
    usual_format,
)
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.report import About
from conformance_cli.fhir.validation.options import Options, ReferencePolicy
from conformance_cli.model.diagnostics import ConformanceError, ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from conformance_cli.cli.validating.opinions import SecondOpinion


def _now() -> datetime:
    """The time, for constraints that ask for it; known by name to other processes."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def run_asked(given: Mapping[str, Any]) -> ExitCode:
    """Do what the command line asks for.

    Raises:
        ConformanceError: something that it names is not there or cannot be used.

    """
    session = current()
    files = find_files(given["files"])
    rules = Rules(
        _definitions(given, session),
        Options(references=ReferencePolicy(given["references"]), clock=_now),
        _profiles(given["profiles"]),
        _terminology_server(given["tx"]),
    )
    job = Job(
        files,
        rules,
        Severity(given["fail_on"]),
        given["jobs"],
        session.quiet,
        _second_opinion(given["second_opinion"], rules, session),
    )
    path = Path(given["output"]) if given["output"] not in (None, "-") else None
    form = given["form"] or ("plain" if path else usual_format(sys.stdout))
    answer = writer(path, color=path is None and wants_color(session.color, sys.stdout))
    known = about(rules.definitions)
    presenter = _presenter(form, answer, _view(given, session, files), known)
    try:
        code = run(job, presenter)
    finally:
        answer.close()
    _say_what_would_help(rules, known)
    return code


def _profiles(urls: Sequence[str]) -> tuple[str, ...]:
    for url in urls:
        if ":" not in url:
            raise ConformanceError.of(
                "bad-value",
                f'--profile: "{url}" is no URL',
                hint="write the canonical URL of the profile, StructureDefinition.url",
            )
    return tuple(urls)


def _say_what_would_help(rules: Rules, known: About) -> None:
    """Tell those who lack a package or mistyped a profile what to do next."""
    if not known.packages:
        from conformance_cli.cli.output import say

        say(f"Next    conformance package install {core_name(known.fhir_version)}")
    elif rules.profiles:
        from conformance_cli.cli.output import say
        from conformance_cli.cli.validating.remarks import mistyped

        for url, nearest in mistyped(rules.profiles, library(rules.definitions)):
            say(f"no profile {url} is loaded; did you mean {nearest}?")


def _view(given: Mapping[str, Any], session: Session, files: Sequence[str]) -> View:
    verbose = session.verbosity > 0
    return View(
        Severity(given["severity"]),
        given["max_issues"],
        quiet=session.quiet,
        verbose=verbose,
        terse=are_many(files) and not verbose,
    )


def _definitions(given: Mapping[str, Any], session: Session) -> Definitions:
    """The packages of the command line, else those of the configuration, if there is one."""
    packages, cache = tuple(given["packages"]), given["package_cache"]
    if not (packages and cache) and _is_configured(session):
        from conformance_cli.cli.settings import configured

        config = configured({}, session).packages
        packages, cache = packages or config.use, cache or config.cache
    return Definitions.of(packages, Path(cache) if cache else None, given["fhir_version"])


def _is_configured(session: Session) -> bool:
    """Whether there is a configuration to read; looking is much cheaper than reading."""
    variables = ("CONFORMANCE_PACKAGE", "CONFORMANCE_PACKAGE_CACHE")
    if session.config is not None or any(map(os.environ.get, variables)):
        return True
    if session.isolated:
        return False
    here = Path.cwd()
    return any(
        (folder / "conformance.toml").is_file() or _speaks_of_us(folder / "pyproject.toml")
        for folder in (here, *here.parents)
    )


def _speaks_of_us(project: Path) -> bool:
    return project.is_file() and b"tool.conformance" in project.read_bytes()


def _terminology_server(url: str | None) -> str | None:
    if url is None:
        return None
    from conformance_cli.cli.validating.opinions import service_url

    return service_url(url, "--tx")


def _second_opinion(url: str | None, rules: Rules, session: Session) -> SecondOpinion | None:
    if url is None:
        return None
    from conformance_cli.cli.validating.opinions import SecondOpinion, service_url

    known = about(rules.definitions)
    asked = SecondOpinion(service_url(url, "--second-opinion"), known.fhir_version, known.packages)
    asked.warn(session.color)
    return asked


def _presenter(form: str, answer: Writer, view: View, known: About) -> Presenter:
    if form == "plain":
        return PlainPresenter(answer.line, view, known)
    if form == "github":
        return GithubPresenter(answer.line, view, known)
    if form == "pretty":
        from conformance_cli.cli.validating.pretty import PrettyPresenter

        return PrettyPresenter(answer.line, view, known)
    return DocumentPresenter(answer.line, view, known, document_form(form))
