"""Wire faults: how a transport failure travels from where it happens to the exchange."""

from __future__ import annotations

from enum import Enum

from conformance_cli.model.exchange import FailureKind, TransportFailure


class Reached(Enum):
    """How far a request got before it failed; decides whether it may be sent again."""

    #: No connection stood: the endpoint cannot have seen any of it.
    NOTHING = "nothing"
    #: Some of it may have arrived, and no byte came back.
    SENT = "sent"
    #: Sending it again cannot help, or would hide evidence.
    FINAL = "final"


class WireFault(Exception):  # noqa: N818 - a fault becomes a value, it is no error of ours
    """Ends an exchange.  Never leaves the wire layer: ``Client`` turns it into a failure.

    It is neither an ``OSError`` nor an ``HTTPException``, so that urllib3 and requests
    let it through unwrapped.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        hint: str = "",
        *,
        reached: Reached = Reached.FINAL,
    ) -> None:
        super().__init__(message)
        self.failure = TransportFailure(kind, message, hint)
        self.reached = reached
