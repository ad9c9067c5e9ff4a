"""From a configuration to a client: credentials, bounds, and a redactor that knows them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from conformance_cli.cli.session import Session
from conformance_cli.model.diagnostics import SetupError
from conformance_cli.model.exchange import TlsFacts

if TYPE_CHECKING:
    from conformance_cli.cli.validating.definitions import Definitions
    from conformance_cli.engine import Bench, Plan
    from conformance_cli.load.config import AuthConfig, Config, PackagesConfig
    from conformance_cli.model.profile import Profile
    from conformance_cli.reference import RunningSupplier
    from conformance_cli.wire.auth import Auth
    from conformance_cli.wire.client import Client
    from conformance_cli.wire.redaction import Redactor


@contextmanager
def connected(config: Config, endpoint: str, plan: Plan, session: Session) -> Iterator[Bench]:
    """A bench for the configured endpoint, closed when the block ends.

    From here on the crash report of ``session`` shows no secret and no personal value.

    Raises:
        ConformanceError: a secret, a certificate or a setting cannot be used.

    """
    from conformance_cli.wire.client import Client
    from conformance_cli.wire.limits import Limits
    from conformance_cli.wire.rate import RateLimit
    from conformance_cli.wire.redaction import Redactor
    from conformance_cli.wire.tls import TlsSettings

    redactor = Redactor()
    session.clean = redactor.text
    for fixture in (fixture for pack in plan.packs for fixture in pack.fixtures):
        if fixture.personal and fixture.name in plan.fixtures:
            redactor.learn(plan.fixtures[fixture.name], fixture.name)
    network = config.network
    client = Client(
        endpoint,
        limits=Limits(
            timeout_s=network.timeout_s,
            max_body=network.max_body,
            max_ratio=network.max_ratio,
            max_headers=network.max_headers,
            max_header_bytes=network.max_header_bytes,
        ),
        auth=_auth(config, redactor),
        tls=TlsSettings(
            network.ca_bundle, network.client_cert, network.client_key, network.insecure
        ),
        proxy=network.proxy,
        rate_limit=RateLimit(network.rate_per_s) if network.rate_per_s else None,
        retries=network.retries,
        redactor=redactor,
    )
    try:
        yield _bench(client, redactor, plan, config.run.keep_bodies, config.packages)
    finally:
        client.close()


@contextmanager
def local_bench(running: RunningSupplier, plan: Plan) -> Iterator[Bench]:
    """A bench for a server of our own, with data of our own: nothing to authenticate."""
    from conformance_cli.load.config import PackagesConfig
    from conformance_cli.wire.client import Client
    from conformance_cli.wire.redaction import Redactor
    from conformance_cli.wire.tls import TlsSettings

    redactor = Redactor()
    tls = TlsSettings(ca_bundle=running.authority)
    client = Client(running.base_url, tls=tls, redactor=redactor)
    try:
        yield _bench(client, redactor, plan, "failures", PackagesConfig())
    finally:
        client.close()


def _bench(
    client: Client, redactor: Redactor, plan: Plan, keep_bodies: str, packages: PackagesConfig
) -> Bench:
    from conformance_cli.checks.validation import Validation
    from conformance_cli.cli.validating.definitions import library
    from conformance_cli.engine import Bench
    from conformance_cli.fhir.path.fhirpath import default_fhirpath
    from conformance_cli.load.packs import schema_reader

    return Bench(
        sender=client,
        redactor=redactor,
        fhirpath=default_fhirpath(plan.profile.fhir_version or "4.0.1"),
        fixtures=plan.fixtures,
        options=plan.options,
        schema=schema_reader(plan.packs),
        tls=_handshake(client),
        validation=Validation(partial(library, definitions_of(packages, plan.profile))),
        keep_bodies=keep_bodies,
    )


def definitions_of(packages: PackagesConfig, profile: Profile) -> Definitions:
    """The FHIR definitions that bodies are judged by: configured, of the profile's version."""
    from conformance_cli.cli.validating.definitions import Definitions

    return Definitions.of(packages.use, packages.cache, profile.fhir_version or None)


def _handshake(client: Client) -> Callable[[], TlsFacts | None]:
    def facts() -> TlsFacts | None:
        try:
            return client.tls()
        except SetupError:
            # the first request shows the same fault, with a hint of its own
            return None

    return facts


def _auth(config: Config, redactor: Redactor) -> Auth:
    from conformance_cli.load.config import resolve_secret
    from conformance_cli.wire import auth as schemes

    def secret(reference: str) -> str:
        value = resolve_secret(reference, os.environ, config.base_dir)
        redactor.add_secret(value)
        return value

    block = config.auth
    match block.scheme:
        case "bearer":
            return schemes.BearerAuth(secret(block.token))
        case "basic":
            return schemes.BasicAuth(block.user, secret(block.password))
        case "api-key":
            return schemes.ApiKeyAuth(block.header, secret(block.value))
        case "client-credentials":
            return _client_credentials(block, secret(block.private_key))
        case _:
            return schemes.NoAuth()


def _client_credentials(block: AuthConfig, key: str) -> Auth:
    from conformance_cli.wire.client_credentials import ClientCredentialsAuth

    return ClientCredentialsAuth(
        block.token_url,
        block.client_id,
        key,
        block.key_id,
        block.algorithm,
        scope=block.scope,
    )
