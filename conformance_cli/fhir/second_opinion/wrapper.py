"""The HTTP service around HL7's validator, as https://validator.fhir.org runs it.

Its interface is published at
https://github.com/hapifhir/org.hl7.fhir.validator-wrapper (static-content/openapi.yml):
``POST /validate`` with a context and the files, and a list of issues for each file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.second_opinion.comparison import Opinion, Remark
from conformance_cli.fhir.second_opinion.exchange import Answer, ServiceError, post
from conformance_cli.fhir.second_opinion.question import Question

Json = Any


@dataclass(frozen=True, slots=True)
class ValidatorWrapper:
    """A service that is asked with ``POST url``; ``packages`` are ``name#version``."""

    url: str
    fhir_version: str
    packages: Sequence[str] = ()
    timeout_s: float = 120.0

    def ask(self, question: Question) -> Opinion:
        """Their opinion of one resource; never raises for anything that they do."""
        body = json.dumps(self._body(question)).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            answer = post(self.url, body, headers, self.timeout_s, {})
            return Opinion(self.url, tuple(_remarks(answer)))
        except ServiceError as error:
            return Opinion(self.url, problem=str(error))

    def _body(self, question: Question) -> dict[str, Json]:
        context = {
            "sv": self.fhir_version,
            "igs": list(self.packages),
            "profiles": list(question.profiles),
            "locale": "en",
        }
        file = {
            "fileName": f"resource.{question.format}",
            "fileContent": question.data.decode("utf-8", "replace"),
            "fileType": question.format,
        }
        # newer services call it validationContext, and take this name too
        return {"cliContext": context, "filesToValidate": [file]}


def _remarks(answer: Answer) -> Iterator[Remark]:
    """The issues of the only file; raises ``ServiceError`` for any other shape."""
    if answer.status != 200:
        raise ServiceError(f"it answers with status {answer.status}")
    outcomes = answer.body.get("outcomes") if isinstance(answer.body, dict) else None
    first = outcomes[0] if isinstance(outcomes, list) and outcomes else None
    issues = first.get("issues") if isinstance(first, dict) else None
    if not isinstance(issues, list):
        raise ServiceError("its answer holds no outcomes")
    for issue in issues:
        if isinstance(issue, dict):
            yield Remark(
                severity_of(issue.get("level")),
                _text(issue.get("message")),
                _text(issue.get("location")),
                _text(issue.get("messageId")),
            )


def severity_of(word: Json) -> Severity:
    """Their word as our severity; what is none of them is information."""
    try:
        return Severity(_text(word).lower())
    except ValueError:
        return Severity.INFORMATION


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
