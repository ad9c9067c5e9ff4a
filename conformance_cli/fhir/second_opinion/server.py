"""The ``$validate`` operation of a FHIR server.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.second_opinion.comparison import Opinion, Remark
from conformance_cli.fhir.second_opinion.exchange import ServiceError, post
from conformance_cli.fhir.second_opinion.question import Question
from conformance_cli.fhir.second_opinion.wrapper import severity_of

Json = Any

_TYPE = Regex(r"[A-Z][A-Za-z]{1,63}")


@dataclass(frozen=True, slots=True)
class FhirServer:
    """A server by its base URL."""

    url: str
    timeout_s: float = 120.0

    def ask(self, question: Question) -> Opinion:
        """Their opinion of one resource; never raises for anything that they do."""
        kind = question.resource_type or ""
        if not _TYPE.fullmatch(kind):
            return Opinion(self.url, problem="not asked: the resource has no type to ask about")
        url = f"{self.url.rstrip('/')}/{kind}/$validate"
        media = f"application/fhir+{question.format}; charset=utf-8"
        headers = {"Content-Type": media, "Accept": "application/fhir+json"}
        remarks: dict[Remark, None] = {}
        try:
            for profile in question.profiles or ("",):  # the operation takes one at a time
                query = {"profile": profile} if profile else {}
                answer = post(url, question.data, headers, self.timeout_s, query)
                remarks |= dict.fromkeys(_remarks(answer.body, answer.status))
        except ServiceError as error:
            return Opinion(self.url, problem=str(error))
        return Opinion(self.url, tuple(remarks))


def _remarks(body: Json, status: int) -> Iterator[Remark]:
    """The issues of an OperationOutcome; a refused request is an answer too, if it has one."""
    issues = body.get("issue") if isinstance(body, dict) else None
    if not isinstance(issues, list) or body.get("resourceType") != "OperationOutcome":
        raise ServiceError(f"its answer (status {status}) is no OperationOutcome")
    if status in (401, 403, 404, 405, 501):
        raise ServiceError(f"it does not validate for us (status {status})")
    for issue in issues:
        if isinstance(issue, dict):
            yield _remark(issue)


def _remark(issue: dict[str, Json]) -> Remark:
    details = issue.get("details")
    texts = [issue.get("diagnostics"), details.get("text") if isinstance(details, dict) else None]
    text = next((text for text in texts if isinstance(text, str) and text), "")
    places = issue.get("expression") or issue.get("location")
    place = places[0] if isinstance(places, list) and places else ""
    return Remark(severity_of(issue.get("severity")), text, place if isinstance(place, str) else "")
