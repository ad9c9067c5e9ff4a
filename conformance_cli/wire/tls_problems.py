"""What TLS errors mean for the person who has to mend them."""

from __future__ import annotations

import ssl

from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.faults import WireFault

# X509_V_ERR_* numbers of OpenSSL's x509_vfy.h; the ssl module does not name them.
_CERTIFICATE = {
    9: (
        "the endpoint's certificate is not valid yet",
        "check the clock of this machine and the certificate's start date",
    ),
    10: (
        "the endpoint's certificate has expired",
        "renew the certificate; check the clock of this machine too",
    ),
    18: (
        "the endpoint's certificate is self-signed",
        "give the certificate with --ca-bundle, or install one of a trusted authority",
    ),
    19: (
        "the endpoint's certificate chain ends in a root that is not trusted",
        "give the root certificate with --ca-bundle",
    ),
    20: (
        "the endpoint's certificate is of an unknown authority",
        "give the authority's certificate with --ca-bundle, if the endpoint sends its chain",
    ),
    21: (
        "the endpoint's certificate chain is incomplete",
        "the endpoint must send its intermediate certificates",
    ),
    23: ("the endpoint's certificate was revoked", "install a new certificate"),
    62: (
        "the endpoint's certificate is for another host name",
        "use a host name that the certificate lists, or reissue the certificate",
    ),
    64: (
        "the endpoint's certificate does not list this IP address",
        "use a host name that the certificate lists",
    ),
}

_OLD_PROTOCOL = (
    "the endpoint and this tool share no TLS version: 1.2 or 1.3 is needed",
    "enable TLS 1.2 or 1.3 at the endpoint",
)
_CLIENT_CERTIFICATE = (
    "the endpoint wants a client certificate",
    "give it with --client-cert and --client-key",
)
_CLIENT_REFUSED = (
    "the endpoint refused the client certificate",
    "check that the endpoint trusts its issuer, and its dates and key usage",
)
_NOT_TLS = (
    "what answers there does not speak TLS",
    "check the port, and whether the base URL should start with http://",
)

# Substrings of OpenSSL's reason names, most telling first.
_REASONS = (
    ("CERTIFICATE_REQUIRED", _CLIENT_CERTIFICATE),
    ("PEER_DID_NOT_RETURN_A_CERTIFICATE", _CLIENT_CERTIFICATE),
    ("ALERT_UNKNOWN_CA", _CLIENT_REFUSED),
    ("ALERT_BAD_CERTIFICATE", _CLIENT_REFUSED),
    ("ALERT_CERTIFICATE", _CLIENT_REFUSED),
    ("ALERT_UNSUPPORTED_CERTIFICATE", _CLIENT_REFUSED),
    ("ALERT_ACCESS_DENIED", _CLIENT_REFUSED),
    ("UNSUPPORTED_PROTOCOL", _OLD_PROTOCOL),
    ("ALERT_PROTOCOL_VERSION", _OLD_PROTOCOL),
    ("WRONG_SSL_VERSION", _OLD_PROTOCOL),
    ("WRONG_VERSION_NUMBER", _NOT_TLS),
    ("RECORD_LAYER_FAILURE", _NOT_TLS),
    ("HTTP_REQUEST", _NOT_TLS),
    (
        "HANDSHAKE_FAILURE",
        (
            "the endpoint refused the TLS handshake",
            "it may want a client certificate (--client-cert), or share no cipher with us",
        ),
    ),
    (
        "UNRECOGNIZED_NAME",
        ("the endpoint does not know this host name", "check the host name of the base URL"),
    ),
    (
        "UNEXPECTED_EOF",
        (
            "the connection ended during the TLS handshake",
            "check the port; a firewall, or a missing client certificate, can cause this",
        ),
    ),
)


def tls_problem(error: ssl.SSLError) -> tuple[str, str]:
    """What went wrong and what to do about it, in words without certificate contents."""
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _CERTIFICATE.get(error.verify_code)
        if known:
            return known
        return (
            f"the endpoint's certificate was not accepted: {error.verify_message}",
            "check the certificate chain, or give its root with --ca-bundle",
        )
    reason = (error.reason or "").upper()
    for part, words in _REASONS:
        if part in reason:
            return words
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _REASONS[-1][1]
    name = reason.replace("_", " ").lower() or type(error).__name__
    return f"TLS failed: {name}", "check the TLS settings of the endpoint"


def is_version_problem(error: ssl.SSLError) -> bool:
    """Whether the two sides share no protocol version."""
    return tls_problem(error) == _OLD_PROTOCOL


def tls_fault(error: ssl.SSLError) -> WireFault:
    """The fault of a failed handshake or record.  Never worth a second attempt."""
    return WireFault(FailureKind.TLS, *tls_problem(error))
