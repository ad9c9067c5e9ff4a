"""The guard of a connection: every byte passes it, and none passes after the deadline.

A socket timeout bounds one ``recv``, so a server that drips a byte at a time never
trips it.  The guard gives each ``recv`` only the time that is left of the exchange.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.faults import Reached, WireFault
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.tls_problems import tls_fault

if TYPE_CHECKING:
    from conformance_cli.wire.incoming import BoundedResponse

T = TypeVar("T")

#: Seconds after which a server may well be about to close an idle connection.
_IDLE_S = 1.0


class _Timed(Protocol):
    def settimeout(self, value: float | None, /) -> None: ...


class Guard:
    """The bounds and the measurements of the exchange that a connection is busy with.

    One guard serves one connection at a time; it is not shared between threads.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        #: ``time.monotonic()`` value after which nothing goes on.
        self.deadline = time.monotonic() + limits.timeout_s
        #: When the first byte of the request was sent; 0.0 before.
        self.first_sent = 0.0
        #: Bytes received since the exchange began.
        self.received = 0
        self._fresh_only = False
        self._idle_since = 0.0
        #: The response whose headers were read last.
        self.incoming: BoundedResponse | None = None

    def begin(self, deadline: float, *, fresh_only: bool) -> None:
        """Start the next attempt of an exchange.

        ``fresh_only`` rules out pooled connections that sat idle: the endpoint may be
        about to close them, and what is lost then must not be sent twice.
        """
        self.deadline = deadline
        self.first_sent = 0.0
        self.received = 0
        self._fresh_only = fresh_only
        self.incoming = None

    def restart_counts(self) -> None:
        """Forget what a proxy was told and answered; the endpoint's own exchange follows."""
        self.first_sent = 0.0
        self.received = 0

    def note_idle(self) -> None:
        """Remember when the connections were last of use."""
        self._idle_since = time.monotonic()

    @property
    def too_idle(self) -> bool:
        """Whether pooled connections must not be used for this exchange."""
        return self._fresh_only and time.monotonic() - self._idle_since > _IDLE_S

    def remaining(self) -> float:
        """Seconds left, always positive.  Raises ``WireFault`` when the time is up."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self._timed_out()
        return left

    def connecting(self) -> float:
        """Seconds that the next step of connecting may take."""
        return min(self.remaining(), self.limits.connect_timeout_s)

    def receive(self, sock: _Timed, read: Callable[[], int]) -> int:
        """Run one ``recv`` with the time that is left, and count what it brought."""
        sock.settimeout(self.remaining())
        try:
            count = read()
        except TimeoutError:
            raise self._timed_out() from None
        except ssl.SSLError as error:
            raise tls_fault(error) from error
        except OSError as error:
            raise self._broken(error) from error
        self.received += count
        return count

    def send(self, sock: _Timed, write: Callable[[], T]) -> T:
        """Run one ``send`` with the time that is left.

        Broken pipes and resets pass: the endpoint may have answered before it hung up,
        and urllib3 goes on to read that answer.
        """
        sock.settimeout(self.remaining())
        if not self.first_sent:
            self.first_sent = time.monotonic()
        try:
            return write()
        except TimeoutError:
            raise self._timed_out() from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            # The alert that explains it may still wait to be read.
            raise BrokenPipeError from error
        except ssl.SSLError as error:
            raise tls_fault(error) from error

    def ended(self, where: str) -> WireFault:
        """The fault of a connection that ended where more had to come."""
        if not self.received:
            return WireFault(
                FailureKind.CONNECT,
                "the endpoint closed the connection without answering",
                "look into the endpoint's log; a proxy or firewall may cut the connection",
                reached=Reached.SENT,
            )
        return WireFault(
            FailureKind.TRUNCATED,
            f"the connection ended {where}",
            "the endpoint, or something before it, cut the response short",
        )

    def _timed_out(self) -> WireFault:
        phase = "while the response came in" if self.received else "without an answer"
        return WireFault(
            FailureKind.TIMEOUT,
            f"the time for the exchange was up {phase}",
            "raise --timeout if the endpoint is known to be slow",
        )

    def _broken(self, error: OSError) -> WireFault:
        reason = (error.strerror or type(error).__name__).lower()
        if self.received:
            return WireFault(FailureKind.TRUNCATED, f"the response broke off: {reason}")
        return WireFault(
            FailureKind.CONNECT,
            f"the connection broke before an answer: {reason}",
            "look into the endpoint's log; a proxy or firewall may cut the connection",
            reached=Reached.SENT,
        )
