"""Reference suppliers: conformant servers of a standard, in memory, with plantable faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.reference.faults import Fault

#: An ASGI 3 application.
Application = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

#: Entry point group under which others offer suppliers of their own.
ENTRY_POINTS = "conformance.suppliers"

_BUNDLED = {"bars": "conformance_cli.reference.bars.supplier:SUPPLIER"}


class ReferenceSupplier(Protocol):
    """A standard's server side, good enough to pass the pack that tests it."""

    @property
    def name(self) -> str:
        """What ``pack.reference`` and ``demo`` call it."""

    @property
    def title(self) -> str:
        """What it is, in one line."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of the standard that it can speak, oldest first."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault that can be planted in it."""

    @property
    def fixtures(self) -> Mapping[str, str]:
        """Pack fixture to the value that is true of every application it makes."""

    @property
    def options(self) -> Mapping[str, bool]:
        """Profile option to whether it offers it."""

    def application(self, faults: frozenset[str], version: str) -> Application:
        """A fresh server with a state of its own, misbehaving as ``faults`` say.

        Raises ``ConformanceError`` with code ``fault-not-found`` or
        ``reference-version-not-found``.
        """


def suppliers() -> tuple[str, ...]:
    """The names of all reference suppliers, bundled ones first."""
    return tuple(_locations())


def supplier(name: str) -> ReferenceSupplier:
    """The reference supplier with this name.

    Raises ``ConformanceError`` with code ``supplier-not-found``.
    """
    locations = _locations()
    if name not in locations:
        near = get_close_matches(name, locations, n=1)
        raise ConformanceError.of(
            "supplier-not-found",
            f'there is no reference supplier "{name}"',
            hint=f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(locations)}",
        )
    module, _, attribute = locations[name].partition(":")
    return cast("ReferenceSupplier", getattr(import_module(module), attribute))


def _locations() -> dict[str, str]:
    offered = {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
    return _BUNDLED | {name: at for name, at in offered.items() if name not in _BUNDLED}
