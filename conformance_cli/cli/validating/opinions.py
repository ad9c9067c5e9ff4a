"""Asking another validator about each input, and warning before the first is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from conformance_cli.cli import diagnostics
from conformance_cli.cli.validating.checking import Rules, check
from conformance_cli.cli.validating.inputs import Input
from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.second_opinion.comparison import compare
from conformance_cli.fhir.second_opinion.question import Question, service_at
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic

if TYPE_CHECKING:
    from conformance_cli.fhir.outcome.report import Checked


class SecondOpinion(Struct, frozen=True):
    """A service that every input is sent to."""

    url: str
    fhir_version: str
    #: ``name@version`` of the packages that it should use too.
    packages: tuple[str, ...] = ()

    def warn(self, color: str) -> None:
        """Say that data leaves the machine, and where it goes."""
        host = urlsplit(self.url).netloc
        shown = Diagnostic(
            "data-leaves-machine",
            f"every input is sent to {host}, whole and as it is",
            hint="leave out --second-opinion where the data is of real people",
        )
        diagnostics.show([shown], severity="warning", color=color)

    def beside(self, inputs: Iterable[Input], rules: Rules) -> Iterator[Checked]:
        """Our result of every input with their opinion beside it."""
        service = service_at(self.url, self.fhir_version, self.packages)
        for one in inputs:
            data = one.read()
            if isinstance(data, Issue):
                yield check(one, rules)
                continue
            checked = check(replace(one, data=data), rules)
            question = Question(
                data,
                "xml" if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else "json",
                checked.resource_type,
                rules.profiles,
            )
            comparison = compare(checked.issues, service.ask(question))
            yield replace(checked, second_opinion=comparison)


def service_url(text: str, option: str) -> str:
    """The URL of a service as it may be asked.

    Raises:
        ConformanceError: ``service-url``.

    """
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if usable and "@" not in parts.netloc:
        return text
    raise ConformanceError.of(
        "service-url",
        f"{option} is not the URL of a service",
        hint="write https://host/path, without a user name or password",
    )
