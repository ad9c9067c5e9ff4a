"""A terminology server: answers that local definitions cannot give.

Source: http://hl7.org/fhir/R4/terminology-service.html, operations ``$validate-code`` and
``$expand``.  Never used unless a server is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing
from conformance_cli.fhir.terminology.reading import canonical, items, part, text
from conformance_cli.fhir.terminology.server_cache import AnswerCache
from conformance_cli.fhir.terminology.server_client import Client, RefusalError, ServiceError

Json = Any

#: More codes than this are not asked for at once.
_MOST_CODES: Final = 5000
#: Said by servers that do not know a code system or value set, in words of their own.
_NOT_KNOWN = Regex(
    r"unknown code ?system|unknown value ?set|(?:code ?system|value ?set)\b.{0,200}?"
    r"(?:could not be found|not found|is unknown|unknown|not supported|unsupported)"
    r"|(?:unable|failed) to (?:find|resolve|expand)|no such (?:code ?system|value ?set)",
    re.IGNORECASE | re.DOTALL,
)
_NOT_ASKED: Final = Answer(Standing.INVALID, "it has no code")


class ServerTerminology:
    """A ``Terminology`` that asks a FHIR terminology server.

    Whatever goes wrong on the way is an UNKNOWN with its reason, never an exception.  Answers
    are kept in memory and, if ``cache`` names a file, on disk for later runs; failures are
    not.  ``timeout`` is in seconds, for each request as a whole.  After some failures in a
    row, or ``most_requests`` in all, nothing is asked any more.

    Raises:
        ValueError: ``base_url`` is not an HTTP URL.

    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 10.0,
        cache: Path | None = None,
        headers: Mapping[str, str] | None = None,
        most_requests: int = 5000,
    ) -> None:
        self._client = Client(base_url, timeout, headers or {}, most_requests)
        self._answers = AnswerCache(cache, base_url)
        self._codes: dict[str, frozenset[str] | None] = {}
        self._systems: frozenset[str] | None = None
        self._existing: dict[str, bool] = {}

    def close(self) -> None:
        """Let go of the connection and of the file."""
        self._client.close()
        self._answers.close()

    def in_value_set(self, coded: Coded, value_set: str) -> Answer:
        """Whether a code is in a value set that the server knows."""
        url, version = canonical(value_set)
        asked = [{"name": "url", "valueUri": url}]
        if version is not None:
            asked.append({"name": "valueSetVersion", "valueString": version})
        return self._membership(coded, asked)

    def in_given(
        self, coded: Coded, value_set: Mapping[str, Json], beside: Sequence[Mapping[str, Json]] = ()
    ) -> Answer:
        """Whether a code is in a value set that is sent along, with what it refers to."""
        asked: list[Json] = [{"name": "valueSet", "resource": value_set}]
        asked += [{"name": "tx-resource", "resource": resource} for resource in beside]
        return self._membership(coded, asked)

    def _membership(self, coded: Coded, asked: list[Json]) -> Answer:
        if coded.code is None:
            return _NOT_ASKED
        if coded.system is None:
            asked.append({"name": "code", "valueCode": coded.code})
            asked.append({"name": "inferSystem", "valueBoolean": True})
        else:
            coding = {"system": coded.system, "version": coded.version, "code": coded.code}
            kept = {name: value for name, value in coding.items() if value is not None}
            asked.append({"name": "coding", "valueCoding": kept})
        return self._validate("ValueSet/$validate-code", asked)

    def in_code_system(self, coded: Coded) -> Answer:
        """Whether the server's code system has a code, and takes the display for it."""
        if coded.code is None:
            return _NOT_ASKED
        if coded.system is None:
            return Answer(Standing.UNKNOWN, "it names no code system")
        asked = [
            {"name": "url", "valueUri": coded.system},
            {"name": "code", "valueCode": coded.code},
        ]
        if coded.version is not None:
            asked.append({"name": "version", "valueString": coded.version})
        answer = self._validate("CodeSystem/$validate-code", asked)
        own = answer.displays[0] if answer.displays else None
        given = coded.display
        if answer.standing is not Standing.VALID or given is None or own is None:
            return answer
        if given.casefold() == own.casefold():
            return answer
        # servers differ in what they make of a display, so the code is asked about alone first
        again = [*asked, {"name": "display", "valueString": given}]
        if self._validate("CodeSystem/$validate-code", again).standing is Standing.INVALID:
            return Answer(Standing.VALID, display=own, displays=(own,), system=coded.system)
        return answer

    def knows_system(self, system: str) -> bool:
        """Whether the server's TerminologyCapabilities list a code system."""
        if self._systems is None:
            try:
                said = self._client.get("metadata", {"mode": "terminology"})
            except ServiceError:
                self._systems = frozenset()
            else:
                uris = (text(one.get("uri")) for one in items(said.get("codeSystem")))
                self._systems = frozenset(uri for uri in uris if uri)
        return system in self._systems

    def value_set_exists(self, url: str) -> bool:
        """Whether the server has a value set."""
        if url not in self._existing:
            wanted, version = canonical(url)
            search = {"url": wanted, "_summary": "count"} | (
                {"version": version} if version else {}
            )
            try:
                found = self._client.get("ValueSet", search).get("total")
            except ServiceError:
                found = 0
            self._existing[url] = isinstance(found, int) and found > 0
        return self._existing[url]

    def codes_of(self, value_set: str) -> frozenset[str] | None:
        """All codes of a value set, if the server can list them and they are few."""
        if value_set not in self._codes:
            self._codes[value_set] = self._expand(value_set)
        return self._codes[value_set]

    def _expand(self, value_set: str) -> frozenset[str] | None:
        url, version = canonical(value_set)
        search = {"url": url, "count": str(_MOST_CODES), "offset": "0"}
        try:
            said = self._client.get(
                "ValueSet/$expand", search | ({"valueSetVersion": version} if version else {})
            )
        except ServiceError:
            return None
        expansion = part(said, "expansion")
        codes = frozenset(_codes(expansion))
        total = expansion.get("total")
        is_whole = not isinstance(total, int) or total <= _MOST_CODES
        is_cut = len(codes) >= _MOST_CODES or bool(items(expansion.get("extension")))
        return codes if codes and is_whole and not is_cut else None

    def _validate(self, operation: str, asked: Sequence[Json]) -> Answer:
        body = {"resourceType": "Parameters", "parameter": list(asked)}
        known = self._answers.get(operation, body)
        if known is not None:
            return known
        try:
            answer = _answer(self._client.post(operation, body))
        except RefusalError as err:
            answer = Answer(Standing.UNKNOWN, str(err))
        except ServiceError as err:
            return Answer(Standing.UNKNOWN, str(err))
        self._answers.put(operation, body, answer)
        return answer


def _answer(said: Mapping[str, Json]) -> Answer:
    values = {}
    for one in items(said.get("parameter")):
        found = [value for name, value in one.items() if name.startswith("value")]
        values[one.get("name")] = found[0] if found else one.get("resource")
    display, message = text(values.get("display")), text(values.get("message")) or ""
    system = text(values.get("system"))
    if values.get("result") is True:
        note = "is inactive" if values.get("inactive") is True else ""
        displays = (display,) if display else ()
        return Answer(Standing.VALID, displays=displays, system=system, note=note)
    if values.get("result") is not False:
        return Answer(Standing.UNKNOWN, "the terminology server gave no result")
    if _is_not_known(values, message):
        return Answer(Standing.UNKNOWN, message[:300] or "the terminology server does not know it")
    return Answer(Standing.INVALID, message[:300], system=system)


def _is_not_known(values: Mapping[Any, Json], message: str) -> bool:
    """Whether the code is refused only because its code system or value set is not known."""
    if any(isinstance(name, str) and name.startswith("x-unknown-") for name in values):
        return True
    outcome = values.get("issues")
    issues = items(outcome.get("issue")) if isinstance(outcome, Mapping) else []
    kinds = {
        text(coding.get("code"))
        for issue in issues
        for coding in items(part(issue, "details").get("coding"))
    }
    if kinds & {"not-in-vs", "invalid-code"}:
        return False
    return "not-found" in kinds or _NOT_KNOWN.search(message[:2000]) is not None


def _codes(expansion: Mapping[str, Json]) -> Iterator[str]:
    waiting = items(expansion.get("contains"))
    while waiting:
        one = waiting.pop()
        code = text(one.get("code"))
        if code is not None and one.get("abstract") is not True:
            yield code
        waiting.extend(items(one.get("contains")))
