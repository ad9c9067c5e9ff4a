"""Bounds of one exchange: what a hostile or broken endpoint may cost us."""

from __future__ import annotations

from dataclasses import dataclass, fields

from conformance_cli.model.diagnostics import ConformanceError

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """How much time and memory one exchange may take.

    Times are seconds, sizes are bytes.  Raises ``ConformanceError`` (``limit-invalid``)
    where a bound is not positive: a bound of zero would refuse everything.
    """

    #: Wall clock of a whole exchange, all attempts together.
    timeout_s: float = 30.0
    #: Name resolution, connecting and the TLS handshake, within ``timeout_s``.
    connect_timeout_s: float = 10.0
    #: A body, both as it came and decoded.
    max_body: int = 32 * MIB
    #: Decoded over encoded size; judged once more than ``ratio_floor`` was decoded.
    max_ratio: int = 100
    ratio_floor: int = MIB
    max_headers: int = 256
    #: All header lines of a response, interim ones included.
    max_header_bytes: int = 64 * KIB
    max_status_line: int = 4 * KIB
    #: 1xx responses before the final one.
    max_interim: int = 10
    max_url: int = 16 * KIB
    #: The longest wait that a Retry-After header can ask for.
    max_retry_after_s: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ConformanceError.of(
                    "limit-invalid", f"{field.name.replace('_', '-')} must be more than zero"
                )
