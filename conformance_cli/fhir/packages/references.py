"""How packages are asked for: ``name@version``, with wildcards, and as dependencies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from conformance_cli.fhir.packages.canonical import compared
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.regex import Regex

LATEST = "latest"
_NAME = Regex(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,200}")
_VERSION = Regex(r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.)){0,100}")
_WILD = ("x", "X", "*")
#: Short names of the FHIR versions, as core packages have them.
_FAMILIES = {"1.0": "r2", "3.0": "r3", "4.0": "r4", "4.1": "r4b", "4.3": "r4b", "5.0": "r5",
             "6.0": "r6"}  # fmt: skip
_CORE = Regex(r"hl7\.fhir\.(r\d+b?)\.core")


class Reference(NamedTuple):
    """A package and the version that is wanted of it, which may be ``latest`` or ``1.0.x``."""

    name: str
    version: str = LATEST

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def is_exact(self) -> bool:
        """Whether it means one version only."""
        return self.version != LATEST and not any(part in _WILD for part in self.version.split("."))


def reference(text: str) -> Reference:
    """What ``name@version``, ``name#version`` or ``name`` asks for.

    Raises:
        PackageError: it is no such thing.

    """
    name, _, version = text.replace("#", "@", 1).partition("@")
    found = Reference(name, version or LATEST)
    wild = found.version.replace("*", "x")
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(wild):
        raise PackageError(
            f'"{text[:80]}" names no package', "", "write NAME@VERSION, e.g. hl7.fhir.r4.core@4.0.1"
        )
    return found


def dependency(name: str, version: str) -> Reference:
    """What an entry of ``dependencies`` asks for.

    Raises:
        PackageError: it is nothing that could be asked for.

    """
    if name == "hl7.fhir.core" and (family := family_of(version)):
        # packages made before 2020 say so, and mean what now has the version in its name
        name = f"hl7.fhir.{family}.core"
    return reference(f"{name}@{version}")


def chosen(versions: Iterable[str], wanted: str) -> str | None:
    """The version that a reference means, of those that there are.

    ``latest`` and wildcards mean releases; versions with a label (``-ballot``) count only
    where there is no other.
    """
    fitting = [version for version in versions if fits(version, wanted)]
    if wanted in fitting:
        return wanted
    released = [version for version in fitting if "-" not in version]
    best: str | None = None
    for version in released or fitting:
        if best is None or compared(version, best) > 0:
            best = version
    return best


def fits(version: str, wanted: str) -> bool:
    """Whether a version is one that is wanted."""
    if wanted == LATEST:
        return True
    parts = wanted.split(".")
    wild = next((i for i, part in enumerate(parts) if part in _WILD), None)
    if wild is None:
        return version == wanted
    return version.partition("-")[0].split(".")[:wild] == parts[:wild]


def family_of(fhir_version: str) -> str:
    """``r4`` of ``4.0.1``; empty for a version of FHIR that is not known."""
    return _FAMILIES.get(".".join(fhir_version.split(".")[:2]), "")


def core_family(name: str) -> str:
    """``r4`` of ``hl7.fhir.r4.core``; empty for a package that is no core package."""
    found = _CORE.fullmatch(name)
    return found[1] if found else ""
