"""Whether the requirements and options that a pack mentions are those of its profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conformance_cli.load.pack_index import PackIndex
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.model.diagnostics import Diagnostic, Location
from conformance_cli.model.profile import Profile


def unknown_mentions(
    index: PackIndex, profile: Profile, others: Callable[[], Iterable[Profile]]
) -> tuple[Diagnostic, ...]:
    """What a pack mentions that no profile has which it certifies.

    ``others`` gives the other profiles; it is asked only where ``profile`` is not enough.
    """
    requirements = {r.id for r in profile.requirements}
    options = {o.name for o in profile.options}
    if not _lost(index.requirements, requirements) and not _lost(index.options, options):
        return ()
    for other in others():
        requirements.update(r.id for r in other.requirements)
        options.update(o.name for o in other.options)
    problems = Problems()
    for kind, mentions, known in (
        ("requirement", index.requirements, requirements),
        ("option", index.options, options),
    ):
        for name, place in _lost(mentions, known):
            problems.add(
                f"unknown-{kind}",
                f'no profile that the pack certifies has the {kind} "{name}"',
                place,
                did_you_mean(name, sorted(known), f"{kind}s"),
            )
    return problems.found


def _lost(mentions: Iterable[tuple[str, Location]], known: set[str]) -> list[tuple[str, Location]]:
    return [(name, place) for name, place in mentions if name not in known]
