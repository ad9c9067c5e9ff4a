"""Bounded GETs from package registries.

Nothing that could identify the user is sent: no cookies, no credentials of a ``.netrc``, and
URLs with credentials are refused.  Proxies and authorities are those of the environment
(``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE``).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from conformance_cli.fhir.network import anonymous, why_unreachable
from conformance_cli.fhir.packages.errors import OfflineError, RegistryError
from conformance_cli.fhir.packages.limits import MIB, STANDARD

if TYPE_CHECKING:
    import requests

_PIECE = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3


class NotThereError(RegistryError):
    """The registry answers that it has no such thing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much to bear; times in seconds, sizes in bytes."""

    connect_s: float = 10.0
    #: Without a single byte.
    silence_s: float = 30.0
    #: For one answer.
    total_s: float = 1800.0
    #: Between two attempts; it doubles each time.
    pause_s: float = 0.5
    attempts: int = 4
    document: int = 32 * MIB
    archive: int = STANDARD.archive


class BrokenOffError(Exception):
    """The connection ended before the answer did."""


class Transfer:
    """GETs over one session."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self.bounds = bounds

    def document(self, url: str) -> Any:
        """The JSON at a URL.

        Raises:
            NotThereError: there is none.
            OfflineError: the registry cannot be reached.
            RegistryError: what it answers is no JSON, too large, or too slow.

        """
        import json

        try:
            with self.answer(url, {}) as answer:
                refuse_status(answer, url)
                data = b"".join(self.pieces(answer, url, self.bounds.document))
        except BrokenOffError as error:
            raise OfflineError("the registry's answer broke off", url, "try again") from error
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise RegistryError(
                "the registry's answer is no JSON", url, "check that it is a package registry"
            ) from error

    def pieces(self, answer: requests.Response, url: str, most: int) -> Iterator[bytes]:
        """The content as it is sent, bounded in size and time.

        Raises:
            BrokenOffError: the connection ended before the content did.
            RegistryError: it is too large or too slow.

        """
        from urllib3.exceptions import HTTPError

        ends = time.monotonic() + self.bounds.total_s
        try:
            # read1 hands out what has come: a registry cannot hold us by sending slowly
            while piece := answer.raw.read1(_PIECE):
                most -= len(piece)
                if most < 0:
                    raise RegistryError("the answer is larger than any package", url, "")
                if time.monotonic() > ends:
                    raise RegistryError("the answer takes too long", url, "try again later")
                yield piece
        except (HTTPError, OSError) as error:
            raise BrokenOffError from error

    @contextmanager
    def answer(self, url: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        """The answer to a GET, after at most a few redirects."""
        import requests  # heavy

        with requests.Session() as session:
            session.auth = anonymous
            answer = self._follow(session, checked_url(url), headers)
            with answer:
                yield answer

    def _follow(
        self, session: requests.Session, url: str, headers: dict[str, str]
    ) -> requests.Response:
        hosts = {urlsplit(url).netloc}
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._get(session, url, headers)
            target = answer.headers.get("Location")
            if answer.status_code not in _REDIRECTS or not target:
                return answer
            answer.close()
            url = checked_url(urljoin(url, target))
            hosts.add(urlsplit(url).netloc)
            if len(hosts) > 2:
                break
        raise RegistryError(
            "the registry redirects again and again", url, "name the registry it leads to"
        )

    def _get(
        self, session: requests.Session, url: str, headers: dict[str, str]
    ) -> requests.Response:
        import requests

        fixed = {"User-Agent": "conformance", "Accept-Encoding": "identity", "Cookie": None}
        try:
            return session.get(
                url,
                headers={**fixed, **headers},
                timeout=(self.bounds.connect_s, self.bounds.silence_s),
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, OSError, ValueError) as error:
            raise OfflineError(
                f"the registry cannot be reached ({why_unreachable(error)})",
                _origin(url),
                "check the network, HTTPS_PROXY and --registry; without a network, give the "
                "path of a .tgz instead",
            ) from error


def checked_url(url: str) -> str:
    """A URL that packages may come from.

    Raises:
        RegistryError: it is none, holds credentials, or is not encrypted on its way.

    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("https", "http") or not host:
        raise RegistryError(f'"{url[:200]}" is no URL', "", "write https://packages.example")
    if parts.username or parts.password:
        raise RegistryError("a registry's URL may not hold credentials", host, "leave them out")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise RegistryError(
            "packages are not fetched over plain http: anybody on the way could change them",
            url,
            "give its https address, or the path of a .tgz",
        )
    return url


def refuse_status(answer: requests.Response, url: str) -> None:
    """Raise for every answer that has no content."""
    status = answer.status_code
    if status in (404, 410):
        raise NotThereError("the registry does not have it", url, "check name and version")
    if status not in (200, 206):
        raise RegistryError(f"the registry answers with status {status}", url, "")


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d+){3}", host) is not None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
