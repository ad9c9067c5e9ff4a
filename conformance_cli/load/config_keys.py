"""Every key of the configuration: its flag, its environment variable, how it is written."""

from __future__ import annotations

from dataclasses import dataclass

from conformance_cli.load import config_values as values
from conformance_cli.load.config_model import GateConfig, NetworkConfig, ReportConfig, RunConfig
from conformance_cli.load.config_values import Parse


@dataclass(frozen=True, slots=True)
class Key:
    """One key.  A thing has one name everywhere."""

    #: Where it stands in the file, e.g. ``network.timeout``.
    path: str
    #: Its flag without dashes; the variable is ``CONFORMANCE_`` and this in capitals.
    flag: str
    parse: Parse
    #: Field of the class that holds its parsed value, where the name differs.
    field: str = ""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "CONFORMANCE_" + self.flag.upper().replace("-", "_")

    @property
    def attribute(self) -> str:
        """The field that takes its value."""
        return self.field or self.path.rpartition(".")[2].replace("-", "_")


KEYS = (
    Key("profile", "profile", values.text),
    Key("endpoint", "endpoint", values.url),
    Key("packs", "pack", values.texts),
    Key("catalogues", "catalogue", values.paths),
    Key("product.name", "product", values.text),
    Key("product.version", "product-version", values.text),
    Key("product.supplier", "supplier", values.text),
    Key("product.ods-code", "ods-code", values.text),
    Key("network.ca-bundle", "ca-bundle", values.path),
    Key("network.client-cert", "client-cert", values.path),
    Key("network.client-key", "client-key", values.path),
    Key("network.proxy", "proxy", values.text),
    Key("network.timeout", "timeout", values.seconds, "timeout_s"),
    Key("network.rate-limit", "rate-limit", values.rate, "rate_per_s"),
    Key("network.retries", "retries", values.whole(0, 10)),
    Key("network.insecure", "insecure", values.flag),
    Key("network.max-body", "max-body", values.size),
    Key("network.max-ratio", "max-ratio", values.whole(1, 100_000)),
    Key("network.max-headers", "max-headers", values.whole(1, 10_000)),
    Key("network.max-header-bytes", "max-header-bytes", values.size),
    Key("run.level", "level", values.choice("shall", "should", "may")),
    Key("run.allow", "allow", values.effect),
    Key("run.basis", "basis", values.choice("specification", "suite")),
    Key("run.jobs", "jobs", values.whole(1, 64)),
    Key("run.max-time", "max-time", values.seconds, "max_time_s"),
    Key("run.include", "include", values.texts),
    Key("run.exclude", "exclude", values.texts),
    Key("run.keep-bodies", "keep-bodies", values.choice("none", "failures", "all")),
    Key("reports.formats", "report", values.reports),
    Key("reports.directory", "output-dir", values.path),
    Key("gate.mode", "gate", values.choice("run", "certify")),
    Key("gate.fail-on", "fail-on", values.choice("must", "should", "warning")),
    Key("gate.waivers", "waivers", values.path),
    Key("packages.use", "package", values.package_specs),
    Key("packages.cache", "package-cache", values.path),
    Key("packages.registries", "registry", values.urls),
    Key("packages.lock", "lock", values.path),
)

#: Defaults as a file would write them, by dotted key; other keys have none.
DEFAULTS = {
    "network.timeout": f"{NetworkConfig().timeout_s:g}s",
    "network.retries": NetworkConfig().retries,
    "network.insecure": NetworkConfig().insecure,
    "network.max-body": f"{NetworkConfig().max_body // 1024**2} MiB",
    "network.max-ratio": NetworkConfig().max_ratio,
    "network.max-headers": NetworkConfig().max_headers,
    "network.max-header-bytes": f"{NetworkConfig().max_header_bytes // 1024} KiB",
    "run.level": RunConfig().level,
    "run.allow": "read-only",
    "run.basis": RunConfig().basis,
    "run.jobs": RunConfig().jobs,
    "run.keep-bodies": RunConfig().keep_bodies,
    "reports.directory": str(ReportConfig().directory),
    "gate.mode": GateConfig().mode,
    "gate.fail-on": GateConfig().fail_on,
}

#: Keys that each scheme needs, and keys that it may have.
SCHEMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "none": ((), ()),
    "bearer": (("token",), ()),
    "basic": (("user", "password"), ()),
    "api-key": (("value",), ("header",)),
    "client-credentials": (
        ("token-url", "client-id", "private-key"),
        ("key-id", "algorithm", "scope"),
    ),
}
