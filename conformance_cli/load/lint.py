"""What is wrong with a profile or pack, and what its author may want to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance_cli.load.catalogue import Catalogue
from conformance_cli.load.findings import Finding, Severity
from conformance_cli.load.lint_pack import pack_errors, pack_warnings
from conformance_cli.load.packs import build_pack
from conformance_cli.load.profiles import BuiltProfile, build_profile
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic
from conformance_cli.model.profile import Profile

__all__ = ["Finding", "Severity", "lint_pack", "lint_profile"]


def lint_profile(path: Path, catalogue: Catalogue | None = None) -> list[Finding]:
    """Everything to say about a profile file, errors first.

    Profiles that it extends are found in ``catalogue`` (by default the one that comes with
    the tool) and beside the file.
    """
    known = (catalogue or Catalogue.default()).having(path)
    try:
        built = build_profile(path, known.profile)
    except ConformanceError as error:
        return _errors(error)
    return [Finding(Severity.WARNING, d) for d in _profile_warnings(built)]


def lint_pack(folder: Path, catalogue: Catalogue) -> list[Finding]:
    """Everything to say about a pack folder, errors first.

    Beyond what loading refuses, this parses every FHIRPath expression and compares the
    pack with the profiles that it certifies.
    """
    known = catalogue.having(folder)
    try:
        built = build_pack(folder, known.pack_folder)
        profiles = [known.profile(f"{e.name}@{e.version}") for e in known.certified_by(built.pack)]
    except ConformanceError as error:
        return _errors(error)
    errors = [Finding(Severity.ERROR, d) for d in pack_errors(built, profiles)]
    newest = _newest_of_each(known, profiles, built.pack.certifies)
    warnings = [
        *_folder_warnings(folder, built.pack.name, built.pack.version),
        *pack_warnings(built, newest),
    ]
    return errors + [Finding(Severity.WARNING, d) for d in warnings]


def _newest_of_each(
    catalogue: Catalogue, profiles: list[Profile], certifies: tuple[str, ...]
) -> list[tuple[Profile, Path]]:
    """Of every range that a pack certifies, the profile that it would be measured against."""
    found = {}
    for reference in certifies:
        try:
            entry = catalogue.find_profile(reference)
        except ConformanceError:
            continue  # an error already: no profile fits the range
        found[entry.path] = next(
            p for p in profiles if (p.name, p.version) == (entry.name, entry.version)
        )
    return [(profile, path) for path, profile in found.items()]


def _errors(error: ConformanceError) -> list[Finding]:
    return [Finding(Severity.ERROR, diagnostic) for diagnostic in error.diagnostics]


def _profile_warnings(built: BuiltProfile) -> Iterator[Diagnostic]:
    profile, document = built.profile, built.document
    rows = document.data.get("requirements", [])
    for row in rows:
        if "source" not in row:
            yield Diagnostic(
                "no-source",
                f"{row['id']} has no source",
                document.at(row, "id"),
                "say where it is published: a verdict must be traceable to a sentence",
            )
    used = {
        "sections": {r.section for r in profile.requirements},
        "sources": {s.ref for r in profile.requirements for s in r.sources},
        "options": {o for r in profile.requirements for o in _options(r.applies_if)},
    }
    for key, names in used.items():
        for name in document.data.get(key, {}):
            if name not in names:
                yield Diagnostic(
                    f"unused-{key[:-1]}",
                    f'no requirement uses the {key[:-1]} "{name}"',
                    document.at(document.data[key], name),
                    "remove it, or refer to it",
                )
    yield from _folder_warnings(built.document.path.parent, profile.name, profile.version)


def _options(expression: str) -> Iterator[str]:
    from conformance_cli.expressions import parse

    if expression:
        yield from (name.removeprefix("option.") for name in parse(expression).names)


def _folder_warnings(folder: Path, name: str, version: str) -> Iterator[Diagnostic]:
    """A definition is looked for by its folder, so the two should agree."""
    absolute = folder.resolve()
    if (absolute.parent.name, absolute.name) != (name, version):
        yield Diagnostic(
            "folder-name",
            f"the folder is {absolute.parent.name}/{absolute.name}",
            str(folder),
            f"people look for it under {name}/{version}",
        )
