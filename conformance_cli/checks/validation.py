"""What validates bodies for the checks: definitions opened once, and only if wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any

from conformance_cli.checks.finding import first_few

if TYPE_CHECKING:
    from conformance_cli.fhir import Library, Outcome, Validator

Json = Any

#: What bodies are judged by where no package is loaded.
SHAPES = "the shapes of resources only, for no FHIR package is loaded"


class Validation:
    """Validates resources against the definitions of a run.

    ``open_library`` is called at the first use, for most runs need none.  Threads take
    turns, because a validator serves one at a time.
    """

    def __init__(self, open_library: Callable[[], Library]) -> None:
        self._open = open_library
        self._lock = Lock()
        self._library: Library | None = None
        self._validators: dict[bool, Validator] = {}

    @property
    def by(self) -> str:
        """What resources are judged by, in words.

        Raises:
            ConformanceError: the definitions cannot be opened.
            PackageError: likewise.

        """
        with self._lock:
            packages = getattr(self._opened(), "packages", ())
        return first_few([plain(package.manifest.reference) for package in packages]) or SHAPES

    def knows(self, url: str) -> bool:
        """Whether a profile is loaded.

        Raises:
            ConformanceError: the definitions cannot be opened.
            PackageError: likewise.

        """
        with self._lock:
            return self._opened().structure(url) is not None

    def validate(
        self, data: bytes | Mapping[str, Json], profiles: Sequence[str] = (), *, claims: bool
    ) -> Outcome:
        """What is wrong with a resource; ``claims`` adds the profiles of its meta.profile.

        Raises:
            ConformanceError: the definitions cannot be opened.
            PackageError: likewise.

        """
        with self._lock:
            return self._validator(claims=claims).validate(data, profiles=profiles)

    def _validator(self, *, claims: bool) -> Validator:
        from conformance_cli.fhir import Options, Validator

        if claims not in self._validators:
            options = Options(honour_claims=claims)
            self._validators[claims] = Validator(self._opened(), options)
        return self._validators[claims]

    def _opened(self) -> Library:
        if self._library is None:
            self._library = self._open()
        return self._library


def plain(text: str) -> str:
    """A text with packages as ``name#version``, for redaction takes an ``@`` for e-mail."""
    return text.replace("@", "#")


def exact(value: Json) -> Json:
    """JSON whose fractions are decimals, as the validator reads them."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {name: exact(inner) for name, inner in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else value
