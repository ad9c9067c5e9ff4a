"""Pacing: how fast requests may follow one another, across all threads of a run."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import FailureKind, Response
from conformance_cli.wire.faults import WireFault

_RATE = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*/\s*(?P<unit>s|sec|second|min|minute|m|h|hour)")
_SECONDS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
}

# Statuses whose Retry-After speaks of load (RFC 9110 section 15.6.4, RFC 6585 section 4).
_THROTTLED = (429, 503)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``per_second`` requests a second on average, ``burst`` of them at once."""

    per_second: float
    burst: int = 1

    def __post_init__(self) -> None:
        if not self.per_second > 0 or self.burst < 1:
            raise ConformanceError.of(
                "rate-limit-invalid", "a rate limit must be more than zero", hint="e.g. 5/s"
            )

    @classmethod
    def parse(cls, text: str) -> RateLimit:
        """Read ``5/s``, ``0.5/s``, ``300/min`` or ``1000/h``."""
        match = _RATE.fullmatch(text.strip().lower())
        if match is None:
            raise ConformanceError.of(
                "rate-limit-invalid", f"{text!r} is not a rate", hint="write e.g. 5/s or 300/min"
            )
        return cls(float(match["count"]) / _SECONDS[match["unit"]])


class Pacer:
    """Holds requests back: a token bucket, and what Retry-After asked for.

    Thread-safe.  Each caller reserves its own moment under the lock and sleeps outside
    it, so that requests leave in the order in which they asked.
    """

    def __init__(
        self,
        rate: RateLimit | None,
        max_retry_after_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._max_retry_after = max_retry_after_s
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        #: When the bucket will have been full again.
        self._full_at = 0.0
        self._not_before = 0.0

    def wait(self, deadline: float | None) -> None:
        """Sleep until the next request may go.

        Raises ``WireFault`` (``TIMEOUT``) at once where that is after ``deadline``.
        """
        with self._lock:
            now = self._clock()
            go = max(now, self._not_before)
            if self._rate is not None:
                step = 1 / self._rate.per_second
                go = max(go, self._full_at - (self._rate.burst - 1) * step)
            if deadline is not None and go >= deadline:
                raise WireFault(
                    FailureKind.TIMEOUT,
                    "the time was up before the request could be sent",
                    "raise --max-time, or the rate limit",
                )
            if self._rate is not None:
                self._full_at = max(self._full_at, go) + step
        pause = go - now
        if pause > 0:
            self._sleep(pause)

    def heed(self, response: Response, now: datetime) -> None:
        """Hold the next requests back as a throttled response asks; bounded."""
        if response.status not in _THROTTLED:
            return
        seconds = retry_after_seconds(response.header("Retry-After"), now)
        if seconds > 0:
            until = self._clock() + min(seconds, self._max_retry_after)
            with self._lock:
                self._not_before = max(self._not_before, until)


def retry_after_seconds(value: str | None, now: datetime) -> float:
    """Seconds that a Retry-After value asks for (RFC 9110 section 10.2.3); 0 if none."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
