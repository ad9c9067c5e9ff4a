"""All messages of the library, gathered from the modules that declare them."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from conformance_cli.fhir.outcome.message import Message

#: Every module that declares messages, below ``conformance_cli.fhir``, in reading order.
MODULES: tuple[str, ...] = ("outcome.inputs",)


@lru_cache(maxsize=1)
def messages() -> dict[str, Message]:
    """The messages by id, in the order of ``MODULES`` and of their declaration."""
    return {message.id: message for of_module in by_module().values() for message in of_module}


def by_module() -> dict[str, tuple[Message, ...]]:
    """The messages that each module declares."""
    return {name: _declared(name) for name in MODULES}


def _declared(name: str) -> tuple[Message, ...]:
    module = import_module(f"conformance_cli.fhir.{name}")
    found = [value for value in vars(module).values() if isinstance(value, Message)]
    return tuple(dict.fromkeys(found))
