"""``name@version`` and ``name@range``: how people and packs name versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from conformance_cli.model.diagnostics import DefinitionError, Location

if TYPE_CHECKING:
    from semantic_version import NpmSpec, Version

LATEST = "latest"
#: What a name without a version means: any, the best of them.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Reference:
    """A name, and which of its versions is meant."""

    name: str
    #: One version, a SemVer range as npm writes it, or ``latest``.
    versions: str = ANY

    @classmethod
    def parse(cls, text: str) -> Reference:
        """``bars``, ``bars@latest``, ``bars@1.0.0`` or ``bars@^1``."""
        name, _, versions = text.strip().partition("@")
        return cls(name, versions.strip() or ANY)

    def __str__(self) -> str:
        return self.name if self.versions == ANY else f"{self.name}@{self.versions}"


@lru_cache(maxsize=256)
def version(text: str) -> Version:
    """A version that can be compared.  ``ValueError`` if it is not semantic."""
    from semantic_version import Version

    return Version(text)


def version_range(text: str, place: Location | str | None = None) -> NpmSpec:
    """A range of versions.

    Raises:
        DefinitionError: it is not a range as npm writes it.

    """
    from semantic_version import NpmSpec

    try:
        return NpmSpec(text)
    except ValueError as error:
        raise DefinitionError.of(
            "bad-range",
            f'"{text}" is no range of versions',
            place=place,
            hint="write one as npm does: 1.0.0, ~1.0, ^1 or >=1.0 <2",
        ) from error


def includes(versions: str, candidate: str) -> bool:
    """Whether a range includes a version; one that is named exactly is always included."""
    return versions == candidate or version_range(versions).match(version(candidate))


def newest(versions: Iterable[str]) -> str:
    """The newest version; a pre-release only where there is nothing else."""
    return max(versions, key=lambda text: (not version(text).prerelease, version(text)))
