"""What a run is configured with, and where each value came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance_cli.model.pack import Effect
from conformance_cli.model.run import Product

_PASSWORD = re.compile(r"(://[^/@\s:]*:)[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and its origin."""

    value: Any
    #: ``flag``, ``env CONFORMANCE_X``, ``conformance.toml:12`` or ``default``.
    origin: str

    def __str__(self) -> str:
        """The value as ``check --show-config`` prints it, without the password of a URL."""
        value = self.value
        if value is None:
            return "-"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return ", ".join(str(Setting(item, "")) for item in value) or "-"
        return _PASSWORD.sub(r"\1***@", str(value))


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """How to authenticate.  Secrets are still references: see ``resolve_secret``."""

    #: ``none``, ``bearer``, ``basic``, ``api-key`` or ``client-credentials``.
    scheme: str = "none"
    #: Name of the block; empty for a single one.
    name: str = ""
    #: bearer: reference.
    token: str = ""
    #: basic.
    user: str = ""
    #: basic: reference.
    password: str = ""
    #: api-key: name of the header.
    header: str = "apikey"
    #: api-key: reference.
    value: str = ""
    #: client-credentials (RFC 6749 section 4.4 with a signed assertion, RFC 7523).
    token_url: str = ""
    client_id: str = ""
    #: client-credentials: reference to a PEM key.
    private_key: str = ""
    key_id: str = ""
    algorithm: str = "RS512"
    scope: str = ""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """How to reach the endpoint, and how much of it to bear."""

    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    proxy: str | None = None
    #: Seconds for one exchange.
    timeout_s: float = 30.0
    #: Requests in a second; ``None`` is without limit.
    rate_per_s: float | None = None
    #: For transport faults only.
    retries: int = 2
    insecure: bool = False
    #: Bytes of a decoded body.
    max_body: int = 32 * 1024 * 1024
    max_ratio: int = 100
    max_headers: int = 256
    max_header_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What to run."""

    level: str = "may"
    allow: Effect = Effect.READ
    basis: str = "specification"
    jobs: int = 1
    #: Seconds for the whole run; ``None`` is without limit.
    max_time_s: float | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    keep_bodies: str = "failures"


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """A report to write: into the run directory where ``path`` is empty, ``-`` is stdout."""

    format: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.format}={self.path}" if self.path else self.format


@dataclass(frozen=True, slots=True)
class ReportConfig:
    """What to write."""

    formats: tuple[ReportTarget, ...] = ()
    #: Where run directories are made.
    directory: Path = Path("conformance-results")


@dataclass(frozen=True, slots=True)
class PackagesConfig:
    """Which FHIR packages validation uses, where they are, and where they come from."""

    #: ``name@version``, or the path of a .tgz, a folder, or a conformance resource.
    use: tuple[str, ...] = ()
    #: ``None`` is the usual place: FHIR_PACKAGE_CACHE, else ~/.fhir/packages.
    cache: Path | None = None
    #: Where packages are installed from, in this order; empty for the usual one.
    registries: tuple[str, ...] = ()
    #: ``None`` is conformance-packages.lock beside the configuration.
    lock: Path | None = None


@dataclass(frozen=True, slots=True)
class GateConfig:
    """What decides the exit code."""

    #: ``run`` or ``certify``.
    mode: str = "run"
    #: ``must``, ``should`` or ``warning``.
    fail_on: str = "must"
    waivers: Path | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that flags, environment and file say together."""

    profile: str | None
    endpoint: str | None
    #: Name of the environment; empty where none is named.
    environment: str
    packs: tuple[str, ...]
    catalogues: tuple[Path, ...]
    product: Product
    auth: AuthConfig
    network: NetworkConfig
    fixtures: Mapping[str, str]
    options: Mapping[str, bool]
    run: RunConfig
    reports: ReportConfig
    gate: GateConfig
    packages: PackagesConfig
    #: The file that was read, if any.
    path: Path | None
    #: Where relative paths of references start: the file's folder, or where we are.
    base_dir: Path
    #: Every value under its dotted key (``network.timeout``), as written, with its origin.
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def origin(self, key: str) -> str:
        """Where the value of a dotted key came from."""
        return self.settings[key].origin if key in self.settings else "default"
