"""The forward proxy, where one was given: never taken from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.wire.targets import parse_target


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy: plain http is forwarded, https is tunnelled with CONNECT."""

    #: With user name and password, where it needs them.
    url: str
    secrets: tuple[str, ...]

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Read ``http://[user:password@]host:port``.  Raises ``ConformanceError``."""
        try:
            parts = urlsplit(url)
            userinfo, _, rest = parts.netloc.rpartition("@")
            usable = parts.scheme == "http" and parse_target(f"http://{rest}") is not None
        except ValueError:
            usable = False
        if not usable:
            raise ConformanceError.of(
                "proxy-invalid", "the proxy is not http://[user:password@]host:port"
            )
        password = userinfo.partition(":")[2]
        secrets = {userinfo, unquote(userinfo), password, unquote(password)} - {""}
        return cls(f"http://{parts.netloc}", tuple(sorted(secrets)))

    @property
    def pool_url(self) -> Any:
        """As urllib3 wants it."""
        from urllib3.util import parse_url  # heavy

        return parse_url(self.url)
