"""JSON Web Signatures over FHIR content (RFC 7515), verified by the certificate they carry."""

from __future__ import annotations

import json
import warnings
from base64 import urlsafe_b64encode
from binascii import Error, a2b_base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Json = Any

#: Algorithms with public keys; a shared secret proves nothing to others, and none is none.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)


class JwsError(Exception):
    """A signature that cannot be read or verified; the text says why."""


class Jws:
    """A signature in compact form, taken apart.

    ``header`` is the protected header, ``payload`` the content that came along, empty for
    a detached signature; ``subject`` is known after verification.
    """

    def __init__(self, token: str) -> None:
        parts = token.strip().split(".")
        if len(parts) != 3:
            raise JwsError("it is no JWS, which has three parts joined by dots")
        self._protected, self.payload, signature = parts
        try:
            header = json.loads(_bytes_of(self._protected))
            self._signature = _bytes_of(signature)
        except (ValueError, RecursionError) as err:
            raise JwsError(
                "its header is no JSON in base64url, or its signature no base64url"
            ) from err
        if not isinstance(header, dict):
            raise JwsError("its header is no JSON object")
        self.header: dict[str, Json] = header
        self.subject = "nobody"

    def holds_for(self, content: Mapping[str, Json]) -> bool:
        """Whether the content, in FHIR's canonical JSON, is what was signed.

        Raises ``JwsError`` where there is no certificate, or the algorithm is not known.
        """
        from jwt.algorithms import get_default_algorithms
        from jwt.exceptions import PyJWTError

        name = self.header.get("alg")
        if not isinstance(name, str) or name not in ALGORITHMS:
            raise JwsError(f"the algorithm {str(name)[:40]!r} is not one that others can verify")
        if self.header.get("b64") is False:
            raise JwsError("its content is signed without base64 (RFC 7797), which is not checked")
        certificate = self._certificate()
        try:
            body = urlsafe_b64encode(canonical(content).encode()).rstrip(b"=")
            key = certificate.public_key()
            self.subject = certificate.subject.rfc4514_string()
            signed = self._protected.encode() + b"." + body
            verify = get_default_algorithms()[name].verify
            return bool(verify(signed, key, self._signature))
        except (ValueError, TypeError, AttributeError, RecursionError, PyJWTError) as err:
            raise JwsError("the certificate's key does not suit the algorithm") from err

    def _certificate(self) -> Any:
        """The certificate of the header ``x5c``."""
        from cryptography import x509

        chain = self.header.get("x5c")
        if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
            raise JwsError("it does not carry the certificate that it was made with")
        try:
            with warnings.catch_warnings():
                # an odd serial number, say, is no reason not to look at the key
                warnings.simplefilter("ignore")
                return x509.load_der_x509_certificate(_bytes_of(chain[0]))
        except ValueError as err:
            raise JwsError("its certificate cannot be read") from err


def canonical(value: Json) -> str:
    """FHIR's canonical JSON: no white space, properties in alphabetical order.

    http://hl7.org/fhir/R4/json.html#canonical
    """
    if isinstance(value, Mapping):
        members = (f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _bytes_of(text: str) -> bytes:
    """The bytes of base64 or base64url, with or without padding.  Raises ``ValueError``."""
    plain = text.translate(_URL_SAFE).rstrip("=")
    try:
        return a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True)
    except Error as err:
        raise ValueError(str(err)) from err


_URL_SAFE = str.maketrans("-_", "+/")
