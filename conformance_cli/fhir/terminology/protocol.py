"""What the validator asks of terminologies, wherever their answers come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct

Json = Any


class Standing(StrEnum):
    """Whether a code belongs to what it was held against."""

    VALID = "valid"
    INVALID = "invalid"
    #: It cannot be told from what is loaded: neither a pass nor a failure.
    UNKNOWN = "unknown"


class Coded(Struct, frozen=True):
    """A code to ask about; ``system`` is ``None`` for the value of a ``code`` element."""

    system: str | None
    code: str | None
    version: str | None = None
    display: str | None = None


class Answer(Struct, frozen=True):
    """What a terminology says about a code.

    ``reason`` says why it is not valid or not known, as part of a sentence.  ``display`` is
    the right display where the given one is wrong, and ``displays`` all that would do.
    ``system`` is the code system that the value set implies for a bare code.  ``note`` says
    what is worth knowing about a valid code: that it is inactive, or written otherwise.
    """

    standing: Standing
    reason: str = ""
    display: str | None = None
    displays: tuple[str, ...] = ()
    system: str | None = None
    note: str = ""


class Terminology(Protocol):
    """Decides about codes; answers are quick or bounded, and never exceptions."""

    def in_value_set(self, coded: Coded, value_set: str) -> Answer:
        """Whether a code is in a value set (canonical URL, perhaps with ``|version``)."""

    def in_given(
        self, coded: Coded, value_set: Mapping[str, Json], beside: Sequence[Mapping[str, Json]] = ()
    ) -> Answer:
        """Whether a code is in a value set that is at hand, such as a contained one.

        ``beside`` are the resources contained next to it, which it may use.
        """

    def in_code_system(self, coded: Coded) -> Answer:
        """Whether a code system defines a code, and whether the display is one of its.

        UNKNOWN where the system is not loaded, or is known in part and lacks the code.
        """

    def knows_system(self, system: str) -> bool:
        """Whether anything can be said about a code system's codes."""

    def value_set_exists(self, url: str) -> bool:
        """Whether the value set can be found."""

    def codes_of(self, value_set: str) -> frozenset[str] | None:
        """All codes of a value set, whatever their systems; ``None`` unless few and known.

        For bindings of ``code`` elements: membership is then a look-up.
        """
