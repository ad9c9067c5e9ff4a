"""One bounded question to a service: no redirects, no cookies, no credentials of others."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir.network import anonymous, why_unreachable

Json = Any

#: Bytes of an answer that are read.
MAX_ANSWER = 16 * 1024 * 1024
#: Seconds to reach a service, and to wait for the next piece of its answer.
_CONNECT_S = 10.0
_PIECE = 64 * 1024


class ServiceError(Exception):
    """There is no usable answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is JSON."""

    status: int
    body: Json


def post(
    url: str, data: bytes, headers: Mapping[str, str], timeout_s: float, query: Mapping[str, str]
) -> Answer:
    """Send ``data`` and read the JSON that comes back.

    ``timeout_s`` bounds the whole answer.  Proxies and authorities are those of the
    environment; its ``.netrc`` is not used.

    Raises:
        ServiceError: unreachable, too slow, too much, a redirect, or no JSON.

    """
    import requests  # heavy
    from urllib3.exceptions import HTTPError

    ends = time.monotonic() + timeout_s
    with requests.Session() as session:
        session.auth = anonymous
        try:
            with session.post(
                url,
                data=data,
                params=dict(query),
                headers={"User-Agent": "conformance", "Accept-Encoding": "identity", **headers},
                timeout=(min(_CONNECT_S, timeout_s), timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                if 300 <= response.status_code < 400:
                    raise ServiceError(f"it redirects (status {response.status_code})")
                return Answer(response.status_code, _json(response, ends))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise ServiceError(f"it cannot be reached ({why_unreachable(error)})") from error


def _json(response: Any, ends: float) -> Json:
    content = bytearray()
    # read1 hands out what has come: a service that sends a byte a minute cannot hold us
    while piece := response.raw.read1(_PIECE):
        content += piece
        if len(content) > MAX_ANSWER:
            raise ServiceError(f"its answer has more than {MAX_ANSWER} bytes")
        if time.monotonic() > ends:
            raise ServiceError("its answer takes too long")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ServiceError(f"its answer (status {response.status_code}) is no JSON") from error
