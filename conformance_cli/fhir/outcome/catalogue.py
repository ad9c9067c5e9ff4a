"""All messages of the library, gathered from the modules that declare them.

It imports most of the library: for explanations and documents, not for a validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pkgutil import walk_packages

from conformance_cli.fhir.outcome.message import Message

#: The parts of the library that declare messages, in reading order.
PARTS = ("outcome", "source", "validation", "resources", "definitions")
_LIBRARY = "conformance_cli.fhir"


@lru_cache(maxsize=1)
def messages() -> dict[str, Message]:
    """The messages by id, in the order of ``PARTS``, of modules, and of declaration."""
    found: dict[str, Message] = {}
    for declared in by_module().values():
        for message in declared:
            found.setdefault(message.id, message)
    return found


@lru_cache(maxsize=1)
def by_module() -> dict[str, tuple[Message, ...]]:
    """The messages that each module declares or uses, by its name below the library."""
    found = {}
    for name in _modules():
        values = vars(import_module(f"{_LIBRARY}.{name}")).values()
        declared = tuple(dict.fromkeys(v for v in values if isinstance(v, Message)))
        if declared:
            found[name] = declared
    return found


def _modules() -> Iterator[str]:
    for part in PARTS:
        path = list(import_module(f"{_LIBRARY}.{part}").__path__)
        for module in walk_packages(path, f"{_LIBRARY}.{part}."):
            if not module.ispkg:
                yield module.name.removeprefix(f"{_LIBRARY}.")
