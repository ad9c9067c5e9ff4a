"""Answers about codes from the value sets and code systems of a library, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.terminology import grammars
from conformance_cli.fhir.terminology.displays import judged
from conformance_cli.fhir.terminology.expansion import Expansion
from conformance_cli.fhir.terminology.membership import Membership, Ruling, systems_of
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing
from conformance_cli.fhir.terminology.sources import Beside, Edition, Sources

Json = Any

#: How many answers are kept.
_MOST_ANSWERS: Final = 20_000
_NO_CODE: Final = Answer(Standing.INVALID, "it has no code")


def _no_supplements(_: str) -> Iterable[Mapping[str, Json]]:
    return ()


class LocalTerminology:
    """A ``Terminology`` that knows what a library holds.

    ``known`` are lists of codes that an earlier one found (``known_codes``).
    ``supplements`` finds the supplements of a code system; their designations are displays
    that will do.  It is asked only about displays that the code system itself lacks.
    """

    def __init__(
        self,
        library: Library,
        *,
        known: Mapping[str, frozenset[str] | None] | None = None,
        supplements: Callable[[str], Iterable[Mapping[str, Json]]] = _no_supplements,
    ) -> None:
        self._sources = Sources(library)
        self._supplements = supplements
        self._fhir_version = library.fhir_version
        self._membership = Membership(self._sources, self._fhir_version)
        self._codes: dict[str, frozenset[str] | None] = dict(known or {})
        self._answers: dict[tuple[Coded, str], Answer] = {}

    def in_value_set(self, coded: Coded, value_set: str) -> Answer:
        """Whether a code is in a value set (canonical URL, perhaps with ``|version``)."""
        key = (coded, value_set)
        answer = self._answers.get(key)
        if answer is None:
            found = self._sources.value_set(value_set)
            if found is None:
                answer = Answer(Standing.UNKNOWN, f"the value set {value_set} is not loaded")
            else:
                answer = _answer(coded, found, self._sources, self._membership)
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def in_given(
        self, coded: Coded, value_set: Mapping[str, Json], beside: Sequence[Mapping[str, Json]] = ()
    ) -> Answer:
        """Whether a code is in a value set that is at hand; ``beside`` it what it refers to."""
        sources = Beside(self._sources, beside) if beside else self._sources
        membership = Membership(sources, self._fhir_version)
        return _answer(coded, value_set, sources, membership)

    def in_code_system(self, coded: Coded) -> Answer:
        """Whether a code system has a code, and whether the display is one of its."""
        if coded.code is None:
            return _NO_CODE
        if coded.system is None:
            return Answer(Standing.UNKNOWN, "it names no code system")
        edition = self._sources.edition(coded.system, coded.version)
        if edition is not None and len(edition.concepts):
            return judged(coded, coded.code, edition, self._supplements)
        return _by_rule(coded.system, coded.code, edition)

    def knows_system(self, system: str) -> bool:
        """Whether anything can be said about a code system's codes."""
        edition = self._sources.edition(system, None)
        return grammars.rules(system) is not None or (edition is not None and _has_codes(edition))

    def value_set_exists(self, url: str) -> bool:
        """Whether the value set can be found."""
        return self._sources.value_set(url) is not None

    def codes_of(self, value_set: str) -> frozenset[str] | None:
        """All codes of a value set, whatever their systems; ``None`` unless few and known."""
        try:
            return self._codes[value_set]
        except KeyError:
            if len(self._codes) >= _MOST_ANSWERS:
                self._codes = {
                    url: codes for url, codes in self._codes.items() if codes is not None
                }
            codes = self._codes[value_set] = self._list(value_set)
            return codes

    def known_codes(self) -> Mapping[str, frozenset[str] | None]:
        """What ``codes_of`` has found so far: plain data, to be kept with the definitions."""
        return self._codes

    def _list(self, reference: str) -> frozenset[str] | None:
        value_set = self._sources.value_set(reference)
        if value_set is None:
            return None
        pairs = Expansion(self._sources, self._membership).of(value_set)
        return None if pairs is None else frozenset(code for _, code in pairs)

    def subsumes(self, above: Coded, below: Coded) -> bool | None:
        """Whether a concept is another one or lies above it; ``None`` where that is unknown."""
        if above.system is None or above.system != below.system:
            return None
        edition = self._sources.edition(above.system, above.version)
        if edition is None or above.code is None or below.code is None:
            return None
        one, other = edition.concepts.find(above.code), edition.concepts.find(below.code)
        if one is None or other is None:
            return None
        return one == other or one in edition.concepts.ancestors(other)


def _has_codes(edition: Edition) -> bool:
    return len(edition.concepts) > 0 or edition.concepts.is_complete


def _by_rule(system: str, code: str, edition: Edition | None) -> Answer:
    rule = grammars.rules(system)
    if rule is not None:
        standing = rule(code)
        return Answer(standing, "" if standing is Standing.VALID else _lack(system, standing))
    if edition is not None and edition.concepts.is_complete:
        return Answer(Standing.INVALID, f"{system} defines no codes")
    if edition is not None:
        return Answer(Standing.UNKNOWN, f"the code system {system} is loaded without its codes")
    return Answer(Standing.UNKNOWN, f"the code system {system} is not loaded")


def _lack(system: str, standing: Standing) -> str:
    return f"{system} {'has no such code' if standing is Standing.INVALID else 'leaves it open'}"


def _answer(
    coded: Coded, value_set: Mapping[str, Json], sources: Sources, membership: Membership
) -> Answer:
    code = coded.code
    if code is None:
        return _NO_CODE
    if coded.system is not None:
        ruling = membership.ruling(coded.system, coded.version, code, value_set)
        return Answer(ruling.standing, ruling.reason, system=coded.system)
    systems, is_all = systems_of(value_set, sources)
    rulings = {one: membership.ruling(one, None, code, value_set) for one in systems}
    return _of_any_system(rulings, is_all=is_all)


def _of_any_system(rulings: Mapping[str, Ruling], *, is_all: bool) -> Answer:
    """The answer about a bare code, from the rulings about it in each possible system."""
    having = [one for one, ruling in rulings.items() if ruling.standing is Standing.VALID]
    if having:
        return Answer(Standing.VALID, system=having[0] if len(having) == 1 else None)
    for ruling in rulings.values():
        if ruling.standing is Standing.UNKNOWN:
            return Answer(Standing.UNKNOWN, ruling.reason)
    if not is_all or not rulings:
        return Answer(Standing.UNKNOWN, "not everything that the value set imports is loaded")
    return Answer(Standing.INVALID, next(iter(rulings.values())).reason)
