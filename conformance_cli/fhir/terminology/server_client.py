"""Asking a FHIR server, within bounds of time, size and number."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from conformance_cli.fhir.network import anonymous, why_unreachable

if TYPE_CHECKING:
    import requests

Json = Any

#: Bytes of an answer (8 MiB), read so many at a time.
_LARGEST: Final = 1 << 23
_CHUNK: Final = 1 << 16
#: Failures in a row after which the server is left alone.
_MOST_FAILURES: Final = 3
_FHIR_JSON: Final = "application/fhir+json"


class ServiceError(Exception):
    """Why there is no answer, as part of a sentence."""


class RefusalError(ServiceError):
    """The server understood the request, and will not answer it another time either."""


class Client:
    """Sends GET and POST requests below one base URL, and reads FHIR JSON.

    Redirects are not followed: what is asked goes to the named server only.
    """

    def __init__(
        self, base_url: str, timeout: float, headers: Mapping[str, str], most_requests: int
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the URL of a terminology server: {base_url[:200]}")
        self._base = base_url.rstrip("/")
        self._host = parts.hostname
        self._timeout = timeout
        self._headers = {"Accept": _FHIR_JSON, **headers}
        self._left = most_requests
        self._failures = 0
        #: Why it failed the last time.
        self._last = ""
        self._session: requests.Session | None = None

    def close(self) -> None:
        """Close the connections that are kept open."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def get(self, path: str, query: Mapping[str, str]) -> Mapping[str, Json]:
        """The resource at a path.  Raises ``ServiceError``."""
        return self._ask("GET", path, query, None)

    def post(self, path: str, body: Mapping[str, Json]) -> Mapping[str, Json]:
        """The answer to a resource.  Raises ``ServiceError``."""
        return self._ask("POST", path, {}, json.dumps(body, default=str).encode())

    def _ask(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None
    ) -> Mapping[str, Json]:
        if self._failures >= _MOST_FAILURES:
            raise ServiceError(f"{self._last}; it has failed repeatedly and is asked no more")
        if self._left <= 0:
            raise ServiceError("the terminology server was asked as often as is allowed")
        self._left -= 1
        try:
            status, data = self._working(*self._exchange(method, path, query, body))
        except ServiceError as error:
            self._failures += 1
            self._last = str(error)
            raise
        self._failures = 0
        return self._read(status, data)

    def _working(self, status: int, data: bytes) -> tuple[int, bytes]:
        if status >= 500:
            raise ServiceError(f"the terminology server {self._host} failed with status {status}")
        return status, data

    def _exchange(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        import requests

        if self._session is None:
            self._session = requests.Session()
            self._session.auth = anonymous
        deadline = time.monotonic() + self._timeout
        sent = self._headers if body is None else {**self._headers, "Content-Type": _FHIR_JSON}
        try:
            with self._session.request(
                method,
                f"{self._base}/{path}",
                params=query,
                data=body,
                headers=sent,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                data = bytearray()
                for chunk in response.iter_content(_CHUNK):
                    data += chunk
                    if len(data) > _LARGEST:
                        raise ServiceError("the terminology server's answer is too large")
                    if time.monotonic() > deadline:
                        raise ServiceError(self._slow())
                return response.status_code, bytes(data)
        except requests.Timeout as err:
            raise ServiceError(self._slow()) from err
        except (requests.RequestException, OSError, ValueError) as err:
            why = why_unreachable(err)
            raise ServiceError(
                f"the terminology server {self._host} cannot be reached ({why})"
            ) from err

    def _slow(self) -> str:
        return f"the terminology server {self._host} took more than {self._timeout:g} seconds"

    def _read(self, status: int, data: bytes) -> Mapping[str, Json]:
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):
            said = None
        if status >= 300:
            raise RefusalError(f"the terminology server answered with status {status}{_why(said)}")
        if not isinstance(said, Mapping):
            raise RefusalError("the terminology server did not answer with FHIR JSON")
        return said


def _why(outcome: Json) -> str:
    """The first thing that an OperationOutcome says."""
    issues = outcome.get("issue") if isinstance(outcome, Mapping) else None
    first = issues[0] if isinstance(issues, list) and issues else None
    if not isinstance(first, Mapping):
        return ""
    details = first.get("details")
    said = details.get("text") if isinstance(details, Mapping) else None
    said = said if isinstance(said, str) else first.get("diagnostics")
    return f": {said[:200]}" if isinstance(said, str) else ""
