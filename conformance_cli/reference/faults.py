"""Faults: misbehaviours that a reference supplier shows on demand, one each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from conformance_cli.model.diagnostics import ConformanceError, Diagnostic


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour that can be planted, and what it must be blamed for."""

    #: Kebab-case; says the misbehaviour, e.g. ``accepts-taken-slot``.
    name: str
    #: One sentence.
    title: str
    #: Ids of the requirements that it breaks; it breaks no other.
    breaks: tuple[str, ...]


def check_names(supplier: str, known: Iterable[Fault], asked: Iterable[str]) -> None:
    """Refuse fault names that the supplier does not have.

    Raises ``ConformanceError`` with code ``fault-not-found``, one diagnostic per name.
    """
    names = [fault.name for fault in known]
    diagnostics = [_unknown(supplier, name, names) for name in sorted(set(asked) - set(names))]
    if diagnostics:
        raise ConformanceError(*diagnostics)


def _unknown(supplier: str, name: str, names: list[str]) -> Diagnostic:
    near = get_close_matches(name, names, n=1)
    return Diagnostic(
        "fault-not-found",
        f'the reference supplier "{supplier}" has no fault "{name}"',
        hint=f'did you mean "{near[0]}"?' if near else None,
    )
