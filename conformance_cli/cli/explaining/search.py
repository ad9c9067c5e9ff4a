"""Where a word is looked for: built-in words first, then definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance_cli.cli.explaining import built_in
from conformance_cli.model.diagnostics import ConformanceError

if TYPE_CHECKING:
    from conformance_cli.load.catalogue import Catalogue
    from conformance_cli.model.profile import Profile
    from conformance_cli.reporting.view import ReportView


def explanation(word: str, profile_ref: str | None, run_ref: str | None) -> str:
    """The text that explains a word.

    Raises:
        ConformanceError: ``nothing-to-explain``, with the nearest names.

    """
    if text := built_in.text(word):
        return text
    from conformance_cli.cli.definitions import catalogue
    from conformance_cli.cli.runs import open_view

    view = open_view(run_ref) if run_ref else None
    if view is not None and "/" in word and (evidence := view.evidence(word)) is not None:
        from conformance_cli.cli.explaining.seen import exchange_text

        return exchange_text(evidence)
    known = catalogue()
    text = _requirement(word, known, profile_ref, view) or _test(word, known, view)
    if text:
        return text
    raise _unknown(word, known, profile_ref, view)


def _requirement(
    word: str, known: Catalogue, profile_ref: str | None, view: ReportView | None
) -> str:
    from conformance_cli.cli.explaining import definitions

    for profile in _profiles(known, profile_ref, view):
        requirement = profile.requirement(word) or profile.requirement(word.upper())
        if requirement is not None:
            packs = known.packs_for(profile)
            return definitions.requirement_text(requirement, profile, packs, view)
    return ""


def _test(word: str, known: Catalogue, view: ReportView | None) -> str:
    from conformance_cli.cli.explaining import definitions

    name = word.split(":")[0].split("/")[0]
    for entry in known.packs():
        pack = known.pack(f"{entry.name}@{entry.version}")
        tests = [t for t in pack.tests if name in (t.id, t.id.split(".")[0])]
        if tests:
            return definitions.test_text(tests, pack, view)
    return ""


def _profiles(
    known: Catalogue, profile_ref: str | None, view: ReportView | None
) -> Iterator[Profile]:
    """Where a requirement is looked for: newest versions before older ones."""
    if profile_ref:
        yield known.profile(profile_ref)
        return
    if view is not None:
        yield view.run.header.profile
        return
    newest: set[str] = set()
    for name in dict.fromkeys(entry.name for entry in known.profiles()):
        profile = known.profile(f"{name}@latest")
        newest.add(profile.ref)
        yield profile
    for entry in known.profiles():
        if f"{entry.name}@{entry.version}" not in newest:
            yield known.profile(f"{entry.name}@{entry.version}")


def _unknown(
    word: str, known: Catalogue, profile_ref: str | None, view: ReportView | None
) -> ConformanceError:
    from difflib import get_close_matches

    names = dict.fromkeys(built_in.names())
    for profile in _profiles(known, profile_ref, view):
        names |= dict.fromkeys(r.id for r in profile.requirements)
    for entry in known.packs():
        names |= dict.fromkeys(t.id for t in known.pack(f"{entry.name}@{entry.version}").tests)
    lower = {name.lower(): name for name in names}
    nearest = [lower[n] for n in get_close_matches(word.lower(), lower, n=3, cutoff=0.5)]
    listed = " or ".join(f'"{name}"' for name in nearest)
    return ConformanceError.of(
        "nothing-to-explain",
        f'nothing is called "{word}"',
        hint=f"did you mean {listed}?" if listed else "see conformance explain --help",
    )
