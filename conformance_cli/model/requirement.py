"""Requirements: the numbered, sourced statements of a standard."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """Strength of a requirement (FHIR conformance verbs, RFC 2119 and RFC 8174)."""

    SHALL = "SHALL"
    SHALL_NOT = "SHALL NOT"
    SHOULD = "SHOULD"
    SHOULD_NOT = "SHOULD NOT"
    MAY = "MAY"

    @property
    def mandatory(self) -> bool:
        """Whether breaking a requirement of this level makes a product not conformant."""
        return self in (Level.SHALL, Level.SHALL_NOT)


class Basis(Enum):
    """Where a requirement comes from.

    A requirement that only an official test suite asks for, and no specification, is
    graded as a warning unless the run is judged with ``--basis suite``.
    """

    SPECIFICATION = "specification"
    SUITE = "suite"
    BOTH = "both"


class Method(Enum):
    """How a requirement is verified: by the tool, or by a person who attests it."""

    AUTOMATED = "automated"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement is published."""

    #: Key of ``Profile.sources``.
    ref: str
    #: Page, section or file within that source.
    at: str = ""
    #: Direct link, where one exists.
    url: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One numbered statement of a standard.  Its id is stable and never reused."""

    id: str
    level: Level
    #: One sentence, in our own words.
    text: str
    section: str = ""
    sources: tuple[Source, ...] = ()
    basis: Basis = Basis.SPECIFICATION
    method: Method = Method.AUTOMATED
    #: Who must satisfy it: the endpoint under test, or another actor (e.g. ``sender``).
    actor: str = ""
    #: Expression over ``option.*``; false means not-applicable.  Empty means always.
    applies_if: str = ""
    #: Why no test exists, where HTTP cannot show it.
    not_testable: str = ""
    #: Published contradictions and how they are read here.
    note: str = ""
    #: Whether a waiver may cover it when certifying.
    waivable: bool = True
