"""OAuth 2.0 client credentials with a signed JWT instead of a client secret.

Sources: RFC 6749 section 4.4, RFC 7521, RFC 7523; the NHS England API platform's
application-restricted pattern (RS512, ``kid``, at most five minutes of validity,
``expires_in`` as text).
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import Exchange, Headers, Request, Response
from conformance_cli.wire.auth import AuthError, Channel
from conformance_cli.wire.targets import base_target, is_loopback

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
)

#: Seconds of validity of an assertion; servers refuse more than 300.
_ASSERTION_LIFE_S = 270
#: Seconds before expiry at which a token is no longer used.
_MARGIN_S = 30.0
#: Seconds that a token is used for where the server does not say.
_DEFAULT_LIFE_S = 300.0
#: Seconds for which a refusal stands, so that a run does not hammer the token host.
_REFUSAL_S = 10.0


class ClientCredentialsAuth:
    """Fetches an access token, keeps it until shortly before it expires, renews it.

    ``key`` is a private key in PEM, unencrypted.  Thread-safe: however many threads
    need a token, one request for it is under way.  Raises ``ConformanceError`` for an
    unusable URL or algorithm at once, ``AuthError`` when no token can be had.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        key: str,
        kid: str,
        algorithm: str = "RS512",
        *,
        scope: str = "",
        audience: str = "",
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        target = base_target(token_url, "the token URL", "token-url-invalid")
        if target.scheme == "http" and not is_loopback(target.host):
            raise ConformanceError.of(
                "token-url-insecure",
                "the token URL is not https, so the token could be read on the way",
                hint="use the https:// address of the token endpoint",
            )
        if algorithm not in _ALGORITHMS:
            raise ConformanceError.of(
                "signing-algorithm-invalid",
                f"{algorithm!r} is not an algorithm for a private key",
                hint=f"one of {', '.join(sorted(_ALGORITHMS))}",
            )
        self.token_url = token_url
        self._client_id = client_id
        self._key = key
        self._kid = kid
        self._algorithm = algorithm
        self._scope = scope
        self._audience = audience or token_url
        self._wall_clock = wall_clock
        self._clock = clock
        self._channel: Channel | None = None
        self._lock = threading.Lock()
        self._token = ""
        self._fresh_until = 0.0
        self._refusal: AuthError | None = None
        self._refused_until = 0.0

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key, and the client id: on this pattern it is the API key too."""
        return (self._key, self._client_id)

    @property
    def urls(self) -> tuple[str, ...]:
        """The token URL."""
        return (self.token_url,)

    def attach(self, channel: Channel) -> None:
        """Be given the channel over which tokens are fetched."""
        self._channel = channel

    def headers(self, request: Request, deadline: float | None = None) -> Headers:  # noqa: ARG002
        """``Authorization: Bearer`` with a token that is good for 30 s more."""
        return (("Authorization", f"Bearer {self._current(deadline)}"),)

    def _current(self, deadline: float | None) -> str:
        with self._lock:
            now = self._clock()
            if self._token and now < self._fresh_until:
                return self._token
            if self._refusal is not None and now < self._refused_until:
                # A new exception each time: one instance must not be raised in two threads.
                raise AuthError(*self._refusal.diagnostics)
            try:
                token, life = self._fetch(deadline)
            except AuthError as error:
                self._refusal, self._refused_until = error, now + _REFUSAL_S
                raise
            self._token, self._refusal = token, None
            self._fresh_until = now + life - min(_MARGIN_S, life / 2)
            return token

    def _fetch(self, deadline: float | None) -> tuple[str, float]:
        channel = self._channel
        if channel is None:
            raise AuthError.of("token-unavailable", "the auth is not attached to a client")
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(channel),
        }
        if self._scope:
            form["scope"] = self._scope
        request = Request(
            "POST",
            self.token_url,
            (
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Accept", "application/json"),
            ),
            urlencode(form).encode("ascii"),
        )
        answer = _answer(channel.exchange(request, deadline), channel)
        token = answer.get("access_token")
        if (
            not isinstance(token, str)
            or not token
            or not token.isascii()
            or not token.isprintable()
        ):
            raise AuthError.of("token-response-invalid", "the token endpoint sent no access_token")
        channel.keep_secret(token)
        for name in ("refresh_token", "id_token"):
            if isinstance(answer.get(name), str):
                channel.keep_secret(answer[name])
        if str(answer.get("token_type", "Bearer")).lower() != "bearer":
            raise AuthError.of("token-response-invalid", "the access token is not a Bearer token")
        return token, _life(answer.get("expires_in"))

    @cached_property
    def _private_key(self) -> Any:
        # Reading a key checks its primes, which takes longer than signing with it.
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        return load_pem_private_key(self._key.encode(), password=None)

    def _assertion(self, channel: Channel) -> str:
        # Imported here: a run without this auth needs neither of them.
        import jwt
        from cryptography.exceptions import UnsupportedAlgorithm

        now = int(self._wall_clock())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._audience,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + _ASSERTION_LIFE_S,
        }
        try:
            assertion = jwt.encode(
                claims,
                self._private_key,
                algorithm=self._algorithm,
                headers={"typ": "JWT", "kid": self._kid},
            )
        except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError) as error:
            raise AuthError.of(
                "signing-key-invalid",
                "the assertion cannot be signed: the key is not an unencrypted PEM private key"
                f" for {self._algorithm}",
                hint="decrypt it with openssl pkey, and check that key and algorithm agree",
            ) from error
        channel.keep_secret(assertion)
        return assertion


_HINTS = {
    "invalid_client": "check the client id, and that its public key is registered under this kid",
    "invalid_request": "check the kid, the algorithm and the clock of this machine",
    "invalid_scope": "check the scope",
    "unauthorized_client": "check that the application may use client credentials",
    "unsupported_grant_type": "check the token URL",
}


def _answer(exchange: Exchange, channel: Channel) -> Mapping[str, Any]:
    """The token endpoint's JSON object.  Raises ``AuthError`` for everything else."""
    if exchange.response is None:
        failure = exchange.failure
        raise AuthError.of(
            "token-unreachable",
            f"the token endpoint gave no answer: {failure.message if failure else 'unknown'}",
            hint=failure.hint if failure else None,
        )
    response = exchange.response
    answer = _object(response)
    if response.status == 200:
        if answer is None:
            raise AuthError.of(
                "token-response-invalid", "the token endpoint did not answer in JSON"
            )
        return answer
    error = str((answer or {}).get("error", ""))
    error = error if error.isascii() and error.replace("_", "").isalnum() else ""
    said = str((answer or {}).get("error_description", ""))[:200]
    parts = [f"HTTP {response.status}", error[:60], channel.clean(said) if said else ""]
    raise AuthError.of(
        "token-refused",
        "the token endpoint refused: " + ", ".join(part for part in parts if part),
        hint=_HINTS.get(error, "check the token URL, the client id, the kid and the key"),
    )


def _object(response: Response) -> Mapping[str, Any] | None:
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _life(value: object) -> float:
    """Seconds of ``expires_in``: a number by RFC 6749, a string in practice."""
    try:
        life = float(str(value))
    except ValueError:
        return _DEFAULT_LIFE_S
    return life if 0 < life < 10**7 else _DEFAULT_LIFE_S
