"""TLS settings: what is trusted, and who we are; every broken file named."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.wire.sockets import GuardedTlsSocket


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Trusted roots and client certificate.

    Without ``ca_bundle`` the roots of the ``certifi`` package are trusted, so that a
    verdict does not depend on the machine; with it, those of that PEM file alone.
    """

    ca_bundle: Path | None = None
    #: PEM, the certificate first, then its intermediates; may hold the key as well.
    client_cert: Path | None = None
    #: PEM, unencrypted.
    client_key: Path | None = None
    #: Verify nothing.  A run made so can never be certified.
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        """The context of every connection to the endpoint: TLS 1.2 or later, verified.

        Raises ``ConformanceError`` naming the file that is missing or unusable.
        """
        context = self._context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.insecure:
            _trust_anything(context)
        else:
            self._load_roots(context)
        return context

    def verifying_context(self) -> ssl.SSLContext:
        """A context that verifies, whatever ``insecure`` says: to see what is true."""
        context = self._context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load_roots(context)
        return context

    def probing_context(
        self, oldest: ssl.TLSVersion, newest: ssl.TLSVersion
    ) -> ssl.SSLContext | None:
        """A context that trusts anything and offers only these versions.

        ``None`` where the local OpenSSL cannot offer them.
        """
        context = self._context()
        _trust_anything(context)
        try:
            # OpenSSL 3 ties the versions below 1.2 to security level 0.
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                # Offering them is deprecated, which is why somebody must look.
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = oldest
                context.maximum_version = newest
        except (ssl.SSLError, ValueError):
            return None
        return context

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.sslsocket_class = GuardedTlsSocket
        context.set_alpn_protocols(["http/1.1"])
        if self.client_cert is not None:
            self._load_client(context, self.client_cert)
        elif self.client_key is not None:
            raise ConformanceError.of(
                "client-cert-missing",
                "a client key was given without a client certificate",
                place=str(self.client_key),
                hint="give the certificate with --client-cert",
            )
        return context

    def _load_roots(self, context: ssl.SSLContext) -> None:
        bundle = self.ca_bundle
        if bundle is None:
            from requests.utils import DEFAULT_CA_BUNDLE_PATH  # heavy

            bundle = Path(DEFAULT_CA_BUNDLE_PATH)
        data = _read(bundle, "ca-bundle", "the CA bundle")
        try:
            context.load_verify_locations(cadata=data.decode("ascii", "ignore"))
        except (ssl.SSLError, ValueError) as error:
            raise ConformanceError.of(
                "ca-bundle-invalid",
                "the CA bundle holds no readable certificate",
                place=str(bundle),
                hint="it must be a PEM file with -----BEGIN CERTIFICATE----- blocks",
            ) from error

    def _load_client(self, context: ssl.SSLContext, cert: Path) -> None:
        certificate = _read(cert, "client-cert", "the client certificate")
        key_file = self.client_key or cert
        key = _read(key_file, "client-key", "the client key")
        if b"-----BEGIN CERTIFICATE-----" not in certificate:
            _bad_client("client-cert-invalid", "the client certificate is not a PEM file", cert)
        if b"PRIVATE KEY-----" not in key:
            _bad_client("client-key-invalid", "no private key is in the client key file", key_file)
        if b"ENCRYPTED" in key:
            _bad_client(
                "client-key-encrypted",
                "the client key is encrypted",
                key_file,
                "decrypt it first: openssl pkey -in KEY -out DECRYPTED",
            )
        try:
            # The password callback keeps OpenSSL from asking on the terminal.
            context.load_cert_chain(cert, key_file, password=lambda: b"")
        except ssl.SSLError as error:
            if "KEY_VALUES_MISMATCH" in (error.reason or ""):
                _bad_client(
                    "client-key-mismatch",
                    f"the client key does not belong to the certificate {cert}",
                    key_file,
                )
            _bad_client(
                "client-cert-invalid",
                f"the client certificate or its key cannot be read: {error.reason or error}",
                cert,
            )


def _trust_anything(context: ssl.SSLContext) -> None:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE


def _read(path: Path, code: str, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise ConformanceError.of(
            f"{code}-missing" if missing else f"{code}-unreadable",
            f"{what} cannot be read: {(error.strerror or str(error)).lower()}",
            place=str(path),
        ) from error


def _bad_client(code: str, message: str, path: Path, hint: str | None = None) -> NoReturn:
    raise ConformanceError.of(code, message, place=str(path), hint=hint)
