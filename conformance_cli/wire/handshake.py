"""What a TLS handshake with the endpoint shows."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conformance_cli.model.diagnostics import SetupError
from conformance_cli.model.exchange import FailureKind, TlsFacts
from conformance_cli.wire.connection import TlsConnection
from conformance_cli.wire.faults import WireFault
from conformance_cli.wire.guard import Guard
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.proxy import Proxy
from conformance_cli.wire.sockets import GuardedTlsSocket
from conformance_cli.wire.targets import Target
from conformance_cli.wire.tls import TlsSettings

_OLDEST, _NEWEST = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.MAXIMUM_SUPPORTED


@dataclass(frozen=True, slots=True)
class Handshaker:
    """Shakes hands with one https endpoint, each time on a connection of its own."""

    target: Target
    settings: TlsSettings
    limits: Limits
    proxy: Proxy | None

    def facts(self) -> TlsFacts:
        """Version, cipher, certificate, trust, and which outdated versions are accepted.

        Where the certificate is not trusted, or only an outdated version is spoken,
        the facts say so.  Raises ``SetupError`` (``tls-handshake``) where no handshake
        of any kind succeeds.
        """
        problem = ""
        try:
            with self._connected(self.settings.verifying_context()) as sock:
                return self._describe(sock, "")
        except WireFault as fault:
            if fault.failure.kind is not FailureKind.TLS:
                raise _not_ready(fault) from fault
            problem = fault.failure.message
            first = fault
        modern = self.settings.probing_context(ssl.TLSVersion.TLSv1_2, _NEWEST)
        outdated = self.settings.probing_context(_OLDEST, _NEWEST)
        for context in (modern, outdated):
            if context is not None:
                try:
                    with self._connected(context) as sock:
                        return self._describe(sock, problem)
                except WireFault:
                    continue
        raise _not_ready(first) from first

    def _describe(self, sock: GuardedTlsSocket, problem: str) -> TlsFacts:
        from cryptography import x509  # heavy

        der = sock.getpeercert(binary_form=True) or b""
        cipher = sock.cipher()
        version = sock.version() or ""
        certificate = x509.load_der_x509_certificate(der)
        return TlsFacts(
            version=version,
            cipher=cipher[0] if cipher else "",
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            names=_names(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            verified=not problem,
            problem=problem,
            legacy_versions=tuple(self._accepted_outdated()),
        )

    def _accepted_outdated(self) -> Iterator[str]:
        for name, version, supported in (
            ("TLSv1", ssl.TLSVersion.TLSv1, ssl.HAS_TLSv1),
            ("TLSv1.1", ssl.TLSVersion.TLSv1_1, ssl.HAS_TLSv1_1),
        ):
            context = self.settings.probing_context(version, version) if supported else None
            if context is None:
                continue
            try:
                with self._connected(context):
                    yield name
            except WireFault:
                continue

    @contextmanager
    def _connected(self, context: ssl.SSLContext) -> Iterator[GuardedTlsSocket]:
        guard = Guard(self.limits)
        guard.begin(time.monotonic() + self.limits.connect_timeout_s, fresh_only=False)
        connection = self._connection(guard, context)
        try:
            connection.connect()
            sock = connection.sock
            assert isinstance(sock, GuardedTlsSocket)  # noqa: S101 - the context makes no other
            yield sock
        finally:
            connection.close()

    def _connection(self, guard: Guard, context: ssl.SSLContext) -> TlsConnection:
        target = self.target
        if self.proxy is None:
            return TlsConnection(target.host, target.port, guard=guard, ssl_context=context)
        from urllib3.util import make_headers  # heavy

        url = self.proxy.pool_url
        connection = TlsConnection(
            url.host, url.port or 80, guard=guard, ssl_context=context, proxy=url
        )
        headers = make_headers(proxy_basic_auth=url.auth) if url.auth else {}
        connection.set_tunnel(target.host, target.port, headers=dict(headers), scheme="http")
        return connection


def _names(certificate: object) -> tuple[str, ...]:
    from cryptography import x509  # heavy

    assert isinstance(certificate, x509.Certificate)  # noqa: S101 - made just above
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    hosts = names.get_values_for_type(x509.DNSName)
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*hosts, *(str(address) for address in addresses))


def _not_ready(fault: WireFault) -> SetupError:
    failure = fault.failure
    return SetupError.of(
        "tls-handshake" if failure.kind is FailureKind.TLS else "endpoint-unreachable",
        failure.message,
        hint=failure.hint or None,
    )
