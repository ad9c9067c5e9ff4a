"""What users should know of the definitions in use before they believe a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from conformance_cli.fhir.packages.references import family_of
from conformance_cli.model.diagnostics import ConformanceError

if TYPE_CHECKING:
    from conformance_cli.fhir.definitions.library import Library
    from conformance_cli.fhir.packages.package import Package

#: Files of one package that are named where they could not be read.
_MOST_NAMED = 3


def not_evaluated(found: Library) -> tuple[str, ...]:
    """What no input is judged by, though the packages were meant to define it."""
    packages: Sequence[Package] = getattr(found, "packages", ())
    return (
        *(
            f"what {name} defines: another package depends on it, and it is not installed"
            for name in getattr(found, "missing", ())
        ),
        *(note for package in packages for note in _passed_over(package)),
        *(note for package in packages for note in _of_another_version(package, found)),
    )


def mistyped(profiles: Sequence[str], found: Library) -> Iterator[tuple[str, str]]:
    """Profiles that no package has, each with the URL that comes nearest."""
    packages: Sequence[Package] = getattr(found, "packages", ())
    for url in profiles:
        if found.structure(url) is None:
            from difflib import get_close_matches

            name = url.partition("|")[0]
            known = {known for package in packages for known in package.urls()}
            nearest = get_close_matches(name, known, n=1, cutoff=0.8)
            yield from ((url, one) for one in nearest)


def refuse_useless(packages: Sequence[Package]) -> None:
    """Refuse a file or folder that was named for its definitions and has none.

    Raises:
        ConformanceError: ``package-unusable``.

    """
    for package in packages:
        if package.manifest.version or any(package.urls()):
            continue
        problem = next(iter(package.problems), "")
        raise ConformanceError.of(
            "package-unusable",
            f"there is no definition in it: {problem or 'nothing has a canonical URL'}",
            place=package.place,
            hint="name a package, or a folder or file with profiles, value sets and the like; "
            "what is to be validated needs no option",
        )


def _passed_over(package: Package) -> Iterator[str]:
    problems = package.problems
    for problem in problems[:_MOST_NAMED]:
        yield f"a file of {package.manifest.reference}, which cannot be read: {problem}"
    if len(problems) > _MOST_NAMED:
        yield f"{len(problems) - _MOST_NAMED} more files of {package.manifest.reference}"


def _of_another_version(package: Package, found: Library) -> Iterator[str]:
    versions = package.manifest.fhir_versions
    families = set(map(family_of, versions))
    if families and family_of(found.fhir_version) not in families:
        yield (
            f"whether {package.manifest.reference} fits: it is for FHIR {versions[0]}, "
            f"and resources are judged as FHIR {found.fhir_version}"
        )
