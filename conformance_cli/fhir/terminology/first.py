"""Several terminologies, each asked about what those before it do not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing, Terminology

Json = Any


class FirstOf:
    """A ``Terminology`` that takes the first certain answer; the cheapest source comes first."""

    def __init__(self, first: Terminology, *others: Terminology) -> None:
        self._sources: tuple[Terminology, ...] = (first, *others)

    def in_value_set(self, coded: Coded, value_set: str) -> Answer:
        """Whether a code is in a value set, as the first to know it says."""
        return self._ask(lambda source: source.in_value_set(coded, value_set))

    def in_given(
        self, coded: Coded, value_set: Mapping[str, Json], beside: Sequence[Mapping[str, Json]] = ()
    ) -> Answer:
        """Whether a code is in a value set at hand, as the first to know it says."""
        return self._ask(lambda source: source.in_given(coded, value_set, beside))

    def in_code_system(self, coded: Coded) -> Answer:
        """Whether a code system has a code, as the first to know it says."""
        return self._ask(lambda source: source.in_code_system(coded))

    def knows_system(self, system: str) -> bool:
        """Whether any of them knows a code system."""
        return any(source.knows_system(system) for source in self._sources)

    def value_set_exists(self, url: str) -> bool:
        """Whether any of them has a value set."""
        return any(source.value_set_exists(url) for source in self._sources)

    def codes_of(self, value_set: str) -> frozenset[str] | None:
        """All codes of a value set, from the first that has it."""
        for source in self._sources:
            codes = source.codes_of(value_set)
            if codes is not None or source.value_set_exists(value_set):
                return codes
        return None

    def _ask(self, question: Callable[[Terminology], Answer]) -> Answer:
        answer = question(self._sources[0])
        for source in self._sources[1:]:
            if answer.standing is not Standing.UNKNOWN:
                break
            answer = question(source)
        return answer
