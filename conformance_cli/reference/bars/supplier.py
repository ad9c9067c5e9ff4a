"""The BaRS reference supplier as ``demo``, ``pack test`` and tests start it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.reference.bars.conformant import CONFORMANT
from conformance_cli.reference.bars.faults import FAULTS
from conformance_cli.reference.bars.fixtures import FIXTURES, OPTIONS
from conformance_cli.reference.bars.headers import Version
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.faults import Fault, check_names
from conformance_cli.reference.supplier import Application

_VERSIONS: Mapping[str, Version] = {"1.0.0": (1, 0), "1.1.0": (1, 1)}


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class BarsSupplier:
    """Makes receivers of bookings, referrals and validation requests."""

    #: Tells the receivers the time; slots are laid out from their first look at it.
    clock: Callable[[], datetime] = _wall_clock
    #: Lets so many seconds pass: between a message's arrival and its processing, and
    #: before a reply that a fault holds back.
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    name: str = "bars"
    title: str = "Booking and Referral Standard, receiver"
    versions: tuple[str, ...] = tuple(_VERSIONS)
    faults: tuple[Fault, ...] = tuple(planted.fault for planted in FAULTS)
    fixtures: Mapping[str, str] = field(default_factory=lambda: FIXTURES)
    options: Mapping[str, bool] = field(default_factory=lambda: OPTIONS)

    def application(
        self, faults: frozenset[str] = frozenset(), version: str = "1.0.0"
    ) -> Application:
        """A fresh receiver with a state of its own.

        Raises ``ConformanceError`` with code ``fault-not-found`` or
        ``reference-version-not-found``.
        """
        # Starlette is only needed where something is served.
        from conformance_cli.reference.bars.application import application

        check_names(self.name, self.faults, faults)
        if version not in _VERSIONS:
            raise ConformanceError.of(
                "reference-version-not-found",
                f'the reference supplier "{self.name}" does not speak version "{version}"',
                hint=f"there are: {', '.join(self.versions)}",
            )
        conduct = CONFORMANT
        for planted in FAULTS:
            if planted.fault.name in faults:
                conduct = planted.plant(conduct)
        return application(Receiver(_VERSIONS[version], conduct, self.clock), self.pause)


SUPPLIER = BarsSupplier()
