"""A certificate of our own for loopback, so that a demo is real TLS with a real trust root."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

#: The fault of agreeing to TLS 1.0 and 1.1 as well.
ACCEPTS_OLD_TLS = "accepts-old-tls"

_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Identity:
    """A key and certificate for 127.0.0.1 and localhost, and the authority behind them.

    The files are PEM.  A client that trusts ``authority`` verifies the server.
    """

    certificate: Path
    key: Path
    authority: Path
    #: The oldest protocol version that the server agrees to.
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2


@contextmanager
def loopback_identity(faults: Collection[str] = ()) -> Iterator[Identity]:
    """A fresh identity, valid for a week, whose files go away when the block ends.

    The fault ``accepts-old-tls`` is planted here: below HTTP, no application can have it.
    """
    old = ACCEPTS_OLD_TLS in faults
    minimum = ssl.TLSVersion.TLSv1 if old else ssl.TLSVersion.TLSv1_2
    with TemporaryDirectory(prefix="conformance-") as folder:
        yield _written(Path(folder), minimum)


def _written(folder: Path, minimum: ssl.TLSVersion) -> Identity:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed("conformance demo authority", authority_key, authority_key, None)
    certificate = _signed("localhost", key, authority_key, authority)
    identity = Identity(
        folder / "server.pem", folder / "server.key", folder / "authority.pem", minimum
    )
    identity.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    identity.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    identity.key.touch(mode=0o600)
    identity.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return identity


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
) -> x509.Certificate:
    """A certificate for ``key``; without an issuer it is an authority, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
        .add_extension(_usage(issuer is None), critical=True)
    )
    if issuer is not None:
        loopback = ipaddress.ip_address("127.0.0.1")
        names = [x509.DNSName("localhost"), x509.IPAddress(loopback)]
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _usage(authority: bool) -> x509.KeyUsage:  # noqa: FBT001 - two kinds of one extension
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
